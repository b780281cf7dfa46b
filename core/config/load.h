/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of core/config share: where a value comes from, and how problems are told.
 */
#pragma once

#include "core/config/config.h"
#include "core/config/yaml.h"

/* The place that a message begins with: "file:line" or the name of a variable. */
struct awi_config_place {
    struct awi_config *config;
    const char *file;
    unsigned line;
    const char *env; /* NULL: a place in the file */
};

/* Keeps the first problem; "PLACE: " goes before the text. Returns 1, or -ENOMEM. */
int awi_config_problem(const struct awi_config_place *place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* " (did you mean X?)" when one of the names is near, else "". names ends with NULL. */
struct awi_str
awi_config_suggest(struct awi_arena *arena, struct awi_str word, const char *const *names);

/* One scalar value into the field of a row: 0, 1 (problem) or -ENOMEM. */
#define AWI_CONFIG_SCALAR_KINDS(X)                                                                 \
    X(TEXT) X(REGION) X(ACCOUNT) X(IAM) X(CREDENTIALS) X(BOOL) X(LIMITS) X(CLOCK)
#define AWI_DECLARE_VALUE(kind)                                                                    \
    int awi_config_value_##kind(const struct awi_config_place *place,                              \
                                const char *key,                                                   \
                                struct awi_str text,                                               \
                                AWI_CONFIG_TYPE_##kind *field);
AWI_CONFIG_SCALAR_KINDS(AWI_DECLARE_VALUE)
#undef AWI_DECLARE_VALUE

/* One "host:port" more. */
int awi_config_add_endpoint(const struct awi_config_place *place,
                            struct awi_str text,
                            struct awi_config_endpoints *field);

/* The list of accounts of a file. */
int awi_config_read_accounts(const struct awi_config_place *place,
                             const struct awi_yaml *node,
                             struct awi_config_accounts *field);

/* The list of OpenID Connect providers of a file. */
int awi_config_read_providers(const struct awi_config_place *place,
                              const struct awi_yaml *node,
                              struct awi_config_oidc_providers *field);

/* The whole file, at most AWI_CONFIG_FILE_MAX. 0, -ENOENT, -ENOLINK (a link to nothing), -EFBIG,
 * -EINVAL (a pipe: every process reads the file, and none may wait for it) or what the file system
 * says. */
struct awi_buf;
int awi_config_read_file(const char *path, struct awi_buf *buf);

/* An id of 12 digits in quotes. what: "account_id", "id". */
int awi_config_read_id(const struct awi_config_place *place,
                       const char *what,
                       const struct awi_yaml *node,
                       struct awi_str *ret);

/* "a list", "a map", "nothing", or the text in quotes. */
struct awi_str awi_config_describe(struct awi_arena *arena, const struct awi_yaml *node);

/* A value of the process's environment; NULL when unset or empty. */
const char *awi_config_env(const char *const *environment, const char *name);

/*
 * A map whose keys are a fixed set, each at most once: calls read for each with its place in names
 * and gives the set of those that stood there, a bit each. 0, 1 (problem) or -ENOMEM.
 */
struct awi_config_keys {
    const char *what;         /* "an account" */
    const char *expected;     /* "id, name or email" */
    const char *const *names; /* NULL-terminated, at most 32 */
    int (*read)(const struct awi_config_place *place,
                int key,
                const struct awi_yaml *node,
                void *ret);
};

int awi_config_read_map(const struct awi_config_place *outer,
                        const struct awi_yaml *node,
                        const struct awi_config_keys *keys,
                        void *ret,
                        unsigned *ret_seen);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: one snapshot, taken at the first AWS call of a process from its environment
 * and a YAML file, never changed afterwards. config.def has a row for each setting; the environment
 * wins over the file, except that endpoints add up.
 *
 * Nothing wrong is ignored and nothing wrong kills the host: a problem is a text for people,
 * "awsintercept.yml:7: found key 'acounts', expected one of ... (did you mean 'accounts'?)", with
 * which the pipeline answers each AWS call, and which makes the launcher refuse to start.
 */
#pragma once

#include "core/clock.h"
#include "core/util/arena.h"
#include "core/util/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits: a file beyond these is a problem, not a load. */
#define AWI_CONFIG_FILE_MAX     (1u << 20)
#define AWI_CONFIG_ACCOUNTS_MAX 20000
#define AWI_CONFIG_TEXT_MAX     4096

enum awi_iam_mode { AWI_IAM_OFF, AWI_IAM_AUDIT, AWI_IAM_ENFORCE };
enum awi_credentials_mode {
    AWI_CREDENTIALS_ANY,
    AWI_CREDENTIALS_KNOWN,
    AWI_CREDENTIALS_SIGNED,
};

/* Which accounts exist (design.md, section "Which account a request acts in"). */
enum awi_accounts_mode {
    AWI_ACCOUNTS_OPEN,   /* no file: every account that anything names */
    AWI_ACCOUNTS_SINGLE, /* a file without accounts: everything is account_id */
    AWI_ACCOUNTS_CLOSED, /* a file with accounts: account_id, these, and those made by Organizations
                          */
};

/* How long and how many SCPs may be (identity.md 7.4): as AWS has it since 2025, or before. */
enum awi_policy_limits { AWI_LIMITS_NEW, AWI_LIMITS_OLD };

struct awi_config_account {
    struct awi_str id;
    struct awi_str name;  /* absent when not given */
    struct awi_str email; /* likewise */
    /* What the file says for this account alone: awi_config_iam(), awi_config_credentials(). */
    bool own_iam, own_credentials;
    enum awi_iam_mode iam;
    enum awi_credentials_mode credentials;
};

struct awi_config_endpoint {
    struct awi_str host; /* lower case, an IPv6 address without brackets */
    uint16_t port;
};

struct awi_config_accounts {
    const struct awi_config_account *items; /* in the file's order */
    size_t n;
    const uint32_t *by_id; /* positions in items, in the order of ids: awi_config_account() */
    bool own_iam, own_credentials; /* some account has a mode of its own that counts */
};

struct awi_config_endpoints {
    const struct awi_config_endpoint *items;
    size_t n;
};

/* Whose web identities can be verified. */
struct awi_config_oidc_provider {
    struct awi_str issuer; /* without "https://" and a slash at the end, as in its ARN */
    struct awi_str jwks;   /* JSON Web Key Set */
};

struct awi_config_oidc_providers {
    const struct awi_config_oidc_provider *items;
    size_t n;
};

/* KIND of a row -> C type of its field. */
#define AWI_CONFIG_TYPE_TEXT        struct awi_str
#define AWI_CONFIG_TYPE_REGION      struct awi_str
#define AWI_CONFIG_TYPE_ACCOUNT     struct awi_str
#define AWI_CONFIG_TYPE_IAM         enum awi_iam_mode
#define AWI_CONFIG_TYPE_CREDENTIALS enum awi_credentials_mode
#define AWI_CONFIG_TYPE_BOOL        bool
#define AWI_CONFIG_TYPE_LIMITS      enum awi_policy_limits
#define AWI_CONFIG_TYPE_CLOCK       struct awi_clock
#define AWI_CONFIG_TYPE_ACCOUNTS    struct awi_config_accounts
#define AWI_CONFIG_TYPE_ENDPOINTS   struct awi_config_endpoints
#define AWI_CONFIG_TYPE_PROVIDERS   struct awi_config_oidc_providers

struct awi_config {
    struct awi_arena arena; /* holds all that the rest points to */
    struct awi_str file;    /* as it was named; absent: there is none */
    struct awi_str problem; /* absent: none */
    enum awi_accounts_mode accounts_mode;
#define AWI_CONFIG(field, kind, env, fallback, help) AWI_CONFIG_TYPE_##kind field;
#define AWI_CONFIG_ENV(env, help)
#include "core/config/config.def"
#undef AWI_CONFIG
#undef AWI_CONFIG_ENV
};

/*
 * Takes the snapshot: environment of this process, file found from its working directory.
 * 0: config is good; 1: config->problem says what is wrong, and the fields hold defaults; -ENOMEM.
 * To be given back with awi_config_deinit() in every case.
 */
int awi_config_load(struct awi_config *config);

/*
 * The same from given text instead of files: name stands in messages, environ is a NULL-terminated
 * list of NAME=value (NULL: none). yaml absent: no configuration file.
 */
int awi_config_parse(struct awi_config *config,
                     const char *name,
                     struct awi_str yaml,
                     const char *const *environment);
void awi_config_deinit(struct awi_config *config);

/* The listed account with this id, or NULL. account_id itself is found only if it is listed. */
const struct awi_config_account *awi_config_account(const struct awi_config *config,
                                                    struct awi_str id);

/* The modes of an account: its own from the list of accounts, unless the environment sets the mode
 * of all, else those of all. */
enum awi_iam_mode awi_config_iam(const struct awi_config *config, struct awi_str account);
enum awi_credentials_mode awi_config_credentials(const struct awi_config *config,
                                                 struct awi_str account);

/* The key set of an issuer; absent: the configuration has none. */
struct awi_str awi_config_jwks(const struct awi_config *config, struct awi_str issuer);

/* Is host with this port (0: any) among the configuration's endpoints? Case and a trailing dot do
 * not matter. */
bool awi_config_is_endpoint(const struct awi_config *config, struct awi_str host, uint16_t port);

/*
 * The account that the environment names at this moment: AWSINTERCEPT_ACCOUNT_ID, else
 * MOTO_ACCOUNT_ID; an empty value counts as unset. 1: it stands in ret; 0: none is named; -EINVAL:
 * the value is no account id, and *why (static) names the variable.
 */
int awi_config_env_account(char ret[13], const char **why);

/* One row of config.def, for --help and the manual. */
struct awi_config_row {
    const char *key; /* "" for what only the environment can set */
    const char *env; /* "" for what only the file can set */
    const char *fallback;
    const char *help;
};
/* Rows in the order of config.def; ends with key NULL. */
extern const struct awi_config_row awi_config_rows[];

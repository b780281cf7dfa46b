/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/load.h"
#include "core/util/buf.h"

#include <errno.h>
#include <stdlib.h>

const struct awi_config_row awi_config_rows[] = {
#define AWI_CONFIG(field, kind, env, fallback, help) {#field, env, fallback, help},
#define AWI_CONFIG_ENV(env, help)                    {"", env, "", help},
#include "core/config/config.def"
#undef AWI_CONFIG
#undef AWI_CONFIG_ENV
    {NULL, NULL, NULL, NULL},
};

#define PROBLEM_MOST 16384
#define N_ROWS       (sizeof(awi_config_rows) / sizeof(*awi_config_rows))

int awi_config_problem(const struct awi_config_place *place, const char *format, ...)
{
    struct awi_config *config = place->config;
    struct awi_buf plain = AWI_BUF_INIT(PROBLEM_MOST);
    struct awi_str text;
    va_list args;

    if (awi_str_is_set(config->problem)) {
        return 1;
    }
    va_start(args, format);
    text = awi_arena_vprintf(&config->arena, format, args);
    va_end(args);
    /* It quotes the file, and goes to a terminal. */
    awi_buf_plain(&plain, text);
    text = awi_arena_str(&config->arena, awi_buf_view(&plain));
    awi_buf_deinit(&plain);
    if (!text.ptr) {
        return -ENOMEM;
    }
    config->problem =
        place->env
            ? awi_arena_printf(&config->arena, "%s: %.*s", place->env, AWI_STR_FMT(text))
            : awi_arena_printf(
                  &config->arena, "%s:%u: %.*s", place->file, place->line, AWI_STR_FMT(text));
    return config->problem.ptr ? 1 : -ENOMEM;
}

/* --- The file -------------------------------------------------------------------------------- */

static int need_scalar(const struct awi_config_place *place, const struct awi_yaml *node)
{
    struct awi_str what = awi_config_describe(&place->config->arena, node);

    if (node->kind == AWI_YAML_SCALAR && (node->text.len > 0 || node->quoted)) {
        return 0;
    }
    return awi_config_problem(
        place, "found %.*s for %.*s, expected a value", AWI_STR_FMT(what), AWI_STR_FMT(node->key));
}

#define DEFINE_READ(kind)                                                                          \
    static int read_##kind(const struct awi_config_place *place,                                   \
                           const char *key,                                                        \
                           const struct awi_yaml *node,                                            \
                           AWI_CONFIG_TYPE_##kind *field)                                          \
    {                                                                                              \
        int r = need_scalar(place, node);                                                          \
        return r ? r : awi_config_value_##kind(place, key, node->text, field);                     \
    }
DEFINE_READ(TEXT)
DEFINE_READ(REGION)
DEFINE_READ(IAM)
DEFINE_READ(CREDENTIALS)
DEFINE_READ(BOOL)
DEFINE_READ(LIMITS)
DEFINE_READ(CLOCK)

static int read_ACCOUNT(const struct awi_config_place *place,
                        const char *key,
                        const struct awi_yaml *node,
                        struct awi_str *field)
{
    return awi_config_read_id(place, key, node, field);
}

static int read_ACCOUNTS(const struct awi_config_place *place,
                         const char *key,
                         const struct awi_yaml *node,
                         struct awi_config_accounts *field)
{
    return awi_config_read_accounts(place, node, field);
}

static int read_PROVIDERS(const struct awi_config_place *place,
                          const char *key,
                          const struct awi_yaml *node,
                          struct awi_config_oidc_providers *field)
{
    return awi_config_read_providers(place, node, field);
}

static int read_ENDPOINTS(const struct awi_config_place *place,
                          const char *key,
                          const struct awi_yaml *node,
                          struct awi_config_endpoints *field)
{
    struct awi_str what = awi_config_describe(&place->config->arena, node);

    if (node->kind != AWI_YAML_LIST) {
        return awi_config_problem(
            place, "found %.*s for endpoints, expected a list of host:port", AWI_STR_FMT(what));
    }
    for (const struct awi_yaml *item = node->child; item; item = item->next) {
        struct awi_config_place at = *place;
        at.line = item->line;
        int r = need_scalar(&at, item);
        r = r ? r : awi_config_add_endpoint(&at, item->text, field);
        if (r) {
            return r;
        }
    }
    return 0;
}

static int unknown_key(const struct awi_config_place *place, const struct awi_yaml *node)
{
    struct awi_arena *arena = &place->config->arena;
    const char *names[N_ROWS];
    struct awi_str list = AWI_STR(""), hint;
    size_t n = 0;

    for (const struct awi_config_row *row = awi_config_rows; row->key; row++) {
        if (*row->key) {
            names[n++] = row->key;
            list = awi_arena_printf(
                arena, "%.*s%s%s", AWI_STR_FMT(list), list.len ? ", " : "", row->key);
        }
    }
    names[n] = NULL;
    hint = awi_config_suggest(arena, node->key, names);
    return awi_config_problem(place,
                              "found key \"%.*s\", expected one of %.*s%.*s",
                              AWI_STR_FMT(awi_str_head(node->key, 64)),
                              AWI_STR_FMT(list),
                              AWI_STR_FMT(hint));
}

/* One key of the file; *seen remembers the line of the same key further up. */
static int read_key(struct awi_config_place *place, const struct awi_yaml *node, unsigned *seen)
{
    struct awi_config *config = place->config;
    size_t row = 0;

    place->line = node->key_line;
#define AWI_CONFIG(field, kind, env, fallback, help)                                               \
    if (awi_str_is(node->key, #field)) {                                                           \
        if (seen[row]) {                                                                           \
            return awi_config_problem(                                                             \
                place, "found key " #field " again, expected it once (line %u)", seen[row]);       \
        }                                                                                          \
        seen[row] = node->key_line;                                                                \
        place->line = node->line;                                                                  \
        return read_##kind(place, #field, node, &config->field);                                   \
    }                                                                                              \
    row++;
#define AWI_CONFIG_ENV(env, help)
#include "core/config/config.def"
#undef AWI_CONFIG
#undef AWI_CONFIG_ENV
    return unknown_key(place, node);
}

static int read_yaml(struct awi_config *config, const char *name, struct awi_str yaml)
{
    struct awi_config_place place = {.config = config, .file = name};
    struct awi_yaml *root = NULL;
    struct awi_str problem = AWI_STR_NULL;
    unsigned seen[N_ROWS] = {0};
    int r = awi_yaml_parse(&config->arena, yaml, &root, &place.line, &problem);

    if (r > 0) {
        return awi_config_problem(&place, "%.*s", AWI_STR_FMT(problem));
    }
    if (r < 0 || !root || (root->kind == AWI_YAML_SCALAR && root->text.len == 0)) {
        return r;
    }
    if (root->kind != AWI_YAML_MAP) {
        struct awi_str what = awi_config_describe(&config->arena, root);
        place.line = root->line;
        return awi_config_problem(
            &place, "found %.*s, expected settings such as region: us-east-1", AWI_STR_FMT(what));
    }
    for (const struct awi_yaml *node = root->child; node && r == 0; node = node->next) {
        r = read_key(&place, node, seen);
    }
    return r;
}

/* --- The environment ------------------------------------------------------------------------- */

static int unknown_variable(struct awi_config *config, struct awi_str name)
{
    struct awi_config_place place = {.config = config, .env = "environment"};
    const char *names[N_ROWS];
    struct awi_str hint;
    size_t n = 0;

    for (const struct awi_config_row *row = awi_config_rows; row->key; row++) {
        if (*row->env) {
            names[n++] = row->env;
        }
    }
    names[n] = NULL;
    hint = awi_config_suggest(&config->arena, name, names);
    return awi_config_problem(&place,
                              "found the variable %.*s, expected one that awsintercept knows%.*s",
                              AWI_STR_FMT(awi_str_head(name, 64)),
                              AWI_STR_FMT(hint));
}

/* What preload/shim.c reads: only 1 disables, so what is neither yes nor no is told. */
static int check_disable(struct awi_config *config, const char *const *environment)
{
    struct awi_config_place place = {.config = config, .env = "AWSINTERCEPT_DISABLE"};
    const char *value = awi_config_env(environment, place.env);

    if (!value || strcmp(value, "0") == 0 || strcmp(value, "1") == 0) {
        return 0;
    }
    return awi_config_problem(&place,
                              "found \"%.*s\", expected 1, or 0",
                              AWI_STR_FMT(awi_str_head(awi_str_from(value), 64)));
}

/* Every AWSINTERCEPT_ name must be one of ours. */
static int check_names(struct awi_config *config, const char *const *environment)
{
    for (size_t i = 0; environment && environment[i]; i++) {
        struct awi_str rest = awi_str_from(environment[i]), name;
        bool known = false;
        awi_str_cut(&rest, '=', &name);
        if (!awi_str_starts_nocase(name, AWI_STR("AWSINTERCEPT_"))) {
            continue;
        }
        for (const struct awi_config_row *row = awi_config_rows; row->key && !known; row++) {
            known = awi_str_is(name, row->env);
        }
        if (!known) {
            return unknown_variable(config, name);
        }
    }
    return 0;
}

static int read_endpoint_list(const struct awi_config_place *place,
                              struct awi_str text,
                              struct awi_config_endpoints *field)
{
    while (text.len > 0) {
        size_t n = 0;
        while (n < text.len && text.ptr[n] != ',' && text.ptr[n] != ' ') {
            n++;
        }
        int r = n > 0 ? awi_config_add_endpoint(place, awi_str_head(text, n), field) : 0;
        if (r) {
            return r;
        }
        text = awi_str_skip(text, n + 1);
    }
    return 0;
}

#define env_ENDPOINTS(place, key, text, field) read_endpoint_list(place, text, field)
#define env_ACCOUNTS(place, key, text, field)  0
#define env_PROVIDERS(place, key, text, field) 0
#define env_TEXT(place, key, text, field)      awi_config_value_TEXT(place, key, text, field)
#define env_REGION(place, key, text, field)    awi_config_value_REGION(place, key, text, field)
#define env_ACCOUNT(place, key, text, field)   awi_config_value_ACCOUNT(place, key, text, field)
#define env_IAM(place, key, text, field)       awi_config_value_IAM(place, key, text, field)
#define env_CREDENTIALS(place, key, text, field)                                                   \
    awi_config_value_CREDENTIALS(place, key, text, field)
#define env_BOOL(place, key, text, field)   awi_config_value_BOOL(place, key, text, field)
#define env_LIMITS(place, key, text, field) awi_config_value_LIMITS(place, key, text, field)
#define env_CLOCK(place, key, text, field)  awi_config_value_CLOCK(place, key, text, field)

static int read_environment(struct awi_config *config, const char *const *environment)
{
    struct awi_config_place place = {.config = config};
    int r = check_names(config, environment);

    r = r ? r : check_disable(config, environment);

#define AWI_CONFIG(field, kind, name, fallback, help)                                              \
    if (r == 0 && *name && awi_config_env(environment, name)) {                                    \
        struct awi_str text =                                                                      \
            awi_arena_str(&config->arena, awi_str_from(awi_config_env(environment, name)));        \
        place.env = name;                                                                          \
        r = text.ptr ? env_##kind(&place, #field, text, &config->field) : -ENOMEM;                 \
    }
#define AWI_CONFIG_ENV(env, help)
#include "core/config/config.def"
#undef AWI_CONFIG
#undef AWI_CONFIG_ENV
    return r;
}

/* --- The whole ------------------------------------------------------------------------------- */

static int set_defaults(struct awi_config *config)
{
    struct awi_config_place place = {.config = config, .env = "default"};
    int r = 0;

#define AWI_CONFIG(field, kind, env, fallback, help)                                               \
    if (r == 0 && *fallback) {                                                                     \
        r = env_##kind(&place, #field, AWI_STR(fallback), &config->field);                         \
    }
#define AWI_CONFIG_ENV(env, help)
#include "core/config/config.def"
#undef AWI_CONFIG
#undef AWI_CONFIG_ENV
    return r;
}

static int fill(struct awi_config *config,
                const char *name,
                struct awi_str yaml,
                const char *const *environment)
{
    int r = set_defaults(config);

    if (r == 0 && awi_str_is_set(yaml)) {
        config->file = awi_arena_str(&config->arena, awi_str_from(name));
        r = config->file.ptr ? read_yaml(config, name, yaml) : -ENOMEM;
        config->accounts_mode = config->accounts.n ? AWI_ACCOUNTS_CLOSED : AWI_ACCOUNTS_SINGLE;
    }
    r = r ? r : read_environment(config, environment);
    /* The environment wins over the file, over what it says for one account too. */
    config->accounts.own_iam &= !awi_config_env(environment, "AWSINTERCEPT_IAM");
    config->accounts.own_credentials &= !awi_config_env(environment, "AWSINTERCEPT_CREDENTIALS");
    return r;
}

int awi_config_parse(struct awi_config *config,
                     const char *name,
                     struct awi_str yaml,
                     const char *const *environment)
{
    struct awi_str problem;
    int r;

    *config = (struct awi_config){.accounts_mode = AWI_ACCOUNTS_OPEN};
    awi_arena_init(&config->arena, 64u << 20);
    r = fill(config, name, yaml, environment);
    if (r > 0) {
        /* Whoever goes on with it finds defaults, not half of a file. */
        struct awi_arena arena = config->arena;
        problem = config->problem;
        *config = (struct awi_config){.arena = arena};
        r = set_defaults(config);
        config->problem = problem;
        return r < 0 ? r : 1;
    }
    return r;
}

void awi_config_deinit(struct awi_config *config)
{
    awi_arena_deinit(&config->arena);
    *config = (struct awi_config){.accounts_mode = AWI_ACCOUNTS_OPEN};
}

bool awi_config_is_endpoint(const struct awi_config *config, struct awi_str host, uint16_t port)
{
    if (awi_str_ends(host, AWI_STR("."))) {
        host = awi_str_head(host, host.len - 1);
    }
    for (size_t i = 0; i < config->endpoints.n; i++) {
        const struct awi_config_endpoint *at = &config->endpoints.items[i];
        if ((port == 0 || port == at->port) && awi_str_eq_nocase(host, at->host)) {
            return true;
        }
    }
    return false;
}

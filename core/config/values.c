/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The syntax of single values: regions, ids, modes, endpoints, clocks.
 */
#include "core/config/load.h"

#include <errno.h>

static const char *const iam_names[] = {"off", "audit", "enforce", NULL};
static const char *const credentials_names[] = {"any", "known", "signed", NULL};
static const char *const bool_names[] = {"false", "true", NULL};
static const char *const limits_names[] = {"new", "old", NULL};

int awi_config_value_TEXT(const struct awi_config_place *place,
                          const char *key,
                          struct awi_str text,
                          struct awi_str *field)
{
    if (text.len == 0 || text.len > AWI_CONFIG_TEXT_MAX) {
        return awi_config_problem(
            place, "found %zu bytes for %s, expected 1 to %d", text.len, key, AWI_CONFIG_TEXT_MAX);
    }
    *field = text;
    return 0;
}

/* us-east-1, us-gov-west-1, eusc-de-east-1: words of lower-case letters, a number at the end. */
static bool is_region(struct awi_str s)
{
    struct awi_str word;
    int words = 0;
    bool number = false;

    if (s.len > 32) {
        return false;
    }
    while (awi_str_cut(&s, '-', &word)) {
        if (word.len == 0 || number) {
            return false;
        }
        words++;
        number = word.ptr[0] >= '0' && word.ptr[0] <= '9';
        for (size_t i = 0; i < word.len; i++) {
            char c = word.ptr[i];
            if (number ? c < '0' || c > '9' : c < 'a' || c > 'z') {
                return false;
            }
        }
    }
    return words >= 3 && number;
}

int awi_config_value_REGION(const struct awi_config_place *place,
                            const char *key,
                            struct awi_str text,
                            struct awi_str *field)
{
    if (!is_region(text)) {
        return awi_config_problem(place,
                                  "found \"%.*s\" for %s, expected a region such as us-east-1",
                                  AWI_STR_FMT(awi_str_head(text, 64)),
                                  key);
    }
    *field = text;
    return 0;
}

int awi_config_value_ACCOUNT(const struct awi_config_place *place,
                             const char *key,
                             struct awi_str text,
                             struct awi_str *field)
{
    if (!awi_str_is_account(text)) {
        return awi_config_problem(place,
                                  "found \"%.*s\" for %s, expected 12 digits",
                                  AWI_STR_FMT(awi_str_head(text, 64)),
                                  key);
    }
    *field = text;
    return 0;
}

/* "off, audit or enforce" */
static struct awi_str list_names(struct awi_arena *arena, const char *const *names)
{
    struct awi_str list = awi_str_from(names[0]);

    for (int i = 1; names[i]; i++) {
        list = awi_arena_printf(
            arena, "%.*s%s%s", AWI_STR_FMT(list), names[i + 1] ? ", " : " or ", names[i]);
    }
    return list;
}

/* The position of text among the names, or a problem that lists them. */
static int choose(const struct awi_config_place *place,
                  const char *key,
                  struct awi_str text,
                  const char *const *names,
                  int *ret)
{
    struct awi_str list, hint;

    for (int i = 0; names[i]; i++) {
        if (awi_str_is(text, names[i])) {
            *ret = i;
            return 0;
        }
    }
    list = list_names(&place->config->arena, names);
    hint = awi_config_suggest(&place->config->arena, text, names);
    return awi_config_problem(place,
                              "found \"%.*s\" for %s, expected %.*s%.*s",
                              AWI_STR_FMT(awi_str_head(text, 64)),
                              key,
                              AWI_STR_FMT(list),
                              AWI_STR_FMT(hint));
}

int awi_config_value_IAM(const struct awi_config_place *place,
                         const char *key,
                         struct awi_str text,
                         enum awi_iam_mode *field)
{
    int at = AWI_IAM_AUDIT;
    int r = choose(place, key, text, iam_names, &at);

    *field = (enum awi_iam_mode)at;
    return r;
}

int awi_config_value_CREDENTIALS(const struct awi_config_place *place,
                                 const char *key,
                                 struct awi_str text,
                                 enum awi_credentials_mode *field)
{
    int at = AWI_CREDENTIALS_ANY;
    int r = choose(place, key, text, credentials_names, &at);

    *field = (enum awi_credentials_mode)at;
    return r;
}

int awi_config_value_BOOL(const struct awi_config_place *place,
                          const char *key,
                          struct awi_str text,
                          bool *field)
{
    int at = 0;
    int r = choose(place, key, text, bool_names, &at);

    *field = at == 1;
    return r;
}

int awi_config_value_LIMITS(const struct awi_config_place *place,
                            const char *key,
                            struct awi_str text,
                            enum awi_policy_limits *field)
{
    int at = AWI_LIMITS_NEW;
    int r = choose(place, key, text, limits_names, &at);

    *field = (enum awi_policy_limits)at;
    return r;
}

int awi_config_value_CLOCK(const struct awi_config_place *place,
                           const char *key,
                           struct awi_str text,
                           struct awi_clock *field)
{
    if (awi_clock_parse(text, field)) {
        return awi_config_problem(
            place,
            "found \"%.*s\" for %s, expected a moment such as 2031-05-17T08:30:00Z or a shift "
            "such as +30d or -2h",
            AWI_STR_FMT(awi_str_head(text, 64)),
            key);
    }
    return 0;
}

static bool is_host(struct awi_str host)
{
    if (host.len == 0 || host.len > 253 || host.ptr[0] == '.' || awi_str_ends(host, AWI_STR(".")) ||
        awi_str_search(host, AWI_STR("..")) >= 0) {
        return false;
    }
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '.' || c == '_' || c == ':')) {
            return false;
        }
    }
    return true;
}

static struct awi_str lower(struct awi_arena *arena, struct awi_str s)
{
    char *text = awi_arena_strz(arena, s);

    for (size_t i = 0; text && i < s.len; i++) {
        if (text[i] >= 'A' && text[i] <= 'Z') {
            text[i] = (char)(text[i] - 'A' + 'a');
        }
    }
    return awi_str_of(text, s.len);
}

/* Cuts "host:port" or "[v6]:port". */
static bool cut_endpoint(struct awi_str text, struct awi_str *host, uint16_t *port)
{
    ptrdiff_t colon = awi_str_rfind(text, ':');
    uint64_t number;

    if (colon < 0 || awi_str_to_u64(awi_str_skip(text, (size_t)colon + 1), &number) || number < 1 ||
        number > 65535) {
        return false;
    }
    *host = awi_str_head(text, (size_t)colon);
    *port = (uint16_t)number;
    if (host->len > 2 && host->ptr[0] == '[' && host->ptr[host->len - 1] == ']') {
        *host = awi_str_of(host->ptr + 1, host->len - 2);
        return is_host(*host);
    }
    if (awi_str_ends(*host, AWI_STR("."))) {
        *host = awi_str_head(*host, host->len - 1);
    }
    return awi_str_find(*host, ':') < 0 && is_host(*host);
}

int awi_config_add_endpoint(const struct awi_config_place *place,
                            struct awi_str text,
                            struct awi_config_endpoints *field)
{
    struct awi_arena *arena = &place->config->arena;
    struct awi_config_endpoint *items;
    struct awi_str host;
    uint16_t port = 0;

    if (!cut_endpoint(text, &host, &port)) {
        return awi_config_problem(place,
                                  "found \"%.*s\", expected an endpoint host:port such as "
                                  "localhost:5000, without http://",
                                  AWI_STR_FMT(awi_str_head(text, 64)));
    }
    if (field->n >= 256) {
        return awi_config_problem(place, "found more than 256 endpoints, expected fewer");
    }
    items = awi_arena_array(arena, struct awi_config_endpoint, field->n + 1);
    host = lower(arena, host);
    if (!items || !host.ptr) {
        return -ENOMEM;
    }
    if (field->n > 0) {
        memcpy(items, field->items, field->n * sizeof(*items));
    }
    items[field->n] = (struct awi_config_endpoint){.host = host, .port = port};
    field->items = items;
    field->n++;
    return 0;
}

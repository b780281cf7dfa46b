/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of OpenID Connect providers: no provider is ever asked for them, so that the file names
 * each issuer with its JSON Web Key Set, as text or as a file of its own.
 */
#include "core/config/load.h"
#include "core/util/buf.h"
#include "core/util/json.h"

#include <errno.h>

#define HTTPS "https://"

static const char *const keys[] = {"issuer", "jwks", "jwks_file", NULL};
enum { ISSUER, JWKS, JWKS_FILE };

static int
read_issuer(const struct awi_config_place *place, const struct awi_yaml *node, struct awi_str *ret)
{
    struct awi_str found = awi_config_describe(&place->config->arena, node);
    size_t least = strlen(HTTPS);

    if (node->kind != AWI_YAML_SCALAR || !awi_str_starts(node->text, AWI_STR(HTTPS)) ||
        node->text.len == least || node->text.len > 255) {
        return awi_config_problem(place,
                                  "found %.*s for issuer, expected a URL such as "
                                  "https://token.example.com",
                                  AWI_STR_FMT(found));
    }
    *ret = awi_str_skip(node->text, least);
    if (awi_str_ends(*ret, AWI_STR("/"))) {
        ret->len--;
    }
    return 0;
}

/* text is what node says, or the file that it names. */
static int check_jwks(const struct awi_config_place *place, struct awi_str text)
{
    json_error_t error;
    AWI_AUTO(json) json_t *tree = json_loadb(text.ptr, text.len, 0, &error);

    if (!tree) {
        return awi_config_problem(place,
                                  "found no JSON (line %d: %s), expected a JSON Web Key Set",
                                  error.line,
                                  error.text);
    }
    if (!json_is_array(json_object_get(tree, "keys"))) {
        return awi_config_problem(place,
                                  "found JSON without a list of keys, expected {\"keys\": [...]}");
    }
    return 0;
}

static int
read_jwks(const struct awi_config_place *place, const struct awi_yaml *node, struct awi_str *ret)
{
    struct awi_str found = awi_config_describe(&place->config->arena, node);

    if (node->kind != AWI_YAML_SCALAR) {
        return awi_config_problem(place,
                                  "found %.*s for jwks, expected the text of a JSON Web Key Set",
                                  AWI_STR_FMT(found));
    }
    *ret = node->text;
    return check_jwks(place, node->text);
}

/* A relative name counts from the folder of the configuration file. */
static int read_jwks_file(const struct awi_config_place *place,
                          const struct awi_yaml *node,
                          struct awi_str *ret)
{
    struct awi_arena *arena = &place->config->arena;
    struct awi_str found = awi_config_describe(arena, node), folder = awi_str_from(place->file);
    struct awi_buf buf = AWI_BUF_INIT(AWI_CONFIG_FILE_MAX);
    bool absolute = awi_str_starts(node->text, AWI_STR("/"));

    folder.len = absolute ? 0 : (size_t)(awi_str_rfind(folder, '/') + 1);
    struct awi_str path =
        awi_arena_printf(arena, "%.*s%.*s", AWI_STR_FMT(folder), AWI_STR_FMT(node->text));
    if (!path.ptr) {
        return -ENOMEM;
    }
    int r = node->kind == AWI_YAML_SCALAR ? awi_config_read_file(path.ptr, &buf) : -EINVAL;
    if (r == 0) {
        *ret = awi_arena_str(arena, awi_buf_view(&buf));
        r = ret->ptr ? check_jwks(place, *ret) : -ENOMEM;
    } else if (r != -ENOMEM) {
        r = awi_config_problem(place,
                               "found %.*s for jwks_file (%s), expected a file that can be read",
                               AWI_STR_FMT(found),
                               strerrordesc_np(-r));
    }
    awi_buf_deinit(&buf);
    return r;
}

static int read_value(const struct awi_config_place *place,
                      int key,
                      const struct awi_yaml *node,
                      void *provider)
{
    struct awi_config_oidc_provider *ret = provider;

    return key == ISSUER ? read_issuer(place, node, &ret->issuer)
           : key == JWKS ? read_jwks(place, node, &ret->jwks)
                         : read_jwks_file(place, node, &ret->jwks);
}

static const struct awi_config_keys provider_keys = {
    .what = "a provider",
    .expected = "issuer, jwks or jwks_file",
    .names = keys,
    .read = read_value,
};

static int read_provider(const struct awi_config_place *outer,
                         const struct awi_yaml *node,
                         struct awi_config_oidc_provider *ret)
{
    struct awi_config_place place = *outer;
    unsigned seen = 0;

    place.line = node->line;
    int r = node->kind == AWI_YAML_MAP
                ? awi_config_read_map(&place, node, &provider_keys, ret, &seen)
                : 0;
    if (r) {
        return r;
    }
    return seen == (1u << ISSUER | 1u << JWKS) || seen == (1u << ISSUER | 1u << JWKS_FILE)
               ? 0
               : awi_config_problem(&place,
                                    "found a provider that is not {issuer, jwks} or {issuer, "
                                    "jwks_file}, expected one of these");
}

int awi_config_read_providers(const struct awi_config_place *place,
                              const struct awi_yaml *node,
                              struct awi_config_oidc_providers *field)
{
    struct awi_arena *arena = &place->config->arena;
    struct awi_str what = awi_config_describe(arena, node);
    struct awi_config_place here = *place;

    if (node->kind != AWI_YAML_LIST) {
        return awi_config_problem(place,
                                  "found %.*s for oidc_providers, expected a list of {issuer, jwks "
                                  "or jwks_file}",
                                  AWI_STR_FMT(what));
    }
    struct awi_config_oidc_provider *items =
        awi_arena_array(arena, struct awi_config_oidc_provider, node->n);
    if (!items) {
        return -ENOMEM;
    }
    for (const struct awi_yaml *at = node->child; at; at = at->next) {
        here.line = at->line;
        int r = read_provider(&here, at, &items[field->n]);
        if (r) {
            return r;
        }
        for (size_t i = 0; i < field->n; i++) {
            if (awi_str_eq(items[i].issuer, items[field->n].issuer)) {
                return awi_config_problem(&here,
                                          "found issuer %.*s again, expected it once",
                                          AWI_STR_FMT(items[i].issuer));
            }
        }
        field->n++;
    }
    field->items = items;
    return 0;
}

struct awi_str awi_config_jwks(const struct awi_config *config, struct awi_str issuer)
{
    for (size_t i = 0; i < config->oidc_providers.n; i++) {
        if (awi_str_eq(config->oidc_providers.items[i].issuer, issuer)) {
            return config->oidc_providers.items[i].jwks;
        }
    }
    return AWI_STR_NULL;
}

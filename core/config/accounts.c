/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of accounts in a configuration file, and looking one up.
 */
#include "core/config/load.h"

#include <errno.h>
#include <stdlib.h>

int awi_config_read_id(const struct awi_config_place *place,
                       const char *what,
                       const struct awi_yaml *node,
                       struct awi_str *ret)
{
    struct awi_str found = awi_config_describe(&place->config->arena, node);

    if (node->kind == AWI_YAML_SCALAR && awi_str_is_account(node->text)) {
        if (node->quoted) {
            *ret = node->text;
            return 0;
        }
        return awi_config_problem(
            place,
            "found %.*s for %s without quotes, expected 12 digits in quotes: \"%.*s\"",
            AWI_STR_FMT(node->text),
            what,
            AWI_STR_FMT(node->text));
    }
    return awi_config_problem(place,
                              "found %.*s for %s, expected 12 digits in quotes such as "
                              "\"222222222222\"",
                              AWI_STR_FMT(found),
                              what);
}

static int read_text(const struct awi_config_place *place,
                     const struct awi_yaml *node,
                     size_t least,
                     size_t most,
                     struct awi_str *ret)
{
    struct awi_str found = awi_config_describe(&place->config->arena, node);

    if (node->kind != AWI_YAML_SCALAR || node->text.len < least || node->text.len > most) {
        return awi_config_problem(place,
                                  "found %.*s for %.*s, expected %zu to %zu characters",
                                  AWI_STR_FMT(found),
                                  AWI_STR_FMT(node->key),
                                  least,
                                  most);
    }
    *ret = node->text;
    return 0;
}

static int
read_email(const struct awi_config_place *place, const struct awi_yaml *node, struct awi_str *ret)
{
    bool address = node->kind != AWI_YAML_SCALAR || awi_str_find(node->text, '@') > 0;
    int r = address ? read_text(place, node, 6, 64, ret) : 0;

    if (!address) {
        return awi_config_problem(place,
                                  "found \"%.*s\" for email, expected an address such as "
                                  "dev@example.com",
                                  AWI_STR_FMT(awi_str_head(node->text, 64)));
    }
    return r;
}

/* --- One account ----------------------------------------------------------------------------- */

static const char *const keys[] = {"id", "name", "email", "iam", "credentials", NULL};
enum { ID, NAME, EMAIL, IAM };

static int read_value(const struct awi_config_place *place,
                      int key,
                      const struct awi_yaml *node,
                      void *account)
{
    struct awi_config_account *ret = account;

    switch (key) {
    case ID:
        return awi_config_read_id(place, "id", node, &ret->id);
    case NAME:
        return read_text(place, node, 1, 50, &ret->name);
    case EMAIL:
        return read_email(place, node, &ret->email);
    default:
        break;
    }
    struct awi_str text;
    int r = read_text(place, node, 1, AWI_CONFIG_TEXT_MAX, &text);
    if (key == IAM) {
        ret->own_iam = true;
        return r ? r : awi_config_value_IAM(place, "iam", text, &ret->iam);
    }
    ret->own_credentials = true;
    return r ? r : awi_config_value_CREDENTIALS(place, "credentials", text, &ret->credentials);
}

static const struct awi_config_keys account_keys = {
    .what = "an account",
    .expected = "id, name, email, iam or credentials",
    .names = keys,
    .read = read_value,
};

static int read_account(const struct awi_config_place *outer,
                        const struct awi_yaml *node,
                        struct awi_config_account *ret)
{
    struct awi_config_place place = *outer;
    struct awi_str what = awi_config_describe(&place.config->arena, node);
    unsigned seen;

    place.line = node->line;
    if (node->kind != AWI_YAML_MAP) {
        return awi_config_problem(&place,
                                  "found %.*s in accounts, expected id: \"222222222222\" and, if "
                                  "wanted, name, email, iam and credentials",
                                  AWI_STR_FMT(what));
    }
    int r = awi_config_read_map(&place, node, &account_keys, ret, &seen);
    if (r) {
        return r;
    }
    return seen & 1u << ID
               ? 0
               : awi_config_problem(&place, "found an account without id, expected one");
}

/* --- The list -------------------------------------------------------------------------------- */

static int compare_positions(const void *a, const void *b, void *arg)
{
    const struct awi_config_account *items = arg;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    int order = awi_str_cmp(items[i].id, items[j].id);

    return order ? order : i < j ? -1 : 1;
}

/* Fills by_id and reports an id that stands twice. */
static int index_accounts(const struct awi_config_place *place,
                          struct awi_config_account *items,
                          const unsigned *lines,
                          struct awi_config_accounts *field)
{
    struct awi_config_place at = *place;
    uint32_t *by_id = awi_arena_array(&place->config->arena, uint32_t, field->n);

    if (!by_id) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < field->n; i++) {
        by_id[i] = (uint32_t)i;
    }
    qsort_r(by_id, field->n, sizeof(*by_id), compare_positions, items);
    for (size_t i = 1; i < field->n; i++) {
        if (awi_str_eq(items[by_id[i - 1]].id, items[by_id[i]].id)) {
            at.line = lines[by_id[i]];
            return awi_config_problem(&at,
                                      "found account %.*s again, expected it once (line %u)",
                                      AWI_STR_FMT(items[by_id[i]].id),
                                      lines[by_id[i - 1]]);
        }
    }
    field->items = items;
    field->by_id = by_id;
    return 0;
}

int awi_config_read_accounts(const struct awi_config_place *place,
                             const struct awi_yaml *node,
                             struct awi_config_accounts *field)
{
    struct awi_arena *arena = &place->config->arena;
    struct awi_str what = awi_config_describe(arena, node);
    struct awi_config_account *items;
    unsigned *lines;
    size_t n = 0;

    if (node->kind != AWI_YAML_LIST) {
        return awi_config_problem(
            place,
            "found %.*s for accounts, expected a list of {id, name, email, iam, "
            "credentials}",
            AWI_STR_FMT(what));
    }
    if (node->n > AWI_CONFIG_ACCOUNTS_MAX) {
        return awi_config_problem(
            place, "found %zu accounts, expected at most %d", node->n, AWI_CONFIG_ACCOUNTS_MAX);
    }
    items = awi_arena_array(arena, struct awi_config_account, node->n);
    lines = awi_arena_array(arena, unsigned, node->n);
    if (!items || !lines) {
        return -ENOMEM;
    }
    for (const struct awi_yaml *at = node->child; at; at = at->next) {
        int r = read_account(place, at, &items[n]);
        if (r) {
            return r;
        }
        field->own_iam |= items[n].own_iam;
        field->own_credentials |= items[n].own_credentials;
        lines[n++] = at->line;
    }
    field->n = n;
    return n ? index_accounts(place, items, lines, field) : 0;
}

const struct awi_config_account *awi_config_account(const struct awi_config *config,
                                                    struct awi_str id)
{
    const struct awi_config_accounts *accounts = &config->accounts;
    size_t low = 0, high = accounts->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct awi_config_account *at = &accounts->items[accounts->by_id[middle]];
        int order = awi_str_cmp(id, at->id);
        if (order == 0) {
            return at;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

enum awi_iam_mode awi_config_iam(const struct awi_config *config, struct awi_str account)
{
    const struct awi_config_account *own =
        config->accounts.own_iam ? awi_config_account(config, account) : NULL;

    return own && own->own_iam ? own->iam : config->iam;
}

enum awi_credentials_mode awi_config_credentials(const struct awi_config *config,
                                                 struct awi_str account)
{
    const struct awi_config_account *own =
        config->accounts.own_credentials ? awi_config_account(config, account) : NULL;

    return own && own->own_credentials ? own->credentials : config->credentials;
}

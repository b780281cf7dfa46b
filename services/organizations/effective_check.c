/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of an effective policy cannot be enforced (Organizations user guide, "Invalid effective
 * policy alerts"). A document can be good by itself and its sum with others not. The rules are
 * those that the guide's page on the syntax of backup policies states; other types have none here.
 */
#include "services/organizations/effective.h"

#include <errno.h>

struct rule {
    const char *type;
    const char *path; /* from the root; "*": each */
    const char *name; /* of the setting below */
    size_t most;      /* settings or values that it may have; 0: it must be there */
};

static const struct rule rules[] = {
    {"BACKUP_POLICY", "plans/*", "regions", 0},
    {"BACKUP_POLICY", "plans/*", "rules", 0},
    {"BACKUP_POLICY", "plans/*", "selections", 0},
    {"BACKUP_POLICY", "plans/*", "rules", 10},
};

struct check {
    struct awi_arena *arena;
    const struct rule *rule;
    struct organizations_EffectivePolicyValidationErrors *errors;
};

static size_t count_below(const struct org_setting *setting)
{
    size_t n = setting->n;

    for (const struct org_setting *at = setting->first; at; at = at->next) {
        n += !org_setting_is_empty(at);
    }
    return n;
}

/* The policies that set it or what is below it. */
static int add_policies(struct awi_arena *arena,
                        const struct org_setting *setting,
                        struct organizations_PolicyIds *ret)
{
    struct awi_str *items = awi_arena_array(arena, struct awi_str, ret->n + setting->n_policies);
    int r = items ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < ret->n; i++) {
        items[i] = ret->items[i];
    }
    for (size_t i = 0; r == 0 && i < setting->n_policies; i++) {
        bool known = false;
        for (size_t j = 0; j < ret->n; j++) {
            known |= awi_str_eq(items[j], setting->policies[i]);
        }
        if (!known) {
            items[ret->n++] = setting->policies[i];
        }
    }
    ret->items = items;
    ret->set = true;
    for (const struct org_setting *at = setting->first; r == 0 && at; at = at->next) {
        r = add_policies(arena, at, ret);
    }
    return r;
}

static int report(const struct check *check, const struct org_setting *where, struct awi_str path)
{
    struct organizations_EffectivePolicyValidationErrors *list = check->errors;
    struct organizations_EffectivePolicyValidationError *more = awi_arena_array(
        check->arena, struct organizations_EffectivePolicyValidationError, list->n + 1);
    const char *name = check->rule->name;
    bool missing = check->rule->most == 0;

    if (!more) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < list->n; i++) {
        more[i] = list->items[i];
    }
    struct organizations_EffectivePolicyValidationError *error = &more[list->n];
    list->items = more;
    list->n++;
    error->ErrorCode = missing ? AWI_STR("KEY_REQUIRED") : AWI_STR("ELEMENTS_TOO_MANY");
    error->ErrorMessage = missing ? awi_arena_printf(check->arena, "'%s' is missing", name)
                                  : awi_arena_printf(check->arena,
                                                     "'%s' exceeds the allowed maximum limit %zu",
                                                     name,
                                                     check->rule->most);
    error->PathToError = awi_arena_printf(check->arena, "%.*s%s", AWI_STR_FMT(path), name);
    if (!error->ErrorMessage.ptr || !error->PathToError.ptr) {
        return -ENOMEM;
    }
    return add_policies(check->arena, where, &error->ContributingPolicies);
}

static int look(const struct check *check, const struct org_setting *where, struct awi_str path)
{
    const struct org_setting *at = where->first;

    while (at && !awi_str_is(at->name, check->rule->name)) {
        at = at->next;
    }
    size_t n = at ? count_below(at) : 0;
    bool bad = check->rule->most ? n > check->rule->most : n == 0;
    return bad ? report(check, at ? at : where, path) : 0;
}

/* Follows the rule's path: rest is what is still to go, path what has been gone. */
static int follow(const struct check *check,
                  const struct org_setting *where,
                  struct awi_str rest,
                  struct awi_str path)
{
    struct awi_str step;
    int r = 0;

    if (!awi_str_cut(&rest, '/', &step)) {
        return look(check, where, path);
    }
    for (const struct org_setting *at = where->first; r == 0 && at; at = at->next) {
        if ((awi_str_is(step, "*") || awi_str_eq(step, at->name)) && !org_setting_is_empty(at)) {
            struct awi_str here = awi_arena_printf(
                check->arena, "%.*s%.*s/", AWI_STR_FMT(path), AWI_STR_FMT(at->name));
            r = here.ptr ? follow(check, at, rest, here) : -ENOMEM;
        }
    }
    return r;
}

int org_effective_errors(struct awi_arena *arena,
                         struct awi_str type,
                         const struct org_setting *root,
                         struct organizations_EffectivePolicyValidationErrors *ret)
{
    struct check check = {.arena = arena, .errors = ret};
    int r = 0;

    ret->n = 0;
    ret->set = true;
    for (size_t i = 0; r == 0 && i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (awi_str_is(type, rules[i].type)) {
            check.rule = &rules[i];
            r = follow(&check, root, awi_str_from(rules[i].path), AWI_STR(""));
        }
    }
    return r;
}

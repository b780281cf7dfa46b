/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy document compiled (4.1-4.9). Lenient: what has no meaning matches nothing, and of
 * members that stand twice the last counts. validate.c is the strict one.
 */
#include "core/policy/internal.h"

#include <errno.h>

struct compiler {
    struct awi_arena *arena;
    struct awi_policy *policy;
    bool variables; /* Version 2012-10-17 or later */
    size_t keys_room;
};

/* A value that may stand alone or in a list: the first, and its number. */
static const struct awi_json *values_of(const struct awi_json *value, size_t *ret_n)
{
    bool list = value && value->type == AWI_JSON_ARRAY;

    *ret_n = !value ? 0 : list ? value->n : 1;
    return list ? value->first : value;
}

static bool is_scalar(const struct awi_json *value)
{
    return value->type == AWI_JSON_STRING || value->type == AWI_JSON_BOOL ||
           value->type == AWI_JSON_NUMBER;
}

/* --- Keys that are named --------------------------------------------------------------------- */

static bool key_known(const struct awi_policy *policy, struct awi_str key)
{
    for (size_t i = 0; i < policy->n_keys; i++) {
        if (awi_str_eq_nocase(policy->keys[i], key)) {
            return true;
        }
    }
    return false;
}

static int add_key(struct compiler *c, struct awi_str key)
{
    struct awi_policy *policy = c->policy;

    if (key_known(policy, key)) {
        return 0;
    }
    if (policy->n_keys == c->keys_room) {
        size_t room = c->keys_room ? c->keys_room * 2 : 8;
        struct awi_str *keys = awi_arena_array(c->arena, struct awi_str, room);
        if (!keys) {
            return -ENOMEM;
        }
        if (policy->n_keys) {
            memcpy(keys, policy->keys, policy->n_keys * sizeof(*keys));
        }
        policy->keys = keys;
        c->keys_room = room;
    }
    policy->keys[policy->n_keys++] = key;
    return 0;
}

static int add_variables(struct compiler *c, struct awi_str text)
{
    struct glob glob;

    if (!c->variables || awi_str_search(text, AWI_STR("${")) < 0) {
        return 0;
    }
    int r = awi_policy_glob_compile(c->arena, text, GLOB_VARIABLES, &glob);
    for (unsigned i = 0; r == 0 && i < glob.n; i++) {
        if (glob.pieces[i].kind == PIECE_VAR) {
            r = add_key(c, glob.pieces[i].key);
        }
    }
    return r;
}

/* --- Elements of a statement ------------------------------------------------------------------ */

/* Element, or its Not form; NULL when it has neither. */
static const struct awi_json *
either(const struct awi_json *statement, const char *name, const char *not_name, bool *ret_not)
{
    const struct awi_json *value = awi_json_get(statement, name);

    *ret_not = !value && awi_json_get(statement, not_name);
    return *ret_not ? awi_json_get(statement, not_name) : value;
}

static int read_actions(struct compiler *c, const struct awi_json *tree, struct statement *ret)
{
    size_t n;
    const struct awi_json *at =
        values_of(either(tree, "Action", "NotAction", &ret->not_action), &n);

    ret->actions = awi_arena_array(c->arena, struct glob, n);
    if (!ret->actions) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++, at = at->next) {
        if (at->type != AWI_JSON_STRING) {
            continue;
        }
        int r = awi_policy_glob_compile(
            c->arena, at->text, GLOB_WILDCARDS, &ret->actions[ret->n_actions++]);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int read_resources(struct compiler *c, const struct awi_json *tree, struct statement *ret)
{
    size_t n;
    const struct awi_json *value = either(tree, "Resource", "NotResource", &ret->not_resource);
    const struct awi_json *at = values_of(value, &n);

    ret->has_resource = value != NULL;
    ret->resources = awi_arena_array(c->arena, struct arn_glob, n);
    if (!ret->resources) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++, at = at->next) {
        if (at->type != AWI_JSON_STRING) {
            continue;
        }
        int r = awi_policy_arn_glob_resource(
            c->arena, at->text, c->variables, &ret->resources[ret->n_resources++]);
        if (r == 0) {
            r = add_variables(c, at->text);
        }
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* Counts the entries of all types, and writes them where ret is given. */
static size_t list_principals(const struct awi_json *map, struct principal *ret)
{
    size_t total = 0;

    for (const struct awi_json *type = map->first; type; type = type->next) {
        size_t n;
        const struct awi_json *at = values_of(type, &n);
        for (size_t i = 0; i < n; i++, at = at->next) {
            if (at->type == AWI_JSON_STRING && ret) {
                awi_policy_principal_read(type->name, at->text, &ret[total]);
            }
            total += at->type == AWI_JSON_STRING;
        }
    }
    return total;
}

static int read_principals(struct compiler *c, const struct awi_json *tree, struct statement *ret)
{
    const struct awi_json *value = either(tree, "Principal", "NotPrincipal", &ret->not_principal);

    ret->has_principal = value != NULL;
    if (!value) {
        return 0;
    }
    bool map = value->type == AWI_JSON_OBJECT;
    size_t n = map ? list_principals(value, NULL) : 1;
    ret->principals = awi_arena_array(c->arena, struct principal, n);
    if (!ret->principals) {
        return -ENOMEM;
    }
    ret->n_principals = n;
    if (map) {
        list_principals(value, ret->principals);
    } else {
        bool any = value->type == AWI_JSON_STRING && awi_str_is(value->text, "*");
        ret->principals[0].kind = any ? PRINCIPAL_ANY : PRINCIPAL_NOBODY;
    }
    return 0;
}

/* --- Conditions ------------------------------------------------------------------------------- */

static int read_condition(struct compiler *c, const struct awi_json *key, struct condition *ret)
{
    size_t n;
    const struct awi_json *at = values_of(key, &n);
    bool variables = c->variables && awi_policy_condition_takes_variables(ret);

    ret->key = key->name;
    ret->values = awi_arena_array(c->arena, union condition_value, n);
    if (!ret->values) {
        return -ENOMEM;
    }
    int r = add_key(c, key->name);
    for (size_t i = 0; r == 0 && i < n; i++, at = at->next) {
        if (!is_scalar(at)) {
            continue;
        }
        r = awi_policy_condition_value(c->arena, ret, at->text, variables, &ret->values[ret->n++]);
        if (r == 0 && variables) {
            r = add_variables(c, at->text);
        }
    }
    return r;
}

static size_t count_conditions(const struct awi_json *block)
{
    size_t n = 0;

    for (const struct awi_json *op = block->first; op; op = op->next) {
        n += op->type == AWI_JSON_OBJECT ? op->n : 1;
    }
    return n;
}

static int read_conditions(struct compiler *c, const struct awi_json *tree, struct statement *ret)
{
    const struct awi_json *block = awi_json_get(tree, "Condition");

    if (!block) {
        return 0;
    }
    /* One more, for a block that is no object: a condition without operator never holds. */
    ret->conditions = awi_arena_array(c->arena, struct condition, count_conditions(block) + 1);
    if (!ret->conditions) {
        return -ENOMEM;
    }
    if (block->type != AWI_JSON_OBJECT) {
        ret->n_conditions = 1;
        return 0;
    }
    for (const struct awi_json *op = block->first; op; op = op->next) {
        if (awi_json_is_overridden(op)) {
            continue;
        }
        if (op->type != AWI_JSON_OBJECT) {
            ret->n_conditions++;
            continue;
        }
        for (const struct awi_json *key = op->first; key; key = key->next) {
            if (awi_json_is_overridden(key)) {
                continue;
            }
            struct condition *condition = &ret->conditions[ret->n_conditions++];
            awi_policy_condition_operator(op->name, condition);
            int r = read_condition(c, key, condition);
            if (r < 0) {
                return r;
            }
        }
    }
    return 0;
}

/* --- The document ----------------------------------------------------------------------------- */

static enum effect read_effect(const struct awi_json *tree)
{
    const struct awi_json *effect = awi_json_get(tree, "Effect");

    if (!effect || effect->type != AWI_JSON_STRING) {
        return EFFECT_NEITHER;
    }
    return awi_str_is(effect->text, "Allow")  ? EFFECT_ALLOW
           : awi_str_is(effect->text, "Deny") ? EFFECT_DENY
                                              : EFFECT_NEITHER;
}

static int read_statement(struct compiler *c, const struct awi_json *tree, struct statement *ret)
{
    const struct awi_json *sid = awi_json_get(tree, "Sid");

    ret->start = tree->start;
    ret->end = tree->end;
    ret->sid = sid && sid->type == AWI_JSON_STRING ? sid->text : AWI_STR_NULL;
    ret->effect = read_effect(tree);
    int r = read_actions(c, tree, ret);
    if (r == 0) {
        r = read_resources(c, tree, ret);
    }
    if (r == 0) {
        r = read_principals(c, tree, ret);
    }
    return r == 0 ? read_conditions(c, tree, ret) : r;
}

static bool grants_all(const struct statement *s)
{
    bool anyone = !s->has_principal ||
                  (!s->not_principal && s->n_principals && s->principals[0].kind == PRINCIPAL_ANY);

    return s->effect == EFFECT_ALLOW && !s->n_conditions && anyone && !s->not_action &&
           !s->not_resource && s->n_actions && s->actions[0].shape == GLOB_ANY && s->n_resources &&
           s->resources[0].any;
}

static bool allows_all(const struct awi_policy *policy)
{
    bool all = false;

    for (size_t i = 0; i < policy->n; i++) {
        if (policy->statements[i].effect == EFFECT_DENY) {
            return false;
        }
        all |= i == 0 && grants_all(&policy->statements[i]);
    }
    return all;
}

static int fail(struct awi_policy_error *error, const char *reason, size_t at)
{
    *error = (struct awi_policy_error){reason, at};
    return -EINVAL;
}

static int compile_tree(struct awi_arena *arena,
                        const struct awi_json *tree,
                        const struct awi_policy **ret,
                        struct awi_policy_error *ret_error)
{
    const struct awi_json *version = awi_json_get(tree, "Version");
    const struct awi_json *statement = awi_json_get(tree, "Statement");
    struct compiler c = {.arena = arena};
    size_t n;

    if (tree->type != AWI_JSON_OBJECT) {
        return fail(ret_error, "a policy is an object", tree->start);
    }
    if (!statement) {
        return fail(ret_error, "a policy has a Statement", tree->start);
    }
    const struct awi_json *at = values_of(statement, &n);
    c.variables = version && awi_str_is(version->text, "2012-10-17");
    c.policy = awi_arena_new(arena, struct awi_policy);
    if (c.policy) {
        c.policy->statements = awi_arena_array(arena, struct statement, n);
    }
    if (!c.policy || !c.policy->statements) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++, at = at->next) {
        if (at->type != AWI_JSON_OBJECT) {
            return fail(ret_error, "a statement is an object", at->start);
        }
        int r = read_statement(&c, at, &c.policy->statements[c.policy->n++]);
        if (r < 0) {
            return r;
        }
    }
    c.policy->allows_all = allows_all(c.policy);
    *ret = c.policy;
    return 0;
}

int awi_policy_compile(struct awi_arena *arena,
                       struct awi_str text,
                       const struct awi_policy **ret,
                       struct awi_policy_error *ret_error)
{
    const struct awi_json *tree;
    struct awi_json_error error = {0};

    if (text.len > AWI_POLICY_LONGEST) {
        return -EMSGSIZE;
    }
    int r = awi_json_read(arena, text, &tree, &error);
    if (r == -EINVAL) {
        return fail(ret_error, error.reason, error.at);
    }
    return r < 0 ? r : compile_tree(arena, tree, ret, ret_error);
}

int awi_policy_compile_json(struct awi_arena *arena,
                            const struct awi_json *tree,
                            const struct awi_policy **ret,
                            struct awi_str *ret_text,
                            struct awi_policy_error *ret_error)
{
    bool in_string = tree->type == AWI_JSON_STRING;

    if (ret_text) {
        *ret_text = in_string ? tree->text : AWI_STR_NULL;
    }
    if (in_string) {
        return awi_policy_compile(arena, tree->text, ret, ret_error);
    }
    return tree->end - tree->start > AWI_POLICY_LONGEST ? -EMSGSIZE
                                                        : compile_tree(arena, tree, ret, ret_error);
}

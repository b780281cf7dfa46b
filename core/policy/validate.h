/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of the strict grammar share. For core/policy only. */
#pragma once

#include "core/policy/internal.h"

#define SYNTAX "Syntax errors in policy."

struct checker {
    struct awi_arena *arena;
    enum awi_policy_kind kind;
    struct awi_str reason;
};

static inline bool refuse(struct checker *c, const char *reason)
{
    c->reason = awi_str_from(reason);
    return false;
}

static inline bool is_trust(const struct checker *c)
{
    return c->kind == AWI_POLICY_TRUST;
}

typedef bool (*text_check)(struct checker *c, struct awi_str text, const void *user);

/* All true, or false with the reason set. Members: each named once, and one of names. */
bool awi_policy_check_members(struct checker *c,
                              const struct awi_json *object,
                              const char *const *names);
/* A string or a list of at least one. */
bool awi_policy_check_texts(struct checker *c,
                            const struct awi_json *value,
                            text_check check,
                            const void *user);
bool awi_policy_check_action(struct checker *c, struct awi_str text, const void *user);
bool awi_policy_check_resource(struct checker *c, struct awi_str text, const void *user);
bool awi_policy_check_principals(struct checker *c, const struct awi_json *value);
bool awi_policy_check_conditions(struct checker *c, const struct awi_json *block);

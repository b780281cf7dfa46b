/* SPDX-License-Identifier: Apache-2.0 */
/* What may be seen of a compiled policy, the names of verdicts and layers, and sizes (policy.h). */
#include "core/policy/internal.h"

size_t awi_policy_statements(const struct awi_policy *policy)
{
    return policy->n;
}

void awi_policy_statement(const struct awi_policy *policy,
                          size_t index,
                          struct awi_policy_statement_view *ret)
{
    const struct statement *statement = &policy->statements[index];

    *ret = (struct awi_policy_statement_view){
        .sid = statement->sid,
        .index = index,
        .start = statement->start,
        .end = statement->end,
        .deny = statement->effect == EFFECT_DENY,
    };
}

const struct awi_str *awi_policy_keys(const struct awi_policy *policy, size_t *ret_n)
{
    *ret_n = policy->n_keys;
    return policy->keys;
}

const char *awi_policy_verdict_name(enum awi_policy_verdict verdict)
{
    static const char *const names[] = {
        [AWI_IMPLICIT_DENY] = "implicitDeny",
        [AWI_ALLOWED] = "allowed",
        [AWI_EXPLICIT_DENY] = "explicitDeny",
    };
    return names[verdict];
}

const char *awi_policy_layer_name(enum awi_policy_layer layer)
{
    static const char *const names[] = {
        [AWI_LAYER_RCP] = "rcp",
        [AWI_LAYER_SCP] = "scp",
        [AWI_LAYER_RESOURCE] = "resource",
        [AWI_LAYER_IDENTITY] = "identity",
        [AWI_LAYER_BOUNDARY] = "boundary",
        [AWI_LAYER_SESSION] = "session",
        [AWI_LAYER_ROOT] = "root",
        [AWI_LAYER_NONE] = "none",
    };
    return names[layer];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_character(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

size_t awi_policy_size(struct awi_str text)
{
    bool inside = false;
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        n += is_character(c) && (inside || !is_blank(c));
        if (c == '"') {
            inside = !inside;
        } else if (c == '\\' && inside && i + 1 < text.len) {
            n += is_character(text.ptr[++i]);
        }
    }
    return n;
}

size_t awi_policy_size_all(struct awi_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        n += is_character(text.ptr[i]);
    }
    return n;
}

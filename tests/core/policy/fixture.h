/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka with what it needs before it, and short ways to compiled policies. */
#pragma once

#include "core/policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static inline struct awi_policy_ref t_policy(struct awi_arena *arena, const char *text)
{
    struct awi_policy_ref ref = {0};
    struct awi_policy_error error = {0};

    if (awi_policy_compile(arena, awi_str_from(text), &ref.policy, &error) < 0) {
        fail_msg("%s, at byte %zu of %s", error.reason, error.at, text);
    }
    return ref;
}

static inline void t_equal(struct awi_str got, const char *wanted)
{
    if (!awi_str_is(got, wanted)) {
        fail_msg("got '%.*s', wanted '%s'", AWI_STR_FMT(got), wanted);
    }
}

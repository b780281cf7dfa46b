/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks, as the evaluator sees it. */
#pragma once

#include "core/policy/policy.h"
#include "core/service.h"

void awi_caller_begin(const struct awi_principal *who, struct awi_policy_caller *ret);

/* Adds what only this policy of a resource asks for: the canonical id takes a digest. 0, -ENOMEM.
 */
int awi_caller_know(struct awi_arena *arena,
                    struct awi_str policy,
                    struct awi_policy_caller *caller);

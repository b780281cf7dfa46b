/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The condition keys of a request: the global ones of identity.md 5.9, which every request has, and
 * those that the operation adds.
 */
#pragma once

#include "core/request/layers.h"

/* Sorted as the evaluator needs them, in the arena. 0 or -ENOMEM. */
int awi_request_keys(const struct awi_layers *layers,
                     const struct awi_access *access,
                     const struct awi_policy_key **ret,
                     size_t *ret_n);

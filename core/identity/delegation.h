/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the owner of a delegation request has granted (access_policies-temporary-delegation): as
 * whom and how far its requestor may act, and the token that it trades for credentials. IAM writes
 * it, STS redeems it; the request itself is IAM's.
 */
#pragma once

#include "core/ids.h"
#include "core/store/store.h"

struct core_DelegationRecord;

/* By the id of the request. -ENOENT: no such request, or nobody granted it. */
int awi_delegation_get(struct awi_txn *txn,
                       struct awi_arena *arena,
                       struct awi_str request_id,
                       struct core_DelegationRecord *ret);
int awi_delegation_put(struct awi_txn *txn,
                       struct awi_arena *arena,
                       const struct core_DelegationRecord *delegation);

/* Makes the token of a delegation; the state keeps its hash only. *ret in the arena. */
int awi_delegation_release(struct awi_txn *txn,
                           struct awi_arena *arena,
                           struct awi_random *random,
                           const struct core_DelegationRecord *delegation,
                           struct awi_str *ret_token);
/* Whose token it is. -ENOENT: nobody's. */
int awi_delegation_of_token(struct awi_txn *txn,
                            struct awi_arena *arena,
                            struct awi_str token,
                            struct core_DelegationRecord *ret);

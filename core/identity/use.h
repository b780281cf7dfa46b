/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When access keys and principals were last used, for which operation of which service: what IAM
 * answers as "last used" and "last accessed" (reference_access-advisor). Every authenticated
 * request counts, also one that is refused for want of permission.
 *
 * A use is not written again for AWI_USE_MS after it was written, so times are exact to that.
 * Records (struct core_UseRecord) lie in the caller's account, table "used", under AWI_KEY(unique
 * id, service, operation) for principals and AWI_KEY(key id) for long-term keys.
 */
#pragma once

#include "core/store/store.h"

struct core_UseRecord;

#define AWI_USE_MS 60000

struct awi_use {
    struct awi_str account;
    struct awi_str principal; /* AIDA..., AROA..., or the account: its root user */
    struct awi_str key;       /* a long-term key that was issued here; absent: another */
    struct awi_str service;   /* namespace: "s3" */
    struct awi_str operation; /* the action that it needs permission for: "ListAllMyBuckets" */
    struct awi_str region;
    int64_t now_ms;
};

/* Was this use written within AWI_USE_MS? 1 yes, 0 no, -errno. */
int awi_use_is_noted(struct awi_txn *txn, struct awi_arena *arena, const struct awi_use *use);
int awi_use_note(struct awi_txn *txn, struct awi_arena *arena, const struct awi_use *use);

/* The last use of a key. -ENOENT: never. */
int awi_use_of_key(struct awi_txn *txn,
                   struct awi_arena *arena,
                   struct awi_str account,
                   struct awi_str key,
                   struct core_UseRecord *ret);

/* Calls seen for the last use of each operation by a principal, ordered by service; principal
 * absent: by any of the account. Stops at and returns what is not 0. */
int awi_use_each(struct awi_txn *txn,
                 struct awi_arena *arena,
                 struct awi_str account,
                 struct awi_str principal,
                 int (*seen)(void *arg, const struct core_UseRecord *use),
                 void *arg);
/* The last of all of them. -ENOENT: never. */
int awi_use_last(struct awi_txn *txn,
                 struct awi_arena *arena,
                 struct awi_str account,
                 struct awi_str principal,
                 struct core_UseRecord *ret);

/* Forgets a principal or a key that was deleted. */
int awi_use_forget(struct awi_txn *txn,
                   struct awi_arena *arena,
                   struct awi_str account,
                   struct awi_str id);

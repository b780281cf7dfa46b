/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that were issued here: temporary ones (struct core_SessionRecord) and those of IAM users
 * (struct core_AccessKeyRecord), in one table per account that every process of the state reads. An
 * id carries its account, so a key is found with one get.
 *
 * An expired session is remembered for AWI_SESSION_KEPT_MS, to be told apart from a forged one, and
 * then swept by whoever issues the next.
 */
#pragma once

#include "core/ids.h"
#include "core/store/store.h"

struct core_SessionRecord;
struct core_AccessKeyRecord;

#define AWI_SESSION_KEPT_MS (36 * 3600 * INT64_C(1000))

/* Kind of a session record. */
#define AWI_SESSION_ROLE      "role"      /* AssumeRole and its relatives */
#define AWI_SESSION_USER      "user"      /* GetSessionToken of a user */
#define AWI_SESSION_ROOT      "root"      /* GetSessionToken of the root user */
#define AWI_SESSION_FEDERATED "federated" /* GetFederationToken */
#define AWI_SESSION_TASK      "task"      /* AssumeRoot: the root user, for one task */

/*
 * Stores a session and makes its key. The caller has filled Account, Kind, Arn, UserId, Issued,
 * Expires and what else is known; AccessKeyId, SecretAccessKey and TokenHash are filled here, and
 * *ret_token is the token, which only its holder will have. All in the arena. 0 or -errno.
 */
int awi_session_issue(struct awi_txn *txn,
                      struct awi_arena *arena,
                      struct awi_random *random,
                      struct core_SessionRecord *session,
                      struct awi_str *ret_token);

/* -ENOENT: no such session here. */
int awi_session_get(struct awi_txn *txn,
                    struct awi_arena *arena,
                    struct awi_str access_key_id,
                    struct core_SessionRecord *ret);
/* Is this the session's token? */
bool awi_session_token_is(const struct core_SessionRecord *session, struct awi_str token);

/* Keys of IAM users. */
int awi_access_key_get(struct awi_txn *txn,
                       struct awi_arena *arena,
                       struct awi_str access_key_id,
                       struct core_AccessKeyRecord *ret);
int awi_access_key_put(struct awi_txn *txn,
                       struct awi_arena *arena,
                       const struct core_AccessKeyRecord *key);
int awi_access_key_delete(struct awi_txn *txn, struct awi_str access_key_id);

/* Forgets every key of an account: when it is closed. */
int awi_keys_revoke(struct awi_txn *txn, struct awi_str account);

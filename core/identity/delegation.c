/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/delegation.h"

#include "core/identity/key.h"
#include "core/store/record.h"
#include "core/util/digest.h"

#include "gen/core.h"

#include <errno.h>

/* Both of all accounts. */
#define GRANTS "delegation" /* by the request's id */
#define TOKENS "tradein"    /* SHA-256 of a token -> the request's id */

static struct awi_scope scope_of(struct awi_txn *txn)
{
    return (struct awi_scope){
        .txn = txn, .account = AWI_STR(""), .region = AWI_STR(""), .service = AWI_STR("core")};
}

int awi_delegation_get(struct awi_txn *txn,
                       struct awi_arena *arena,
                       struct awi_str request_id,
                       struct core_DelegationRecord *ret)
{
    struct awi_scope scope = scope_of(txn);

    return awi_record_get(&scope, GRANTS, request_id, arena, &core_DelegationRecord_shape, ret);
}

int awi_delegation_put(struct awi_txn *txn,
                       struct awi_arena *arena,
                       const struct core_DelegationRecord *delegation)
{
    struct awi_scope scope = scope_of(txn);

    return awi_record_put(
        &scope, GRANTS, delegation->RequestId, arena, &core_DelegationRecord_shape, delegation);
}

int awi_delegation_release(struct awi_txn *txn,
                           struct awi_arena *arena,
                           struct awi_random *random,
                           const struct core_DelegationRecord *delegation,
                           struct awi_str *ret_token)
{
    struct awi_scope scope = scope_of(txn);
    char token[AWI_TOKEN_LEN + 1];
    unsigned char hash[32];

    awi_token_make(random, token);
    int r = awi_digest_of(AWI_SHA256, awi_str_from(token), hash);
    r = r ? r : awi_put(&scope, TOKENS, awi_str_of(hash, sizeof(hash)), delegation->RequestId);
    *ret_token = r ? AWI_STR_NULL : awi_arena_str(arena, awi_str_from(token));
    return r ? r : ret_token->ptr ? 0 : -ENOMEM;
}

int awi_delegation_of_token(struct awi_txn *txn,
                            struct awi_arena *arena,
                            struct awi_str token,
                            struct core_DelegationRecord *ret)
{
    struct awi_scope scope = scope_of(txn);
    unsigned char hash[32];
    struct awi_str id;
    int r = awi_digest_of(AWI_SHA256, token, hash);

    r = r ? r : awi_get(&scope, TOKENS, awi_str_of(hash, sizeof(hash)), &id);
    return r ? r : awi_delegation_get(txn, arena, id, ret);
}

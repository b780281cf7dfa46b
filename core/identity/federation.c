/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/federation.h"

#include "core/identity/principal.h"
#include "core/store/record.h"

#include "gen/core.h"

#include <errno.h>

#define TABLE   "federation" /* of one account: under "" its record */
#define ISSUERS "issuer"     /* of all accounts: host -> account */
#define HTTPS   "https://"
#define DOMAIN  ".tokens.sts.global.api.aws"

int awi_federation_get(struct awi_txn *txn,
                       struct awi_arena *arena,
                       struct awi_str account,
                       struct core_FederationRecord *ret)
{
    struct awi_scope scope = awi_principal_scope(txn, account);

    return awi_record_get(&scope, TABLE, AWI_STR(""), arena, &core_FederationRecord_shape, ret);
}

static int make_issuer(struct awi_txn *txn,
                       struct awi_arena *arena,
                       struct awi_random *random,
                       struct awi_str account,
                       struct awi_str *ret)
{
    struct awi_scope all = awi_principal_scope(txn, AWI_STR(""));
    char id[37];

    awi_random_uuid(random, id);
    *ret = awi_arena_printf(arena, HTTPS "%s" DOMAIN, id);
    return ret->ptr ? awi_put(&all, ISSUERS, awi_str_skip(*ret, strlen(HTTPS)), account) : -ENOMEM;
}

int awi_federation_set(struct awi_txn *txn,
                       struct awi_arena *arena,
                       struct awi_random *random,
                       struct awi_str account,
                       bool enabled,
                       struct core_FederationRecord *ret)
{
    struct awi_scope scope = awi_principal_scope(txn, account);
    int r = awi_federation_get(txn, arena, account, ret);

    if (r == -ENOENT) {
        *ret = (struct core_FederationRecord){.Enabled = AWI_SOME_BOOL(false)};
        r = 0;
    }
    if (r == 0 && ret->Enabled.v == enabled) {
        return -EALREADY;
    }
    if (r == 0 && !awi_str_is_set(ret->Issuer)) {
        r = make_issuer(txn, arena, random, account, &ret->Issuer);
    }
    ret->Enabled = AWI_SOME_BOOL(enabled);
    return r ? r
             : awi_record_put(&scope, TABLE, AWI_STR(""), arena, &core_FederationRecord_shape, ret);
}

int awi_federation_account(struct awi_txn *txn,
                           struct awi_arena *arena,
                           struct awi_str host,
                           struct awi_str *ret)
{
    struct awi_scope all = awi_principal_scope(txn, AWI_STR(""));
    struct awi_str held;
    int r = host.len ? awi_get(&all, ISSUERS, host, &held) : -ENOENT;

    if (r == 0) {
        *ret = awi_arena_str(arena, held);
        r = ret->ptr ? 0 : -ENOMEM;
    }
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/state_key.h"

#include <errno.h>

#define TABLE "statekey"

static struct awi_scope scope_of(struct awi_txn *txn)
{
    return (struct awi_scope){
        .txn = txn, .account = AWI_STR(""), .region = AWI_STR(""), .service = AWI_STR("core")};
}

int awi_state_key_get(struct awi_txn *txn, const char *purpose, unsigned char ret[AWI_STATE_KEY])
{
    struct awi_scope scope = scope_of(txn);
    struct awi_str held;
    int r = awi_get(&scope, TABLE, awi_str_from(purpose), &held);

    if (r == 0 && held.len != AWI_STATE_KEY) {
        return -EBADMSG;
    }
    if (r == 0) {
        memcpy(ret, held.ptr, AWI_STATE_KEY);
    }
    return r;
}

int awi_state_key_make(struct awi_txn *txn,
                       struct awi_random *random,
                       const char *purpose,
                       unsigned char ret[AWI_STATE_KEY])
{
    struct awi_scope scope = scope_of(txn);
    int r = awi_state_key_get(txn, purpose, ret);

    if (r != -ENOENT) {
        return r;
    }
    awi_random_fill(random, ret, AWI_STATE_KEY);
    return awi_put(&scope, TABLE, awi_str_from(purpose), awi_str_of(ret, AWI_STATE_KEY));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/moved.h"

#include "core/store/record.h"

#include "gen/core.h"

#include <errno.h>

#define TABLE "clock"
#define KEY   AWI_STR("moved")

static struct awi_scope scope_of(struct awi_txn *txn)
{
    return (struct awi_scope){
        .txn = txn, .account = AWI_STR(""), .region = AWI_STR(""), .service = AWI_STR("core")};
}

int awi_clock_moved(struct awi_txn *txn, struct awi_arena *arena, int64_t *ret_ms)
{
    struct awi_scope scope = scope_of(txn);
    struct core_MovedRecord record;
    int r = awi_record_get(&scope, TABLE, KEY, arena, &core_MovedRecord_shape, &record);

    if (r == 0 || r == -ENOENT) {
        *ret_ms = r == 0 ? record.Ms.v : 0;
        return 0;
    }
    return r;
}

int awi_clock_move(struct awi_txn *txn, struct awi_arena *arena, int64_t ms)
{
    struct awi_scope scope = scope_of(txn);
    struct core_MovedRecord record = {.Ms = AWI_SOME(ms)};

    return awi_record_put(&scope, TABLE, KEY, arena, &core_MovedRecord_shape, &record);
}

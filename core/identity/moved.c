/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/moved.h"

#include "core/clock.h"
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

int awi_clock_moved(struct awi_txn *txn, struct awi_arena *arena, struct awi_moved *ret)
{
    struct awi_scope scope = scope_of(txn);
    struct core_MovedRecord record;
    int r = awi_record_get(&scope, TABLE, KEY, arena, &core_MovedRecord_shape, &record);

    if (r == 0 || r == -ENOENT) {
        *ret = r == 0 ? (struct awi_moved){record.Ms.v, record.Moves.items, record.Moves.n}
                      : (struct awi_moved){0};
        return 0;
    }
    return r;
}

int awi_clock_move(struct awi_txn *txn, struct awi_arena *arena, int64_t ms)
{
    struct awi_scope scope = scope_of(txn);
    struct core_MovedRecord record = {.Ms = AWI_SOME(ms)};
    struct core_Move *moves = awi_arena_array(arena, struct core_Move, AWI_MOVES + 1);
    struct awi_moved before;
    int r = moves ? awi_clock_moved(txn, arena, &before) : -ENOMEM;

    if (r) {
        return r;
    }
    size_t kept = before.n < AWI_MOVES ? before.n : AWI_MOVES - 1;
    if (kept) {
        memcpy(moves, before.moves + before.n - kept, kept * sizeof(*moves));
    }
    moves[kept] =
        (struct core_Move){.AtMs = AWI_SOME(awi_clock_now(&AWI_CLOCK_REAL, 0)), .Ms = AWI_SOME(ms)};
    record.Moves.items = moves;
    record.Moves.n = kept + 1;
    record.Moves.set = true;
    return awi_record_put(&scope, TABLE, KEY, arena, &core_MovedRecord_shape, &record);
}

int64_t awi_moved_since(const struct awi_moved *moved, int64_t machine_ms)
{
    for (size_t i = moved->n; i > 0; i--) {
        if (moved->moves[i - 1].AtMs.v / 1000 < machine_ms / 1000) {
            return moved->ms - moved->moves[i - 1].Ms.v;
        }
    }
    return moved->ms;
}

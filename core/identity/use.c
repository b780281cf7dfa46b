/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/use.h"

#include "core/identity/principal.h"
#include "core/store/record.h"
#include "core/util/cleanup.h"

#include "gen/core.h"

#include <errno.h>

#define TABLE "used"

static struct awi_str key_of_principal(struct awi_arena *arena, const struct awi_use *use)
{
    return AWI_KEY(arena, use->principal, use->service, use->operation);
}

static int
get(const struct awi_scope *scope, struct awi_arena *arena, struct awi_str key, void *ret)
{
    return key.ptr ? awi_record_get(scope, TABLE, key, arena, &core_UseRecord_shape, ret) : -ENOMEM;
}

/* Another's clock may be ahead. */
static bool is_fresh(const struct core_UseRecord *record, const struct awi_use *use)
{
    return record->Time.ms > use->now_ms - AWI_USE_MS && awi_str_eq(record->Region, use->region);
}

int awi_use_is_noted(struct awi_txn *txn, struct awi_arena *arena, const struct awi_use *use)
{
    struct awi_scope scope = awi_principal_scope(txn, use->account);
    struct core_UseRecord record;
    int r = get(&scope, arena, key_of_principal(arena, use), &record);

    if (r == 0 && awi_str_is_set(use->key) && is_fresh(&record, use)) {
        r = get(&scope, arena, AWI_KEY(arena, use->key), &record);
    }
    return r == -ENOENT ? 0 : r ? r : is_fresh(&record, use);
}

int awi_use_note(struct awi_txn *txn, struct awi_arena *arena, const struct awi_use *use)
{
    struct awi_scope scope = awi_principal_scope(txn, use->account);
    struct core_UseRecord record = {
        .Time = AWI_SOME_TIME(use->now_ms / 1000 * 1000),
        .Service = use->service,
        .Operation = use->operation,
        .Region = use->region,
    };
    struct awi_str principal = key_of_principal(arena, use);
    struct awi_str key = awi_str_is_set(use->key) ? AWI_KEY(arena, use->key) : principal;
    int r = principal.ptr && key.ptr ? 0 : -ENOMEM;

    r = r ? r : awi_record_put(&scope, TABLE, principal, arena, &core_UseRecord_shape, &record);
    return r || !awi_str_is_set(use->key)
               ? r
               : awi_record_put(&scope, TABLE, key, arena, &core_UseRecord_shape, &record);
}

int awi_use_of_key(struct awi_txn *txn,
                   struct awi_arena *arena,
                   struct awi_str account,
                   struct awi_str key,
                   struct core_UseRecord *ret)
{
    struct awi_scope scope = awi_principal_scope(txn, account);

    return get(&scope, arena, AWI_KEY(arena, key), ret);
}

int awi_use_each(struct awi_txn *txn,
                 struct awi_arena *arena,
                 struct awi_str account,
                 struct awi_str principal,
                 int (*seen)(void *arg, const struct core_UseRecord *use),
                 void *arg)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_scope scope = awi_principal_scope(txn, account);
    struct awi_str prefix = awi_str_is_set(principal) ? AWI_KEY(arena, principal) : AWI_STR("");
    struct awi_str key, value;
    int r =
        prefix.ptr ? awi_cursor_open(&scope, TABLE, prefix, prefix, AWI_FORWARD, &cursor) : -ENOMEM;

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct core_UseRecord record;
        if (!awi_str_is_set(awi_key_part(arena, key, 1))) {
            continue; /* a key's, whose user has it too */
        }
        r = awi_record_decode(value, arena, &core_UseRecord_shape, &record);
        r = r ? r : seen(arg, &record);
    }
    return r == -ENOENT ? 0 : r;
}

static int take_later(void *arg, const struct core_UseRecord *use)
{
    struct core_UseRecord *last = arg;

    if (!last->Time.set || use->Time.ms > last->Time.ms) {
        *last = *use;
    }
    return 0;
}

int awi_use_last(struct awi_txn *txn,
                 struct awi_arena *arena,
                 struct awi_str account,
                 struct awi_str principal,
                 struct core_UseRecord *ret)
{
    *ret = (struct core_UseRecord){.Time = {.set = false}};
    int r = awi_use_each(txn, arena, account, principal, take_later, ret);
    return r ? r : ret->Time.set ? 0 : -ENOENT;
}

int awi_use_forget(struct awi_txn *txn,
                   struct awi_arena *arena,
                   struct awi_str account,
                   struct awi_str id)
{
    struct awi_scope scope = awi_principal_scope(txn, account);
    struct awi_str prefix = AWI_KEY(arena, id);

    return prefix.ptr ? awi_delete_prefix(&scope, TABLE, prefix) : -ENOMEM;
}

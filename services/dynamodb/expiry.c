/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time to live: which items have expired, and their removal (Developer guide, "Using time to
 * live"). AWS removes an item within days of its expiry; here it is gone for every request from
 * that moment on: reads pass over it, and the next write to the table removes it, as the stream's
 * consumers see.
 */
#include "services/dynamodb/dynamodb.h"

#include <errno.h>

/* What expired before that is a mistake, and stays. */
#define OLDEST_SECONDS (5 * 365 * INT64_C(86400))
#define SECONDS_SIZE   8

/* Whole seconds since the epoch: the part of a plain number before its point. */
static bool
seconds_of(const struct ddb_table *table, const struct dynamodb_AttributeMap *item, int64_t *ret)
{
    const struct dynamodb_AttributeValue *value =
        awi_str_is_set(table->expiry) ? ddb_map_find(item, table->expiry) : NULL;
    struct awi_str text = value ? value->N : AWI_STR_NULL, whole;

    if (!text.ptr) {
        return false;
    }
    awi_str_cut(&text, '.', &whole);
    return awi_str_to_i64(whole, ret) == 0 && *ret >= 0;
}

static int64_t now_of(struct awi_req *req)
{
    return awi_now(req) / 1000;
}

bool ddb_is_expired(struct awi_req *req,
                    const struct ddb_table *table,
                    const struct dynamodb_AttributeMap *item)
{
    int64_t seconds;

    return seconds_of(table, item, &seconds) && seconds < now_of(req) &&
           seconds > now_of(req) - OLDEST_SECONDS;
}

/* ID SECONDS ITEM: in the order of expiry. */
static struct awi_str entry_of(struct awi_arena *arena,
                               const struct ddb_table *table,
                               int64_t seconds,
                               struct awi_str key)
{
    char *bytes = awi_arena_alloc(arena, table->id.len + SECONDS_SIZE + key.len);
    char *at = bytes;

    if (!bytes) {
        return AWI_STR_NULL;
    }
    memcpy(at, table->id.ptr, table->id.len);
    at += table->id.len;
    for (int shift = 56; shift >= 0; shift -= 8) {
        *at++ = (char)(seconds >> shift & 0xff);
    }
    if (key.len) {
        memcpy(at, key.ptr, key.len);
    }
    return awi_str_of(bytes, table->id.len + SECONDS_SIZE + key.len);
}

int ddb_expiry_update(struct awi_req *req,
                      const struct ddb_table *table,
                      struct awi_str key,
                      const struct dynamodb_AttributeMap *old,
                      const struct dynamodb_AttributeMap *item)
{
    int64_t before, after;
    bool had = old && seconds_of(table, old, &before);
    bool has = item && seconds_of(table, item, &after);
    int r = 0;

    if (had && has && before == after) {
        return 0;
    }
    if (had) {
        struct awi_str entry = entry_of(awi_arena(req), table, before, key);
        r = entry.ptr ? awi_delete(&table->scope, "expiry", entry) : -ENOMEM;
        r = r == -ENOENT ? 0 : r;
    }
    if (r == 0 && has) {
        struct awi_str entry = entry_of(awi_arena(req), table, after, key);
        r = entry.ptr ? awi_put(&table->scope, "expiry", entry, AWI_STR("")) : -ENOMEM;
    }
    return r;
}

int ddb_expire(struct awi_req *req, const struct ddb_table *table)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct dynamodb_AttributeMap item;
    struct awi_str from, to, entry, value;
    int r;

    if (!awi_str_is_set(table->expiry)) {
        return 0;
    }
    int64_t oldest = now_of(req) - OLDEST_SECONDS + 1;
    from = entry_of(awi_arena(req), table, oldest > 0 ? oldest : 0, AWI_STR(""));
    to = entry_of(awi_arena(req), table, now_of(req), AWI_STR(""));
    r = from.ptr && to.ptr
            ? awi_cursor_open(&table->scope, "expiry", table->id, from, AWI_FORWARD, &cursor)
            : -ENOMEM;
    while (r == 0 && (r = awi_cursor_next(cursor, &entry, &value)) == 0) {
        if (awi_str_cmp(entry, to) >= 0) {
            return 0;
        }
        struct awi_str key =
            awi_arena_str(awi_arena(req), awi_str_skip(entry, table->id.len + SECONDS_SIZE));
        r = key.ptr ? ddb_item_stored(req, table, key, &item) : -ENOMEM;
        if (r == 0) {
            r = ddb_item_remove(req, table, key, &item, true);
        }
    }
    return r == -ENOENT ? 0 : r;
}

int ddb_expiry_begin(struct awi_req *req, const struct ddb_table *table)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct dynamodb_AttributeMap item;
    struct awi_str key, value;
    int r = awi_cursor_open(&table->scope, "item", table->id, table->id, AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct awi_str kept = awi_arena_str(awi_arena(req), value);
        struct awi_str at = awi_arena_str(awi_arena(req), key);

        r = kept.ptr && at.ptr ? ddb_item_decode(awi_arena(req), kept, &item) : -ENOMEM;
        if (r == 0) {
            r = ddb_expiry_update(req, table, at, NULL, &item);
        }
    }
    return r == -ENOENT ? 0 : r;
}

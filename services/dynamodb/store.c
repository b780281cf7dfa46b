/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Items in the store, with their index entries and the table's counters kept in step.
 */
#include "services/dynamodb/dynamodb.h"

#include <errno.h>

#define STORED_MAX (4u << 20)

int ddb_item_stored(struct awi_req *req,
                    const struct ddb_table *table,
                    struct awi_str key,
                    struct dynamodb_AttributeMap *ret)
{
    struct awi_str bytes;
    int r = awi_get(&table->scope, "item", key, &bytes);

    if (r < 0) {
        return r;
    }
    /* The answer is encoded when the transaction is over. */
    bytes = awi_arena_str(awi_arena(req), bytes);
    return bytes.ptr ? ddb_item_decode(awi_arena(req), bytes, ret) : -ENOMEM;
}

int ddb_item_get(struct awi_req *req,
                 const struct ddb_table *table,
                 struct awi_str key,
                 struct dynamodb_AttributeMap *ret)
{
    int r = ddb_item_stored(req, table, key, ret);

    return r == 0 && ddb_is_expired(req, table, ret) ? -ENOENT : r;
}

/* --- Counters -------------------------------------------------------------------------------- */

struct counters {
    int64_t items;
    int64_t bytes;
};

static int get_counters(const struct ddb_table *table, struct counters *ret)
{
    struct awi_str bytes;
    int r = awi_get(&table->scope, "count", table->id, &bytes);

    *ret = (struct counters){0};
    if (r == 0 && bytes.len == sizeof(*ret)) {
        memcpy(ret, bytes.ptr, sizeof(*ret));
    }
    return r == -ENOENT ? 0 : r;
}

int ddb_counts(const struct ddb_table *table, int64_t *ret_items, int64_t *ret_bytes)
{
    struct counters counters;
    int r = get_counters(table, &counters);

    *ret_items = counters.items;
    *ret_bytes = counters.bytes;
    return r;
}

static int count(const struct ddb_table *table,
                 const struct dynamodb_AttributeMap *old,
                 const struct dynamodb_AttributeMap *item)
{
    int64_t items = (item ? 1 : 0) - (old ? 1 : 0);
    int64_t bytes =
        (item ? (int64_t)ddb_item_size(item) : 0) - (old ? (int64_t)ddb_item_size(old) : 0);
    struct counters counters;
    int r = items || bytes ? get_counters(table, &counters) : 0;

    if (r < 0 || (items == 0 && bytes == 0)) {
        return r;
    }
    counters.items += items;
    counters.bytes += bytes;
    return awi_put(&table->scope, "count", table->id, awi_str_of(&counters, sizeof(counters)));
}

/* --- Index entries --------------------------------------------------------------------------- */

static int update_index(struct awi_req *req,
                        const struct ddb_table *table,
                        const struct ddb_index *index,
                        struct awi_str key,
                        const struct dynamodb_AttributeMap *old,
                        const struct dynamodb_AttributeMap *item)
{
    struct awi_str before = AWI_STR_NULL, after = AWI_STR_NULL;
    int r = 0;

    if (old && ddb_index_has(index, old)) {
        before = ddb_index_key(awi_arena(req), table, index, old, key);
        r = before.ptr ? 0 : -ENOMEM;
    }
    if (r == 0 && item && ddb_index_has(index, item)) {
        after = ddb_index_key(awi_arena(req), table, index, item, key);
        r = after.ptr ? 0 : -ENOMEM;
    }
    if (r < 0 || (before.ptr && after.ptr && awi_str_eq(before, after))) {
        return r;
    }
    if (before.ptr) {
        r = awi_delete(&table->scope, "index", before);
    }
    if (r == 0 && after.ptr) {
        r = awi_put(&table->scope, "index", after, key);
    }
    return r;
}

static int update_indexes(struct awi_req *req,
                          const struct ddb_table *table,
                          struct awi_str key,
                          const struct dynamodb_AttributeMap *old,
                          const struct dynamodb_AttributeMap *item)
{
    int r = count(table, old, item);

    if (r == 0) {
        r = ddb_expiry_update(req, table, key, old, item);
    }
    for (size_t i = 0; r == 0 && i < table->n_indexes; i++) {
        r = update_index(req, table, &table->indexes[i], key, old, item);
    }
    return r;
}

int ddb_item_put(struct awi_req *req,
                 const struct ddb_table *table,
                 struct awi_str key,
                 const struct dynamodb_AttributeMap *old,
                 const struct dynamodb_AttributeMap *item)
{
    struct awi_buf buf = AWI_BUF_INIT(STORED_MAX);
    int r = ddb_item_encode(&buf, item);

    if (r == 0) {
        r = awi_put(&table->scope, "item", key, awi_buf_view(&buf));
    }
    awi_buf_deinit(&buf);
    if (r == 0) {
        r = update_indexes(req, table, key, old, item);
    }
    return r == 0 ? ddb_stream_change(req, table, old, item, false) : r;
}

int ddb_item_delete(struct awi_req *req,
                    const struct ddb_table *table,
                    struct awi_str key,
                    const struct dynamodb_AttributeMap *old)
{
    return ddb_item_remove(req, table, key, old, false);
}

int ddb_item_remove(struct awi_req *req,
                    const struct ddb_table *table,
                    struct awi_str key,
                    const struct dynamodb_AttributeMap *old,
                    bool expired)
{
    int r = awi_delete(&table->scope, "item", key);

    if (r == 0) {
        r = update_indexes(req, table, key, old, NULL);
    }
    return r == 0 ? ddb_stream_change(req, table, old, NULL, expired) : r;
}

int ddb_item_index(struct awi_req *req,
                   const struct ddb_table *table,
                   struct awi_str key,
                   const struct dynamodb_AttributeMap *item)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < table->n_indexes; i++) {
        r = update_index(req, table, &table->indexes[i], key, NULL, item);
    }
    return r;
}

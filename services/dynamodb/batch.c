/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BatchGetItem and BatchWriteItem. Nothing is throttled, so that only a page that is full leaves
 * keys unprocessed.
 */
#include "services/dynamodb/batch.h"

#include <errno.h>

#define WRITES_MAX 25
#define GETS_MAX   100
#define PAGE_MAX   (16u << 20)

/* --- Consumed capacity ----------------------------------------------------------------------- */

int ddb_usages_begin(struct awi_req *req, struct ddb_usages *usages, size_t most)
{
    usages->n = 0;
    usages->items = awi_arena_array(awi_arena(req), struct ddb_usage, most);
    return usages->items ? 0 : -ENOMEM;
}

void ddb_usages_add(struct ddb_usages *usages, const struct ddb_usage *usage, double factor)
{
    size_t at = 0;

    while (at < usages->n && !awi_str_eq(usages->items[at].table->id, usage->table->id)) {
        at++;
    }
    if (at == usages->n) {
        usages->items[usages->n++] =
            (struct ddb_usage){.table = usage->table, .write = usage->write};
    }
    usages->items[at].units += factor * usage->units;
    for (size_t i = 0; i < DDB_INDEXES_MAX; i++) {
        usages->items[at].index_units[i] += factor * usage->index_units[i];
    }
}

int ddb_usages_answer(struct awi_req *req,
                      struct awi_str mode,
                      const struct ddb_usages *usages,
                      struct dynamodb_ConsumedCapacityMultiple *ret)
{
    if (!awi_str_is_set(mode) || awi_str_is(mode, "NONE")) {
        return 0;
    }
    ret->items = awi_arena_array(awi_arena(req), struct dynamodb_ConsumedCapacity, usages->n);
    if (!ret->items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < usages->n; i++) {
        struct dynamodb_ConsumedCapacity *one;
        int r = ddb_consumed(req, mode, &usages->items[i], &one);

        if (r != 0) {
            return r;
        }
        ret->items[ret->n++] = *one;
    }
    ret->set = true;
    return 0;
}

/* --- Keys ------------------------------------------------------------------------------------ */

/* The keys of the items that a request has named so far. */
struct seen {
    struct awi_str *keys;
    size_t n;
};

static int see(struct awi_req *req, struct seen *seen, struct awi_str key)
{
    if (!key.ptr) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < seen->n; i++) {
        if (awi_str_eq(seen->keys[i], key)) {
            return ddb_invalid(req, "Provided list of item keys contains duplicates");
        }
    }
    seen->keys[seen->n++] = key;
    return 0;
}

/* --- BatchWriteItem -------------------------------------------------------------------------- */

static int write_one(struct awi_req *req,
                     struct awi_str table,
                     const struct dynamodb_WriteRequest *request,
                     struct seen *seen,
                     struct ddb_usages *usages)
{
    struct ddb_written *written = awi_arena_new(awi_arena(req), struct ddb_written);
    struct dynamodb_AttributeMap item;
    struct ddb_write write = {.table = table, .item = &item};
    int r;

    if (!written) {
        return -ENOMEM;
    }
    if (!request->PutRequest == !request->DeleteRequest) {
        return ddb_invalid(req,
                           "Supplied AttributeValue has more than one datatypes set, must contain "
                           "exactly one of the supported datatypes");
    }
    write.kind = request->PutRequest ? DDB_WRITE_PUT : DDB_WRITE_DELETE;
    item = request->PutRequest ? request->PutRequest->Item : request->DeleteRequest->Key;
    r = ddb_write(req, &write, written);
    if (r == 0) {
        r = see(req, seen, ddb_item_key(awi_arena(req), &written->table, &item));
    }
    if (r == 0) {
        ddb_usages_add(usages, &written->usage, 1);
    }
    return r;
}

int ddb_batch_write_item(struct awi_req *req,
                         const struct dynamodb_BatchWriteItemInput *in,
                         struct dynamodb_BatchWriteItemOutput *out)
{
    struct ddb_usages usages;
    struct seen seen = {0};
    size_t n = 0;
    int r;

    for (size_t i = 0; i < in->RequestItems.n; i++) {
        n += in->RequestItems.items[i].value.n;
    }
    if (n > WRITES_MAX) {
        return ddb_invalid(req, "Too many items requested for the BatchWriteItem call");
    }
    seen.keys = awi_arena_array(awi_arena(req), struct awi_str, WRITES_MAX);
    r = seen.keys ? ddb_usages_begin(req, &usages, n) : -ENOMEM;
    for (size_t i = 0; r == 0 && i < in->RequestItems.n; i++) {
        const struct dynamodb_BatchWriteItemRequestMap_entry *entry = &in->RequestItems.items[i];

        for (size_t j = 0; r == 0 && j < entry->value.n; j++) {
            r = write_one(req, entry->key, &entry->value.items[j], &seen, &usages);
        }
    }
    out->UnprocessedItems.set = true;
    return r == 0
               ? ddb_usages_answer(req, in->ReturnConsumedCapacity, &usages, &out->ConsumedCapacity)
               : r;
}

/* --- BatchGetItem ---------------------------------------------------------------------------- */

int ddb_get_one(struct awi_req *req,
                const struct ddb_table *table,
                const struct dynamodb_AttributeMap *key,
                const struct ddb_projection *projection,
                bool consistent,
                struct ddb_usage *usage,
                struct dynamodb_AttributeMap *ret)
{
    struct awi_str at = ddb_item_key(awi_arena(req), table, key);
    struct dynamodb_AttributeMap item;
    int r = at.ptr ? ddb_item_get(req, table, at, &item) : -ENOMEM;

    *usage = (struct ddb_usage){.table = table};
    *ret = (struct dynamodb_AttributeMap){0};
    if (r < 0 && r != -ENOENT) {
        return r;
    }
    usage->units = ddb_read_units(r == 0 ? ddb_item_size(&item) : 0, consistent);
    if (r == -ENOENT) {
        return 0;
    }
    if (projection) {
        r = ddb_project(awi_arena(req), projection, &item, ret);
        ret->set = true;
        return r;
    }
    *ret = item;
    ret->set = true;
    return 0;
}

struct getting {
    struct ddb_usages usages;
    struct seen seen;
    size_t bytes;
};

/* The keys from number `from` on wait for the next request. */
static int leave(struct awi_req *req,
                 const struct dynamodb_BatchGetRequestMap_entry *entry,
                 size_t from,
                 struct dynamodb_BatchGetItemOutput *out)
{
    struct dynamodb_BatchGetRequestMap_entry *rest =
        &out->UnprocessedKeys.items[out->UnprocessedKeys.n++];

    (void)req;
    *rest = *entry;
    rest->value.Keys.items += from;
    rest->value.Keys.n -= from;
    return 0;
}

static int get_table(struct awi_req *req,
                     const struct dynamodb_BatchGetRequestMap_entry *entry,
                     struct getting *getting,
                     struct dynamodb_BatchGetItemOutput *out)
{
    struct dynamodb_BatchGetResponseMap_entry *answer = &out->Responses.items[out->Responses.n];
    struct ddb_table *table = awi_arena_new(awi_arena(req), struct ddb_table);
    bool consistent = entry->value.ConsistentRead.set && entry->value.ConsistentRead.v;
    struct ddb_projection *projection = NULL;
    int r = table ? ddb_table_open(req, entry->key, table) : -ENOMEM;

    if (r == 0) {
        r = ddb_read_projection(req,
                                &entry->value.AttributesToGet,
                                entry->value.ProjectionExpression,
                                &entry->value.ExpressionAttributeNames,
                                &projection);
    }
    if (r != 0) {
        return r;
    }
    out->Responses.n++;
    answer->key = entry->key;
    answer->value.set = true;
    answer->value.items =
        awi_arena_array(awi_arena(req), struct dynamodb_AttributeMap, entry->value.Keys.n);
    for (size_t i = 0; answer->value.items && i < entry->value.Keys.n; i++) {
        struct dynamodb_AttributeMap key = entry->value.Keys.items[i], item;
        struct ddb_usage usage;

        if (getting->bytes > PAGE_MAX) {
            return leave(req, entry, i, out);
        }
        r = ddb_check_key(req, table, &key);
        if (r == 0) {
            r = see(req, &getting->seen, ddb_item_key(awi_arena(req), table, &key));
        }
        if (r == 0) {
            r = ddb_get_one(req, table, &key, projection, consistent, &usage, &item);
        }
        if (r != 0) {
            return r;
        }
        ddb_usages_add(&getting->usages, &usage, 1);
        if (item.set) {
            getting->bytes += ddb_item_size(&item);
            answer->value.items[answer->value.n++] = item;
        }
    }
    return answer->value.items ? 0 : -ENOMEM;
}

int ddb_batch_get_item(struct awi_req *req,
                       const struct dynamodb_BatchGetItemInput *in,
                       struct dynamodb_BatchGetItemOutput *out)
{
    size_t tables = in->RequestItems.n, n = 0;
    struct getting getting = {0};
    int r;

    for (size_t i = 0; i < tables; i++) {
        n += in->RequestItems.items[i].value.Keys.n;
    }
    if (n > GETS_MAX) {
        return ddb_invalid(req, "Too many items requested for the BatchGetItem call");
    }
    getting.seen.keys = awi_arena_array(awi_arena(req), struct awi_str, GETS_MAX);
    out->Responses.items =
        awi_arena_array(awi_arena(req), struct dynamodb_BatchGetResponseMap_entry, tables);
    out->UnprocessedKeys.items =
        awi_arena_array(awi_arena(req), struct dynamodb_BatchGetRequestMap_entry, tables);
    if (!getting.seen.keys || !out->Responses.items || !out->UnprocessedKeys.items) {
        return -ENOMEM;
    }
    out->Responses.set = out->UnprocessedKeys.set = true;
    r = ddb_usages_begin(req, &getting.usages, n);
    for (size_t i = 0; r == 0 && i < tables; i++) {
        r = get_table(req, &in->RequestItems.items[i], &getting, out);
    }
    return r == 0 ? ddb_usages_answer(
                        req, in->ReturnConsumedCapacity, &getting.usages, &out->ConsumedCapacity)
                  : r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One write of one item: what PutItem, UpdateItem, DeleteItem and the parts of transactions and
 * batches do.
 */
#include "services/dynamodb/dynamodb.h"

#include <errno.h>

static int
check_put(struct awi_req *req, const struct ddb_table *table, struct dynamodb_AttributeMap *item)
{
    if (ddb_item_size(item) > DDB_ITEM_MAX) {
        return ddb_invalid(req, "Item size has exceeded the maximum allowed size");
    }
    return ddb_check_item(req, table, item);
}

/* The item as it is after the update: the old one, or a new one of the key alone, changed. */
static int apply_update(struct awi_req *req, const struct ddb_write *write, struct ddb_written *ret)
{
    struct awi_arena *arena = awi_arena(req);
    struct awi_str message;
    int r = awi_shape_copy(
        arena, &dynamodb_AttributeMap_shape, &ret->now, ret->had_old ? &ret->old : write->item);

    if (r == 0 && write->update) {
        r = ddb_answered(req, ddb_update_apply(arena, write->update, &ret->now, &message), message);
    }
    if (r == 0) {
        r = ddb_answered(req, ddb_map_check(arena, &ret->now, &message), message);
    }
    if (r != 0) {
        return r;
    }
    if (ddb_item_size(&ret->now) > DDB_ITEM_MAX) {
        return ddb_invalid(req, "Item size to update has exceeded the maximum allowed size");
    }
    return ddb_check_item(req, &ret->table, &ret->now);
}

/* An update may not touch the keys. */
static int
check_update(struct awi_req *req, const struct ddb_write *write, const struct ddb_table *table)
{
    for (size_t i = 0; write->update && i < write->update->n; i++) {
        for (size_t j = 0; j < table->keys.n; j++) {
            if (awi_str_eq(write->update->actions[i].path.steps[0].name,
                           table->keys.parts[j].name)) {
                return ddb_invalid(req,
                                   "One or more parameter values were invalid: Cannot update "
                                   "attribute %.*s. This attribute is part of the key",
                                   AWI_STR_FMT(table->keys.parts[j].name));
            }
        }
    }
    return 0;
}

static int store(struct awi_req *req,
                 const struct ddb_write *write,
                 struct awi_str key,
                 struct ddb_written *ret)
{
    const struct dynamodb_AttributeMap *old = ret->had_old ? &ret->old : NULL;

    switch (write->kind) {
    case DDB_WRITE_DELETE:
        ddb_use_write(&ret->usage, old, NULL);
        return old ? ddb_item_delete(req, &ret->table, key, old) : 0;
    case DDB_WRITE_CHECK:
        ddb_use_write(&ret->usage, old, NULL);
        return 0;
    case DDB_WRITE_PUT:
        ret->now = *write->item;
        break;
    case DDB_WRITE_UPDATE: {
        int r = apply_update(req, write, ret);

        if (r != 0) {
            return r;
        }
        break;
    }
    }
    ddb_use_write(&ret->usage, old, &ret->now);
    return ddb_item_put(req, &ret->table, key, old, &ret->now);
}

int ddb_write(struct awi_req *req, const struct ddb_write *write, struct ddb_written *ret)
{
    struct awi_str key, message;
    int r;

    *ret = (struct ddb_written){0};
    if (write->kind == DDB_WRITE_PUT) {
        r = ddb_answered(req, ddb_map_check(awi_arena(req), write->item, &message), message);
        if (r != 0) {
            return r;
        }
    }
    r = ddb_table_open(req, write->table, &ret->table);
    if (r == 0) {
        r = write->kind == DDB_WRITE_PUT ? check_put(req, &ret->table, write->item)
                                         : ddb_check_key(req, &ret->table, write->item);
    }
    if (r == 0) {
        r = check_update(req, write, &ret->table);
    }
    if (r != 0) {
        return r;
    }
    ret->usage.table = &ret->table;
    key = ddb_item_key(awi_arena(req), &ret->table, write->item);
    r = key.ptr ? ddb_item_get(req, &ret->table, key, &ret->old) : -ENOMEM;
    if (r < 0 && r != -ENOENT) {
        return r;
    }
    ret->had_old = r == 0;
    if (!ddb_condition_holds(write->condition, ret->had_old ? &ret->old : NULL)) {
        ret->failed = true;
        return 0;
    }
    return store(req, write, key, ret);
}

int ddb_condition_failed(struct awi_req *req,
                         struct awi_str return_values,
                         const struct ddb_written *written)
{
    struct dynamodb_ConditionalCheckFailedException body = {0};

    if (awi_str_is(return_values, "ALL_OLD") && written->had_old) {
        body.Item = written->old;
    }
    return awi_fail_with(req,
                         &dynamodb_ConditionalCheckFailedException_error,
                         &body,
                         "The conditional request failed");
}

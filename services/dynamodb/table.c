/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CreateTable, DescribeTable, ListTables, DeleteTable.
 */
#include "services/dynamodb/table.h"

#include "services/dynamodb/table_check.h"

#include <errno.h>

#define LIST_MAX 100
#define INVALID  "One or more parameter values were invalid: "

static int not_found(struct awi_req *req, struct awi_str name)
{
    return awi_fail(req,
                    &dynamodb_ResourceNotFoundException_error,
                    "Requested resource not found: Table: %.*s not found",
                    AWI_STR_FMT(name));
}

int ddb_record_get(struct awi_req *req,
                   struct awi_str name_or_arn,
                   struct ddb_place *ret_place,
                   struct dynamodb_TableRecord *ret)
{
    int r = ddb_find_place(req, name_or_arn, ret_place);

    if (r != 0) {
        return r;
    }
    r = awi_record_get(&ret_place->scope,
                       "table",
                       ret_place->name,
                       awi_arena(req),
                       &dynamodb_TableRecord_shape,
                       ret);
    return r == -ENOENT ? not_found(req, ret_place->name) : r;
}

int ddb_record_put(struct awi_req *req,
                   const struct ddb_place *place,
                   const struct dynamodb_TableRecord *record)
{
    return awi_record_put(
        &place->scope, "table", place->name, awi_arena(req), &dynamodb_TableRecord_shape, record);
}

/* --- Describing ------------------------------------------------------------------------------ */

static void set_status(struct awi_req *req, struct dynamodb_TableRecord *record)
{
    bool ready = awi_now(req) >= record->ReadyAt.ms;
    struct awi_str status = ready ? AWI_STR("ACTIVE") : AWI_STR("CREATING");
    struct dynamodb_TableDescription *table = record->Table;

    table->TableStatus = status;
    for (size_t i = 0; i < table->GlobalSecondaryIndexes.n; i++) {
        table->GlobalSecondaryIndexes.items[i].IndexStatus = status;
    }
}

static int count_index(struct awi_req *req,
                       const struct ddb_table *table,
                       const struct ddb_index *index,
                       int64_t *ret)
{
    struct awi_str prefix = ddb_index_prefix(awi_arena(req), table, index, NULL), key, value;
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int r = prefix.ptr
                ? awi_cursor_open(&table->scope, "index", prefix, prefix, AWI_FORWARD, &cursor)
                : -ENOMEM;

    *ret = 0;
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        ++*ret;
    }
    return r == -ENOENT ? 0 : r;
}

static int set_counts(struct awi_req *req,
                      struct awi_str name_or_arn,
                      struct dynamodb_TableDescription *description)
{
    struct ddb_table table;
    int64_t items, bytes;
    int r = ddb_table_open(req, name_or_arn, &table);

    if (r == 0) {
        r = ddb_counts(&table, &items, &bytes);
    }
    if (r != 0) {
        return r;
    }
    description->ItemCount = (struct awi_opt_i64)AWI_SOME(items);
    description->TableSizeBytes = (struct awi_opt_i64)AWI_SOME(bytes);
    for (size_t i = 0; r == 0 && i < table.n_indexes; i++) {
        struct awi_opt_i64 n = {.set = true}, size = {.set = true};
        size_t local = description->LocalSecondaryIndexes.n;

        r = count_index(req, &table, &table.indexes[i], &n.v);
        size.v = items > 0 ? bytes / items * n.v : 0;
        if (i < local) {
            description->LocalSecondaryIndexes.items[i].ItemCount = n;
            description->LocalSecondaryIndexes.items[i].IndexSizeBytes = size;
        } else {
            description->GlobalSecondaryIndexes.items[i - local].ItemCount = n;
            description->GlobalSecondaryIndexes.items[i - local].IndexSizeBytes = size;
        }
    }
    return r;
}

int ddb_describe_table(struct awi_req *req,
                       const struct dynamodb_DescribeTableInput *in,
                       struct dynamodb_DescribeTableOutput *out)
{
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    int r = ddb_record_get(req, in->TableName, &place, &record);

    if (r != 0) {
        return r;
    }
    set_status(req, &record);
    out->Table = record.Table;
    return set_counts(req, in->TableName, record.Table);
}

int ddb_list_tables(struct awi_req *req,
                    const struct dynamodb_ListTablesInput *in,
                    struct dynamodb_ListTablesOutput *out)
{
    struct awi_scope scope = awi_scope(req);
    size_t most = in->Limit.set ? (size_t)in->Limit.v : LIST_MAX;
    struct awi_str after =
        in->ExclusiveStartTableName.ptr ? in->ExclusiveStartTableName : AWI_STR("");
    struct awi_str key, value;
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int r = awi_cursor_open(&scope, "schema", AWI_STR(""), after, AWI_FORWARD, &cursor);

    out->TableNames.set = true;
    out->TableNames.items = awi_arena_array(awi_arena(req), struct awi_str, most);
    if (!out->TableNames.items) {
        return -ENOMEM;
    }
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (awi_str_eq(key, after)) {
            continue;
        }
        if (out->TableNames.n == most) {
            out->LastEvaluatedTableName = out->TableNames.items[most - 1];
            return 0;
        }
        out->TableNames.items[out->TableNames.n] = awi_arena_str(awi_arena(req), key);
        if (!out->TableNames.items[out->TableNames.n++].ptr) {
            return -ENOMEM;
        }
    }
    return r == -ENOENT ? 0 : r;
}

/* --- Deleting -------------------------------------------------------------------------------- */

int ddb_delete_table(struct awi_req *req,
                     const struct dynamodb_DeleteTableInput *in,
                     struct dynamodb_DeleteTableOutput *out)
{
    struct dynamodb_TableRecord record;
    struct ddb_table table;
    struct ddb_place place;
    int r = ddb_record_get(req, in->TableName, &place, &record);

    if (r != 0) {
        return r;
    }
    if (record.Table->DeletionProtectionEnabled.set && record.Table->DeletionProtectionEnabled.v) {
        return ddb_invalid(req,
                           "Resource cannot be deleted as it is currently protected against "
                           "deletion. Disable deletion protection first.");
    }
    r = ddb_table_open(req, in->TableName, &table);
    if (r == 0) {
        r = awi_delete_prefix(&table.scope, "item", table.id);
    }
    if (r == 0) {
        r = awi_delete_prefix(&table.scope, "index", table.id);
    }
    if (r == 0) {
        r = awi_delete_prefix(&table.scope, "count", table.id);
    }
    if (r == 0) {
        r = awi_delete_prefix(&table.scope, "expiry", table.id);
    }
    if (r == 0 && table.view != DDB_VIEW_NONE) {
        r = ddb_stream_end(req, record.Table, &table);
    }
    if (r == 0) {
        r = awi_delete(&table.scope, "schema", table.name);
    }
    if (r == 0) {
        r = awi_delete(&table.scope, "table", table.name);
    }
    if (r != 0) {
        return r;
    }
    /* The rest of the description is left out, as AWS does for a table that goes. */
    record.Table->TableStatus = AWI_STR("DELETING");
    record.Table->AttributeDefinitions = (struct dynamodb_AttributeDefinitions){0};
    record.Table->KeySchema = (struct dynamodb_KeySchema){0};
    record.Table->CreationDateTime = (struct awi_opt_time){0};
    for (size_t i = 0; i < record.Table->GlobalSecondaryIndexes.n; i++) {
        record.Table->GlobalSecondaryIndexes.items[i].IndexStatus = AWI_STR("DELETING");
    }
    out->TableDescription = record.Table;
    return 0;
}

/* --- Tags ------------------------------------------------------------------------------------ */

int ddb_check_tags(struct awi_req *req, const struct dynamodb_TagList *tags)
{
    if (tags->n > 50) {
        return ddb_invalid(req, "Too many tags: the limit is 50 tags per resource");
    }
    for (size_t i = 0; i < tags->n; i++) {
        if (awi_str_starts_nocase(tags->items[i].Key, AWI_STR("aws:"))) {
            return ddb_invalid(req,
                               INVALID "Tag keys starting with 'aws:' are reserved for system use");
        }
        for (size_t j = 0; j < i; j++) {
            if (awi_str_eq(tags->items[i].Key, tags->items[j].Key)) {
                return ddb_invalid(req, INVALID "Duplicate tag keys are not allowed");
            }
        }
    }
    return 0;
}

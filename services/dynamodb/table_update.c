/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UpdateTable: throughput, options, and global indexes, which are filled or emptied at once.
 */
#include "services/dynamodb/table.h"

#include "services/dynamodb/table_check.h"

#include <errno.h>

#define INVALID     "One or more parameter values were invalid: "
#define GLOBALS_MAX 20

static struct dynamodb_GlobalSecondaryIndexDescription *
find_index(struct dynamodb_TableDescription *table, struct awi_str name)
{
    for (size_t i = 0; i < table->GlobalSecondaryIndexes.n; i++) {
        if (awi_str_eq(table->GlobalSecondaryIndexes.items[i].IndexName, name)) {
            return &table->GlobalSecondaryIndexes.items[i];
        }
    }
    return NULL;
}

static int no_index(struct awi_req *req)
{
    return awi_fail(req, &dynamodb_ResourceNotFoundException_error, "Requested resource not found");
}

/* --- Definitions of attributes --------------------------------------------------------------- */

static bool keyed(const struct dynamodb_KeySchema *keys, struct awi_str name)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (awi_str_eq(keys->items[i].AttributeName, name)) {
            return true;
        }
    }
    return false;
}

static bool is_used(const struct dynamodb_TableDescription *table, struct awi_str name)
{
    bool used = keyed(&table->KeySchema, name);

    for (size_t i = 0; i < table->LocalSecondaryIndexes.n; i++) {
        used |= keyed(&table->LocalSecondaryIndexes.items[i].KeySchema, name);
    }
    for (size_t i = 0; i < table->GlobalSecondaryIndexes.n; i++) {
        used |= keyed(&table->GlobalSecondaryIndexes.items[i].KeySchema, name);
    }
    return used;
}

/* Absent: the list does not define it. */
static struct awi_str type_of(const struct dynamodb_AttributeDefinitions *list, struct awi_str name)
{
    for (size_t i = 0; i < list->n; i++) {
        if (awi_str_eq(list->items[i].AttributeName, name)) {
            return list->items[i].AttributeType;
        }
    }
    return AWI_STR_NULL;
}

/* What a key of the table or of an index is stored by stays as it is. */
static int check_types(struct awi_req *req,
                       const struct dynamodb_AttributeDefinitions *more,
                       const struct dynamodb_TableDescription *table)
{
    for (size_t i = 0; i < more->n; i++) {
        struct awi_str name = more->items[i].AttributeName;
        struct awi_str type = type_of(&table->AttributeDefinitions, name);

        if (awi_str_is_set(type) && !awi_str_eq(type, more->items[i].AttributeType)) {
            return ddb_invalid(
                req, INVALID "The type of key %.*s cannot change", AWI_STR_FMT(name));
        }
    }
    return 0;
}

/* Those of the request and those that were there, as far as a key uses them. */
static int merge_definitions(struct awi_req *req,
                             const struct dynamodb_AttributeDefinitions *more,
                             struct dynamodb_TableDescription *table)
{
    struct dynamodb_AttributeDefinitions merged = {.set = true};
    const struct dynamodb_AttributeDefinitions *lists[] = {more, &table->AttributeDefinitions};

    merged.items = awi_arena_array(awi_arena(req),
                                   struct dynamodb_AttributeDefinition,
                                   more->n + table->AttributeDefinitions.n);
    if (!merged.items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < lists[i]->n; j++) {
            struct awi_str name = lists[i]->items[j].AttributeName;

            if (is_used(table, name) && !awi_str_is_set(type_of(&merged, name))) {
                merged.items[merged.n++] = lists[i]->items[j];
            }
        }
    }
    table->AttributeDefinitions = merged;
    return 0;
}

static int check_keys(struct awi_req *req,
                      const struct dynamodb_AttributeDefinitions *definitions,
                      const struct dynamodb_KeySchema *keys)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (!awi_str_is_set(type_of(definitions, keys->items[i].AttributeName))) {
            return ddb_invalid(req,
                               INVALID "Some index key attributes are not defined in "
                                       "AttributeDefinitions. Keys: [%.*s]",
                               AWI_STR_FMT(keys->items[i].AttributeName));
        }
    }
    if (keys->n == 0 || keys->n > 2 || !awi_str_is(keys->items[0].KeyType, "HASH")) {
        return ddb_invalid(req,
                           "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    }
    return 0;
}

/* --- Global indexes -------------------------------------------------------------------------- */

static int create_index(struct awi_req *req,
                        const struct dynamodb_UpdateTableInput *in,
                        const struct dynamodb_CreateGlobalSecondaryIndexAction *action,
                        struct dynamodb_TableDescription *table)
{
    const struct dynamodb_GlobalSecondaryIndex index = {
        .IndexName = action->IndexName,
        .KeySchema = action->KeySchema,
        .Projection = action->Projection,
        .ProvisionedThroughput = action->ProvisionedThroughput,
        .OnDemandThroughput = action->OnDemandThroughput,
    };
    size_t n = table->GlobalSecondaryIndexes.n;
    struct dynamodb_GlobalSecondaryIndexDescription *items;
    int r;

    if (find_index(table, action->IndexName)) {
        return ddb_invalid(req,
                           "Attempting to create an index which already exists: %.*s",
                           AWI_STR_FMT(action->IndexName));
    }
    if (n == GLOBALS_MAX) {
        return awi_fail(req,
                        &dynamodb_LimitExceededException_error,
                        "GlobalSecondaryIndex count exceeds the per-table limit of %d",
                        GLOBALS_MAX);
    }
    r = check_keys(req,
                   in->AttributeDefinitions.set ? &in->AttributeDefinitions
                                                : &table->AttributeDefinitions,
                   &action->KeySchema);
    if (r != 0) {
        return r;
    }
    items = awi_arena_array(awi_arena(req), struct dynamodb_GlobalSecondaryIndexDescription, n + 1);
    if (!items) {
        return -ENOMEM;
    }
    if (n > 0) {
        memcpy(items, table->GlobalSecondaryIndexes.items, n * sizeof(*items));
    }
    table->GlobalSecondaryIndexes.items = items;
    table->GlobalSecondaryIndexes.n = n + 1;
    table->GlobalSecondaryIndexes.set = true;
    return ddb_describe_global_index(req, table->TableArn, &index, &items[n]);
}

static int
delete_index(struct awi_req *req, struct awi_str name, struct dynamodb_TableDescription *table)
{
    struct dynamodb_GlobalSecondaryIndexDescription *index = find_index(table, name), *end;

    if (!index) {
        return no_index(req);
    }
    end = table->GlobalSecondaryIndexes.items + table->GlobalSecondaryIndexes.n;
    memmove(index, index + 1, (size_t)(end - index - 1) * sizeof(*index));
    table->GlobalSecondaryIndexes.n--;
    table->GlobalSecondaryIndexes.set = table->GlobalSecondaryIndexes.n > 0;
    return 0;
}

static int change_index(struct awi_req *req,
                        const struct dynamodb_UpdateGlobalSecondaryIndexAction *action,
                        struct dynamodb_TableDescription *table)
{
    struct dynamodb_GlobalSecondaryIndexDescription *index = find_index(table, action->IndexName);

    if (!index) {
        return no_index(req);
    }
    if (action->ProvisionedThroughput) {
        index->ProvisionedThroughput = ddb_throughput(req, action->ProvisionedThroughput);
    }
    if (action->OnDemandThroughput) {
        index->OnDemandThroughput = action->OnDemandThroughput;
    }
    return index->ProvisionedThroughput ? 0 : -ENOMEM;
}

/* Entries of all indexes anew, since their numbers may have changed. */
static int refill(struct awi_req *req, const struct ddb_table *old, const struct ddb_table *now)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int r = awi_delete_prefix(&old->scope, "index", old->id);

    if (r == 0) {
        r = awi_cursor_open(&now->scope, "item", now->id, now->id, AWI_FORWARD, &cursor);
    }
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct dynamodb_AttributeMap item;
        struct awi_str kept = awi_arena_str(awi_arena(req), value);
        struct awi_str at = awi_arena_str(awi_arena(req), key);

        r = kept.ptr && at.ptr ? ddb_item_decode(awi_arena(req), kept, &item) : -ENOMEM;
        if (r == 0) {
            r = ddb_item_index(req, now, at, &item);
        }
    }
    return r == -ENOENT ? 0 : r;
}

static int update_indexes(struct awi_req *req,
                          const struct dynamodb_UpdateTableInput *in,
                          struct dynamodb_TableDescription *table)
{
    struct ddb_table old, now;
    bool changed = false;
    int r = check_types(req, &in->AttributeDefinitions, table);

    for (size_t i = 0; r == 0 && i < in->GlobalSecondaryIndexUpdates.n; i++) {
        const struct dynamodb_GlobalSecondaryIndexUpdate *update =
            &in->GlobalSecondaryIndexUpdates.items[i];

        changed |= update->Create || update->Delete;
        r = update->Create   ? create_index(req, in, update->Create, table)
            : update->Delete ? delete_index(req, update->Delete->IndexName, table)
            : update->Update ? change_index(req, update->Update, table)
                             : ddb_invalid(req,
                                           INVALID "One of GlobalSecondaryIndexUpdate's "
                                                   "members must be set");
    }
    if (r == 0) {
        r = merge_definitions(req, &in->AttributeDefinitions, table);
    }
    if (r != 0 || !changed) {
        return r;
    }
    r = ddb_table_open(req, in->TableName, &old);
    if (r == 0) {
        r = ddb_make_schema(req, &old.scope, table, old.id, &now);
    }
    if (r == 0) {
        now.expiry = old.expiry;
        now.stream = old.stream;
        now.view = old.view;
        r = ddb_schema_put(&now);
    }
    return r == 0 ? refill(req, &old, &now) : r;
}

/* --- The rest -------------------------------------------------------------------------------- */

static int update_billing(struct awi_req *req,
                          const struct dynamodb_UpdateTableInput *in,
                          struct dynamodb_TableDescription *table)
{
    bool on_demand = awi_str_is(in->BillingMode, "PAY_PER_REQUEST");
    bool was = table->BillingModeSummary &&
               awi_str_is(table->BillingModeSummary->BillingMode, "PAY_PER_REQUEST");

    if ((on_demand || (was && !awi_str_is_set(in->BillingMode))) && in->ProvisionedThroughput) {
        return ddb_invalid(req,
                           INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits can be "
                                   "specified when BillingMode is PAY_PER_REQUEST");
    }
    if (was && awi_str_is(in->BillingMode, "PROVISIONED") && !in->ProvisionedThroughput) {
        return ddb_invalid(req,
                           INVALID "ReadCapacityUnits and WriteCapacityUnits must both be "
                                   "specified when BillingMode is PROVISIONED");
    }
    if (awi_str_is_set(in->BillingMode) && on_demand != was) {
        struct dynamodb_BillingModeSummary *summary =
            awi_arena_new(awi_arena(req), struct dynamodb_BillingModeSummary);

        if (!summary) {
            return -ENOMEM;
        }
        summary->BillingMode = in->BillingMode;
        summary->LastUpdateToPayPerRequestDateTime = AWI_SOME_TIME(awi_now(req));
        table->BillingModeSummary = summary;
    }
    if (in->ProvisionedThroughput || on_demand) {
        table->ProvisionedThroughput = ddb_throughput(req, in->ProvisionedThroughput);
    }
    for (size_t i = 0; on_demand && i < table->GlobalSecondaryIndexes.n; i++) {
        table->GlobalSecondaryIndexes.items[i].ProvisionedThroughput = ddb_throughput(req, NULL);
    }
    return table->ProvisionedThroughput ? 0 : -ENOMEM;
}

/* Streams begin and end in the schema too. */
static int update_stream(struct awi_req *req,
                         const struct dynamodb_UpdateTableInput *in,
                         struct dynamodb_TableDescription *description)
{
    bool streams = description->StreamSpecification != NULL;
    struct ddb_table table;
    int r;

    if (in->StreamSpecification->StreamEnabled.v == streams) {
        return ddb_invalid(req,
                           streams ? "Table already has an enabled stream: TableName: %.*s"
                                   : "Table has no stream to disable: TableName: %.*s",
                           AWI_STR_FMT(description->TableName));
    }
    r = ddb_table_open(req, in->TableName, &table);
    if (r == 0 && streams) {
        r = ddb_stream_end(req, description, &table);
    }
    description->StreamSpecification = streams ? NULL : in->StreamSpecification;
    if (r == 0 && !streams) {
        r = ddb_describe_stream(req, description);
        r = r == 0 ? ddb_stream_begin(req, description, &table) : r;
    }
    return r == 0 ? ddb_schema_put(&table) : r;
}

static int update_options(struct awi_req *req,
                          const struct dynamodb_UpdateTableInput *in,
                          struct dynamodb_TableDescription *table)
{
    int r = in->StreamSpecification ? update_stream(req, in, table) : 0;

    if (r == 0 && in->SSESpecification) {
        table->SSEDescription = NULL;
        r = ddb_describe_sse(req, in->SSESpecification, table);
    }
    if (r == 0 && awi_str_is_set(in->TableClass)) {
        table->TableClassSummary = awi_arena_new(awi_arena(req), struct dynamodb_TableClassSummary);
        if (!table->TableClassSummary) {
            return -ENOMEM;
        }
        table->TableClassSummary->TableClass = in->TableClass;
    }
    if (in->DeletionProtectionEnabled.set) {
        table->DeletionProtectionEnabled = in->DeletionProtectionEnabled;
    }
    if (in->OnDemandThroughput) {
        table->OnDemandThroughput = in->OnDemandThroughput;
    }
    return r;
}

int ddb_update_table(struct awi_req *req,
                     const struct dynamodb_UpdateTableInput *in,
                     struct dynamodb_UpdateTableOutput *out)
{
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    int r = ddb_record_get(req, in->TableName, &place, &record);

    if (r != 0) {
        return r;
    }
    if (in->ReplicaUpdates.set || in->GlobalTableWitnessUpdates.set ||
        awi_str_is_set(in->MultiRegionConsistency) ||
        awi_str_is_set(in->GlobalTableSettingsReplicationMode)) {
        return awi_fail(req,
                        &awi_error_NotImplemented,
                        "dynamodb:UpdateTable of global tables is not emulated");
    }
    r = update_billing(req, in, record.Table);
    if (r == 0) {
        r = update_options(req, in, record.Table);
    }
    if (r == 0) {
        r = update_indexes(req, in, record.Table);
    }
    if (r == 0) {
        r = ddb_record_put(req, &place, &record);
    }
    if (r == 0) {
        record.Table->TableStatus = AWI_STR("UPDATING");
        out->TableDescription = record.Table;
    }
    return r;
}

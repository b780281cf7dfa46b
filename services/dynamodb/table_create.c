/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CreateTable: from the request to the description and to the compact schema.
 */
#include "services/dynamodb/table.h"

#include "services/dynamodb/table_check.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#define TABLES_MAX 2500
/* A table is CREATING in the answer that creates it and ACTIVE this much later: at once, so that
 * waiters need not sleep. */
#define CREATE_MS 0

/* --- The schema ------------------------------------------------------------------------------ */

static struct ddb_key_schema key_schema(const struct dynamodb_TableDescription *table,
                                        const struct dynamodb_KeySchema *keys)
{
    struct ddb_key_schema schema = {.n = keys->n};

    for (size_t i = 0; i < keys->n; i++) {
        schema.parts[i].name = keys->items[i].AttributeName;
        for (size_t j = 0; j < table->AttributeDefinitions.n; j++) {
            const struct dynamodb_AttributeDefinition *defined =
                &table->AttributeDefinitions.items[j];

            if (awi_str_eq(defined->AttributeName, schema.parts[i].name)) {
                schema.parts[i].type = ddb_type_named(defined->AttributeType);
            }
        }
    }
    return schema;
}

static struct ddb_index index_schema(const struct dynamodb_TableDescription *table,
                                     struct awi_str name,
                                     bool local,
                                     const struct dynamodb_KeySchema *keys,
                                     const struct dynamodb_Projection *projection)
{
    return (struct ddb_index){
        .name = name,
        .local = local,
        .keys = key_schema(table, keys),
        .all = awi_str_is(projection->ProjectionType, "ALL"),
        .attributes = projection->NonKeyAttributes.items,
        .n_attributes = projection->NonKeyAttributes.n,
    };
}

int ddb_make_schema(struct awi_req *req,
                    const struct awi_scope *scope,
                    const struct dynamodb_TableDescription *table,
                    struct awi_str id,
                    struct ddb_table *ret)
{
    size_t local = table->LocalSecondaryIndexes.n, global = table->GlobalSecondaryIndexes.n;

    *ret = (struct ddb_table){.name = table->TableName, .scope = *scope, .id = id};
    ret->keys = key_schema(table, &table->KeySchema);
    if (!id.ptr) {
        ret->id = awi_random_id(req, AWI_LOWER_DIGITS, DDB_ID_SIZE);
    }
    ret->n_indexes = local + global;
    ret->indexes = awi_arena_array(awi_arena(req), struct ddb_index, local + global);
    if (!ret->indexes || !ret->id.ptr) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < local; i++) {
        const struct dynamodb_LocalSecondaryIndexDescription *index =
            &table->LocalSecondaryIndexes.items[i];

        ret->indexes[i] =
            index_schema(table, index->IndexName, true, &index->KeySchema, index->Projection);
    }
    for (size_t i = 0; i < global; i++) {
        const struct dynamodb_GlobalSecondaryIndexDescription *index =
            &table->GlobalSecondaryIndexes.items[i];

        ret->indexes[local + i] =
            index_schema(table, index->IndexName, false, &index->KeySchema, index->Projection);
    }
    return 0;
}

/* --- The description ------------------------------------------------------------------------- */

struct dynamodb_ProvisionedThroughputDescription *
ddb_throughput(struct awi_req *req, const struct dynamodb_ProvisionedThroughput *units)
{
    struct dynamodb_ProvisionedThroughputDescription *description =
        awi_arena_new(awi_arena(req), struct dynamodb_ProvisionedThroughputDescription);

    if (description) {
        description->NumberOfDecreasesToday = AWI_SOME_I64(0);
        description->ReadCapacityUnits = AWI_SOME_I64(units ? units->ReadCapacityUnits.v : 0);
        description->WriteCapacityUnits = AWI_SOME_I64(units ? units->WriteCapacityUnits.v : 0);
    }
    return description;
}

static struct awi_str index_arn(struct awi_req *req, struct awi_str table_arn, struct awi_str index)
{
    return awi_arena_printf(
        awi_arena(req), "%.*s/index/%.*s", AWI_STR_FMT(table_arn), AWI_STR_FMT(index));
}

int ddb_describe_global_index(struct awi_req *req,
                              struct awi_str table_arn,
                              const struct dynamodb_GlobalSecondaryIndex *index,
                              struct dynamodb_GlobalSecondaryIndexDescription *ret)
{
    *ret = (struct dynamodb_GlobalSecondaryIndexDescription){
        .IndexName = index->IndexName,
        .KeySchema = index->KeySchema,
        .Projection = index->Projection,
        .IndexStatus = AWI_STR("CREATING"),
        .ProvisionedThroughput = ddb_throughput(req, index->ProvisionedThroughput),
        .IndexSizeBytes = AWI_SOME(0),
        .ItemCount = AWI_SOME(0),
        .IndexArn = index_arn(req, table_arn, index->IndexName),
        .OnDemandThroughput = index->OnDemandThroughput,
    };
    return ret->ProvisionedThroughput && ret->IndexArn.ptr ? 0 : -ENOMEM;
}

static int describe_indexes(struct awi_req *req,
                            const struct dynamodb_CreateTableInput *in,
                            struct dynamodb_TableDescription *table)
{
    struct dynamodb_LocalSecondaryIndexDescriptionList *local = &table->LocalSecondaryIndexes;
    struct dynamodb_GlobalSecondaryIndexDescriptionList *global = &table->GlobalSecondaryIndexes;

    local->n = in->LocalSecondaryIndexes.n;
    local->set = local->n > 0;
    local->items =
        awi_arena_array(awi_arena(req), struct dynamodb_LocalSecondaryIndexDescription, local->n);
    global->n = in->GlobalSecondaryIndexes.n;
    global->set = global->n > 0;
    global->items =
        awi_arena_array(awi_arena(req), struct dynamodb_GlobalSecondaryIndexDescription, global->n);
    if (!local->items || !global->items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < local->n; i++) {
        local->items[i] = (struct dynamodb_LocalSecondaryIndexDescription){
            .IndexName = in->LocalSecondaryIndexes.items[i].IndexName,
            .KeySchema = in->LocalSecondaryIndexes.items[i].KeySchema,
            .Projection = in->LocalSecondaryIndexes.items[i].Projection,
            .IndexSizeBytes = AWI_SOME(0),
            .ItemCount = AWI_SOME(0),
            .IndexArn =
                index_arn(req, table->TableArn, in->LocalSecondaryIndexes.items[i].IndexName),
        };
    }
    for (size_t i = 0; i < global->n; i++) {
        int r = ddb_describe_global_index(
            req, table->TableArn, &in->GlobalSecondaryIndexes.items[i], &global->items[i]);

        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* 2026-01-02T03:04:05.678, the label of a stream */
static struct awi_str stream_label(struct awi_req *req)
{
    time_t seconds = (time_t)(awi_now(req) / 1000);
    struct tm tm;

    if (!gmtime_r(&seconds, &tm)) {
        return AWI_STR_NULL;
    }
    return awi_arena_printf(awi_arena(req),
                            "%04d-%02d-%02dT%02d:%02d:%02d.%03d",
                            tm.tm_year + 1900,
                            tm.tm_mon + 1,
                            tm.tm_mday,
                            tm.tm_hour,
                            tm.tm_min,
                            tm.tm_sec,
                            (int)(awi_now(req) % 1000));
}

int ddb_describe_stream(struct awi_req *req, struct dynamodb_TableDescription *table)
{
    table->LatestStreamLabel = stream_label(req);
    table->LatestStreamArn = awi_arena_printf(awi_arena(req),
                                              "%.*s/stream/%.*s",
                                              AWI_STR_FMT(table->TableArn),
                                              AWI_STR_FMT(table->LatestStreamLabel));
    return table->LatestStreamArn.ptr ? 0 : -ENOMEM;
}

int ddb_describe_sse(struct awi_req *req,
                     const struct dynamodb_SSESpecification *sse,
                     struct dynamodb_TableDescription *table)
{
    struct dynamodb_SSEDescription *description;
    struct awi_str key = sse->KMSMasterKeyId;

    if (!sse->Enabled.set || !sse->Enabled.v) {
        return 0;
    }
    description = awi_arena_new(awi_arena(req), struct dynamodb_SSEDescription);
    if (!description) {
        return -ENOMEM;
    }
    description->Status = AWI_STR("ENABLED");
    description->SSEType = AWI_STR("KMS");
    description->KMSMasterKeyArn = key;
    if (!awi_str_starts(key, AWI_STR("arn:"))) {
        description->KMSMasterKeyArn =
            awi_arena_printf(awi_arena(req),
                             "arn:%.*s:kms:%.*s:%.*s:key/%.*s",
                             AWI_STR_FMT(awi_partition(req)),
                             AWI_STR_FMT(awi_region(req)),
                             AWI_STR_FMT(awi_account(req)),
                             AWI_STR_FMT(awi_str_is_set(key) ? key : awi_uuid(req)));
    }
    table->SSEDescription = description;
    return description->KMSMasterKeyArn.ptr ? 0 : -ENOMEM;
}

static int describe_options(struct awi_req *req,
                            const struct dynamodb_CreateTableInput *in,
                            struct dynamodb_TableDescription *table)
{
    if (awi_str_is(in->BillingMode, "PAY_PER_REQUEST")) {
        table->BillingModeSummary =
            awi_arena_new(awi_arena(req), struct dynamodb_BillingModeSummary);
        if (!table->BillingModeSummary) {
            return -ENOMEM;
        }
        table->BillingModeSummary->BillingMode = in->BillingMode;
        table->BillingModeSummary->LastUpdateToPayPerRequestDateTime = table->CreationDateTime;
    }
    if (in->StreamSpecification && in->StreamSpecification->StreamEnabled.v) {
        int r;

        table->StreamSpecification = in->StreamSpecification;
        r = ddb_describe_stream(req, table);
        if (r < 0) {
            return r;
        }
    }
    if (awi_str_is_set(in->TableClass)) {
        table->TableClassSummary = awi_arena_new(awi_arena(req), struct dynamodb_TableClassSummary);
        if (!table->TableClassSummary) {
            return -ENOMEM;
        }
        table->TableClassSummary->TableClass = in->TableClass;
    }
    return in->SSESpecification ? ddb_describe_sse(req, in->SSESpecification, table) : 0;
}

static int describe(struct awi_req *req,
                    const struct dynamodb_CreateTableInput *in,
                    struct awi_str name,
                    struct dynamodb_TableDescription *table)
{
    bool on_demand = awi_str_is(in->BillingMode, "PAY_PER_REQUEST");
    int r;

    table->AttributeDefinitions = in->AttributeDefinitions;
    table->TableName = name;
    table->KeySchema = in->KeySchema;
    table->TableStatus = AWI_STR("CREATING");
    table->CreationDateTime = AWI_SOME_TIME(awi_now(req));
    table->ProvisionedThroughput = ddb_throughput(req, in->ProvisionedThroughput);
    table->TableSizeBytes = AWI_SOME_I64(0);
    table->ItemCount = AWI_SOME_I64(0);
    table->TableArn = awi_arn(req, "table/%.*s", AWI_STR_FMT(name));
    table->TableId = awi_uuid(req);
    table->DeletionProtectionEnabled =
        AWI_SOME_BOOL(in->DeletionProtectionEnabled.set && in->DeletionProtectionEnabled.v);
    table->OnDemandThroughput = in->OnDemandThroughput;
    table->WarmThroughput =
        awi_arena_new(awi_arena(req), struct dynamodb_TableWarmThroughputDescription);
    if (!table->WarmThroughput || !table->ProvisionedThroughput) {
        return -ENOMEM;
    }
    table->WarmThroughput->ReadUnitsPerSecond =
        AWI_SOME_I64(on_demand ? 12000 : table->ProvisionedThroughput->ReadCapacityUnits.v);
    table->WarmThroughput->WriteUnitsPerSecond =
        AWI_SOME_I64(on_demand ? 4000 : table->ProvisionedThroughput->WriteCapacityUnits.v);
    if (in->WarmThroughput && in->WarmThroughput->ReadUnitsPerSecond.set) {
        table->WarmThroughput->ReadUnitsPerSecond = in->WarmThroughput->ReadUnitsPerSecond;
    }
    if (in->WarmThroughput && in->WarmThroughput->WriteUnitsPerSecond.set) {
        table->WarmThroughput->WriteUnitsPerSecond = in->WarmThroughput->WriteUnitsPerSecond;
    }
    table->WarmThroughput->Status = AWI_STR("ACTIVE");
    r = describe_indexes(req, in, table);
    return r == 0 ? describe_options(req, in, table) : r;
}

/* --- Creation -------------------------------------------------------------------------------- */

static int check_quota(struct awi_req *req, const struct awi_scope *scope)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int n = 0, r = awi_cursor_open(scope, "schema", AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (++n == TABLES_MAX) {
            return awi_fail(req,
                            &dynamodb_LimitExceededException_error,
                            "Subscriber limit exceeded: You have reached the quota of %d tables "
                            "for this account and region",
                            TABLES_MAX);
        }
    }
    return r == -ENOENT ? 0 : r;
}

int ddb_create_table(struct awi_req *req,
                     const struct dynamodb_CreateTableInput *in,
                     struct dynamodb_CreateTableOutput *out)
{
    struct dynamodb_TableRecord record = {.ReadyAt = AWI_SOME_TIME(awi_now(req) + CREATE_MS),
                                          .Tags = in->Tags,
                                          .ResourcePolicy = in->ResourcePolicy};
    struct ddb_place place;
    struct awi_str there;
    struct ddb_table schema;
    int r = ddb_find_place(req, in->TableName, &place);

    if (r == 0) {
        r = ddb_check_create(req, in);
    }
    if (r != 0) {
        return r;
    }
    r = awi_get(&place.scope, "schema", place.name, &there);
    if (r == 0) {
        return awi_fail(req,
                        &dynamodb_ResourceInUseException_error,
                        "Table already exists: %.*s",
                        AWI_STR_FMT(place.name));
    }
    if (r != -ENOENT) {
        return r;
    }
    r = check_quota(req, &place.scope);
    if (r != 0) {
        return r;
    }
    record.Table = awi_arena_new(awi_arena(req), struct dynamodb_TableDescription);
    r = record.Table ? describe(req, in, place.name, record.Table) : -ENOMEM;
    if (r == 0) {
        r = ddb_make_schema(req, &place.scope, record.Table, AWI_STR_NULL, &schema);
    }
    if (r == 0 && record.Table->StreamSpecification) {
        r = ddb_stream_begin(req, record.Table, &schema);
    }
    if (r == 0) {
        r = ddb_schema_put(&schema);
    }
    if (r == 0) {
        r = ddb_record_put(req, &place, &record);
    }
    out->TableDescription = record.Table;
    return r;
}

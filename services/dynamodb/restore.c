/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RestoreTableFromBackup: a new table of the backup's shape, then its items. Indexes may be left
 * out and throughput changed; tags, streams, time to live, policies and point in time recovery are
 * not restored (Developer guide, "Restoring a DynamoDB table from a backup").
 */
#include "services/dynamodb/backup.h"

#include <errno.h>

static struct dynamodb_ProvisionedThroughput *
units_of(struct awi_req *req, const struct dynamodb_ProvisionedThroughputDescription *from)
{
    struct dynamodb_ProvisionedThroughput *units =
        awi_arena_new(awi_arena(req), struct dynamodb_ProvisionedThroughput);

    if (units) {
        units->ReadCapacityUnits = from->ReadCapacityUnits;
        units->WriteCapacityUnits = from->WriteCapacityUnits;
    }
    return units;
}

/* --- Indexes --------------------------------------------------------------------------------- */

static int unknown_index(struct awi_req *req)
{
    return ddb_invalid(req,
                       "One or more parameter values were invalid: Indexes that are restored must "
                       "be indexes of the backup");
}

static int restore_local(struct awi_req *req,
                         const struct dynamodb_RestoreTableFromBackupInput *in,
                         const struct dynamodb_TableDescription *table,
                         struct dynamodb_LocalSecondaryIndexList *ret)
{
    const struct dynamodb_LocalSecondaryIndexDescriptionList *had = &table->LocalSecondaryIndexes;
    const struct dynamodb_LocalSecondaryIndexList *wanted = &in->LocalSecondaryIndexOverride;

    ret->items = awi_arena_array(awi_arena(req), struct dynamodb_LocalSecondaryIndex, had->n);
    if (!ret->items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < had->n; i++) {
        bool keep = !wanted->set;

        for (size_t j = 0; j < wanted->n; j++) {
            keep |= awi_str_eq(wanted->items[j].IndexName, had->items[i].IndexName);
        }
        if (keep) {
            ret->items[ret->n++] = (struct dynamodb_LocalSecondaryIndex){
                .IndexName = had->items[i].IndexName,
                .KeySchema = had->items[i].KeySchema,
                .Projection = had->items[i].Projection,
            };
        }
    }
    ret->set = ret->n > 0;
    return wanted->set && ret->n != wanted->n ? unknown_index(req) : 0;
}

static int restore_global(struct awi_req *req,
                          const struct dynamodb_RestoreTableFromBackupInput *in,
                          const struct dynamodb_TableDescription *table,
                          bool on_demand,
                          struct dynamodb_GlobalSecondaryIndexList *ret)
{
    const struct dynamodb_GlobalSecondaryIndexDescriptionList *had = &table->GlobalSecondaryIndexes;
    const struct dynamodb_GlobalSecondaryIndexList *wanted = &in->GlobalSecondaryIndexOverride;

    ret->items = awi_arena_array(awi_arena(req), struct dynamodb_GlobalSecondaryIndex, had->n);
    if (!ret->items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < had->n; i++) {
        const struct dynamodb_GlobalSecondaryIndexDescription *index = &had->items[i];
        struct dynamodb_ProvisionedThroughput *units = units_of(req, index->ProvisionedThroughput);
        bool keep = !wanted->set;

        for (size_t j = 0; j < wanted->n; j++) {
            if (awi_str_eq(wanted->items[j].IndexName, index->IndexName)) {
                keep = true;
                units = wanted->items[j].ProvisionedThroughput
                            ? wanted->items[j].ProvisionedThroughput
                            : units;
            }
        }
        if (!units) {
            return -ENOMEM;
        }
        if (keep) {
            ret->items[ret->n++] = (struct dynamodb_GlobalSecondaryIndex){
                .IndexName = index->IndexName,
                .KeySchema = index->KeySchema,
                .Projection = index->Projection,
                .ProvisionedThroughput = on_demand ? NULL : units,
                .OnDemandThroughput = on_demand ? index->OnDemandThroughput : NULL,
            };
        }
    }
    ret->set = ret->n > 0;
    return wanted->set && ret->n != wanted->n ? unknown_index(req) : 0;
}

/* --- The table ------------------------------------------------------------------------------- */

static bool names(const struct dynamodb_KeySchema *keys, struct awi_str name)
{
    bool found = false;

    for (size_t i = 0; i < keys->n; i++) {
        found |= awi_str_eq(keys->items[i].AttributeName, name);
    }
    return found;
}

/* Only attributes that are keys may be defined. */
static int restore_definitions(struct awi_req *req,
                               const struct dynamodb_TableDescription *table,
                               struct dynamodb_CreateTableInput *create)
{
    struct dynamodb_AttributeDefinitions *ret = &create->AttributeDefinitions;

    ret->items = awi_arena_array(
        awi_arena(req), struct dynamodb_AttributeDefinition, table->AttributeDefinitions.n);
    if (!ret->items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < table->AttributeDefinitions.n; i++) {
        struct awi_str name = table->AttributeDefinitions.items[i].AttributeName;
        bool used = names(&create->KeySchema, name);

        for (size_t j = 0; j < create->LocalSecondaryIndexes.n; j++) {
            used |= names(&create->LocalSecondaryIndexes.items[j].KeySchema, name);
        }
        for (size_t j = 0; j < create->GlobalSecondaryIndexes.n; j++) {
            used |= names(&create->GlobalSecondaryIndexes.items[j].KeySchema, name);
        }
        if (used) {
            ret->items[ret->n++] = table->AttributeDefinitions.items[i];
        }
    }
    ret->set = true;
    return 0;
}

static int plan(struct awi_req *req,
                const struct dynamodb_RestoreTableFromBackupInput *in,
                const struct dynamodb_TableDescription *table,
                struct dynamodb_CreateTableInput *create)
{
    struct awi_str mode = awi_str_is_set(in->BillingModeOverride) ? in->BillingModeOverride
                          : table->BillingModeSummary ? table->BillingModeSummary->BillingMode
                                                      : AWI_STR("PROVISIONED");
    bool on_demand = awi_str_is(mode, "PAY_PER_REQUEST");
    int r;

    *create = (struct dynamodb_CreateTableInput){
        .TableName = in->TargetTableName,
        .KeySchema = table->KeySchema,
        .BillingMode = mode,
        .SSESpecification = in->SSESpecificationOverride,
        .OnDemandThroughput = in->OnDemandThroughputOverride ? in->OnDemandThroughputOverride
                                                             : table->OnDemandThroughput,
    };
    if (!on_demand) {
        create->OnDemandThroughput = NULL;
        create->ProvisionedThroughput = in->ProvisionedThroughputOverride
                                            ? in->ProvisionedThroughputOverride
                                            : units_of(req, table->ProvisionedThroughput);
    }
    r = restore_local(req, in, table, &create->LocalSecondaryIndexes);
    if (r == 0) {
        r = restore_global(req, in, table, on_demand, &create->GlobalSecondaryIndexes);
    }
    return r == 0 ? restore_definitions(req, table, create) : r;
}

static int put_items(struct awi_req *req, struct awi_str copy, struct awi_str name)
{
    struct awi_scope scope = awi_scope(req);
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct ddb_table table;
    struct awi_str key, value;
    int r = ddb_table_open(req, name, &table);

    if (r == 0) {
        r = awi_cursor_open(&scope, "backup-item", copy, copy, AWI_FORWARD, &cursor);
    }
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct awi_str kept = awi_arena_str(awi_arena(req), value), at;
        struct dynamodb_AttributeMap item;

        r = kept.ptr ? ddb_item_decode(awi_arena(req), kept, &item) : -ENOMEM;
        if (r == 0) {
            at = ddb_item_key(awi_arena(req), &table, &item);
            r = at.ptr ? ddb_item_put(req, &table, at, NULL, &item) : -ENOMEM;
        }
    }
    return r == -ENOENT ? 0 : r;
}

/* What the new table says of where it comes from. */
static int note_source(struct awi_req *req,
                       const struct dynamodb_BackupRecord *backup,
                       struct awi_str name,
                       struct dynamodb_TableDescription *ret)
{
    struct dynamodb_RestoreSummary *summary =
        awi_arena_new(awi_arena(req), struct dynamodb_RestoreSummary);
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    int r = summary ? ddb_record_get(req, name, &place, &record) : -ENOMEM;

    if (r != 0) {
        return r;
    }
    *summary = (struct dynamodb_RestoreSummary){
        .SourceBackupArn = backup->BackupArn,
        .SourceTableArn = backup->Table->TableArn,
        .RestoreDateTime = AWI_SOME_TIME(awi_now(req)),
        .RestoreInProgress = AWI_SOME_BOOL(false),
    };
    record.Table->RestoreSummary = summary;
    ret->RestoreSummary = summary;
    return ddb_record_put(req, &place, &record);
}

int ddb_restore_backup(struct awi_req *req,
                       const struct dynamodb_RestoreTableFromBackupInput *in,
                       struct dynamodb_RestoreTableFromBackupOutput *out)
{
    struct awi_scope scope = awi_scope(req);
    struct dynamodb_BackupRecord backup;
    struct dynamodb_CreateTableInput create;
    struct dynamodb_CreateTableOutput created = {0};
    struct awi_str there;
    int r = ddb_backup_get(req, in->BackupArn, &backup);

    if (r == 0 && awi_get(&scope, "schema", in->TargetTableName, &there) == 0) {
        return awi_fail(req,
                        &dynamodb_TableAlreadyExistsException_error,
                        "Table already exists: %.*s",
                        AWI_STR_FMT(in->TargetTableName));
    }
    if (r == 0) {
        r = plan(req, in, backup.Table, &create);
    }
    if (r == 0) {
        r = ddb_create_table(req, &create, &created);
    }
    if (r == 0) {
        r = put_items(req, backup.Copy, in->TargetTableName);
    }
    if (r == 0) {
        r = note_source(req, &backup, in->TargetTableName, created.TableDescription);
    }
    out->TableDescription = created.TableDescription;
    return r;
}

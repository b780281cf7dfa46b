/* SPDX-License-Identifier: Apache-2.0 */
#include "services/dynamodb/backup.h"

#include <errno.h>

#define LIST_MAX 100

static int not_found(struct awi_req *req, struct awi_str arn)
{
    return awi_fail(
        req, &dynamodb_BackupNotFoundException_error, "Backup not found: %.*s", AWI_STR_FMT(arn));
}

/* arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/backup/ID: the ID; absent: no such ARN of here. */
static struct awi_str id_of(struct awi_req *req, struct awi_str arn)
{
    struct awi_str head = awi_arn(req, "table/");
    ptrdiff_t at = awi_str_search(arn, AWI_STR("/backup/"));

    return head.ptr && awi_str_starts(arn, head) && at >= 0 ? awi_str_skip(arn, (size_t)at + 8)
                                                            : AWI_STR_NULL;
}

int ddb_backup_get(struct awi_req *req, struct awi_str arn, struct dynamodb_BackupRecord *ret)
{
    struct awi_scope scope = awi_scope(req);
    struct awi_str id = id_of(req, arn);
    int r = id.ptr ? awi_record_get(
                         &scope, "backup", id, awi_arena(req), &dynamodb_BackupRecord_shape, ret)
                   : -ENOENT;

    return r == -ENOENT || (r == 0 && !awi_str_eq(ret->BackupArn, arn)) ? not_found(req, arn) : r;
}

/* --- Describing ------------------------------------------------------------------------------ */

static int describe_details(struct awi_req *req,
                            const struct dynamodb_BackupRecord *record,
                            struct awi_str status,
                            struct dynamodb_BackupDetails **ret)
{
    *ret = awi_arena_new(awi_arena(req), struct dynamodb_BackupDetails);
    if (!*ret) {
        return -ENOMEM;
    }
    **ret = (struct dynamodb_BackupDetails){
        .BackupArn = record->BackupArn,
        .BackupName = record->BackupName,
        .BackupSizeBytes = record->Table->TableSizeBytes,
        .BackupStatus = status,
        .BackupType = AWI_STR("USER"),
        .BackupCreationDateTime = record->CreatedAt,
    };
    return 0;
}

static int describe_source(struct awi_req *req,
                           const struct dynamodb_TableDescription *table,
                           struct dynamodb_SourceTableDetails **ret)
{
    struct dynamodb_ProvisionedThroughput *units =
        awi_arena_new(awi_arena(req), struct dynamodb_ProvisionedThroughput);

    *ret = awi_arena_new(awi_arena(req), struct dynamodb_SourceTableDetails);
    if (!*ret || !units) {
        return -ENOMEM;
    }
    units->ReadCapacityUnits = table->ProvisionedThroughput->ReadCapacityUnits;
    units->WriteCapacityUnits = table->ProvisionedThroughput->WriteCapacityUnits;
    **ret = (struct dynamodb_SourceTableDetails){
        .TableName = table->TableName,
        .TableId = table->TableId,
        .TableArn = table->TableArn,
        .TableSizeBytes = table->TableSizeBytes,
        .ItemCount = table->ItemCount,
        .KeySchema = table->KeySchema,
        .TableCreationDateTime = table->CreationDateTime,
        .ProvisionedThroughput = units,
        .OnDemandThroughput = table->OnDemandThroughput,
        .BillingMode = table->BillingModeSummary ? table->BillingModeSummary->BillingMode
                                                 : AWI_STR("PROVISIONED"),
    };
    return 0;
}

/* Indexes and settings as they were. */
static int describe_features(struct awi_req *req,
                             const struct dynamodb_BackupRecord *record,
                             struct dynamodb_SourceTableFeatureDetails **ret)
{
    const struct dynamodb_LocalSecondaryIndexDescriptionList *local =
        &record->Table->LocalSecondaryIndexes;
    const struct dynamodb_GlobalSecondaryIndexDescriptionList *global =
        &record->Table->GlobalSecondaryIndexes;
    struct dynamodb_SourceTableFeatureDetails *features =
        awi_arena_new(awi_arena(req), struct dynamodb_SourceTableFeatureDetails);

    if (!features) {
        return -ENOMEM;
    }
    features->LocalSecondaryIndexes.items =
        awi_arena_array(awi_arena(req), struct dynamodb_LocalSecondaryIndexInfo, local->n);
    features->GlobalSecondaryIndexes.items =
        awi_arena_array(awi_arena(req), struct dynamodb_GlobalSecondaryIndexInfo, global->n);
    if (!features->LocalSecondaryIndexes.items || !features->GlobalSecondaryIndexes.items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < local->n; i++) {
        features->LocalSecondaryIndexes.items[i] = (struct dynamodb_LocalSecondaryIndexInfo){
            .IndexName = local->items[i].IndexName,
            .KeySchema = local->items[i].KeySchema,
            .Projection = local->items[i].Projection,
        };
    }
    for (size_t i = 0; i < global->n; i++) {
        features->GlobalSecondaryIndexes.items[i] = (struct dynamodb_GlobalSecondaryIndexInfo){
            .IndexName = global->items[i].IndexName,
            .KeySchema = global->items[i].KeySchema,
            .Projection = global->items[i].Projection,
            .OnDemandThroughput = global->items[i].OnDemandThroughput,
        };
    }
    features->LocalSecondaryIndexes.n = local->n;
    features->LocalSecondaryIndexes.set = local->n > 0;
    features->GlobalSecondaryIndexes.n = global->n;
    features->GlobalSecondaryIndexes.set = global->n > 0;
    features->StreamDescription = record->Table->StreamSpecification;
    features->TimeToLiveDescription = record->TimeToLive;
    features->SSEDescription = record->Table->SSEDescription;
    *ret = features;
    return 0;
}

static int describe(struct awi_req *req,
                    const struct dynamodb_BackupRecord *record,
                    struct awi_str status,
                    struct dynamodb_BackupDescription **ret)
{
    struct dynamodb_BackupDescription *description =
        awi_arena_new(awi_arena(req), struct dynamodb_BackupDescription);
    int r =
        description ? describe_details(req, record, status, &description->BackupDetails) : -ENOMEM;

    if (r == 0) {
        r = describe_source(req, record->Table, &description->SourceTableDetails);
    }
    if (r == 0) {
        r = describe_features(req, record, &description->SourceTableFeatureDetails);
    }
    *ret = description;
    return r;
}

int ddb_describe_backup(struct awi_req *req,
                        const struct dynamodb_DescribeBackupInput *in,
                        struct dynamodb_DescribeBackupOutput *out)
{
    struct dynamodb_BackupRecord record;
    int r = ddb_backup_get(req, in->BackupArn, &record);

    return r != 0 ? r : describe(req, &record, AWI_STR("AVAILABLE"), &out->BackupDescription);
}

/* --- CreateBackup ---------------------------------------------------------------------------- */

/* Copies every record under one prefix to another. */
static int copy_items(struct awi_req *req,
                      const struct ddb_table *table,
                      const struct awi_scope *scope,
                      struct awi_str copy)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int r = awi_cursor_open(&table->scope, "item", table->id, table->id, AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct awi_str rest = awi_str_skip(key, table->id.len);
        struct awi_str kept = awi_arena_str(awi_arena(req), value);
        char *to = awi_arena_alloc(awi_arena(req), copy.len + rest.len);

        if (!to || !kept.ptr) {
            return -ENOMEM;
        }
        memcpy(to, copy.ptr, copy.len);
        memcpy(to + copy.len, rest.ptr, rest.len);
        r = awi_put(scope, "backup-item", awi_str_of(to, copy.len + rest.len), kept);
    }
    return r == -ENOENT ? 0 : r;
}

static int find_source(struct awi_req *req,
                       struct awi_str name_or_arn,
                       struct dynamodb_TableRecord *record,
                       struct ddb_table *table)
{
    struct ddb_place place;
    int64_t items, bytes;
    int r = ddb_find_place(req, name_or_arn, &place);

    if (r == 0) {
        r = awi_record_get(
            &place.scope, "table", place.name, awi_arena(req), &dynamodb_TableRecord_shape, record);
    }
    if (r == -ENOENT) {
        return awi_fail(req,
                        &dynamodb_TableNotFoundException_error,
                        "Table not found: %.*s",
                        AWI_STR_FMT(place.name));
    }
    if (r == 0) {
        r = ddb_table_open(req, name_or_arn, table);
    }
    if (r == 0) {
        r = ddb_counts(table, &items, &bytes);
        record->Table->ItemCount = (struct awi_opt_i64)AWI_SOME(items);
        record->Table->TableSizeBytes = (struct awi_opt_i64)AWI_SOME(bytes);
    }
    return r;
}

int ddb_create_backup(struct awi_req *req,
                      const struct dynamodb_CreateBackupInput *in,
                      struct dynamodb_CreateBackupOutput *out)
{
    struct awi_scope scope = awi_scope(req);
    struct dynamodb_BackupRecord backup = {.BackupName = in->BackupName,
                                           .CreatedAt = AWI_SOME_TIME(awi_now(req))};
    struct dynamodb_TableRecord record;
    struct ddb_table table;
    int r = find_source(req, in->TableName, &record, &table);

    if (r != 0) {
        return r;
    }
    struct awi_str id = awi_arena_printf(awi_arena(req),
                                         "%014lld-%.*s",
                                         (long long)awi_now(req),
                                         AWI_STR_FMT(awi_random_id(req, "0123456789abcdef", 8)));
    backup.Table = record.Table;
    backup.TimeToLive = record.TimeToLive;
    backup.Copy = awi_random_id(req, AWI_LOWER_DIGITS, DDB_ID_SIZE);
    backup.BackupArn =
        awi_arn(req, "table/%.*s/backup/%.*s", AWI_STR_FMT(table.name), AWI_STR_FMT(id));
    if (!id.ptr || !backup.Copy.ptr || !backup.BackupArn.ptr) {
        return -ENOMEM;
    }
    r = copy_items(req, &table, &scope, backup.Copy);
    if (r == 0) {
        r = awi_record_put(
            &scope, "backup", id, awi_arena(req), &dynamodb_BackupRecord_shape, &backup);
    }
    return r == 0 ? describe_details(req, &backup, AWI_STR("CREATING"), &out->BackupDetails) : r;
}

/* --- ListBackups ----------------------------------------------------------------------------- */

static bool is_wanted(const struct dynamodb_ListBackupsInput *in,
                      struct awi_str name,
                      const struct dynamodb_BackupRecord *record)
{
    return (!awi_str_is_set(name) || awi_str_eq(name, record->Table->TableName)) &&
           (!in->TimeRangeLowerBound.set || record->CreatedAt.ms >= in->TimeRangeLowerBound.ms) &&
           (!in->TimeRangeUpperBound.set || record->CreatedAt.ms < in->TimeRangeUpperBound.ms) &&
           !awi_str_is(in->BackupType, "SYSTEM") && !awi_str_is(in->BackupType, "AWS_BACKUP");
}

static struct dynamodb_BackupSummary summary_of(const struct dynamodb_BackupRecord *record)
{
    return (struct dynamodb_BackupSummary){
        .TableName = record->Table->TableName,
        .TableId = record->Table->TableId,
        .TableArn = record->Table->TableArn,
        .BackupArn = record->BackupArn,
        .BackupName = record->BackupName,
        .BackupCreationDateTime = record->CreatedAt,
        .BackupStatus = AWI_STR("AVAILABLE"),
        .BackupType = AWI_STR("USER"),
        .BackupSizeBytes = record->Table->TableSizeBytes,
    };
}

int ddb_list_backups(struct awi_req *req,
                     const struct dynamodb_ListBackupsInput *in,
                     struct dynamodb_ListBackupsOutput *out)
{
    size_t most = in->Limit.set ? (size_t)in->Limit.v : LIST_MAX;
    struct awi_str after = id_of(req, in->ExclusiveStartBackupArn), key, value;
    struct ddb_place place = {.scope = awi_scope(req)};
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int r = awi_str_is_set(in->TableName) ? ddb_find_place(req, in->TableName, &place) : 0;

    out->BackupSummaries.set = true;
    out->BackupSummaries.items =
        awi_arena_array(awi_arena(req), struct dynamodb_BackupSummary, most);
    if (r == 0 && !out->BackupSummaries.items) {
        r = -ENOMEM;
    }
    after = after.ptr ? after : AWI_STR("");
    if (r == 0) {
        r = awi_cursor_open(&place.scope, "backup", AWI_STR(""), after, AWI_FORWARD, &cursor);
    }
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct dynamodb_BackupRecord record;

        r = awi_record_decode(value, awi_arena(req), &dynamodb_BackupRecord_shape, &record);
        if (r != 0 || awi_str_eq(key, after) || !is_wanted(in, place.name, &record)) {
            continue;
        }
        if (out->BackupSummaries.n == most) {
            out->LastEvaluatedBackupArn = out->BackupSummaries.items[most - 1].BackupArn;
            return 0;
        }
        out->BackupSummaries.items[out->BackupSummaries.n++] = summary_of(&record);
    }
    return r == -ENOENT ? 0 : r;
}

/* --- DeleteBackup ---------------------------------------------------------------------------- */

int ddb_delete_backup(struct awi_req *req,
                      const struct dynamodb_DeleteBackupInput *in,
                      struct dynamodb_DeleteBackupOutput *out)
{
    struct awi_scope scope = awi_scope(req);
    struct dynamodb_BackupRecord record;
    int r = ddb_backup_get(req, in->BackupArn, &record);

    if (r == 0) {
        r = awi_delete_prefix(&scope, "backup-item", record.Copy);
    }
    if (r == 0) {
        r = awi_delete(&scope, "backup", id_of(req, in->BackupArn));
    }
    return r == 0 ? describe(req, &record, AWI_STR("DELETED"), &out->BackupDescription) : r;
}

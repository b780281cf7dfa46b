/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DynamoDB service: which operations there are. An operation that is not here answers
 * NotImplemented.
 */
#include "services/dynamodb/access.h"
#include "services/dynamodb/backup.h"
#include "services/dynamodb/batch.h"
#include "services/dynamodb/partiql.h"
#include "services/dynamodb/table.h"

static const struct dynamodb_handlers handlers = {
    .BatchExecuteStatement = ddb_batch_execute_statement,
    .BatchGetItem = ddb_batch_get_item,
    .BatchWriteItem = ddb_batch_write_item,
    .CreateBackup = ddb_create_backup,
    .CreateTable = ddb_create_table,
    .DeleteBackup = ddb_delete_backup,
    .DeleteItem = ddb_delete_item,
    .DeleteResourcePolicy = ddb_delete_resource_policy,
    .DeleteTable = ddb_delete_table,
    .DescribeBackup = ddb_describe_backup,
    .DescribeContinuousBackups = ddb_describe_continuous_backups,
    .DescribeEndpoints = ddb_describe_endpoints,
    .DescribeLimits = ddb_describe_limits,
    .DescribeTable = ddb_describe_table,
    .DescribeTimeToLive = ddb_describe_time_to_live,
    .ExecuteStatement = ddb_execute_statement,
    .ExecuteTransaction = ddb_execute_transaction,
    .GetItem = ddb_get_item,
    .GetResourcePolicy = ddb_get_resource_policy,
    .ListBackups = ddb_list_backups,
    .ListTables = ddb_list_tables,
    .ListTagsOfResource = ddb_list_tags,
    .PutItem = ddb_put_item,
    .PutResourcePolicy = ddb_put_resource_policy,
    .Query = ddb_query,
    .RestoreTableFromBackup = ddb_restore_backup,
    .Scan = ddb_scan,
    .TagResource = ddb_tag_resource,
    .TransactGetItems = ddb_transact_get_items,
    .TransactWriteItems = ddb_transact_write_items,
    .UntagResource = ddb_untag_resource,
    .UpdateContinuousBackups = ddb_update_continuous_backups,
    .UpdateItem = ddb_update_item,
    .UpdateTable = ddb_update_table,
    .UpdateTimeToLive = ddb_update_time_to_live,
};

static const char *const reads[] = {"TransactGetItems", NULL};

const struct awi_service awi_service_dynamodb = {
    .model = &dynamodb_model,
    .handlers = &handlers,
    .reads = reads,
    .access = ddb_access,
    .rows = ddb_access_rows,
};

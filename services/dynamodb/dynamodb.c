/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DynamoDB service: which operations there are. An operation that is not here answers
 * NotImplemented.
 */
#include "services/dynamodb/dynamodb.h"

static const struct dynamodb_handlers handlers = {
    .CreateTable = ddb_create_table,
    .DeleteItem = ddb_delete_item,
    .DeleteTable = ddb_delete_table,
    .DescribeTable = ddb_describe_table,
    .GetItem = ddb_get_item,
    .ListTables = ddb_list_tables,
    .PutItem = ddb_put_item,
    .Query = ddb_query,
    .Scan = ddb_scan,
    .UpdateItem = ddb_update_item,
};

const struct awi_service awi_service_dynamodb = {
    .model = &dynamodb_model,
    .handlers = &handlers,
    .rows = ddb_access_rows,
};

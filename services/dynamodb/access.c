/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operations of DynamoDB need permission for (Service Authorization Reference, Amazon
 * DynamoDB). Those that name several tables or write PartiQL are not here.
 */
#include "services/dynamodb/dynamodb.h"

#define TABLE  "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}"
#define TARGET "arn:{partition}:dynamodb:{region}:{account}:table/{TargetTableName}"
#define INDEX  TABLE "/index/{IndexName}"
#define ITEM_KEYS                                                                                  \
    "dynamodb:ReturnValues=ReturnValues,dynamodb:ReturnConsumedCapacity=ReturnConsumedCapacity"

/* One row a line. */
/* clang-format off */
const struct awi_access_row ddb_access_rows[] = {
    {AWI_STR_INIT("BatchGetItem"), "dynamodb:BatchGetItem", "arn:{partition}:dynamodb:{region}:{account}:table/{RequestItems[]}", NULL, NULL, 0},
    {AWI_STR_INIT("BatchWriteItem"), "dynamodb:BatchWriteItem", "arn:{partition}:dynamodb:{region}:{account}:table/{RequestItems[]}", NULL, NULL, 0},
    {AWI_STR_INIT("CreateBackup"), "dynamodb:CreateBackup", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("CreateGlobalTable"), "dynamodb:CreateGlobalTable", "arn:{partition}:dynamodb::{account}:global-table/{GlobalTableName}", NULL, NULL, 0},
    {AWI_STR_INIT("CreateTable"), "dynamodb:CreateTable", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("DeleteBackup"), "dynamodb:DeleteBackup", "{BackupArn}", NULL, NULL, 0},
    {AWI_STR_INIT("DeleteItem"), "dynamodb:DeleteItem", TABLE, ITEM_KEYS, NULL, 0},
    {AWI_STR_INIT("DeleteResourcePolicy"), "dynamodb:DeleteResourcePolicy", "{ResourceArn}", NULL, NULL, 0},
    {AWI_STR_INIT("DeleteTable"), "dynamodb:DeleteTable", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("DescribeBackup"), "dynamodb:DescribeBackup", "{BackupArn}", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeContinuousBackups"), "dynamodb:DescribeContinuousBackups", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("DescribeContributorInsights"), "dynamodb:DescribeContributorInsights", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("DescribeEndpoints"), "dynamodb:DescribeEndpoints", "*", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeExport"), "dynamodb:DescribeExport", "{ExportArn}", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeGlobalTable"), "dynamodb:DescribeGlobalTable", "arn:{partition}:dynamodb::{account}:global-table/{GlobalTableName}", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeGlobalTableSettings"), "dynamodb:DescribeGlobalTableSettings", "arn:{partition}:dynamodb::{account}:global-table/{GlobalTableName}", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeImport"), "dynamodb:DescribeImport", "{ImportArn}", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeKinesisStreamingDestination"), "dynamodb:DescribeKinesisStreamingDestination", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("DescribeLimits"), "dynamodb:DescribeLimits", "*", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeTable"), "dynamodb:DescribeTable", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("DescribeTableReplicaAutoScaling"), "dynamodb:DescribeTableReplicaAutoScaling", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("DescribeTimeToLive"), "dynamodb:DescribeTimeToLive", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("DisableKinesisStreamingDestination"), "dynamodb:DisableKinesisStreamingDestination", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("EnableKinesisStreamingDestination"), "dynamodb:EnableKinesisStreamingDestination", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("ExportTableToPointInTime"), "dynamodb:ExportTableToPointInTime", "{TableArn}", NULL, NULL, 0},
    {AWI_STR_INIT("GetItem"), "dynamodb:GetItem", TABLE, ITEM_KEYS, NULL, 0},
    {AWI_STR_INIT("GetResourcePolicy"), "dynamodb:GetResourcePolicy", "{ResourceArn}", NULL, NULL, 0},
    {AWI_STR_INIT("ListBackups"), "dynamodb:ListBackups", "*", NULL, NULL, 0},
    {AWI_STR_INIT("ListTables"), "dynamodb:ListTables", "*", NULL, NULL, 0},
    {AWI_STR_INIT("ListTagsOfResource"), "dynamodb:ListTagsOfResource", "{ResourceArn}", NULL, NULL, 0},
    {AWI_STR_INIT("PutItem"), "dynamodb:PutItem", TABLE, ITEM_KEYS, NULL, 0},
    {AWI_STR_INIT("PutResourcePolicy"), "dynamodb:PutResourcePolicy", "{ResourceArn}", NULL, NULL, 0},
    {AWI_STR_INIT("Query"), "dynamodb:Query", TABLE, ITEM_KEYS ",dynamodb:Select=Select", "!IndexName", 0},
    {AWI_STR_INIT("Query"), "dynamodb:Query", INDEX, ITEM_KEYS ",dynamodb:Select=Select", "IndexName", 0},
    {AWI_STR_INIT("RestoreTableFromBackup"), "dynamodb:RestoreTableFromBackup", "{BackupArn}", NULL, NULL, 0},
    {AWI_STR_INIT("RestoreTableFromBackup"), "dynamodb:RestoreTableFromBackup", TARGET, NULL, NULL, 0},
    {AWI_STR_INIT("RestoreTableFromBackup"), "dynamodb:BatchWriteItem", TARGET, NULL, NULL, 0},
    {AWI_STR_INIT("RestoreTableFromBackup"), "dynamodb:DeleteItem", TARGET, NULL, NULL, 0},
    {AWI_STR_INIT("RestoreTableFromBackup"), "dynamodb:GetItem", TARGET, NULL, NULL, 0},
    {AWI_STR_INIT("RestoreTableFromBackup"), "dynamodb:PutItem", TARGET, NULL, NULL, 0},
    {AWI_STR_INIT("RestoreTableFromBackup"), "dynamodb:Query", TARGET, NULL, NULL, 0},
    {AWI_STR_INIT("RestoreTableFromBackup"), "dynamodb:Scan", TARGET, NULL, NULL, 0},
    {AWI_STR_INIT("RestoreTableFromBackup"), "dynamodb:UpdateItem", TARGET, NULL, NULL, 0},
    {AWI_STR_INIT("Scan"), "dynamodb:Scan", TABLE, ITEM_KEYS ",dynamodb:Select=Select", "!IndexName", 0},
    {AWI_STR_INIT("Scan"), "dynamodb:Scan", INDEX, ITEM_KEYS ",dynamodb:Select=Select", "IndexName", 0},
    {AWI_STR_INIT("TagResource"), "dynamodb:TagResource", "{ResourceArn}", NULL, NULL, 0},
    {AWI_STR_INIT("UntagResource"), "dynamodb:UntagResource", "{ResourceArn}", NULL, NULL, 0},
    {AWI_STR_INIT("UpdateContinuousBackups"), "dynamodb:UpdateContinuousBackups", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("UpdateContributorInsights"), "dynamodb:UpdateContributorInsights", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("UpdateGlobalTable"), "dynamodb:UpdateGlobalTable", "arn:{partition}:dynamodb::{account}:global-table/{GlobalTableName}", NULL, NULL, 0},
    {AWI_STR_INIT("UpdateGlobalTableSettings"), "dynamodb:UpdateGlobalTableSettings", "arn:{partition}:dynamodb::{account}:global-table/{GlobalTableName}", NULL, NULL, 0},
    {AWI_STR_INIT("UpdateItem"), "dynamodb:UpdateItem", TABLE, ITEM_KEYS, NULL, 0},
    {AWI_STR_INIT("UpdateKinesisStreamingDestination"), "dynamodb:UpdateKinesisStreamingDestination", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("UpdateTable"), "dynamodb:UpdateTable", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("UpdateTableReplicaAutoScaling"), "dynamodb:UpdateTableReplicaAutoScaling", TABLE, NULL, NULL, 0},
    {AWI_STR_INIT("UpdateTimeToLive"), "dynamodb:UpdateTimeToLive", TABLE, NULL, NULL, 0},
    {.operation = {NULL, 0}},
};
/* clang-format on */

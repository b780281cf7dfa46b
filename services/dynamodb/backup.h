/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On-demand backups: whole copies of tables, made and restored in one transaction. In the account
 * and region of the table:
 *
 *   table "backup"       ID         -> BackupRecord; ID is the end of the backup's ARN
 *   table "backup-item"  COPY REST  -> an item; COPY is 8 bytes of the backup's own, REST the
 * item's key without that of its table
 */
#pragma once

#include "services/dynamodb/table.h"

/* By its ARN. BackupNotFoundException. */
int ddb_backup_get(struct awi_req *req, struct awi_str arn, struct dynamodb_BackupRecord *ret);

int ddb_create_backup(struct awi_req *req,
                      const struct dynamodb_CreateBackupInput *in,
                      struct dynamodb_CreateBackupOutput *out);
int ddb_describe_backup(struct awi_req *req,
                        const struct dynamodb_DescribeBackupInput *in,
                        struct dynamodb_DescribeBackupOutput *out);
int ddb_list_backups(struct awi_req *req,
                     const struct dynamodb_ListBackupsInput *in,
                     struct dynamodb_ListBackupsOutput *out);
int ddb_delete_backup(struct awi_req *req,
                      const struct dynamodb_DeleteBackupInput *in,
                      struct dynamodb_DeleteBackupOutput *out);
int ddb_restore_backup(struct awi_req *req,
                       const struct dynamodb_RestoreTableFromBackupInput *in,
                       struct dynamodb_RestoreTableFromBackupOutput *out);

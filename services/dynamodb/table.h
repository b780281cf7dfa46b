/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as DescribeTable shows them, and the operations on them: table.c, table_update.c,
 * settings.c. */
#pragma once

#include "services/dynamodb/dynamodb.h"

/* By name or ARN; *ret_place is for putting it back. ResourceNotFoundException. */
int ddb_record_get(struct awi_req *req,
                   struct awi_str name_or_arn,
                   struct ddb_place *ret_place,
                   struct dynamodb_TableRecord *ret);
int ddb_record_put(struct awi_req *req,
                   const struct ddb_place *place,
                   const struct dynamodb_TableRecord *record);

/* Parts of a description, made anew. table_create.c */
struct dynamodb_ProvisionedThroughputDescription *
ddb_throughput(struct awi_req *req, const struct dynamodb_ProvisionedThroughput *units);
int ddb_describe_stream(struct awi_req *req, struct dynamodb_TableDescription *table);
int ddb_describe_sse(struct awi_req *req,
                     const struct dynamodb_SSESpecification *sse,
                     struct dynamodb_TableDescription *table);
int ddb_describe_global_index(struct awi_req *req,
                              struct awi_str table_arn,
                              const struct dynamodb_GlobalSecondaryIndex *index,
                              struct dynamodb_GlobalSecondaryIndexDescription *ret);
/* The compact schema of a description; id as it is, or a new one where it is absent. */
int ddb_make_schema(struct awi_req *req,
                    const struct awi_scope *scope,
                    const struct dynamodb_TableDescription *table,
                    struct awi_str id,
                    struct ddb_table *ret);

int ddb_update_table(struct awi_req *req,
                     const struct dynamodb_UpdateTableInput *in,
                     struct dynamodb_UpdateTableOutput *out);
int ddb_describe_limits(struct awi_req *req,
                        const struct dynamodb_DescribeLimitsInput *in,
                        struct dynamodb_DescribeLimitsOutput *out);
int ddb_describe_endpoints(struct awi_req *req,
                           const struct dynamodb_DescribeEndpointsRequest *in,
                           struct dynamodb_DescribeEndpointsResponse *out);
int ddb_describe_time_to_live(struct awi_req *req,
                              const struct dynamodb_DescribeTimeToLiveInput *in,
                              struct dynamodb_DescribeTimeToLiveOutput *out);
int ddb_update_time_to_live(struct awi_req *req,
                            const struct dynamodb_UpdateTimeToLiveInput *in,
                            struct dynamodb_UpdateTimeToLiveOutput *out);
int ddb_describe_continuous_backups(struct awi_req *req,
                                    const struct dynamodb_DescribeContinuousBackupsInput *in,
                                    struct dynamodb_DescribeContinuousBackupsOutput *out);
int ddb_update_continuous_backups(struct awi_req *req,
                                  const struct dynamodb_UpdateContinuousBackupsInput *in,
                                  struct dynamodb_UpdateContinuousBackupsOutput *out);
int ddb_list_tags(struct awi_req *req,
                  const struct dynamodb_ListTagsOfResourceInput *in,
                  struct dynamodb_ListTagsOfResourceOutput *out);
int ddb_tag_resource(struct awi_req *req, const struct dynamodb_TagResourceInput *in, void *out);
int ddb_untag_resource(struct awi_req *req,
                       const struct dynamodb_UntagResourceInput *in,
                       void *out);
int ddb_put_resource_policy(struct awi_req *req,
                            const struct dynamodb_PutResourcePolicyInput *in,
                            struct dynamodb_PutResourcePolicyOutput *out);
int ddb_get_resource_policy(struct awi_req *req,
                            const struct dynamodb_GetResourcePolicyInput *in,
                            struct dynamodb_GetResourcePolicyOutput *out);
int ddb_delete_resource_policy(struct awi_req *req,
                               const struct dynamodb_DeleteResourcePolicyInput *in,
                               struct dynamodb_DeleteResourcePolicyOutput *out);

/* SPDX-License-Identifier: Apache-2.0 */
/* Several items in one request: batch.c, transact.c; what they consume, table by table. */
#pragma once

#include "services/dynamodb/dynamodb.h"

struct ddb_usages {
    struct ddb_usage *items; /* one a table; room for as many as the request has items */
    size_t n;
};

int ddb_usages_begin(struct awi_req *req, struct ddb_usages *usages, size_t most);
/* Adds factor times what one item consumed. usage->table must outlive the request's handler. */
void ddb_usages_add(struct ddb_usages *usages, const struct ddb_usage *usage, double factor);
int ddb_usages_answer(struct awi_req *req,
                      struct awi_str mode,
                      const struct ddb_usages *usages,
                      struct dynamodb_ConsumedCapacityMultiple *ret);

/* One item by its key, through a projection (NULL: all). *ret is not set when there is none. */
int ddb_get_one(struct awi_req *req,
                const struct ddb_table *table,
                const struct dynamodb_AttributeMap *key,
                const struct ddb_projection *projection,
                bool consistent,
                struct ddb_usage *usage,
                struct dynamodb_AttributeMap *ret);

/* Transactions, transact.c. Every reason with a code is a failure; 0: there is none. */
int ddb_cancelled(struct awi_req *req, struct dynamodb_CancellationReason *reasons, size_t n);
/* *ret_done: this very request, without its token, was carried out in the last ten minutes. */
int ddb_check_token(struct awi_req *req,
                    struct awi_str name,
                    const struct awi_shape *shape,
                    const void *request,
                    bool *ret_done);

int ddb_batch_get_item(struct awi_req *req,
                       const struct dynamodb_BatchGetItemInput *in,
                       struct dynamodb_BatchGetItemOutput *out);
int ddb_batch_write_item(struct awi_req *req,
                         const struct dynamodb_BatchWriteItemInput *in,
                         struct dynamodb_BatchWriteItemOutput *out);
int ddb_transact_get_items(struct awi_req *req,
                           const struct dynamodb_TransactGetItemsInput *in,
                           struct dynamodb_TransactGetItemsOutput *out);
int ddb_transact_write_items(struct awi_req *req,
                             const struct dynamodb_TransactWriteItemsInput *in,
                             struct dynamodb_TransactWriteItemsOutput *out);

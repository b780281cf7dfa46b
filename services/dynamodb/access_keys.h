/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Condition keys of a permission, up to DDB_KEYS_MAX: dynamodb:LeadingKeys, dynamodb:Attributes,
 * aws:ResourceTag/... Each returns 0 or -ENOMEM.
 */
#pragma once

#include "services/dynamodb/dynamodb.h"

#define DDB_KEYS_MAX 128

struct ddb_keys {
    struct awi_req *req;
    struct awi_context_entry *items;
    size_t n;
};

int ddb_keys_begin(struct ddb_keys *keys, struct awi_req *req);
/* Without a value it is left out. */
int ddb_keys_add(struct ddb_keys *keys,
                 struct awi_str name,
                 const struct awi_str *values,
                 size_t n,
                 bool multivalued);
/* The leading key of an item, or of a key; its attributes too when it is a whole item. */
int ddb_keys_of_item(struct ddb_keys *keys,
                     const struct ddb_table *table,
                     const struct dynamodb_AttributeMap *map,
                     bool whole_item);
/* As dynamodb:LeadingKeys shows a partition key; absent for NULL. */
struct awi_str ddb_leading_text(const struct dynamodb_AttributeValue *value);
int ddb_keys_of_tags(struct ddb_keys *keys, const struct dynamodb_TagList *tags);

/* --- access_request.c ------------------------------------------------------------------------ */

/* What a request says of the items of one of its tables, arn: the leading keys and the attributes
 * that it names (Developer guide, "Using IAM policy conditions for fine-grained access control").
 */
int ddb_keys_of_request(struct ddb_keys *keys,
                        const struct ddb_table *table,
                        struct awi_str arn,
                        const void *in);
/* IndexName, where the operation has it; absent: none. */
struct awi_str ddb_request_index(struct awi_req *req, const void *in);

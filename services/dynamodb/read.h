/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Query and Scan share: a walk over items or an index's entries, with filter, projection, page
 * limits and the key to go on from.
 */
#pragma once

#include "services/dynamodb/dynamodb.h"

/* A page ends at this many bytes of items (Developer guide, "Paginating table query results"). */
#define DDB_PAGE_MAX (1u << 20)

struct ddb_reading {
    struct ddb_table table;
    const struct ddb_index *index; /* NULL: the table itself */
    struct awi_str prefix;         /* of the keys to be walked */
    struct awi_str from;           /* where to begin; absent: at the end (backwards) */
    struct awi_str after;          /* the key that was read last; absent: none */
    enum awi_direction direction;
    bool consistent;
    bool count_only;
    bool whole; /* Select ALL_ATTRIBUTES: also what the index does not have */
    const struct ddb_condition *range; /* of the sort key */
    const struct ddb_condition *filter;
    const struct ddb_projection *projection;
    int32_t limit;              /* 0: none */
    uint32_t segment, segments; /* of a parallel scan; segments 0: not parallel */

    struct dynamodb_ItemList items;
    int32_t scanned;
    int32_t matched;
    struct dynamodb_AttributeMap last_key; /* not set: everything was read */
    struct ddb_usage usage;
};

int ddb_read(struct awi_req *req, struct ddb_reading *reading);

/* The names of the index's or the table's keys, for messages and ExclusiveStartKey. */
const struct ddb_key_schema *ddb_reading_keys(const struct ddb_reading *reading);
/* Sets reading->after from ExclusiveStartKey. */
int ddb_start_after(struct awi_req *req,
                    struct ddb_reading *reading,
                    struct dynamodb_AttributeMap *start);
/* IndexName, ConsistentRead, Select and the projection against the table. */
int ddb_check_reading(struct awi_req *req,
                      struct ddb_reading *reading,
                      struct awi_str index,
                      struct awi_str select);

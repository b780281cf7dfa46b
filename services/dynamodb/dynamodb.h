/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this service share. Where things lie, all in the table's account and region,
 * which is the request's or, for a table of another account that was named by its ARN, that one's:
 *
 *   table "table"   NAME                       -> TableRecord: what DescribeTable shows
 *   table "schema"  NAME                       -> struct ddb_table in a compact form, which is all
 *                                                 that reading and writing items need
 *   table "count"   ID                         -> number and bytes of the items
 *   table "item"    ID HASH RANGE              -> the item (value_store.c)
 *   table "index"   ID NUMBER HASH RANGE ITEM  -> key of the item, for each secondary index it is
 *                                                 in
 *   table "expiry"  ID SECONDS ITEM            -> nothing, for each item with a time to live
 *
 * ID is 8 bytes of its own for every table that was ever created. HASH is two bytes of length and
 * the bytes; RANGE is in the order of sort keys (key.c).
 */
#pragma once

#include "core/service.h"
#include "core/store/record.h"
#include "core/util/cleanup.h"
#include "services/dynamodb/expression.h"
#include "services/dynamodb/value.h"

#include "gen/dynamodb.h"

#define DDB_ID_SIZE     8
#define DDB_INDEXES_MAX 25

struct ddb_key_part {
    struct awi_str name;
    enum ddb_type type; /* S, N or B */
};

struct ddb_key_schema {
    struct ddb_key_part parts[2]; /* hash, range */
    size_t n;
};

struct ddb_index {
    struct awi_str name;
    bool local;
    struct ddb_key_schema keys;
    bool all;                   /* projects everything */
    struct awi_str *attributes; /* otherwise: besides the keys */
    size_t n_attributes;
};

/* Where a table is. */
struct ddb_place {
    struct awi_str name;
    struct awi_scope scope;
};

struct ddb_table {
    struct awi_str name;
    struct awi_str called; /* as the request calls it: the name, or the ARN */
    struct awi_scope scope;
    struct awi_str id; /* DDB_ID_SIZE bytes */
    struct ddb_key_schema keys;
    struct ddb_index *indexes;
    size_t n_indexes;
    struct awi_str expiry; /* the attribute of time to live; absent: none expires */
    struct awi_str stream; /* DDB_ID_SIZE bytes; absent where view is none */
    enum ddb_view {
        DDB_VIEW_NONE,
        DDB_VIEW_KEYS,
        DDB_VIEW_NEW,
        DDB_VIEW_OLD,
        DDB_VIEW_BOTH,
    } view;
};

/* --- Refusing -------------------------------------------------------------------------------- */

int ddb_invalid(struct awi_req *req, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What a function with *ret_message returned: 1 becomes the ValidationException. */
int ddb_answered(struct awi_req *req, int r, struct awi_str message);

/* --- schema.c -------------------------------------------------------------------------------- */

/*
 * NAME, or an ARN of this region. Another account's is AccessDeniedException for operations that
 * resource policies do not open to other accounts (Developer guide, "DynamoDB API operations
 * supported by resource-based policies"); for the others the permissions decide, which are checked
 * before a handler runs (access_items.c). ValidationException for anything else.
 */
int ddb_find_place(struct awi_req *req, struct awi_str name_or_arn, struct ddb_place *ret);
/* For reading or writing items: ResourceNotFoundException when there is no such table. In a write
 * transaction what has expired is removed first. */
int ddb_table_open(struct awi_req *req, struct awi_str name_or_arn, struct ddb_table *ret);
int ddb_schema_put(const struct ddb_table *table);
const struct ddb_index *ddb_table_index(const struct ddb_table *table, struct awi_str name);

/* --- key.c ----------------------------------------------------------------------------------- */

/* ID HASH, the prefix of all items of one hash key; absent: no memory. */
struct awi_str ddb_hash_prefix(struct awi_arena *arena,
                               const struct ddb_table *table,
                               const struct dynamodb_AttributeValue *hash);
/* ID HASH RANGE */
struct awi_str ddb_item_key(struct awi_arena *arena,
                            const struct ddb_table *table,
                            const struct dynamodb_AttributeMap *item);
/* The bytes of a sort key, in its order. */
struct awi_str ddb_range_bytes(struct awi_arena *arena,
                               const struct dynamodb_AttributeValue *range);
/* ID NUMBER HASH: the prefix of all of one hash key of an index. */
struct awi_str ddb_index_prefix(struct awi_arena *arena,
                                const struct ddb_table *table,
                                const struct ddb_index *index,
                                const struct dynamodb_AttributeValue *hash);
/* The same with RANGE (absent for a index without) in the form that more can follow. */
struct awi_str ddb_index_key(struct awi_arena *arena,
                             const struct ddb_table *table,
                             const struct ddb_index *index,
                             const struct dynamodb_AttributeMap *item,
                             struct awi_str item_key);
/* RANGE as it stands in index keys, without its end: for ranges of a query. */
struct awi_str ddb_index_range(struct awi_arena *arena,
                               const struct dynamodb_AttributeValue *range);
/* Can this value (NULL: none) be the key: is it of its type, not empty, not too long? */
bool ddb_is_key(const struct ddb_key_part *part,
                const struct dynamodb_AttributeValue *value,
                bool hash);
/* A key that is too long is refused; hash or sort key. */
int ddb_check_key_size(struct awi_req *req, const struct dynamodb_AttributeValue *value, bool hash);
/* Is the item in the index, that is, can its attributes be all of its keys? */
bool ddb_index_has(const struct ddb_index *index, const struct dynamodb_AttributeMap *item);

/* Checks a Key parameter against the table's keys, and its values. */
int ddb_check_key(struct awi_req *req,
                  const struct ddb_table *table,
                  struct dynamodb_AttributeMap *key);
/* Checks the keys of an item to be stored, also those of the indexes. */
int ddb_check_item(struct awi_req *req,
                   const struct ddb_table *table,
                   const struct dynamodb_AttributeMap *item);

/* --- store.c: items and their index entries -------------------------------------------------- */

/* -ENOENT: there is none, or it has expired. The item is a copy in the arena. */
int ddb_item_get(struct awi_req *req,
                 const struct ddb_table *table,
                 struct awi_str key,
                 struct dynamodb_AttributeMap *ret);
/* old: what is there now, NULL for nothing. */
int ddb_item_put(struct awi_req *req,
                 const struct ddb_table *table,
                 struct awi_str key,
                 const struct dynamodb_AttributeMap *old,
                 const struct dynamodb_AttributeMap *item);
int ddb_item_delete(struct awi_req *req,
                    const struct ddb_table *table,
                    struct awi_str key,
                    const struct dynamodb_AttributeMap *old);
/* The same for what has expired, as the stream says. */
int ddb_item_remove(struct awi_req *req,
                    const struct ddb_table *table,
                    struct awi_str key,
                    const struct dynamodb_AttributeMap *old,
                    bool expired);
/* -ENOENT. Expired or not. */
int ddb_item_stored(struct awi_req *req,
                    const struct ddb_table *table,
                    struct awi_str key,
                    struct dynamodb_AttributeMap *ret);
/* Writes the index entries of an item that has none. */
int ddb_item_index(struct awi_req *req,
                   const struct ddb_table *table,
                   struct awi_str key,
                   const struct dynamodb_AttributeMap *item);
int ddb_counts(const struct ddb_table *table, int64_t *ret_items, int64_t *ret_bytes);

/* --- expiry.c -------------------------------------------------------------------------------- */

bool ddb_is_expired(struct awi_req *req,
                    const struct ddb_table *table,
                    const struct dynamodb_AttributeMap *item);
/* Keeps the order of expiry in step with a write. */
int ddb_expiry_update(struct awi_req *req,
                      const struct ddb_table *table,
                      struct awi_str key,
                      const struct dynamodb_AttributeMap *old,
                      const struct dynamodb_AttributeMap *item);
/* Removes what has expired. In a write transaction. */
int ddb_expire(struct awi_req *req, const struct ddb_table *table);
/* The order of expiry of all items of a table whose attribute was just named. */
int ddb_expiry_begin(struct awi_req *req, const struct ddb_table *table);

/* --- stream.c -------------------------------------------------------------------------------- */

/* Begins the stream that the description names, ends it; the schema is the caller's to put. */
int ddb_stream_begin(struct awi_req *req,
                     const struct dynamodb_TableDescription *description,
                     struct ddb_table *table);
int ddb_stream_end(struct awi_req *req,
                   const struct dynamodb_TableDescription *description,
                   struct ddb_table *table);
/* A record of a write, where the table has a stream. NULL: not there before, or after. */
int ddb_stream_change(struct awi_req *req,
                      const struct ddb_table *table,
                      const struct dynamodb_AttributeMap *old,
                      const struct dynamodb_AttributeMap *item,
                      bool expired);

/* --- capacity.c ------------------------------------------------------------------------------ */

/* What a request consumed, summed over its parts. */
struct ddb_usage {
    const struct ddb_table *table;
    bool write;
    double units; /* of the table itself */
    double index_units[DDB_INDEXES_MAX];
};

double ddb_read_units(size_t size, bool consistent);
/* Adds what writing item over old costs, the indexes included. Either may be NULL. */
void ddb_use_write(struct ddb_usage *usage,
                   const struct dynamodb_AttributeMap *old,
                   const struct dynamodb_AttributeMap *item);
/* NULL in *ret when the mode (ReturnConsumedCapacity) does not ask for it. */
int ddb_consumed(struct awi_req *req,
                 struct awi_str mode,
                 const struct ddb_usage *usage,
                 struct dynamodb_ConsumedCapacity **ret);
/* NULL in *ret when not asked for, or when the table has no local index. */
int ddb_metrics(struct awi_req *req,
                struct awi_str mode,
                const struct ddb_table *table,
                const struct dynamodb_AttributeMap *item,
                struct dynamodb_ItemCollectionMetrics **ret);

/* --- legacy.c -------------------------------------------------------------------------------- */

int ddb_legacy_expected(struct ddb_expressions *expressions,
                        const struct dynamodb_ExpectedAttributeMap *expected,
                        struct awi_str conditional_operator,
                        struct ddb_condition **ret);
int ddb_legacy_filter(struct ddb_expressions *expressions,
                      const struct dynamodb_FilterConditionMap *filter,
                      struct awi_str conditional_operator,
                      struct ddb_condition **ret);
int ddb_legacy_update(struct ddb_expressions *expressions,
                      const struct dynamodb_AttributeUpdates *updates,
                      struct ddb_update **ret);
int ddb_legacy_projection(struct ddb_expressions *expressions,
                          const struct dynamodb_AttributeNameList *attributes,
                          struct ddb_projection **ret);

/* Which parameters a request has; expressions and legacy ones do not go together. */
struct ddb_parameter {
    const char *name;
    bool set;
    bool expression;
};
int ddb_check_parameters(struct awi_req *req, const struct ddb_parameter *parameters, size_t n);

/* What GetItem and BatchGetItem are to return: the legacy list or the expression, whichever is set,
 * not both; *ret is NULL when neither is. As a handler returns. */
int ddb_read_projection(struct awi_req *req,
                        const struct dynamodb_AttributeNameList *attributes,
                        struct awi_str expression,
                        const struct dynamodb_ExpressionAttributeNameMap *names,
                        struct ddb_projection **ret);

/* --- write.c: the core of all single writes -------------------------------------------------- */

struct ddb_write {
    struct awi_str table;
    enum ddb_write_kind { DDB_WRITE_PUT, DDB_WRITE_DELETE, DDB_WRITE_UPDATE, DDB_WRITE_CHECK } kind;
    struct dynamodb_AttributeMap *item; /* DDB_WRITE_PUT: the item; otherwise the key */
    const struct ddb_condition *condition;
    const struct ddb_update *update;
};

struct ddb_written {
    struct ddb_table table;
    struct dynamodb_AttributeMap old, now;
    bool had_old;
    bool failed; /* the condition did not hold; nothing was written */
    struct ddb_usage usage;
};

int ddb_write(struct awi_req *req, const struct ddb_write *write, struct ddb_written *ret);
/* What ReturnValues asks for: ALL_OLD, ALL_NEW, UPDATED_OLD, UPDATED_NEW. update_item.c */
int ddb_returned(struct awi_req *req,
                 struct awi_str what,
                 const struct ddb_update *update,
                 const struct ddb_written *written,
                 struct dynamodb_AttributeMap *ret);
/* The ConditionalCheckFailedException, with the item if it is asked for. */
int ddb_condition_failed(struct awi_req *req,
                         struct awi_str return_values,
                         const struct ddb_written *written);

/* What each operation needs permission for: access.c. */
extern const struct awi_access_row ddb_access_rows[];

/* --- handlers -------------------------------------------------------------------------------- */

int ddb_create_table(struct awi_req *req,
                     const struct dynamodb_CreateTableInput *in,
                     struct dynamodb_CreateTableOutput *out);
int ddb_describe_table(struct awi_req *req,
                       const struct dynamodb_DescribeTableInput *in,
                       struct dynamodb_DescribeTableOutput *out);
int ddb_list_tables(struct awi_req *req,
                    const struct dynamodb_ListTablesInput *in,
                    struct dynamodb_ListTablesOutput *out);
int ddb_delete_table(struct awi_req *req,
                     const struct dynamodb_DeleteTableInput *in,
                     struct dynamodb_DeleteTableOutput *out);
int ddb_put_item(struct awi_req *req,
                 const struct dynamodb_PutItemInput *in,
                 struct dynamodb_PutItemOutput *out);
int ddb_get_item(struct awi_req *req,
                 const struct dynamodb_GetItemInput *in,
                 struct dynamodb_GetItemOutput *out);
int ddb_delete_item(struct awi_req *req,
                    const struct dynamodb_DeleteItemInput *in,
                    struct dynamodb_DeleteItemOutput *out);
int ddb_update_item(struct awi_req *req,
                    const struct dynamodb_UpdateItemInput *in,
                    struct dynamodb_UpdateItemOutput *out);
int ddb_query(struct awi_req *req,
              const struct dynamodb_QueryInput *in,
              struct dynamodb_QueryOutput *out);
int ddb_scan(struct awi_req *req,
             const struct dynamodb_ScanInput *in,
             struct dynamodb_ScanOutput *out);

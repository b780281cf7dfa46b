/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PartiQL as DynamoDB has it (Developer guide, "PartiQL for DynamoDB"): one statement over one
 * table becomes the trees that expressions become, and is carried out by the same reads and writes.
 *
 *   partiql_value.c  tokens, and literals as attribute values
 *   partiql_parse.c  paths, operands, conditions
 *   partiql_read.c   statements
 *   partiql_run.c    carrying one out
 *   partiql.c        the operations
 */
#pragma once

#include "services/dynamodb/dynamodb.h"

#define DDB_PARTIQL_DEPTH 32

enum ddb_statement_kind {
    DDB_SELECT,
    DDB_EXISTS, /* a condition: EXISTS(SELECT ...), in transactions */
    DDB_INSERT,
    DDB_UPDATE,
    DDB_REMOVE_ITEM, /* DELETE FROM */
};

struct ddb_statement {
    enum ddb_statement_kind kind;
    struct awi_str table, index;
    const struct ddb_projection *projection; /* NULL: everything */
    const struct ddb_condition *where;       /* NULL: none */
    struct dynamodb_AttributeMap item;       /* of an INSERT */
    struct ddb_update update;
    struct awi_str order; /* ORDER BY */
    bool descending;
    struct awi_str returning; /* as ReturnValues has it: ALL_OLD ... */
};

/* The texts of one statement, and where the reader is. */
struct ddb_partiql {
    struct awi_arena *arena;
    struct awi_str text;
    size_t at;
    enum ddb_partiql_token {
        DDB_PQ_END,
        DDB_PQ_WORD,   /* SELECT, a name */
        DDB_PQ_NAME,   /* "a name" */
        DDB_PQ_STRING, /* 'text' */
        DDB_PQ_NUMBER,
        DDB_PQ_SIGN,
        DDB_PQ_WRONG,
    } token;
    struct awi_str lexeme; /* of a name or string: without its quotes */
    const struct dynamodb_PreparedStatementParameters *parameters;
    size_t used; /* parameters */
    int depth;
    struct awi_str message;
};

/* Each returns 0; 1 with AWS's text in message; -ENOMEM. */
int ddb_pq_begin(struct ddb_partiql *pq,
                 struct awi_arena *arena,
                 struct awi_str text,
                 const struct dynamodb_PreparedStatementParameters *parameters);
void ddb_pq_next(struct ddb_partiql *pq);
bool ddb_pq_is_sign(const struct ddb_partiql *pq, const char *sign);
bool ddb_pq_is_word(const struct ddb_partiql *pq, const char *word);
/* Goes on if it is here. */
bool ddb_pq_take_sign(struct ddb_partiql *pq, const char *sign);
bool ddb_pq_take_word(struct ddb_partiql *pq, const char *word);
int ddb_pq_expect_sign(struct ddb_partiql *pq, const char *sign);
int ddb_pq_expect_word(struct ddb_partiql *pq, const char *word);
int ddb_pq_syntax(struct ddb_partiql *pq);
/* Is a literal or a parameter here? */
bool ddb_pq_is_value(const struct ddb_partiql *pq);
int ddb_pq_value(struct ddb_partiql *pq, struct dynamodb_AttributeValue *ret);

int ddb_pq_name(struct ddb_partiql *pq, struct awi_str *ret);
int ddb_pq_path(struct ddb_partiql *pq, struct ddb_path *ret);
int ddb_pq_operand(struct ddb_partiql *pq, struct ddb_operand *ret);
int ddb_pq_condition(struct ddb_partiql *pq, struct ddb_condition **ret);

int ddb_pq_parse(struct awi_arena *arena,
                 struct awi_str text,
                 const struct dynamodb_PreparedStatementParameters *parameters,
                 struct ddb_statement *ret,
                 struct awi_str *ret_message);

/* The permission of a statement: dynamodb:PartiQLSelect ..., and on what. */
const char *ddb_pq_action(const struct ddb_statement *statement);
struct awi_str ddb_pq_resource(struct awi_req *req, const struct ddb_statement *statement);
/* The value that WHERE fixes an attribute to, at its top level; NULL: none. */
const struct dynamodb_AttributeValue *ddb_pq_fixed(const struct ddb_condition *where,
                                                   struct awi_str name);

/* --- partiql_run.c --------------------------------------------------------------------------- */

struct ddb_pq_result {
    struct dynamodb_ItemList items;
    struct dynamodb_AttributeMap last_key;
    struct ddb_written written; /* of a write */
    struct awi_str key;         /* of the item, where the statement names one */
    bool failed; /* the condition did not hold; of an INSERT: the item is there already */
    struct ddb_usage usage;
};

struct ddb_pq_options {
    bool one_item; /* SELECT must name a whole key (batches, transactions) */
    bool consistent;
    int32_t limit;
    struct dynamodb_AttributeMap start; /* where a page begins */
};

int ddb_pq_run(struct awi_req *req,
               const struct ddb_statement *statement,
               const struct ddb_pq_options *options,
               struct ddb_pq_result *ret);

/* --- handlers -------------------------------------------------------------------------------- */

int ddb_execute_statement(struct awi_req *req,
                          const struct dynamodb_ExecuteStatementInput *in,
                          struct dynamodb_ExecuteStatementOutput *out);
int ddb_batch_execute_statement(struct awi_req *req,
                                const struct dynamodb_BatchExecuteStatementInput *in,
                                struct dynamodb_BatchExecuteStatementOutput *out);
int ddb_execute_transaction(struct awi_req *req,
                            const struct dynamodb_ExecuteTransactionInput *in,
                            struct dynamodb_ExecuteTransactionOutput *out);

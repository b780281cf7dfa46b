/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DynamoDB's expressions: parsed into trees, which condition.c, projection.c and update.c evaluate.
 * The legacy parameters (Expected, AttributesToGet, ...) become the same trees in legacy.c.
 *
 * Every function that may refuse returns 0, 1 with AWS's text in expressions->message, or -ENOMEM.
 */
#pragma once

#include "core/util/arena.h"
#include "services/dynamodb/value.h"

#define DDB_EXPRESSION_MAX 4096
#define DDB_OPERATORS_MAX  300
#define DDB_IN_MAX         100

/* One step of a document path: a name, or an index where name is absent. */
struct ddb_step {
    struct awi_str name;
    size_t index;
};

struct ddb_path {
    struct ddb_step *steps;
    size_t n; /* at least 1; the first is a name */
};

enum ddb_operand_kind {
    DDB_OPERAND_PATH,
    DDB_OPERAND_VALUE,
    DDB_OPERAND_SIZE,          /* size(path) */
    DDB_OPERAND_IF_NOT_EXISTS, /* path, args[0] */
    DDB_OPERAND_LIST_APPEND,   /* args */
    DDB_OPERAND_PLUS,          /* args */
    DDB_OPERAND_MINUS,         /* args */
};

struct ddb_operand {
    enum ddb_operand_kind kind;
    struct ddb_path path;
    const struct dynamodb_AttributeValue *value;
    struct ddb_operand *args[2];
};

enum ddb_op {
    DDB_OP_EQ,
    DDB_OP_NE,
    DDB_OP_LT,
    DDB_OP_LE,
    DDB_OP_GT,
    DDB_OP_GE,
    DDB_OP_BETWEEN,
    DDB_OP_IN,
    DDB_OP_EXISTS,
    DDB_OP_NOT_EXISTS,
    DDB_OP_TYPE,
    DDB_OP_BEGINS_WITH,
    DDB_OP_CONTAINS,
    DDB_OP_AND, /* left, right */
    DDB_OP_OR,  /* left, right */
    DDB_OP_NOT, /* left */
};

struct ddb_condition {
    enum ddb_op op;
    struct ddb_operand *operands;
    size_t n;
    struct ddb_condition *left, *right;
    bool in_parens; /* for the parser */
};

enum ddb_action_kind { DDB_SET, DDB_REMOVE, DDB_ADD, DDB_DELETE, DDB_N_ACTIONS };

struct ddb_action {
    enum ddb_action_kind kind;
    struct ddb_path path;
    struct ddb_operand *operand; /* NULL for DDB_REMOVE */
};

struct ddb_update {
    struct ddb_action *actions;
    size_t n;
};

struct ddb_projection {
    struct ddb_path *paths;
    size_t n;
};

/* The expressions of one request: they share names and values, each of which must be used. */
struct ddb_expressions {
    struct awi_arena *arena;
    const struct dynamodb_ExpressionAttributeNameMap *names;
    struct dynamodb_AttributeMap *values; /* NULL: the request cannot have any */
    bool *name_used;
    bool *value_used;
    struct awi_str message;
};

/*
 * Checks names and values as such. any_expression: is there an expression they could be for?
 * missing: which expression is null, for the message about values, e.g. "ConditionExpression".
 */
int ddb_expressions_begin(struct ddb_expressions *expressions,
                          struct awi_arena *arena,
                          const struct dynamodb_ExpressionAttributeNameMap *names,
                          struct dynamodb_AttributeMap *values,
                          bool any_expression,
                          const char *missing);
/* After the last expression: was every name and value used? */
int ddb_expressions_end(struct ddb_expressions *expressions);

/* kind is the parameter's name, for messages. *ret is NULL when text is absent. */
int ddb_parse_condition(struct ddb_expressions *expressions,
                        const char *kind,
                        struct awi_str text,
                        struct ddb_condition **ret);
int ddb_parse_projection(struct ddb_expressions *expressions,
                         struct awi_str text,
                         struct ddb_projection **ret);
int ddb_parse_update(struct ddb_expressions *expressions,
                     struct awi_str text,
                     struct ddb_update **ret);

bool ddb_is_reserved(struct awi_str name);
/* "[a, [0], b]", as messages show paths. */
struct awi_str ddb_path_text(struct awi_arena *arena, const struct ddb_path *path);

/* NULL: nothing is there. */
struct dynamodb_AttributeValue *ddb_path_find(const struct dynamodb_AttributeMap *item,
                                              const struct ddb_path *path);

/* condition NULL holds. item NULL: there is none. */
bool ddb_condition_holds(const struct ddb_condition *condition,
                         const struct dynamodb_AttributeMap *item);

/* The part of the item that the paths name. -ENOMEM */
int ddb_project(struct awi_arena *arena,
                const struct ddb_projection *projection,
                const struct dynamodb_AttributeMap *item,
                struct dynamodb_AttributeMap *ret);

/*
 * Applies the actions to *item, which must be a deep copy of its own. touched receives the top
 * level attributes' names (room for update->n). 0, 1 with the text in *ret_message, -ENOMEM.
 */
int ddb_update_apply(struct awi_arena *arena,
                     const struct ddb_update *update,
                     struct dynamodb_AttributeMap *item,
                     struct awi_str *ret_message);

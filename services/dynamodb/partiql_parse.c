/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, paths, operands and conditions, which become the tree that a ConditionExpression becomes.
 */
#include "services/dynamodb/partiql.h"

#include <errno.h>

#define STEPS_MAX 32
#define LIST_MAX  100

static int parse_or(struct ddb_partiql *pq, struct ddb_condition **ret);

/* --- Paths and operands ---------------------------------------------------------------------- */

int ddb_pq_name(struct ddb_partiql *pq, struct awi_str *ret)
{
    *ret = pq->lexeme;
    if (pq->token != DDB_PQ_WORD && pq->token != DDB_PQ_NAME) {
        return ddb_pq_syntax(pq);
    }
    ddb_pq_next(pq);
    return 0;
}

static int step(struct ddb_partiql *pq, struct ddb_step *ret)
{
    uint64_t index;
    int r;

    *ret = (struct ddb_step){.index = 0};
    if (!ddb_pq_take_sign(pq, "[")) {
        r = ddb_pq_expect_sign(pq, ".");
        return r != 0 ? r : ddb_pq_name(pq, &ret->name);
    }
    if (pq->token == DDB_PQ_STRING) {
        ret->name = pq->lexeme;
    } else if (pq->token == DDB_PQ_NUMBER && awi_str_to_u64(pq->lexeme, &index) == 0) {
        ret->index = (size_t)index;
    } else {
        return ddb_pq_syntax(pq);
    }
    ddb_pq_next(pq);
    return ddb_pq_expect_sign(pq, "]");
}

int ddb_pq_path(struct ddb_partiql *pq, struct ddb_path *ret)
{
    int r;

    ret->n = 0;
    ret->steps = awi_arena_array(pq->arena, struct ddb_step, STEPS_MAX);
    if (!ret->steps) {
        return -ENOMEM;
    }
    r = ddb_pq_name(pq, &ret->steps[ret->n++].name);
    while (r == 0 && (ddb_pq_is_sign(pq, ".") || ddb_pq_is_sign(pq, "["))) {
        r = ret->n == STEPS_MAX ? ddb_pq_syntax(pq) : step(pq, &ret->steps[ret->n++]);
    }
    return r;
}

int ddb_pq_operand(struct ddb_partiql *pq, struct ddb_operand *ret)
{
    int r;

    *ret = (struct ddb_operand){.kind = DDB_OPERAND_VALUE};
    if (ddb_pq_is_value(pq)) {
        struct dynamodb_AttributeValue *value =
            awi_arena_new(pq->arena, struct dynamodb_AttributeValue);
        ret->value = value;
        r = value ? ddb_pq_value(pq, value) : -ENOMEM;
        return r == 0 ? ddb_value_check(pq->arena, value, &pq->message) : r;
    }
    if (ddb_pq_is_word(pq, "size")) {
        struct ddb_partiql before = *pq;
        ddb_pq_next(pq);
        if (ddb_pq_take_sign(pq, "(")) {
            ret->kind = DDB_OPERAND_SIZE;
            r = ddb_pq_path(pq, &ret->path);
            return r == 0 ? ddb_pq_expect_sign(pq, ")") : r;
        }
        *pq = before; /* an attribute of that name */
    }
    ret->kind = DDB_OPERAND_PATH;
    return ddb_pq_path(pq, &ret->path);
}

/* --- Conditions ------------------------------------------------------------------------------ */

static struct ddb_condition *condition(struct ddb_partiql *pq, enum ddb_op op, size_t operands)
{
    struct ddb_condition *ret = awi_arena_new(pq->arena, struct ddb_condition);

    if (ret) {
        ret->op = op;
        ret->n = operands;
        ret->operands = awi_arena_array(pq->arena, struct ddb_operand, operands);
    }
    return ret && ret->operands ? ret : NULL;
}

static int join(struct ddb_partiql *pq,
                enum ddb_op op,
                struct ddb_condition *left,
                struct ddb_condition *right,
                struct ddb_condition **ret)
{
    *ret = condition(pq, op, 0);
    if (!*ret) {
        return -ENOMEM;
    }
    (*ret)->left = left;
    (*ret)->right = right;
    return 0;
}

static int function(struct ddb_partiql *pq, enum ddb_op op, size_t n, struct ddb_condition **ret)
{
    int r;

    ddb_pq_next(pq);
    *ret = condition(pq, op, n);
    r = *ret ? ddb_pq_expect_sign(pq, "(") : -ENOMEM;
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = i > 0 ? ddb_pq_expect_sign(pq, ",") : 0;
        r = r == 0 ? ddb_pq_operand(pq, &(*ret)->operands[i]) : r;
    }
    return r == 0 ? ddb_pq_expect_sign(pq, ")") : r;
}

/* IS [NOT] MISSING, IS [NOT] NULL */
static int
parse_is(struct ddb_partiql *pq, const struct ddb_operand *first, struct ddb_condition **ret)
{
    static const struct dynamodb_AttributeValue null = {.S = AWI_STR_INIT("NULL")};
    bool negated = ddb_pq_take_word(pq, "not");

    if (ddb_pq_take_word(pq, "missing")) {
        *ret = condition(pq, negated ? DDB_OP_EXISTS : DDB_OP_NOT_EXISTS, 1);
        if (*ret) {
            (*ret)->operands[0] = *first;
        }
        return *ret ? 0 : -ENOMEM;
    }
    if (!ddb_pq_take_word(pq, "null")) {
        return ddb_pq_syntax(pq);
    }
    *ret = condition(pq, DDB_OP_TYPE, 2);
    if (!*ret) {
        return -ENOMEM;
    }
    (*ret)->operands[0] = *first;
    (*ret)->operands[1] = (struct ddb_operand){.kind = DDB_OPERAND_VALUE, .value = &null};
    return negated ? join(pq, DDB_OP_NOT, *ret, NULL, ret) : 0;
}

static int
parse_in(struct ddb_partiql *pq, const struct ddb_operand *first, struct ddb_condition **ret)
{
    const char *end = ddb_pq_is_sign(pq, "[") ? "]" : ")";
    int r = ddb_pq_take_sign(pq, "[") ? 0 : ddb_pq_expect_sign(pq, "(");

    *ret = condition(pq, DDB_OP_IN, LIST_MAX + 1);
    if (r != 0 || !*ret) {
        return r != 0 ? r : -ENOMEM;
    }
    (*ret)->operands[0] = *first;
    (*ret)->n = 1;
    do {
        r = (*ret)->n > LIST_MAX ? ddb_pq_syntax(pq)
                                 : ddb_pq_operand(pq, &(*ret)->operands[(*ret)->n++]);
    } while (r == 0 && ddb_pq_take_sign(pq, ","));
    return r == 0 ? ddb_pq_expect_sign(pq, end) : r;
}

static int
parse_between(struct ddb_partiql *pq, const struct ddb_operand *first, struct ddb_condition **ret)
{
    int r;

    *ret = condition(pq, DDB_OP_BETWEEN, 3);
    if (!*ret) {
        return -ENOMEM;
    }
    (*ret)->operands[0] = *first;
    r = ddb_pq_operand(pq, &(*ret)->operands[1]);
    r = r == 0 ? ddb_pq_expect_word(pq, "and") : r;
    return r == 0 ? ddb_pq_operand(pq, &(*ret)->operands[2]) : r;
}

static int parse_comparison(struct ddb_partiql *pq, struct ddb_condition **ret)
{
    static const struct {
        const char *sign;
        enum ddb_op op;
    } signs[] = {{"=", DDB_OP_EQ},
                 {"<>", DDB_OP_NE},
                 {"!=", DDB_OP_NE},
                 {"<", DDB_OP_LT},
                 {"<=", DDB_OP_LE},
                 {">", DDB_OP_GT},
                 {">=", DDB_OP_GE}};
    struct ddb_operand first;
    int r = ddb_pq_operand(pq, &first);

    if (r != 0) {
        return r;
    }
    if (ddb_pq_take_word(pq, "is")) {
        return parse_is(pq, &first, ret);
    }
    if (ddb_pq_take_word(pq, "in")) {
        return parse_in(pq, &first, ret);
    }
    if (ddb_pq_take_word(pq, "between")) {
        return parse_between(pq, &first, ret);
    }
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (ddb_pq_take_sign(pq, signs[i].sign)) {
            *ret = condition(pq, signs[i].op, 2);
            if (!*ret) {
                return -ENOMEM;
            }
            (*ret)->operands[0] = first;
            return ddb_pq_operand(pq, &(*ret)->operands[1]);
        }
    }
    return ddb_pq_syntax(pq);
}

static int parse_not(struct ddb_partiql *pq, struct ddb_condition **ret)
{
    int r;

    if (ddb_pq_take_word(pq, "not")) {
        r = ++pq->depth > DDB_PARTIQL_DEPTH ? ddb_pq_syntax(pq) : parse_not(pq, ret);
        pq->depth--;
        return r == 0 ? join(pq, DDB_OP_NOT, *ret, NULL, ret) : r;
    }
    if (ddb_pq_take_sign(pq, "(")) {
        r = ++pq->depth > DDB_PARTIQL_DEPTH ? ddb_pq_syntax(pq) : parse_or(pq, ret);
        pq->depth--;
        return r == 0 ? ddb_pq_expect_sign(pq, ")") : r;
    }
    if (ddb_pq_is_word(pq, "begins_with")) {
        return function(pq, DDB_OP_BEGINS_WITH, 2, ret);
    }
    if (ddb_pq_is_word(pq, "contains")) {
        return function(pq, DDB_OP_CONTAINS, 2, ret);
    }
    if (ddb_pq_is_word(pq, "attribute_type")) {
        return function(pq, DDB_OP_TYPE, 2, ret);
    }
    return parse_comparison(pq, ret);
}

static int parse_and(struct ddb_partiql *pq, struct ddb_condition **ret)
{
    int r = parse_not(pq, ret);

    while (r == 0 && ddb_pq_take_word(pq, "and")) {
        struct ddb_condition *left = *ret, *right;
        r = parse_not(pq, &right);
        r = r == 0 ? join(pq, DDB_OP_AND, left, right, ret) : r;
    }
    return r;
}

static int parse_or(struct ddb_partiql *pq, struct ddb_condition **ret)
{
    int r = parse_and(pq, ret);

    while (r == 0 && ddb_pq_take_word(pq, "or")) {
        struct ddb_condition *left = *ret, *right;
        r = parse_and(pq, &right);
        r = r == 0 ? join(pq, DDB_OP_OR, left, right, ret) : r;
    }
    return r;
}

int ddb_pq_condition(struct ddb_partiql *pq, struct ddb_condition **ret)
{
    return parse_or(pq, ret);
}

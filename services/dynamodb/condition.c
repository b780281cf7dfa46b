/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a condition hold for an item?
 */
#include "services/dynamodb/expression.h"

#include <stdio.h>

/* An operand's value: in the item, in the request, or a number made here. */
struct evaluated {
    const struct dynamodb_AttributeValue *value; /* NULL: there is none */
    struct dynamodb_AttributeValue made;
    char text[24];
};

/* size(): -1 where a value has none. */
static int64_t size_of(const struct dynamodb_AttributeValue *value)
{
    switch (ddb_value_type(value)) {
    case DDB_S: {
        int64_t n = 0;

        /* in UTF-16 units, as Java counts them */
        for (size_t i = 0; i < value->S.len; i++) {
            unsigned char c = (unsigned char)value->S.ptr[i];

            n += (c & 0xc0) != 0x80 ? (c >= 0xf0 ? 2 : 1) : 0;
        }
        return n;
    }
    case DDB_B:
        return (int64_t)value->B.len;
    case DDB_SS:
        return (int64_t)value->SS.n;
    case DDB_NS:
        return (int64_t)value->NS.n;
    case DDB_BS:
        return (int64_t)value->BS.n;
    case DDB_M:
        return (int64_t)value->M.n;
    case DDB_L:
        return (int64_t)value->L.n;
    default:
        return -1;
    }
}

static void evaluate(const struct ddb_operand *operand,
                     const struct dynamodb_AttributeMap *item,
                     struct evaluated *ret)
{
    const struct dynamodb_AttributeValue *value =
        operand->value ? operand->value : ddb_path_find(item, &operand->path);
    int64_t size;

    ret->value = value;
    if (operand->kind != DDB_OPERAND_SIZE || !value) {
        return;
    }
    size = size_of(value);
    if (size < 0) {
        ret->value = NULL;
        return;
    }
    ret->made = (struct dynamodb_AttributeValue){0};
    ret->made.N.len = (size_t)snprintf(ret->text, sizeof(ret->text), "%lld", (long long)size);
    ret->made.N.ptr = ret->text;
    ret->value = &ret->made;
}

static bool compare(enum ddb_op op,
                    const struct dynamodb_AttributeValue *a,
                    const struct dynamodb_AttributeValue *b)
{
    int order;

    if (op == DDB_OP_NE) {
        return !a || !b || !ddb_value_equal(a, b);
    }
    if (!a || !b) {
        return false;
    }
    if (op == DDB_OP_EQ) {
        return ddb_value_equal(a, b);
    }
    if (!ddb_value_cmp(a, b, &order)) {
        return false;
    }
    return op == DDB_OP_LT   ? order < 0
           : op == DDB_OP_LE ? order <= 0
           : op == DDB_OP_GT ? order > 0
                             : order >= 0;
}

static bool begins_with(const struct dynamodb_AttributeValue *a,
                        const struct dynamodb_AttributeValue *b)
{
    if (!a || !b) {
        return false;
    }
    return (a->S.ptr && b->S.ptr && awi_str_starts(a->S, b->S)) ||
           (a->B.ptr && b->B.ptr && awi_str_starts(a->B, b->B));
}

static bool has_string(const struct awi_str *items, size_t n, struct awi_str wanted)
{
    for (size_t i = 0; wanted.ptr && i < n; i++) {
        if (awi_str_eq(items[i], wanted)) {
            return true;
        }
    }
    return false;
}

static bool contains(const struct dynamodb_AttributeValue *a,
                     const struct dynamodb_AttributeValue *b)
{
    if (!a || !b) {
        return false;
    }
    switch (ddb_value_type(a)) {
    case DDB_S:
        return b->S.ptr && awi_str_search(a->S, b->S) >= 0;
    case DDB_B:
        return b->B.ptr && awi_str_search(a->B, b->B) >= 0;
    case DDB_SS:
        return has_string(a->SS.items, a->SS.n, b->S);
    case DDB_NS:
        return has_string(a->NS.items, a->NS.n, b->N);
    case DDB_BS:
        return has_string(a->BS.items, a->BS.n, b->B);
    case DDB_L:
        for (size_t i = 0; i < a->L.n; i++) {
            if (ddb_value_equal(&a->L.items[i], b)) {
                return true;
            }
        }
        return false;
    default:
        return false;
    }
}

static bool is_in(const struct ddb_condition *condition,
                  const struct dynamodb_AttributeMap *item,
                  const struct dynamodb_AttributeValue *first)
{
    for (size_t i = 1; i < condition->n; i++) {
        struct evaluated other;

        evaluate(&condition->operands[i], item, &other);
        if (compare(DDB_OP_EQ, first, other.value)) {
            return true;
        }
    }
    return false;
}

static bool holds_simple(const struct ddb_condition *condition,
                         const struct dynamodb_AttributeMap *item)
{
    struct evaluated e[3] = {{0}};

    for (size_t i = 0; i < condition->n && i < 3; i++) {
        evaluate(&condition->operands[i], item, &e[i]);
    }
    switch (condition->op) {
    case DDB_OP_BETWEEN:
        return compare(DDB_OP_GE, e[0].value, e[1].value) &&
               compare(DDB_OP_LE, e[0].value, e[2].value);
    case DDB_OP_IN:
        return is_in(condition, item, e[0].value);
    case DDB_OP_EXISTS:
        return e[0].value != NULL;
    case DDB_OP_NOT_EXISTS:
        return e[0].value == NULL;
    case DDB_OP_TYPE:
        return e[0].value && e[1].value &&
               awi_str_is(e[1].value->S, ddb_type_name(ddb_value_type(e[0].value)));
    case DDB_OP_BEGINS_WITH:
        return begins_with(e[0].value, e[1].value);
    case DDB_OP_CONTAINS:
        return contains(e[0].value, e[1].value);
    default:
        return compare(condition->op, e[0].value, e[1].value);
    }
}

bool ddb_condition_holds(const struct ddb_condition *condition,
                         const struct dynamodb_AttributeMap *item)
{
    static const struct dynamodb_AttributeMap nothing;

    if (!condition) {
        return true;
    }
    if (!item) {
        item = &nothing;
    }
    /* Chains of AND and OR lean to the left: their length is not the depth of this recursion. */
    while (condition->op == DDB_OP_AND || condition->op == DDB_OP_OR) {
        bool right = ddb_condition_holds(condition->right, item);

        if (right == (condition->op == DDB_OP_OR)) {
            return right;
        }
        condition = condition->left;
    }
    if (condition->op == DDB_OP_NOT) {
        return !ddb_condition_holds(condition->left, item);
    }
    return holds_simple(condition, item);
}

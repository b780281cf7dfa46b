/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parameters from before there were expressions (Developer guide, "Legacy DynamoDB conditional
 * parameters"), turned into the trees of expression.h.
 */
#include "services/dynamodb/dynamodb.h"

#include <errno.h>

#define INVALID "One or more parameter values were invalid: "

static int refuse(struct ddb_expressions *all, struct awi_str message)
{
    all->message = message;
    return message.ptr ? 1 : -ENOMEM;
}

/* --- Which parameters go together ------------------------------------------------------------ */

static struct awi_str
names_of(struct awi_req *req, const struct ddb_parameter *parameters, size_t n, bool expression)
{
    struct awi_str text = AWI_STR_NULL;

    for (size_t i = 0; i < n; i++) {
        if (parameters[i].set && parameters[i].expression == expression) {
            text = awi_arena_printf(awi_arena(req),
                                    "%.*s%s%s",
                                    AWI_STR_FMT(text),
                                    text.ptr ? ", " : "",
                                    parameters[i].name);
        }
    }
    return text;
}

int ddb_check_parameters(struct awi_req *req, const struct ddb_parameter *parameters, size_t n)
{
    struct awi_str legacy = names_of(req, parameters, n, false);
    struct awi_str modern = names_of(req, parameters, n, true);

    if (!legacy.ptr || !modern.ptr) {
        return 0;
    }
    return ddb_invalid(req,
                       "Can not use both expression and non-expression parameters in the same "
                       "request: Non-expression parameters: {%.*s} Expression parameters: {%.*s}",
                       AWI_STR_FMT(legacy),
                       AWI_STR_FMT(modern));
}

/* --- One comparison -------------------------------------------------------------------------- */

struct comparison {
    const char *name;
    enum ddb_op op;
    size_t least, most; /* values */
    bool negate;
};

static const struct comparison comparisons[] = {
    {"EQ", DDB_OP_EQ, 1, 1, false},
    {"NE", DDB_OP_NE, 1, 1, false},
    {"LE", DDB_OP_LE, 1, 1, false},
    {"LT", DDB_OP_LT, 1, 1, false},
    {"GE", DDB_OP_GE, 1, 1, false},
    {"GT", DDB_OP_GT, 1, 1, false},
    {"NOT_NULL", DDB_OP_EXISTS, 0, 0, false},
    {"NULL", DDB_OP_NOT_EXISTS, 0, 0, false},
    {"CONTAINS", DDB_OP_CONTAINS, 1, 1, false},
    {"NOT_CONTAINS", DDB_OP_CONTAINS, 1, 1, true},
    {"BEGINS_WITH", DDB_OP_BEGINS_WITH, 1, 1, false},
    {"IN", DDB_OP_IN, 1, DDB_IN_MAX, false},
    {"BETWEEN", DDB_OP_BETWEEN, 2, 2, false},
};

static struct ddb_condition *new_condition(struct awi_arena *arena, enum ddb_op op, size_t operands)
{
    struct ddb_condition *condition = awi_arena_new(arena, struct ddb_condition);

    if (condition) {
        condition->op = op;
        condition->n = operands;
        condition->operands = awi_arena_array(arena, struct ddb_operand, operands);
    }
    return condition && condition->operands ? condition : NULL;
}

/* attribute OP values */
static int make(struct ddb_expressions *all,
                struct awi_str attribute,
                enum ddb_op op,
                struct dynamodb_AttributeValue *values,
                size_t n,
                struct ddb_condition **ret)
{
    struct ddb_condition *condition = new_condition(all->arena, op, 1 + n);
    struct ddb_step *step = awi_arena_new(all->arena, struct ddb_step);

    if (!condition || !step) {
        return -ENOMEM;
    }
    step->name = attribute;
    condition->operands[0].kind = DDB_OPERAND_PATH;
    condition->operands[0].path = (struct ddb_path){step, 1};
    for (size_t i = 0; i < n; i++) {
        int r = ddb_value_check(all->arena, &values[i], &all->message);

        if (r != 0) {
            return r;
        }
        condition->operands[1 + i].kind = DDB_OPERAND_VALUE;
        condition->operands[1 + i].value = &values[i];
    }
    *ret = condition;
    return 0;
}

static int check_types(struct ddb_expressions *all,
                       const struct comparison *comparison,
                       const struct dynamodb_AttributeValue *values,
                       size_t n)
{
    bool ordered = comparison->op == DDB_OP_LT || comparison->op == DDB_OP_LE ||
                   comparison->op == DDB_OP_GT || comparison->op == DDB_OP_GE ||
                   comparison->op == DDB_OP_BETWEEN;

    for (size_t i = 0; i < n; i++) {
        enum ddb_type type = ddb_value_type(&values[i]);

        if ((ordered && type > DDB_B) ||
            (comparison->op == DDB_OP_BEGINS_WITH && type != DDB_S && type != DDB_B)) {
            return refuse(all,
                          awi_arena_printf(all->arena,
                                           INVALID "ComparisonOperator %s is not valid for %s "
                                                   "AttributeValue type",
                                           comparison->name,
                                           ddb_type_name(type)));
        }
        if (i > 0 && type != ddb_value_type(&values[0])) {
            return refuse(all,
                          awi_arena_printf(all->arena,
                                           INVALID "AttributeValues inside AttributeValueList must "
                                                   "be of same type"));
        }
    }
    return 0;
}

static int compare(struct ddb_expressions *all,
                   struct awi_str attribute,
                   struct awi_str
                   operator,
                   struct dynamodb_AttributeValue * values,
                   size_t n,
                   struct ddb_condition **ret)
{
    const struct comparison *found = NULL;
    struct ddb_condition *inner;
    int r;

    for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
        if (awi_str_is(operator, comparisons[i].name)) {
            found = &comparisons[i];
        }
    }
    if (!found || n < found->least || n > found->most) {
        return refuse(all,
                      awi_arena_printf(all->arena,
                                       INVALID "Invalid number of argument(s) for the %.*s "
                                               "ComparisonOperator",
                                       AWI_STR_FMT(operator)));
    }
    r = check_types(all, found, values, n);
    if (r == 0) {
        r = make(all, attribute, found->op, values, n, ret);
    }
    if (r == 0 && found->negate) {
        /* An attribute that is not there does not contain anything: AWS then says no as well. */
        inner = *ret;
        *ret = new_condition(all->arena, DDB_OP_NOT, 0);
        if (!*ret) {
            return -ENOMEM;
        }
        (*ret)->left = inner;
    }
    return r;
}

static int combine(struct ddb_expressions *all,
                   struct awi_str conditional_operator,
                   struct ddb_condition *next,
                   struct ddb_condition **all_of)
{
    struct ddb_condition *both;

    if (!*all_of) {
        *all_of = next;
        return 0;
    }
    both = new_condition(
        all->arena, awi_str_is(conditional_operator, "OR") ? DDB_OP_OR : DDB_OP_AND, 0);
    if (!both) {
        return -ENOMEM;
    }
    both->left = *all_of;
    both->right = next;
    *all_of = both;
    return 0;
}

/* --- Expected -------------------------------------------------------------------------------- */

static int expect(struct ddb_expressions *all,
                  struct awi_str attribute,
                  const struct dynamodb_ExpectedAttributeValue *expected,
                  struct ddb_condition **ret)
{
    const struct dynamodb_AttributeValueList *list = &expected->AttributeValueList;
    bool exists = !expected->Exists.set || expected->Exists.v;
    const char *problem = NULL;

    if (awi_str_is_set(expected->ComparisonOperator)) {
        if (expected->Exists.set) {
            problem = "Exists and ComparisonOperator cannot be used together for Attribute: ";
        } else if (list->set && expected->Value) {
            problem = "Value and AttributeValueList cannot be used together for Attribute: ";
        } else {
            return compare(all,
                           attribute,
                           expected->ComparisonOperator,
                           expected->Value ? expected->Value : list->items,
                           expected->Value ? 1 : list->n,
                           ret);
        }
    } else if (list->set) {
        problem = "AttributeValueList can only be used with a ComparisonOperator for Attribute: ";
    } else if (exists && !expected->Value) {
        problem = expected->Exists.set
                      ? "Value must be provided when Exists is true for Attribute: "
                      : "Value must be provided when Exists is null for Attribute: ";
    } else if (!exists && expected->Value) {
        problem = "Value cannot be used when Exists is false for Attribute: ";
    }
    if (problem) {
        return refuse(
            all, awi_arena_printf(all->arena, INVALID "%s%.*s", problem, AWI_STR_FMT(attribute)));
    }
    return exists ? make(all, attribute, DDB_OP_EQ, expected->Value, 1, ret)
                  : make(all, attribute, DDB_OP_NOT_EXISTS, NULL, 0, ret);
}

static int check_operator(struct ddb_expressions *all, struct awi_str operator, size_t conditions)
{
    if (awi_str_is_set(operator) && conditions < 2) {
        return refuse(all,
                      AWI_STR(INVALID "ConditionalOperator can only be used when Filter or "
                                      "Expected has two or more elements"));
    }
    return 0;
}

int ddb_legacy_expected(struct ddb_expressions *all,
                        const struct dynamodb_ExpectedAttributeMap *expected,
                        struct awi_str conditional_operator,
                        struct ddb_condition **ret)
{
    int r = check_operator(all, conditional_operator, expected->n);

    *ret = NULL;
    for (size_t i = 0; r == 0 && i < expected->n; i++) {
        struct ddb_condition *next = NULL;

        r = expect(all, expected->items[i].key, &expected->items[i].value, &next);
        if (r == 0) {
            r = combine(all, conditional_operator, next, ret);
        }
    }
    return r;
}

int ddb_legacy_filter(struct ddb_expressions *all,
                      const struct dynamodb_FilterConditionMap *filter,
                      struct awi_str conditional_operator,
                      struct ddb_condition **ret)
{
    int r = check_operator(all, conditional_operator, filter->n);

    *ret = NULL;
    for (size_t i = 0; r == 0 && i < filter->n; i++) {
        struct dynamodb_AttributeValueList list = filter->items[i].value.AttributeValueList;
        struct ddb_condition *next = NULL;

        r = compare(all,
                    filter->items[i].key,
                    filter->items[i].value.ComparisonOperator,
                    list.items,
                    list.n,
                    &next);
        if (r == 0) {
            r = combine(all, conditional_operator, next, ret);
        }
    }
    return r;
}

/* --- AttributesToGet ------------------------------------------------------------------------- */

int ddb_legacy_projection(struct ddb_expressions *all,
                          const struct dynamodb_AttributeNameList *attributes,
                          struct ddb_projection **ret)
{
    struct ddb_projection *projection = awi_arena_new(all->arena, struct ddb_projection);
    struct ddb_step *steps = awi_arena_array(all->arena, struct ddb_step, attributes->n);

    *ret = NULL;
    if (!attributes->set) {
        return 0;
    }
    if (!projection || !steps) {
        return -ENOMEM;
    }
    projection->paths = awi_arena_array(all->arena, struct ddb_path, attributes->n);
    if (!projection->paths) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < attributes->n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (awi_str_eq(attributes->items[i], attributes->items[j])) {
                return refuse(all,
                              awi_arena_printf(all->arena,
                                               INVALID "Duplicate value in attribute name: %.*s",
                                               AWI_STR_FMT(attributes->items[i])));
            }
        }
        steps[i].name = attributes->items[i];
        projection->paths[i] = (struct ddb_path){&steps[i], 1};
    }
    projection->n = attributes->n;
    *ret = projection;
    return 0;
}

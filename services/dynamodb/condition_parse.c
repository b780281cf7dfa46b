/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of conditions, filters and key conditions (Developer guide, "Condition and filter
 * expressions, operators, and functions").
 */
#include "services/dynamodb/parse.h"

#include <errno.h>

static const struct ddb_function functions[] = {
    {"attribute_exists", DDB_OP_EXISTS, 1},
    {"attribute_not_exists", DDB_OP_NOT_EXISTS, 1},
    {"attribute_type", DDB_OP_TYPE, 2},
    {"begins_with", DDB_OP_BEGINS_WITH, 2},
    {"contains", DDB_OP_CONTAINS, 2},
};

static const struct {
    const char *sign;
    enum ddb_op op;
} comparators[] = {
    {"=", DDB_OP_EQ},
    {"<>", DDB_OP_NE},
    {"<", DDB_OP_LT},
    {"<=", DDB_OP_LE},
    {">", DDB_OP_GT},
    {">=", DDB_OP_GE},
};

static int parse_or(struct ddb_parser *parser, struct ddb_condition **ret);

/* --- Operands -------------------------------------------------------------------------------- */

static int parse_size(struct ddb_parser *parser, struct ddb_operand *ret)
{
    struct ddb_operand inner = {0};
    int r;

    ddb_next(parser);
    r = ddb_expect(parser, "(");
    if (r != 0) {
        return r;
    }
    if (parser->token.kind == DDB_TOKEN_VALUE) {
        inner.kind = DDB_OPERAND_VALUE;
        r = ddb_parse_value(parser, &inner.value);
        if (r == 0) {
            enum ddb_type type = ddb_operand_type(&inner);

            if (type == DDB_N || type == DDB_BOOL || type == DDB_NULL) {
                ddb_wrong_type(
                    parser, "operator or function", AWI_STR("size"), ddb_type_name(type));
            }
        }
    } else {
        r = ddb_parse_path(parser, &inner.path);
    }
    if (r != 0) {
        return r;
    }
    *ret = inner;
    ret->kind = DDB_OPERAND_SIZE;
    return ddb_expect(parser, ")");
}

static int parse_operand(struct ddb_parser *parser, struct ddb_operand *ret)
{
    *ret = (struct ddb_operand){0};
    if (parser->token.kind == DDB_TOKEN_VALUE) {
        ret->kind = DDB_OPERAND_VALUE;
        return ddb_parse_value(parser, &ret->value);
    }
    if (ddb_is_call(parser) && awi_str_is(parser->token.text, "size")) {
        return parse_size(parser, ret);
    }
    ret->kind = DDB_OPERAND_PATH;
    return ddb_parse_path(parser, &ret->path);
}

static struct ddb_condition *new_condition(struct ddb_parser *parser, enum ddb_op op, size_t room)
{
    struct ddb_condition *condition = awi_arena_new(parser->all->arena, struct ddb_condition);

    if (condition && room > 0) {
        condition->operands = awi_arena_array(parser->all->arena, struct ddb_operand, room);
    }
    if (!condition || (room > 0 && !condition->operands)) {
        return NULL;
    }
    condition->op = op;
    parser->operators++;
    return condition;
}

/* Comma-separated operands up to a closing parenthesis; at most `most` are kept. */
static int
parse_operands(struct ddb_parser *parser, struct ddb_operand *operands, size_t most, size_t *count)
{
    int r;

    for (;;) {
        struct ddb_operand operand;

        r = parse_operand(parser, &operand);
        if (r != 0) {
            return r;
        }
        if (*count < most) {
            operands[*count] = operand;
        }
        ++*count;
        if (!ddb_is_sign(parser, ",")) {
            return ddb_expect(parser, ")");
        }
        ddb_next(parser);
    }
}

/* --- Functions ------------------------------------------------------------------------------- */

static int parse_call(struct ddb_parser *parser, struct ddb_condition **ret)
{
    const struct ddb_function *function = NULL;
    struct awi_str name = parser->token.text;
    struct ddb_condition *condition;
    int r;

    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        if (awi_str_is(name, functions[i].name)) {
            function = &functions[i];
        }
    }
    condition = new_condition(parser, function ? function->op : DDB_OP_EXISTS, 2);
    if (!condition) {
        return -ENOMEM;
    }
    ddb_next(parser);
    ddb_next(parser);
    r = parse_operands(parser, condition->operands, 2, &condition->n);
    if (r != 0) {
        return r;
    }
    *ret = condition;
    if (!function) {
        ddb_fault(parser,
                  DDB_FAULT_FUNCTION,
                  awi_arena_printf(parser->all->arena,
                                   "Invalid function name; function: %.*s",
                                   AWI_STR_FMT(name)));
    } else if (condition->n != function->operands) {
        ddb_fault(parser,
                  DDB_FAULT_OPERANDS,
                  awi_arena_printf(parser->all->arena,
                                   "Incorrect number of operands for operator or function; "
                                   "operator or function: %s, number of operands: %zu",
                                   function->name,
                                   condition->n));
    } else {
        ddb_check_function(parser, function, condition);
    }
    return 0;
}

/* --- Comparisons ----------------------------------------------------------------------------- */

static int parse_between(struct ddb_parser *parser,
                         const struct ddb_operand *first,
                         struct ddb_condition **ret)
{
    struct ddb_condition *condition = new_condition(parser, DDB_OP_BETWEEN, 3);
    int r;

    if (!condition) {
        return -ENOMEM;
    }
    ddb_next(parser);
    condition->operands[0] = *first;
    condition->n = 3;
    r = parse_operand(parser, &condition->operands[1]);
    if (r == 0 && !ddb_is_word(parser, "AND")) {
        return ddb_syntax_error(parser);
    }
    if (r == 0) {
        ddb_next(parser);
        r = parse_operand(parser, &condition->operands[2]);
    }
    if (r == 0) {
        ddb_check_distinct(parser, AWI_STR("BETWEEN"), condition->operands, 3);
        ddb_check_between(parser, condition->operands);
        *ret = condition;
    }
    return r;
}

static int
parse_in(struct ddb_parser *parser, const struct ddb_operand *first, struct ddb_condition **ret)
{
    struct ddb_condition *condition = new_condition(parser, DDB_OP_IN, DDB_IN_MAX + 1);
    int r;

    if (!condition) {
        return -ENOMEM;
    }
    ddb_next(parser);
    condition->operands[0] = *first;
    condition->n = 1;
    r = ddb_expect(parser, "(");
    if (r == 0) {
        r = parse_operands(parser, condition->operands, DDB_IN_MAX + 1, &condition->n);
    }
    if (r != 0) {
        return r;
    }
    if (condition->n > DDB_IN_MAX + 1) {
        ddb_fault(parser,
                  DDB_FAULT_OPERANDS,
                  awi_arena_printf(parser->all->arena,
                                   "Incorrect number of operands for operator or function; "
                                   "operator or function: IN, number of operands: %zu",
                                   condition->n));
        condition->n = DDB_IN_MAX + 1;
    }
    ddb_check_distinct(parser, AWI_STR("IN"), condition->operands, condition->n);
    *ret = condition;
    return 0;
}

static int parse_comparison(struct ddb_parser *parser, struct ddb_condition **ret)
{
    struct ddb_operand first;
    struct ddb_condition *condition;
    struct awi_str sign;
    int r = parse_operand(parser, &first);

    if (r != 0) {
        return r;
    }
    if (ddb_is_word(parser, "BETWEEN")) {
        return parse_between(parser, &first, ret);
    }
    if (ddb_is_word(parser, "IN")) {
        return parse_in(parser, &first, ret);
    }
    sign = parser->token.text;
    for (size_t i = 0; i < sizeof(comparators) / sizeof(comparators[0]); i++) {
        if (!ddb_is_sign(parser, comparators[i].sign)) {
            continue;
        }
        condition = new_condition(parser, comparators[i].op, 2);
        if (!condition) {
            return -ENOMEM;
        }
        ddb_next(parser);
        condition->operands[0] = first;
        condition->n = 2;
        r = parse_operand(parser, &condition->operands[1]);
        if (r == 0) {
            ddb_check_distinct(parser, sign, condition->operands, 2);
            if (condition->op >= DDB_OP_LT) {
                ddb_check_ordered(parser, sign, condition->operands, 2);
            }
            *ret = condition;
        }
        return r;
    }
    if (first.kind == DDB_OPERAND_SIZE && parser->token.kind == DDB_TOKEN_END) {
        ddb_fault(parser,
                  DDB_FAULT_MISUSE,
                  AWI_STR("The function is not allowed to be used this way in an expression; "
                          "function: size"));
        *ret = new_condition(parser, DDB_OP_NOT_EXISTS, 1);
        return *ret ? 0 : -ENOMEM;
    }
    return ddb_syntax_error(parser);
}

/* --- Logic ----------------------------------------------------------------------------------- */

static int parse_primary(struct ddb_parser *parser, struct ddb_condition **ret)
{
    int r;

    if (ddb_is_sign(parser, "(")) {
        ddb_next(parser);
        r = parse_or(parser, ret);
        if (r == 0) {
            r = ddb_expect(parser, ")");
        }
        if (r == 0 && (*ret)->in_parens) {
            ddb_fault(
                parser, DDB_FAULT_PARENS, AWI_STR("The expression has redundant parentheses;"));
        }
        if (r == 0) {
            (*ret)->in_parens = true;
        }
        return r;
    }
    if (ddb_is_call(parser) && !awi_str_is(parser->token.text, "size")) {
        return parse_call(parser, ret);
    }
    return parse_comparison(parser, ret);
}

static int parse_not(struct ddb_parser *parser, struct ddb_condition **ret)
{
    struct ddb_condition *condition;
    int r;

    if (!ddb_is_word(parser, "NOT")) {
        return parse_primary(parser, ret);
    }
    condition = new_condition(parser, DDB_OP_NOT, 0);
    if (!condition) {
        return -ENOMEM;
    }
    if (++parser->depth > DDB_NESTING_MAX) {
        return ddb_syntax_error(parser);
    }
    ddb_next(parser);
    r = parse_not(parser, &condition->left);
    parser->depth--;
    *ret = condition;
    return r;
}

static int parse_and(struct ddb_parser *parser, struct ddb_condition **ret)
{
    int r = parse_not(parser, ret);

    while (r == 0 && ddb_is_word(parser, "AND")) {
        struct ddb_condition *both = new_condition(parser, DDB_OP_AND, 0);

        if (!both) {
            return -ENOMEM;
        }
        ddb_next(parser);
        both->left = *ret;
        r = parse_not(parser, &both->right);
        *ret = both;
    }
    return r;
}

static int parse_or(struct ddb_parser *parser, struct ddb_condition **ret)
{
    int r;

    if (++parser->depth > DDB_NESTING_MAX) {
        return ddb_syntax_error(parser);
    }
    r = parse_and(parser, ret);
    while (r == 0 && ddb_is_word(parser, "OR")) {
        struct ddb_condition *either = new_condition(parser, DDB_OP_OR, 0);

        if (!either) {
            return -ENOMEM;
        }
        ddb_next(parser);
        either->left = *ret;
        r = parse_and(parser, &either->right);
        *ret = either;
    }
    parser->depth--;
    return r;
}

int ddb_parse_condition(struct ddb_expressions *expressions,
                        const char *kind,
                        struct awi_str text,
                        struct ddb_condition **ret)
{
    struct ddb_parser parser;
    int r;

    *ret = NULL;
    if (!text.ptr) {
        return 0;
    }
    r = ddb_parser_begin(&parser, expressions, kind, text);
    if (r == 0) {
        r = parse_or(&parser, ret);
    }
    return r == 0 ? ddb_parser_end(&parser) : r;
}

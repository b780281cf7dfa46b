/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a condition may not say though its syntax is right: types, numbers and sameness of operands.
 */
#include "services/dynamodb/parse.h"

void ddb_wrong_type(struct ddb_parser *parser,
                    const char *sort,
                    struct awi_str op,
                    const char *type)
{
    ddb_fault(parser,
              DDB_FAULT_TYPE,
              awi_arena_printf(parser->all->arena,
                               "Incorrect operand type for operator or function; %s: %.*s, operand "
                               "type: %s",
                               sort,
                               AWI_STR_FMT(op),
                               type));
}

static bool same_path(const struct ddb_path *a, const struct ddb_path *b)
{
    if (a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (a->steps[i].index != b->steps[i].index ||
            !awi_str_eq(a->steps[i].name, b->steps[i].name)) {
            return false;
        }
    }
    return true;
}

void ddb_check_distinct(struct ddb_parser *parser,
                        struct awi_str op,
                        const struct ddb_operand *operands,
                        size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (operands[0].kind == DDB_OPERAND_PATH && operands[i].kind == DDB_OPERAND_PATH &&
            same_path(&operands[0].path, &operands[i].path)) {
            ddb_fault(parser,
                      DDB_FAULT_DISTINCT,
                      awi_arena_printf(
                          parser->all->arena,
                          "The first operand must be distinct from the remaining operands for this "
                          "operator or function; operator: %.*s, first operand: %.*s",
                          AWI_STR_FMT(op),
                          AWI_STR_FMT(ddb_path_text(parser->all->arena, &operands[0].path))));
        }
    }
}

/* Only strings, numbers and binaries have an order. */
void ddb_check_ordered(struct ddb_parser *parser,
                       struct awi_str op,
                       const struct ddb_operand *operands,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        enum ddb_type type = ddb_operand_type(&operands[i]);

        if (type != DDB_NONE && type > DDB_B) {
            ddb_wrong_type(parser, "operator", op, ddb_type_name(type));
        }
    }
}

static struct awi_str literal_text(struct awi_arena *arena, const struct ddb_operand *operand)
{
    const struct dynamodb_AttributeValue *value = operand->value;
    enum ddb_type type = ddb_value_type(value);

    return awi_arena_printf(arena,
                            "AttributeValue: {%s:%.*s}",
                            ddb_type_name(type),
                            AWI_STR_FMT(type == DDB_S   ? value->S
                                        : type == DDB_N ? value->N
                                                        : value->B));
}

void ddb_check_between(struct ddb_parser *parser, const struct ddb_operand *operands)
{
    const struct ddb_operand *low = &operands[1], *high = &operands[2];
    enum ddb_type type = ddb_operand_type(low);
    const char *rule = NULL;
    int order;

    ddb_check_ordered(parser, AWI_STR("BETWEEN"), operands, 3);
    if (low->kind != DDB_OPERAND_VALUE || high->kind != DDB_OPERAND_VALUE || type > DDB_B ||
        ddb_operand_type(high) > DDB_B) {
        return;
    }
    if (type != ddb_operand_type(high)) {
        rule = "same data type for lower and upper bounds";
    } else if (ddb_value_cmp(low->value, high->value, &order) && order > 0) {
        rule = "upper bound to be greater than or equal to lower bound";
    }
    if (rule) {
        ddb_fault(parser,
                  DDB_FAULT_TYPE,
                  awi_arena_printf(parser->all->arena,
                                   "The BETWEEN operator requires %s; lower bound operand: %.*s, "
                                   "upper bound operand: %.*s",
                                   rule,
                                   AWI_STR_FMT(literal_text(parser->all->arena, low)),
                                   AWI_STR_FMT(literal_text(parser->all->arena, high))));
    }
}

void ddb_check_function(struct ddb_parser *parser,
                        const struct ddb_function *function,
                        const struct ddb_condition *condition)
{
    struct awi_str name = awi_str_from(function->name);
    const struct ddb_operand *operands = condition->operands;

    if (function->operands == 1 || function->op == DDB_OP_TYPE) {
        if (operands[0].kind != DDB_OPERAND_PATH) {
            ddb_fault(parser,
                      DDB_FAULT_TYPE,
                      awi_arena_printf(parser->all->arena,
                                       "Operator or function requires a document path; operator or "
                                       "function: %s",
                                       function->name));
        }
    }
    if (function->operands == 2) {
        ddb_check_distinct(parser, name, operands, 2);
    }
    if (function->op == DDB_OP_BEGINS_WITH) {
        for (size_t i = 0; i < 2; i++) {
            enum ddb_type type = ddb_operand_type(&operands[i]);

            if (type != DDB_NONE && type != DDB_S && type != DDB_B) {
                ddb_wrong_type(parser, "operator or function", name, ddb_type_name(type));
            }
        }
    }
    if (function->op == DDB_OP_TYPE) {
        enum ddb_type type = ddb_operand_type(&operands[1]);

        if (type != DDB_S) {
            ddb_wrong_type(parser,
                           "operator or function",
                           name,
                           type == DDB_NONE ? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
                                            : ddb_type_name(type));
        } else if (ddb_type_named(operands[1].value->S) == DDB_NONE) {
            ddb_fault(parser,
                      DDB_FAULT_TYPE,
                      awi_arena_printf(parser->all->arena,
                                       "Invalid attribute type name found; type: %.*s, valid "
                                       "types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
                                       AWI_STR_FMT(operands[1].value->S)));
        }
    }
}

void ddb_check_paths(struct ddb_parser *parser, const struct ddb_path *a, const struct ddb_path *b)
{
    struct awi_arena *arena = parser->all->arena;
    const char *what = "overlap";
    enum ddb_fault fault = DDB_FAULT_OVERLAP;

    for (size_t i = 0; i < a->n && i < b->n; i++) {
        if (!a->steps[i].name.ptr != !b->steps[i].name.ptr) {
            what = "conflict";
            fault = DDB_FAULT_CONFLICT;
            break;
        }
        if (a->steps[i].index != b->steps[i].index ||
            !awi_str_eq(a->steps[i].name, b->steps[i].name)) {
            return;
        }
    }
    ddb_fault(parser,
              fault,
              awi_arena_printf(arena,
                               "Two document paths %s with each other; must remove or rewrite one "
                               "of these paths; path one: %.*s, path two: %.*s",
                               what,
                               AWI_STR_FMT(ddb_path_text(arena, a)),
                               AWI_STR_FMT(ddb_path_text(arena, b))));
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of update expressions (Developer guide, "Update expressions").
 */
#include "services/dynamodb/parse.h"

#include <errno.h>

static const char *const sections[DDB_N_ACTIONS] = {"SET", "REMOVE", "ADD", "DELETE"};

static int parse_operand(struct ddb_parser *parser, struct ddb_operand **ret);

/* --- Faults ---------------------------------------------------------------------------------- */

static void wrong_type(struct ddb_parser *parser, const char *op, enum ddb_type type)
{
    ddb_fault(parser,
              DDB_FAULT_TYPE,
              awi_arena_printf(parser->all->arena,
                               "Incorrect operand type for operator or function; operator or "
                               "function: %s, operand type: %s",
                               op,
                               ddb_type_name(type)));
}

static void check_set_value(struct ddb_parser *parser, const char *section, enum ddb_type type)
{
    static const char *const words[] = {
        "STRING", "NUMBER", "BINARY", NULL, NULL, NULL, "MAP", "LIST", "NULL", "BOOLEAN", NULL};
    bool add = section[0] == 'A';

    if (!words[type] || (add && type == DDB_N)) {
        return;
    }
    ddb_fault(parser,
              DDB_FAULT_OPERANDS,
              awi_arena_printf(parser->all->arena,
                               "Incorrect operand type for operator or function; operator: %s, "
                               "operand type: %s, typeSet: %s",
                               section,
                               words[type],
                               add ? "ALLOWED_FOR_ADD_OPERAND" : "ALLOWED_FOR_DELETE_OPERAND"));
}

/* --- Operands of SET ------------------------------------------------------------------------- */

static int parse_arguments(struct ddb_parser *parser, struct ddb_operand **args, size_t *n)
{
    for (;;) {
        struct ddb_operand *arg;
        int r = parse_operand(parser, &arg);

        if (r != 0) {
            return r;
        }
        if (*n < 2) {
            args[*n] = arg;
        }
        ++*n;
        if (!ddb_is_sign(parser, ",")) {
            return ddb_expect(parser, ")");
        }
        ddb_next(parser);
    }
}

static int parse_function(struct ddb_parser *parser, struct ddb_operand *ret)
{
    struct awi_str name = parser->token.text;
    struct ddb_operand *args[2] = {NULL, NULL};
    size_t n = 0;
    int r;

    ddb_next(parser);
    ddb_next(parser);
    r = parse_arguments(parser, args, &n);
    if (r != 0) {
        return r;
    }
    ret->kind =
        awi_str_is(name, "list_append") ? DDB_OPERAND_LIST_APPEND : DDB_OPERAND_IF_NOT_EXISTS;
    if (!awi_str_is(name, "list_append") && !awi_str_is(name, "if_not_exists")) {
        ddb_fault(parser,
                  DDB_FAULT_FUNCTION,
                  awi_arena_printf(parser->all->arena,
                                   "Invalid function name; function: %.*s",
                                   AWI_STR_FMT(name)));
        return 0;
    }
    if (n != 2) {
        ddb_fault(parser,
                  DDB_FAULT_OPERANDS,
                  awi_arena_printf(parser->all->arena,
                                   "Incorrect number of operands for operator or function; "
                                   "operator or function: %.*s, number of operands: %zu",
                                   AWI_STR_FMT(name),
                                   n));
        return 0;
    }
    if (ret->kind == DDB_OPERAND_LIST_APPEND) {
        for (size_t i = 0; i < 2; i++) {
            enum ddb_type type = ddb_operand_type(args[i]);

            if (type != DDB_NONE && type != DDB_L) {
                wrong_type(parser, "list_append", type);
            }
        }
        memcpy(ret->args, args, sizeof(args));
        return 0;
    }
    if (args[0]->kind != DDB_OPERAND_PATH) {
        ddb_fault(parser,
                  DDB_FAULT_TYPE,
                  AWI_STR("Operator or function requires a document path; operator or function: "
                          "if_not_exists"));
        return 0;
    }
    ret->path = args[0]->path;
    ret->args[0] = args[1];
    return 0;
}

static int parse_operand(struct ddb_parser *parser, struct ddb_operand **ret)
{
    struct ddb_operand *operand = awi_arena_new(parser->all->arena, struct ddb_operand);
    int r;

    if (!operand) {
        return -ENOMEM;
    }
    *ret = operand;
    if (ddb_is_sign(parser, "(")) {
        if (++parser->depth > DDB_NESTING_MAX) {
            return ddb_syntax_error(parser);
        }
        ddb_next(parser);
        r = parse_operand(parser, ret);
        parser->depth--;
        return r == 0 ? ddb_expect(parser, ")") : r;
    }
    if (parser->token.kind == DDB_TOKEN_VALUE) {
        operand->kind = DDB_OPERAND_VALUE;
        return ddb_parse_value(parser, &operand->value);
    }
    if (ddb_is_call(parser)) {
        if (++parser->depth > DDB_NESTING_MAX) {
            return ddb_syntax_error(parser);
        }
        r = parse_function(parser, operand);
        parser->depth--;
        return r;
    }
    operand->kind = DDB_OPERAND_PATH;
    return ddb_parse_path(parser, &operand->path);
}

/* operand [+ operand | - operand] */
static int parse_sum(struct ddb_parser *parser, struct ddb_operand **ret)
{
    struct ddb_operand *sum;
    int r = parse_operand(parser, ret);
    bool plus = ddb_is_sign(parser, "+");

    if (r != 0 || (!plus && !ddb_is_sign(parser, "-"))) {
        return r;
    }
    sum = awi_arena_new(parser->all->arena, struct ddb_operand);
    if (!sum) {
        return -ENOMEM;
    }
    parser->operators++;
    ddb_next(parser);
    sum->kind = plus ? DDB_OPERAND_PLUS : DDB_OPERAND_MINUS;
    sum->args[0] = *ret;
    r = parse_operand(parser, &sum->args[1]);
    for (size_t i = 0; r == 0 && i < 2; i++) {
        enum ddb_type type = ddb_operand_type(sum->args[i]);

        if (type != DDB_NONE && type != DDB_N) {
            wrong_type(parser, plus ? "+" : "-", type);
        }
    }
    *ret = sum;
    return r;
}

/* --- Sections -------------------------------------------------------------------------------- */

static int parse_action(struct ddb_parser *parser, struct ddb_action *action)
{
    int r = ddb_parse_path(parser, &action->path);

    parser->operators++;
    if (r != 0 || action->kind == DDB_REMOVE) {
        return r;
    }
    if (action->kind == DDB_SET) {
        r = ddb_expect(parser, "=");
        return r == 0 ? parse_sum(parser, &action->operand) : r;
    }
    action->operand = awi_arena_new(parser->all->arena, struct ddb_operand);
    if (!action->operand) {
        return -ENOMEM;
    }
    action->operand->kind = DDB_OPERAND_VALUE;
    r = ddb_parse_value(parser, &action->operand->value);
    if (r == 0) {
        check_set_value(parser, sections[action->kind], ddb_operand_type(action->operand));
    }
    return r;
}

static int add_action(struct ddb_parser *parser,
                      struct ddb_update *update,
                      size_t *room,
                      enum ddb_action_kind kind)
{
    int r;

    if (update->n == *room) {
        size_t more = *room ? 2 * *room : 8;
        struct ddb_action *actions = awi_arena_array(parser->all->arena, struct ddb_action, more);

        if (!actions) {
            return -ENOMEM;
        }
        if (update->n > 0) {
            memcpy(actions, update->actions, update->n * sizeof(*actions));
        }
        update->actions = actions;
        *room = more;
    }
    update->actions[update->n].kind = kind;
    r = parse_action(parser, &update->actions[update->n++]);
    for (size_t i = 0; r == 0 && i + 1 < update->n; i++) {
        ddb_check_paths(parser, &update->actions[i].path, &update->actions[update->n - 1].path);
    }
    return r;
}

static int
parse_section(struct ddb_parser *parser, struct ddb_update *update, size_t *room, unsigned *seen)
{
    for (int kind = 0; kind < DDB_N_ACTIONS; kind++) {
        int r;

        if (!ddb_is_word(parser, sections[kind])) {
            continue;
        }
        if (*seen & 1u << kind) {
            ddb_fault(parser,
                      DDB_FAULT_SECTION,
                      awi_arena_printf(
                          parser->all->arena,
                          "The \"%s\" section can only be used once in an update expression;",
                          sections[kind]));
        }
        *seen |= 1u << kind;
        do {
            ddb_next(parser);
            r = add_action(parser, update, room, (enum ddb_action_kind)kind);
        } while (r == 0 && ddb_is_sign(parser, ","));
        return r;
    }
    return ddb_syntax_error(parser);
}

int ddb_parse_update(struct ddb_expressions *expressions,
                     struct awi_str text,
                     struct ddb_update **ret)
{
    struct ddb_parser parser;
    struct ddb_update *update;
    unsigned seen = 0;
    size_t room = 0;
    int r;

    *ret = NULL;
    if (!text.ptr) {
        return 0;
    }
    r = ddb_parser_begin(&parser, expressions, "UpdateExpression", text);
    update = awi_arena_new(expressions->arena, struct ddb_update);
    if (!update) {
        return -ENOMEM;
    }
    while (r == 0 && parser.token.kind != DDB_TOKEN_END) {
        r = parse_section(&parser, update, &room, &seen);
    }
    *ret = update;
    return r == 0 ? ddb_parser_end(&parser) : r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all expressions have in common: names and values, paths.
 */
#include "services/dynamodb/parse.h"

#include <errno.h>

static int refuse(struct ddb_expressions *all, struct awi_str message)
{
    all->message = message;
    return message.ptr ? 1 : -ENOMEM;
}

/* --- Names and values ------------------------------------------------------------------------ */

static bool is_placeholder(struct awi_str key, char mark)
{
    if (key.len < 2 || key.ptr[0] != mark) {
        return false;
    }
    for (size_t i = 1; i < key.len; i++) {
        char c = key.ptr[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '_') {
            return false;
        }
    }
    return true;
}

static int bad_key(struct ddb_expressions *all, const char *parameter, struct awi_str key)
{
    if (key.len > 255) {
        return refuse(all,
                      awi_arena_printf(all->arena,
                                       "%s contains invalid key: The expression attribute map "
                                       "contains a key that is too long; size of key: %zu",
                                       parameter,
                                       key.len));
    }
    return refuse(all,
                  awi_arena_printf(all->arena,
                                   "%s contains invalid key: Syntax error; key: \"%.*s\"",
                                   parameter,
                                   AWI_STR_FMT(key)));
}

static int check_names(struct ddb_expressions *all)
{
    if (all->names->n == 0) {
        return refuse(all, AWI_STR("ExpressionAttributeNames must not be empty"));
    }
    for (size_t i = 0; i < all->names->n; i++) {
        struct awi_str key = all->names->items[i].key;

        if (!is_placeholder(key, '#') || key.len > 255) {
            return bad_key(all, "ExpressionAttributeNames", key);
        }
        if (all->names->items[i].value.len == 0) {
            return refuse(all,
                          awi_arena_printf(all->arena,
                                           "ExpressionAttributeNames contains invalid value: Empty "
                                           "attribute name for key %.*s",
                                           AWI_STR_FMT(key)));
        }
    }
    return 0;
}

static int check_values(struct ddb_expressions *all)
{
    if (all->values->n == 0) {
        return refuse(all, AWI_STR("ExpressionAttributeValues must not be empty"));
    }
    for (size_t i = 0; i < all->values->n; i++) {
        struct awi_str key = all->values->items[i].key, message;
        int r;

        if (!is_placeholder(key, ':') || key.len > 255) {
            return bad_key(all, "ExpressionAttributeValues", key);
        }
        r = ddb_value_check(all->arena, &all->values->items[i].value, &message);
        if (r > 0) {
            return refuse(all,
                          awi_arena_printf(all->arena,
                                           "ExpressionAttributeValues contains invalid value: %.*s "
                                           "for key %.*s",
                                           AWI_STR_FMT(message),
                                           AWI_STR_FMT(key)));
        }
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

int ddb_expressions_begin(struct ddb_expressions *all,
                          struct awi_arena *arena,
                          const struct dynamodb_ExpressionAttributeNameMap *names,
                          struct dynamodb_AttributeMap *values,
                          bool any_expression,
                          const char *missing)
{
    int r = 0;

    *all = (struct ddb_expressions){.arena = arena, .names = names, .values = values};
    if (names && names->set) {
        if (!any_expression) {
            return refuse(
                all,
                AWI_STR("ExpressionAttributeNames can only be specified when using expressions"));
        }
        r = check_names(all);
        all->name_used = awi_arena_array(arena, bool, names->n);
    }
    if (r == 0 && values && values->set) {
        if (!any_expression) {
            return refuse(all,
                          awi_arena_printf(arena,
                                           "ExpressionAttributeValues can only be specified when "
                                           "using expressions: %s is null",
                                           missing));
        }
        r = check_values(all);
        all->value_used = awi_arena_array(arena, bool, values->n);
    }
    if (r == 0 &&
        ((names && names->set && !all->name_used) || (values && values->set && !all->value_used))) {
        return -ENOMEM;
    }
    return r;
}

int ddb_expressions_end(struct ddb_expressions *all)
{
    struct awi_str unused = AWI_STR_NULL;

    for (size_t i = 0; all->name_used && i < all->names->n; i++) {
        if (!all->name_used[i]) {
            unused = awi_arena_printf(all->arena,
                                      "%.*s%s%.*s",
                                      AWI_STR_FMT(unused),
                                      unused.ptr ? ", " : "",
                                      AWI_STR_FMT(all->names->items[i].key));
        }
    }
    if (unused.ptr) {
        return refuse(all,
                      awi_arena_printf(all->arena,
                                       "Value provided in ExpressionAttributeNames unused in "
                                       "expressions: keys: {%.*s}",
                                       AWI_STR_FMT(unused)));
    }
    for (size_t i = 0; all->value_used && i < all->values->n; i++) {
        if (!all->value_used[i]) {
            unused = awi_arena_printf(all->arena,
                                      "%.*s%s%.*s",
                                      AWI_STR_FMT(unused),
                                      unused.ptr ? ", " : "",
                                      AWI_STR_FMT(all->values->items[i].key));
        }
    }
    return unused.ptr ? refuse(all,
                               awi_arena_printf(all->arena,
                                                "Value provided in ExpressionAttributeValues "
                                                "unused in expressions: keys: {%.*s}",
                                                AWI_STR_FMT(unused)))
                      : 0;
}

/* --- Paths and values ------------------------------------------------------------------------ */

static struct awi_str resolve_name(struct ddb_parser *parser, struct awi_str placeholder)
{
    const struct dynamodb_ExpressionAttributeNameMap *names = parser->all->names;

    for (size_t i = 0; names && i < names->n; i++) {
        if (awi_str_eq(names->items[i].key, placeholder)) {
            parser->all->name_used[i] = true;
            return names->items[i].value;
        }
    }
    ddb_fault(parser,
              DDB_FAULT_UNDEFINED,
              awi_arena_printf(parser->all->arena,
                               "An expression attribute name used in the document path is not "
                               "defined; attribute name: %.*s",
                               AWI_STR_FMT(placeholder)));
    return placeholder;
}

/* A name of a path: 0, or 1 when the token is none. */
static int parse_name(struct ddb_parser *parser, struct awi_str *ret)
{
    if (parser->token.kind == DDB_TOKEN_NAME) {
        *ret = resolve_name(parser, parser->token.text);
    } else if (parser->token.kind == DDB_TOKEN_WORD) {
        *ret = parser->token.text;
        if (ddb_is_reserved(*ret)) {
            ddb_fault(
                parser,
                DDB_FAULT_RESERVED,
                awi_arena_printf(parser->all->arena,
                                 "Attribute name is a reserved keyword; reserved keyword: %.*s",
                                 AWI_STR_FMT(*ret)));
        }
    } else {
        return ddb_syntax_error(parser);
    }
    ddb_next(parser);
    return 0;
}

static int parse_index(struct ddb_parser *parser, size_t *ret)
{
    uint64_t index;

    ddb_next(parser);
    if (parser->token.kind != DDB_TOKEN_NUMBER || awi_str_to_u64(parser->token.text, &index) != 0 ||
        index > UINT32_MAX) {
        return ddb_syntax_error(parser);
    }
    *ret = (size_t)index;
    ddb_next(parser);
    return ddb_expect(parser, "]");
}

int ddb_parse_path(struct ddb_parser *parser, struct ddb_path *ret)
{
    struct ddb_step steps[DDB_DEPTH_MAX + 1];
    size_t n = 0;
    int r;

    steps[0] = (struct ddb_step){0};
    r = parse_name(parser, &steps[n++].name);
    while (r == 0 && (ddb_is_sign(parser, ".") || ddb_is_sign(parser, "["))) {
        if (n == sizeof(steps) / sizeof(steps[0])) {
            return refuse(parser->all,
                          awi_arena_printf(parser->all->arena,
                                           "Invalid %s: The document path has too many nesting "
                                           "elements; nesting levels: %zu",
                                           parser->kind,
                                           n + 1));
        }
        steps[n] = (struct ddb_step){0};
        if (ddb_is_sign(parser, "[")) {
            r = parse_index(parser, &steps[n++].index);
        } else {
            ddb_next(parser);
            r = parse_name(parser, &steps[n++].name);
        }
    }
    if (r != 0) {
        return r;
    }
    ret->steps = awi_arena_array(parser->all->arena, struct ddb_step, n);
    if (!ret->steps) {
        return -ENOMEM;
    }
    memcpy(ret->steps, steps, n * sizeof(steps[0]));
    ret->n = n;
    return 0;
}

int ddb_parse_value(struct ddb_parser *parser, const struct dynamodb_AttributeValue **ret)
{
    static const struct dynamodb_AttributeValue undefined;
    struct dynamodb_AttributeMap *values = parser->all->values;

    if (parser->token.kind != DDB_TOKEN_VALUE) {
        return ddb_syntax_error(parser);
    }
    *ret = NULL;
    for (size_t i = 0; values && i < values->n; i++) {
        if (awi_str_eq(values->items[i].key, parser->token.text)) {
            parser->all->value_used[i] = true;
            *ret = &values->items[i].value;
        }
    }
    if (!*ret) {
        *ret = &undefined;
        ddb_fault(parser,
                  DDB_FAULT_UNDEFINED,
                  awi_arena_printf(parser->all->arena,
                                   "An expression attribute value used in expression is not "
                                   "defined; attribute value: %.*s",
                                   AWI_STR_FMT(parser->token.text)));
    }
    ddb_next(parser);
    return 0;
}

enum ddb_type ddb_operand_type(const struct ddb_operand *operand)
{
    switch (operand->kind) {
    case DDB_OPERAND_VALUE:
        return ddb_value_type(operand->value);
    case DDB_OPERAND_SIZE:
    case DDB_OPERAND_PLUS:
    case DDB_OPERAND_MINUS:
        return DDB_N;
    case DDB_OPERAND_LIST_APPEND:
        return DDB_L;
    default:
        return DDB_NONE;
    }
}

struct awi_str ddb_path_text(struct awi_arena *arena, const struct ddb_path *path)
{
    struct awi_str text = AWI_STR("[");

    for (size_t i = 0; i < path->n; i++) {
        const char *comma = i > 0 ? ", " : "";

        text = path->steps[i].name.ptr
                   ? awi_arena_printf(arena,
                                      "%.*s%s%.*s",
                                      AWI_STR_FMT(text),
                                      comma,
                                      AWI_STR_FMT(path->steps[i].name))
                   : awi_arena_printf(
                         arena, "%.*s%s[%zu]", AWI_STR_FMT(text), comma, path->steps[i].index);
    }
    return awi_arena_printf(arena, "%.*s]", AWI_STR_FMT(text));
}

struct dynamodb_AttributeValue *ddb_path_find(const struct dynamodb_AttributeMap *item,
                                              const struct ddb_path *path)
{
    struct dynamodb_AttributeValue *value = ddb_map_find(item, path->steps[0].name);

    for (size_t i = 1; value && i < path->n; i++) {
        const struct ddb_step *step = &path->steps[i];

        if (step->name.ptr) {
            value = value->M.set ? ddb_map_find(&value->M, step->name) : NULL;
        } else {
            value = value->L.set && step->index < value->L.n ? &value->L.items[step->index] : NULL;
        }
    }
    return value;
}

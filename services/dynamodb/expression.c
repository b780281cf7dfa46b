/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all expressions have in common: names and values, tokens, paths.
 */
#include "services/dynamodb/expression.h"

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

/* --- Tokens ---------------------------------------------------------------------------------- */

static bool is_word_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

static struct ddb_token scan(struct awi_str text, size_t at)
{
    size_t start = at;
    struct ddb_token token;
    char c = at < text.len ? text.ptr[at] : 0;

    if (at >= text.len) {
        return (struct ddb_token){DDB_TOKEN_END, AWI_STR("<EOF>")};
    }
    at++;
    if (c == '#' || c == ':' || is_word_char(c, true)) {
        token.kind = c == '#' ? DDB_TOKEN_NAME : c == ':' ? DDB_TOKEN_VALUE : DDB_TOKEN_WORD;
        while (at < text.len && is_word_char(text.ptr[at], false)) {
            at++;
        }
        if (token.kind != DDB_TOKEN_WORD && at == start + 1) {
            token.kind = DDB_TOKEN_WRONG;
        }
    } else if (c >= '0' && c <= '9') {
        token.kind = DDB_TOKEN_NUMBER;
        while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
            at++;
        }
    } else {
        token.kind = strchr("=<>(),.[]+-", c) ? DDB_TOKEN_SIGN : DDB_TOKEN_WRONG;
        if (at < text.len && ((c == '<' && (text.ptr[at] == '>' || text.ptr[at] == '=')) ||
                              (c == '>' && text.ptr[at] == '='))) {
            at++;
        }
    }
    token.text = awi_str_of(text.ptr + start, at - start);
    return token;
}

static size_t skip_blanks(struct awi_str text, size_t at)
{
    while (at < text.len && strchr(" \t\r\n", text.ptr[at]) && text.ptr[at]) {
        at++;
    }
    return at;
}

void ddb_next(struct ddb_parser *parser)
{
    parser->previous = parser->token;
    parser->at = skip_blanks(parser->text, parser->at);
    parser->token = scan(parser->text, parser->at);
    if (parser->token.kind != DDB_TOKEN_END) {
        parser->at += parser->token.text.len;
    }
}

bool ddb_is_sign(const struct ddb_parser *parser, const char *sign)
{
    return parser->token.kind == DDB_TOKEN_SIGN && awi_str_is(parser->token.text, sign);
}

bool ddb_is_word(const struct ddb_parser *parser, const char *word)
{
    return parser->token.kind == DDB_TOKEN_WORD && awi_str_is_nocase(parser->token.text, word);
}

int ddb_expect(struct ddb_parser *parser, const char *sign)
{
    if (!ddb_is_sign(parser, sign)) {
        return ddb_syntax_error(parser);
    }
    ddb_next(parser);
    return 0;
}

/* AWS shows the token with its neighbours. */
int ddb_syntax_error(struct ddb_parser *parser)
{
    const struct ddb_token *token = &parser->token, *before = &parser->previous;
    struct ddb_token after = scan(parser->text, skip_blanks(parser->text, parser->at));
    const char *from = before->text.ptr ? before->text.ptr : token->text.ptr;
    const char *to = token->text.ptr + token->text.len;

    if (token->kind == DDB_TOKEN_END) {
        from = before->text.ptr;
        to = from + before->text.len;
    } else if (after.kind != DDB_TOKEN_END) {
        to = after.text.ptr + after.text.len;
    }
    return refuse(parser->all,
                  awi_arena_printf(parser->all->arena,
                                   "Invalid %s: Syntax error; token: \"%.*s\", near: \"%.*s\"",
                                   parser->kind,
                                   AWI_STR_FMT(token->text),
                                   (int)(to - from),
                                   from));
}

void ddb_fault(struct ddb_parser *parser, enum ddb_fault fault, struct awi_str message)
{
    if (!parser->faults[fault].ptr) {
        parser->faults[fault] = message;
    }
}

int ddb_parser_begin(struct ddb_parser *parser,
                     struct ddb_expressions *all,
                     const char *kind,
                     struct awi_str text)
{
    *parser = (struct ddb_parser){.all = all, .kind = kind, .text = text};
    if (skip_blanks(text, 0) == text.len) {
        return refuse(
            all,
            awi_arena_printf(all->arena, "Invalid %s: The expression can not be empty;", kind));
    }
    if (text.len > DDB_EXPRESSION_MAX) {
        return refuse(all,
                      awi_arena_printf(all->arena,
                                       "Invalid %s: Expression size has exceeded the maximum "
                                       "allowed size; expression size: %zu",
                                       kind,
                                       text.len));
    }
    ddb_next(parser);
    return 0;
}

int ddb_parser_end(struct ddb_parser *parser)
{
    if (parser->token.kind != DDB_TOKEN_END) {
        return ddb_syntax_error(parser);
    }
    if (parser->operators > DDB_OPERATORS_MAX) {
        return refuse(parser->all,
                      awi_arena_printf(parser->all->arena,
                                       "Invalid %s: The expression contains too many operators; "
                                       "operator count: %d",
                                       parser->kind,
                                       parser->operators));
    }
    for (int i = 0; i < DDB_N_FAULTS; i++) {
        if (parser->faults[i].ptr) {
            return refuse(parser->all,
                          awi_arena_printf(parser->all->arena,
                                           "Invalid %s: %.*s",
                                           parser->kind,
                                           AWI_STR_FMT(parser->faults[i])));
        }
    }
    return 0;
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

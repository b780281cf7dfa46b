/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of expressions, and what a parser says when it meets a wrong one.
 */
#include "services/dynamodb/parse.h"

#include <errno.h>

static int refuse(struct ddb_expressions *all, struct awi_str message)
{
    all->message = message;
    return message.ptr ? 1 : -ENOMEM;
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

bool ddb_is_call(const struct ddb_parser *parser)
{
    size_t at = parser->at;

    if (parser->token.kind != DDB_TOKEN_WORD) {
        return false;
    }
    while (at < parser->text.len && strchr(" \t\r\n", parser->text.ptr[at])) {
        at++;
    }
    return at < parser->text.len && parser->text.ptr[at] == '(';
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

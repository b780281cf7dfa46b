/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of statements, and literals: 'text', 1.5, TRUE, NULL, [list], {'map': 1}, <<set>>, ?. */
#include "services/dynamodb/partiql.h"

#include <errno.h>

#define VALUES_MAX 10000 /* in one list, map or set */

/* --- Tokens ---------------------------------------------------------------------------------- */

static bool is_word_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char peek(const struct ddb_partiql *pq, size_t more)
{
    return pq->at + more < pq->text.len ? pq->text.ptr[pq->at + more] : '\0';
}

/* A quote within is doubled: then the text is a copy without the second one. */
static void quoted(struct ddb_partiql *pq, char quote)
{
    char *out = awi_arena_alloc(pq->arena, pq->text.len + 1);
    size_t n = 0;

    pq->token = quote == '"' ? DDB_PQ_NAME : DDB_PQ_STRING;
    for (pq->at++; out && pq->at < pq->text.len; pq->at++) {
        char c = pq->text.ptr[pq->at];
        if (c == quote && peek(pq, 1) != quote) {
            pq->at++;
            pq->lexeme = awi_str_of(out, n);
            return;
        }
        pq->at += c == quote;
        out[n++] = c;
    }
    pq->token = DDB_PQ_WRONG;
}

static void number(struct ddb_partiql *pq)
{
    size_t start = pq->at;

    pq->token = DDB_PQ_NUMBER;
    pq->at += peek(pq, 0) == '-' || peek(pq, 0) == '+';
    while (is_digit(peek(pq, 0)) || peek(pq, 0) == '.') {
        pq->at++;
    }
    if ((peek(pq, 0) == 'e' || peek(pq, 0) == 'E') &&
        (is_digit(peek(pq, 1)) || is_digit(peek(pq, 2)))) {
        pq->at += 2;
        while (is_digit(peek(pq, 0))) {
            pq->at++;
        }
    }
    pq->lexeme = awi_str_of(pq->text.ptr + start, pq->at - start);
}

static void sign(struct ddb_partiql *pq)
{
    static const char *const pairs[] = {"<<", ">>", "<=", ">=", "<>", "!="};
    size_t len = 1;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (peek(pq, 0) == pairs[i][0] && peek(pq, 1) == pairs[i][1]) {
            len = 2;
        }
    }
    pq->token = len == 2 || strchr("*,.()[]{}<>=?:+-", peek(pq, 0)) ? DDB_PQ_SIGN : DDB_PQ_WRONG;
    pq->lexeme = awi_str_of(pq->text.ptr + pq->at, len);
    pq->at += len;
}

void ddb_pq_next(struct ddb_partiql *pq)
{
    while (peek(pq, 0) && strchr(" \t\r\n", peek(pq, 0))) {
        pq->at++;
    }
    size_t start = pq->at;
    char c = peek(pq, 0);
    pq->lexeme = AWI_STR("<EOF>");
    if (pq->at >= pq->text.len || (c == ';' && pq->at + 1 == pq->text.len)) {
        pq->token = DDB_PQ_END;
    } else if (c == '"' || c == '\'') {
        quoted(pq, c);
    } else if (is_digit(c) || ((c == '.' || c == '-') && is_digit(peek(pq, 1)))) {
        number(pq);
    } else if (is_word_char(c, true)) {
        while (is_word_char(peek(pq, 0), false)) {
            pq->at++;
        }
        pq->token = DDB_PQ_WORD;
        pq->lexeme = awi_str_of(pq->text.ptr + start, pq->at - start);
    } else {
        sign(pq);
    }
}

bool ddb_pq_is_sign(const struct ddb_partiql *pq, const char *sign_wanted)
{
    return pq->token == DDB_PQ_SIGN && awi_str_is(pq->lexeme, sign_wanted);
}

bool ddb_pq_is_word(const struct ddb_partiql *pq, const char *word)
{
    return pq->token == DDB_PQ_WORD && awi_str_is_nocase(pq->lexeme, word);
}

bool ddb_pq_take_sign(struct ddb_partiql *pq, const char *wanted)
{
    bool here = ddb_pq_is_sign(pq, wanted);

    if (here) {
        ddb_pq_next(pq);
    }
    return here;
}

bool ddb_pq_take_word(struct ddb_partiql *pq, const char *word)
{
    bool here = ddb_pq_is_word(pq, word);

    if (here) {
        ddb_pq_next(pq);
    }
    return here;
}

int ddb_pq_syntax(struct ddb_partiql *pq)
{
    pq->message = awi_arena_printf(pq->arena,
                                   "Statement wasn't well formed, can't be processed: Unexpected "
                                   "token: %.*s",
                                   AWI_STR_FMT(pq->lexeme));
    return pq->message.ptr ? 1 : -ENOMEM;
}

int ddb_pq_expect_sign(struct ddb_partiql *pq, const char *wanted)
{
    return ddb_pq_take_sign(pq, wanted) ? 0 : ddb_pq_syntax(pq);
}

int ddb_pq_expect_word(struct ddb_partiql *pq, const char *word)
{
    return ddb_pq_take_word(pq, word) ? 0 : ddb_pq_syntax(pq);
}

int ddb_pq_begin(struct ddb_partiql *pq,
                 struct awi_arena *arena,
                 struct awi_str text,
                 const struct dynamodb_PreparedStatementParameters *parameters)
{
    *pq = (struct ddb_partiql){.arena = arena, .text = text, .parameters = parameters};
    ddb_pq_next(pq);
    return pq->token == DDB_PQ_END ? ddb_pq_syntax(pq) : 0;
}

/* --- Literals -------------------------------------------------------------------------------- */

bool ddb_pq_is_value(const struct ddb_partiql *pq)
{
    return pq->token == DDB_PQ_STRING || pq->token == DDB_PQ_NUMBER || ddb_pq_is_sign(pq, "?") ||
           ddb_pq_is_sign(pq, "[") || ddb_pq_is_sign(pq, "{") || ddb_pq_is_sign(pq, "<<") ||
           ddb_pq_is_word(pq, "true") || ddb_pq_is_word(pq, "false") || ddb_pq_is_word(pq, "null");
}

static int parameter(struct ddb_partiql *pq, struct dynamodb_AttributeValue *ret)
{
    if (pq->used == pq->parameters->n) {
        pq->message = AWI_STR("Number of parameters in request and statement don't match.");
        return 1;
    }
    *ret = pq->parameters->items[pq->used++];
    return 0;
}

/* The values up to a closing sign, in order. */
static int
values(struct ddb_partiql *pq, const char *end, struct dynamodb_AttributeValue **ret, size_t *ret_n)
{
    size_t room = 4;
    struct dynamodb_AttributeValue *items =
        awi_arena_array(pq->arena, struct dynamodb_AttributeValue, room);
    int r = items ? 0 : -ENOMEM;

    *ret_n = 0;
    while (r == 0 && !ddb_pq_is_sign(pq, end)) {
        if (*ret_n > 0) {
            r = ddb_pq_expect_sign(pq, ",");
        }
        if (r == 0 && *ret_n == room) {
            struct dynamodb_AttributeValue *more =
                awi_arena_array(pq->arena, struct dynamodb_AttributeValue, room * 2);
            if (!more || room > VALUES_MAX) {
                return more ? ddb_pq_syntax(pq) : -ENOMEM;
            }
            memcpy(more, items, room * sizeof(*more));
            items = more;
            room *= 2;
        }
        if (r == 0) {
            r = ddb_pq_value(pq, &items[(*ret_n)++]);
        }
    }
    *ret = items;
    return r == 0 ? ddb_pq_expect_sign(pq, end) : r;
}

/* All strings, all numbers or all binaries. */
static int set(struct ddb_partiql *pq, struct dynamodb_AttributeValue *ret)
{
    struct dynamodb_AttributeValue *items;
    size_t n;
    int r = values(pq, ">>", &items, &n);
    struct awi_str *texts = awi_arena_array(pq->arena, struct awi_str, n);

    if (r != 0 || !texts) {
        return r != 0 ? r : -ENOMEM;
    }
    enum ddb_type type = n > 0 ? ddb_value_type(&items[0]) : DDB_NONE;
    for (size_t i = 0; i < n; i++) {
        if (ddb_value_type(&items[i]) != type) {
            return ddb_pq_syntax(pq);
        }
        texts[i] = type == DDB_S ? items[i].S : type == DDB_N ? items[i].N : items[i].B;
    }
    if (type == DDB_S) {
        ret->SS = (struct dynamodb_StringSetAttributeValue){texts, n, true};
    } else if (type == DDB_N) {
        ret->NS = (struct dynamodb_NumberSetAttributeValue){texts, n, true};
    } else if (type == DDB_B) {
        ret->BS = (struct dynamodb_BinarySetAttributeValue){texts, n, true};
    } else {
        return ddb_pq_syntax(pq);
    }
    return 0;
}

static int map(struct ddb_partiql *pq, struct dynamodb_AttributeMap *ret)
{
    int r = 0;

    ret->set = true;
    while (r == 0 && !ddb_pq_is_sign(pq, "}")) {
        struct dynamodb_AttributeValue value = {.S = AWI_STR_NULL};
        if (ret->n > 0) {
            r = ddb_pq_expect_sign(pq, ",");
        }
        struct awi_str name = pq->lexeme;
        if (r == 0 && pq->token != DDB_PQ_STRING && pq->token != DDB_PQ_NAME) {
            return ddb_pq_syntax(pq);
        }
        if (r == 0) {
            ddb_pq_next(pq);
            r = ddb_pq_expect_sign(pq, ":");
        }
        if (r == 0) {
            r = ddb_pq_value(pq, &value);
        }
        if (r == 0) {
            r = ddb_map_put(pq->arena, ret, name, &value);
        }
    }
    return r == 0 ? ddb_pq_expect_sign(pq, "}") : r;
}

static int compound(struct ddb_partiql *pq, struct dynamodb_AttributeValue *ret)
{
    int r;

    if (++pq->depth > DDB_PARTIQL_DEPTH) {
        return ddb_pq_syntax(pq);
    }
    if (ddb_pq_take_sign(pq, "[")) {
        ret->L.set = true;
        r = values(pq, "]", &ret->L.items, &ret->L.n);
    } else if (ddb_pq_take_sign(pq, "{")) {
        r = map(pq, &ret->M);
    } else {
        r = ddb_pq_take_sign(pq, "<<") ? set(pq, ret) : ddb_pq_syntax(pq);
    }
    pq->depth--;
    return r;
}

static int scalar(struct ddb_partiql *pq, struct dynamodb_AttributeValue *ret)
{
    if (pq->token == DDB_PQ_STRING) {
        ret->S = pq->lexeme;
    } else if (pq->token == DDB_PQ_NUMBER) {
        ret->N = pq->lexeme;
    } else if (ddb_pq_is_word(pq, "null")) {
        ret->NULL_ = (struct awi_opt_bool){.set = true, .v = true};
    } else {
        ret->BOOL = (struct awi_opt_bool){.set = true, .v = ddb_pq_is_word(pq, "true")};
    }
    ddb_pq_next(pq);
    return 0;
}

int ddb_pq_value(struct ddb_partiql *pq, struct dynamodb_AttributeValue *ret)
{
    int r;

    *ret = (struct dynamodb_AttributeValue){.S = AWI_STR_NULL};
    if (!ddb_pq_is_value(pq)) {
        return ddb_pq_syntax(pq);
    }
    if (ddb_pq_take_sign(pq, "?")) {
        r = parameter(pq, ret);
    } else if (pq->token == DDB_PQ_SIGN) {
        r = compound(pq, ret);
    } else {
        r = scalar(pq, ret);
    }
    return r;
}

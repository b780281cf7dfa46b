/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns: text with wildcards (4.3, 4.4, 5.3) and policy variables (4.5), compiled into pieces.
 * Matching takes the leftmost place for what stands between two stars and never goes back, so its
 * time is bounded by pattern x text. "?" is one character, not one byte.
 */
#include "core/policy/internal.h"

#include <errno.h>

/* Patterns with more pieces are matched without resolving their variables beforehand. */
#define MOST_RESOLVED 64

/* --- Compiling ------------------------------------------------------------------------------- */

/*
 * At "${": the length of a variable, 0 when this is plain text. "${*}" gives text, "${key}" and
 * "${key, 'default'}" a variable.
 */
static size_t read_variable(struct awi_str s, struct piece *ret)
{
    ptrdiff_t close = awi_str_find(s, '}');

    if (close < 0) {
        return 0;
    }
    struct awi_str inner = awi_str_head(awi_str_skip(s, 2), (size_t)close - 2);
    if (inner.len == 1 && strchr("*?$", inner.ptr[0])) {
        *ret = (struct piece){PIECE_TEXT, inner, AWI_STR_NULL};
        return (size_t)close + 1;
    }
    ptrdiff_t comma = awi_str_find(inner, ',');
    if (comma < 0) {
        *ret = (struct piece){PIECE_VAR, AWI_STR_NULL, awi_str_trim(inner)};
        return ret->key.len ? (size_t)close + 1 : 0;
    }
    /* The default may hold a closing brace: it ends at its quote. */
    struct awi_str rest = awi_str_skip(s, 2 + (size_t)comma + 1);
    struct awi_str at = rest;
    while (at.len && at.ptr[0] == ' ') {
        at = awi_str_skip(at, 1);
    }
    if (at.len == 0 || at.ptr[0] != '\'') {
        return 0;
    }
    at = awi_str_skip(at, 1);
    ptrdiff_t quote = awi_str_find(at, '\'');
    if (quote < 0) {
        return 0;
    }
    struct awi_str value = awi_str_head(at, (size_t)quote);
    at = awi_str_skip(at, (size_t)quote + 1);
    while (at.len && at.ptr[0] == ' ') {
        at = awi_str_skip(at, 1);
    }
    if (at.len == 0 || at.ptr[0] != '}') {
        return 0;
    }
    *ret = (struct piece){PIECE_VAR, value, awi_str_trim(awi_str_head(inner, (size_t)comma))};
    return ret->key.len ? (size_t)(at.ptr + 1 - s.ptr) : 0;
}

/* One piece from the head of s; its length in s. */
static size_t read_piece(struct awi_str s, unsigned flags, struct piece *ret)
{
    size_t len = 0;

    if (flags & GLOB_WILDCARDS && (s.ptr[0] == '*' || s.ptr[0] == '?')) {
        *ret = (struct piece){s.ptr[0] == '*' ? PIECE_STAR : PIECE_ONE};
        return 1;
    }
    if (flags & GLOB_VARIABLES && awi_str_starts(s, AWI_STR("${"))) {
        len = read_variable(s, ret);
        if (len) {
            return len;
        }
        len = 2;
    }
    while (len < s.len) {
        char c = s.ptr[len];
        if (flags & GLOB_WILDCARDS && (c == '*' || c == '?')) {
            break;
        }
        if (flags & GLOB_VARIABLES && c == '$' && len + 1 < s.len && s.ptr[len + 1] == '{') {
            break;
        }
        len++;
    }
    *ret = (struct piece){PIECE_TEXT, awi_str_head(s, len), AWI_STR_NULL};
    return len;
}

static unsigned count_pieces(struct awi_str text, unsigned flags)
{
    struct piece piece;
    unsigned n = 0;

    while (text.len) {
        text = awi_str_skip(text, read_piece(text, flags, &piece));
        n++;
    }
    return n;
}

static enum glob_shape shape_of(const struct glob *glob)
{
    const struct piece *pieces = glob->pieces;

    if (glob->n == 0 || (glob->n == 1 && pieces[0].kind == PIECE_TEXT)) {
        return GLOB_EXACT;
    }
    if (glob->n == 1 && pieces[0].kind == PIECE_STAR) {
        return GLOB_ANY;
    }
    if (glob->n == 2 && pieces[0].kind == PIECE_TEXT && pieces[1].kind == PIECE_STAR) {
        return GLOB_HEAD;
    }
    return GLOB_GENERAL;
}

int awi_policy_glob_compile(struct awi_arena *arena,
                            struct awi_str text,
                            unsigned flags,
                            struct glob *ret)
{
    struct glob glob = {0};
    unsigned n = count_pieces(text, flags);

    glob.pieces = awi_arena_alloc(arena, n * sizeof(*glob.pieces));
    if (!glob.pieces) {
        return -ENOMEM;
    }
    while (text.len) {
        struct piece *piece = &glob.pieces[glob.n];
        text = awi_str_skip(text, read_piece(text, flags, piece));
        bool again = piece->kind == PIECE_STAR && glob.n && piece[-1].kind == PIECE_STAR;
        glob.n += !again;
        glob.variables |= piece->kind == PIECE_VAR;
    }
    glob.shape = shape_of(&glob);
    *ret = glob;
    return 0;
}

/* --- Matching -------------------------------------------------------------------------------- */

struct matcher {
    const struct awi_policy_request *request;
    bool nocase;
};

/* The text of a piece that has one; false: a variable without value and default. */
static bool text_of(const struct matcher *m, const struct piece *piece, struct awi_str *ret)
{
    *ret = piece->text;
    if (piece->kind != PIECE_VAR) {
        return true;
    }
    const struct awi_policy_key *key =
        m->request ? awi_policy_context_find(m->request, piece->key) : NULL;
    if (key && key->n == 1 && !key->multivalued) {
        *ret = key->values[0];
        return true;
    }
    return awi_str_is_set(*ret);
}

static bool starts(const struct matcher *m, struct awi_str text, struct awi_str head)
{
    return m->nocase ? awi_str_starts_nocase(text, head) : awi_str_starts(text, head);
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Length of the character at the head, 0 when there is none. */
static size_t char_len(struct awi_str text)
{
    size_t len = 1;

    if (text.len == 0 || is_continuation(text.ptr[0])) {
        return 0;
    }
    while (len < text.len && len < 4 && is_continuation(text.ptr[len])) {
        len++;
    }
    return len;
}

/* Pieces without stars at the head of text: the bytes they take, or -1. */
static ptrdiff_t
match_head(const struct matcher *m, const struct piece *pieces, unsigned n, struct awi_str text)
{
    size_t taken = 0;

    for (unsigned i = 0; i < n; i++) {
        struct awi_str part;
        size_t len;
        if (pieces[i].kind == PIECE_ONE) {
            len = char_len(awi_str_skip(text, taken));
            if (len == 0) {
                return -1;
            }
        } else {
            if (!text_of(m, &pieces[i], &part) || !starts(m, awi_str_skip(text, taken), part)) {
                return -1;
            }
            len = part.len;
        }
        taken += len;
    }
    return (ptrdiff_t)taken;
}

/* The same at the end of text. */
static ptrdiff_t
match_tail(const struct matcher *m, const struct piece *pieces, unsigned n, struct awi_str text)
{
    size_t left = text.len;

    while (n--) {
        struct awi_str part;
        size_t len = 1;
        if (pieces[n].kind == PIECE_ONE) {
            while (len < 4 && len < left && is_continuation(text.ptr[left - len])) {
                len++;
            }
            if (left == 0 || is_continuation(text.ptr[left - len])) {
                return -1;
            }
        } else {
            if (!text_of(m, &pieces[n], &part)) {
                return -1;
            }
            len = part.len;
            if (len > left || !starts(m, awi_str_of(text.ptr + left - len, len), part)) {
                return -1;
            }
        }
        left -= len;
    }
    return (ptrdiff_t)(text.len - left);
}

/* The leftmost place of pieces without stars: cuts text behind it. */
static bool
find_pieces(const struct matcher *m, const struct piece *pieces, unsigned n, struct awi_str *text)
{
    struct awi_str part;

    if (n == 1 && pieces->kind != PIECE_ONE && !m->nocase) {
        if (!text_of(m, pieces, &part)) {
            return false;
        }
        ptrdiff_t at = awi_str_search(*text, part);
        *text = awi_str_skip(*text, at < 0 ? 0 : (size_t)at + part.len);
        return at >= 0;
    }
    for (size_t at = 0; at <= text->len; at++) {
        ptrdiff_t taken = match_head(m, pieces, n, awi_str_skip(*text, at));
        if (taken >= 0) {
            *text = awi_str_skip(*text, at + (size_t)taken);
            return true;
        }
    }
    return false;
}

static unsigned until_star(const struct piece *pieces, unsigned n)
{
    unsigned i = 0;

    while (i < n && pieces[i].kind != PIECE_STAR) {
        i++;
    }
    return i;
}

static bool
match_pieces(const struct matcher *m, const struct piece *pieces, unsigned n, struct awi_str text)
{
    unsigned run = until_star(pieces, n);
    ptrdiff_t taken = match_head(m, pieces, run, text);

    if (taken < 0) {
        return false;
    }
    text = awi_str_skip(text, (size_t)taken);
    if (run == n) {
        return text.len == 0;
    }
    pieces += run + 1;
    n -= run + 1;
    for (;;) {
        run = until_star(pieces, n);
        if (run == n) {
            return match_tail(m, pieces, n, text) >= 0;
        }
        if (run && !find_pieces(m, pieces, run, &text)) {
            return false;
        }
        pieces += run + 1;
        n -= run + 1;
    }
}

/* Replaces variables by their text: false when one has none. */
static bool resolve(const struct matcher *m, const struct glob *glob, struct piece *ret)
{
    for (unsigned i = 0; i < glob->n; i++) {
        ret[i] = glob->pieces[i];
        if (ret[i].kind == PIECE_VAR) {
            if (!text_of(m, &glob->pieces[i], &ret[i].text)) {
                return false;
            }
            ret[i].kind = PIECE_TEXT;
        }
    }
    return true;
}

static bool match_variables(const struct matcher *m, const struct glob *glob, struct awi_str text)
{
    struct piece pieces[MOST_RESOLVED];

    if (glob->n > MOST_RESOLVED) {
        return match_pieces(m, glob->pieces, glob->n, text);
    }
    return resolve(m, glob, pieces) && match_pieces(m, pieces, glob->n, text);
}

bool awi_policy_glob_match(const struct glob *glob,
                           struct awi_str text,
                           bool nocase,
                           const struct awi_policy_request *request)
{
    struct matcher m = {request, nocase};

    switch (glob->shape) {
    case GLOB_ANY:
        return true;
    case GLOB_EXACT:
        return text.len == (glob->n ? glob->pieces[0].text.len : 0) &&
               (glob->n == 0 || starts(&m, text, glob->pieces[0].text));
    case GLOB_HEAD:
        return starts(&m, text, glob->pieces[0].text);
    case GLOB_GENERAL:
        break;
    }
    return glob->variables ? match_variables(&m, glob, text)
                           : match_pieces(&m, glob->pieces, glob->n, text);
}

/* Cuts a piece of text at its first colon: what stands before it stays in *head. */
static bool cut_at_colon(struct piece *head, struct piece *rest)
{
    ptrdiff_t colon = head->kind == PIECE_TEXT ? awi_str_find(head->text, ':') : -1;

    if (colon < 0) {
        return false;
    }
    *rest = *head;
    rest->text = awi_str_skip(head->text, (size_t)colon + 1);
    head->text = awi_str_head(head->text, (size_t)colon);
    return true;
}

/*
 * Part by part after the variables were replaced, whose values may bring colons along. A pattern of
 * more pieces than fit matches nothing.
 */
bool awi_policy_glob_match_parts(const struct glob *glob,
                                 const struct arn *split,
                                 const struct awi_policy_request *request)
{
    struct piece pieces[MOST_RESOLVED];
    struct matcher m = {request, false};
    unsigned part = 0;
    unsigned from = 0;

    if (glob->n > MOST_RESOLVED || !resolve(&m, glob, pieces)) {
        return false;
    }
    for (unsigned i = 0; i < glob->n && part < ARN_PARTS - 1; i++) {
        struct piece rest;
        while (part < ARN_PARTS - 1 && cut_at_colon(&pieces[i], &rest)) {
            if (!match_pieces(&m, &pieces[from], i - from + 1, split->part[part++])) {
                return false;
            }
            pieces[i] = rest;
            from = i;
        }
    }
    return part == ARN_PARTS - 1 &&
           match_pieces(&m, &pieces[from], glob->n - from, split->part[part]);
}

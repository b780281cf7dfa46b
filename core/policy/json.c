/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy/json.h"

#include <errno.h>

#define DEEPEST 64

struct reader {
    struct awi_arena *arena;
    const char *text;
    const char *at;
    const char *end;
    struct awi_json_error *error;
};

static int read_value(struct reader *in, unsigned depth, struct awi_json *ret);

static int bad(struct reader *in, const char *reason)
{
    in->error->reason = reason;
    in->error->at = (size_t)(in->at - in->text);
    return -EINVAL;
}

static void skip_blanks(struct reader *in)
{
    while (in->at < in->end &&
           (*in->at == ' ' || *in->at == '\n' || *in->at == '\t' || *in->at == '\r')) {
        in->at++;
    }
}

/* Length of the UTF-8 sequence at at, 0 when it is none. */
static size_t utf8_len(const unsigned char *at, size_t left)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = at[0] < 0x80    ? 1
                 : at[0] < 0xc0  ? 0
                 : at[0] < 0xe0  ? 2
                 : at[0] < 0xf0  ? 3
                 : at[0] <= 0xf4 ? 4
                                 : 0;
    if (len <= 1) {
        return len;
    }
    if (len > left) {
        return 0;
    }
    uint32_t code = at[0] & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (at[i] & 0x3fu);
    }
    bool fits = code >= least[len] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return fits ? len : 0;
}

static char *utf8_write(char *out, uint32_t code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

static int read_hex4(struct reader *in, uint32_t *ret)
{
    uint32_t code = 0;

    if (in->end - in->at < 4) {
        return bad(in, "an escape of four hexadecimal digits is cut short");
    }
    for (int i = 0; i < 4; i++) {
        char c = in->at[i];
        char lower = (char)(c | 0x20);
        if (c >= '0' && c <= '9') {
            code = code << 4 | (uint32_t)(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            code = code << 4 | (uint32_t)(lower - 'a' + 10);
        } else {
            return bad(in, "not a hexadecimal digit");
        }
    }
    in->at += 4;
    *ret = code;
    return 0;
}

static int read_unicode(struct reader *in, char **out)
{
    uint32_t code = 0;
    uint32_t low = 0;
    int r = read_hex4(in, &code);

    if (r < 0) {
        return r;
    }
    if (code >= 0xdc00 && code <= 0xdfff) {
        return bad(in, "half of a surrogate pair");
    }
    if (code >= 0xd800 && code <= 0xdbff) {
        if (in->end - in->at < 2 || in->at[0] != '\\' || in->at[1] != 'u') {
            return bad(in, "half of a surrogate pair");
        }
        in->at += 2;
        r = read_hex4(in, &low);
        if (r < 0) {
            return r;
        }
        if (low < 0xdc00 || low > 0xdfff) {
            return bad(in, "half of a surrogate pair");
        }
        code = 0x10000 + ((code - 0xd800) << 10 | (low - 0xdc00));
    }
    *out = utf8_write(*out, code);
    return 0;
}

/* After the backslash. */
static int read_escape(struct reader *in, char **out)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";

    if (in->at == in->end) {
        return bad(in, "a string that does not end");
    }
    char c = *in->at++;
    if (c == 'u') {
        return read_unicode(in, out);
    }
    const char *which = c ? strchr(from, c) : NULL;
    if (!which) {
        return bad(in, "an unknown escape");
    }
    *(*out)++ = to[which - from];
    return 0;
}

/* Moves over characters that need no decoding: 0 at a quote or backslash. */
static int skip_plain(struct reader *in)
{
    while (in->at < in->end) {
        unsigned char c = (unsigned char)*in->at;
        if (c == '"' || c == '\\') {
            return 0;
        }
        if (c < 0x20) {
            return bad(in, "a control character in a string");
        }
        size_t len =
            c < 0x80 ? 1 : utf8_len((const unsigned char *)in->at, (size_t)(in->end - in->at));
        if (len == 0) {
            return bad(in, "not UTF-8");
        }
        in->at += len;
    }
    return bad(in, "a string that does not end");
}

/* The rest of a string with escapes; head is what stands before the first. */
static int read_escaped(struct reader *in, const char *head, struct awi_str *ret)
{
    const char *close = in->at;

    while (close < in->end && *close != '"') {
        close += *close == '\\' ? 2 : 1;
    }
    if (close >= in->end) {
        return bad(in, "a string that does not end");
    }
    /* Decoding never makes a string longer. */
    char *room = awi_arena_alloc(in->arena, (size_t)(close - head) + 1);
    if (!room) {
        return -ENOMEM;
    }
    char *out = room;
    for (;;) {
        memcpy(out, head, (size_t)(in->at - head));
        out += in->at - head;
        if (*in->at++ == '"') {
            break;
        }
        int r = read_escape(in, &out);
        if (r < 0) {
            return r;
        }
        head = in->at;
        r = skip_plain(in);
        if (r < 0) {
            return r;
        }
    }
    *out = '\0';
    *ret = awi_str_of(room, (size_t)(out - room));
    return 0;
}

/* At the opening quote. */
static int read_string(struct reader *in, struct awi_str *ret)
{
    const char *head = ++in->at;
    int r = skip_plain(in);

    if (r < 0) {
        return r;
    }
    if (*in->at == '\\') {
        return read_escaped(in, head, ret);
    }
    *ret = awi_str_of(head, (size_t)(in->at - head));
    in->at++;
    return 0;
}

static size_t skip_digits(struct reader *in)
{
    const char *from = in->at;

    while (in->at < in->end && *in->at >= '0' && *in->at <= '9') {
        in->at++;
    }
    return (size_t)(in->at - from);
}

static bool skip_char(struct reader *in, char c)
{
    if (in->at < in->end && *in->at == c) {
        in->at++;
        return true;
    }
    return false;
}

static int read_number(struct reader *in, struct awi_json *ret)
{
    const char *from = in->at;

    skip_char(in, '-');
    bool zero = in->at < in->end && *in->at == '0';
    size_t digits = skip_digits(in);
    if (digits == 0 || (zero && digits > 1)) {
        return bad(in, "not a JSON value");
    }
    if (skip_char(in, '.') && skip_digits(in) == 0) {
        return bad(in, "a number without digits behind its point");
    }
    if (skip_char(in, 'e') || skip_char(in, 'E')) {
        if (!skip_char(in, '+')) {
            skip_char(in, '-');
        }
        if (skip_digits(in) == 0) {
            return bad(in, "a number without an exponent behind its e");
        }
    }
    ret->type = AWI_JSON_NUMBER;
    ret->text = awi_str_of(from, (size_t)(in->at - from));
    return 0;
}

static bool skip_word(struct reader *in, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(in->end - in->at) < len || memcmp(in->at, word, len) != 0) {
        return false;
    }
    in->at += len;
    return true;
}

static int read_word(struct reader *in, struct awi_json *ret)
{
    const char *from = in->at;

    if (skip_word(in, "true") || skip_word(in, "false")) {
        ret->type = AWI_JSON_BOOL;
    } else if (skip_word(in, "null")) {
        ret->type = AWI_JSON_NULL;
    } else {
        return bad(in, "not a JSON value");
    }
    ret->text = awi_str_of(from, (size_t)(in->at - from));
    return 0;
}

static int read_name(struct reader *in, struct awi_str *ret)
{
    skip_blanks(in);
    if (in->at == in->end || *in->at != '"') {
        return bad(in, "the name of a member was expected");
    }
    int r = read_string(in, ret);
    if (r < 0) {
        return r;
    }
    skip_blanks(in);
    return skip_char(in, ':') ? 0 : bad(in, "a colon was expected");
}

/* At the opening bracket. */
static int read_children(struct reader *in, unsigned depth, struct awi_json *parent)
{
    bool object = parent->type == AWI_JSON_OBJECT;
    char close = object ? '}' : ']';
    struct awi_json **link = &parent->first;

    if (depth == DEEPEST) {
        return bad(in, "nested too deep");
    }
    in->at++;
    skip_blanks(in);
    if (skip_char(in, close)) {
        return 0;
    }
    do {
        struct awi_json *child = awi_arena_new(in->arena, struct awi_json);
        if (!child) {
            return -ENOMEM;
        }
        int r = object ? read_name(in, &child->name) : 0;
        if (r == 0) {
            r = read_value(in, depth + 1, child);
        }
        if (r < 0) {
            return r;
        }
        *link = child;
        link = &child->next;
        parent->n++;
        skip_blanks(in);
    } while (skip_char(in, ','));
    return skip_char(in, close) ? 0 : bad(in, "a comma or closing bracket was expected");
}

static int read_value(struct reader *in, unsigned depth, struct awi_json *ret)
{
    int r;

    skip_blanks(in);
    ret->start = (uint32_t)(in->at - in->text);
    char c = in->at < in->end ? *in->at : '\0';
    if (c == '"') {
        ret->type = AWI_JSON_STRING;
        r = read_string(in, &ret->text);
    } else if (c == '{' || c == '[') {
        ret->type = c == '{' ? AWI_JSON_OBJECT : AWI_JSON_ARRAY;
        r = read_children(in, depth, ret);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        r = read_number(in, ret);
    } else {
        r = read_word(in, ret);
    }
    ret->end = (uint32_t)(in->at - in->text);
    return r;
}

int awi_json_read(struct awi_arena *arena,
                  struct awi_str text,
                  const struct awi_json **ret,
                  struct awi_json_error *ret_error)
{
    struct reader in = {arena, text.ptr, text.ptr, text.ptr + text.len, ret_error};
    struct awi_json *root = awi_arena_new(arena, struct awi_json);

    if (text.len > UINT32_MAX) {
        return -EMSGSIZE;
    }
    if (!root) {
        return -ENOMEM;
    }
    if (!text.ptr) {
        in.text = in.at = in.end = "";
    }
    int r = read_value(&in, 0, root);
    if (r < 0) {
        return r;
    }
    skip_blanks(&in);
    if (in.at != in.end) {
        return bad(&in, "text behind the value");
    }
    *ret = root;
    return 0;
}

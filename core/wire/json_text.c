/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire/json_text.h"

#include "core/util/utf8.h"
#include "core/wire/wire.h"

#include <endian.h>
#include <errno.h>

int awi_json_unexpected(struct awi_json_reader *r)
{
    if (r->at == r->end) {
        return awi_wire_bad(r->in, "Unexpected end of JSON");
    }
    return awi_wire_bad(r->in, "Unexpected character in JSON");
}

/* The next byte that is no blank; 0 at the end. */
char awi_json_peek(struct awi_json_reader *r)
{
    while (r->at < r->end &&
           (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) {
        r->at++;
    }
    return r->at < r->end ? *r->at : '\0';
}

bool awi_json_take(struct awi_json_reader *r, char c)
{
    if (awi_json_peek(r) != c || r->at == r->end) {
        return false;
    }
    r->at++;
    return true;
}

/* A byte in each of eight places. */
#define EACH(byte) (0x0101010101010101u * (byte))

/* Bit 7 of each byte that may not stand in a string. Exact up to the lowest such byte, which is all
 * that counts. */
static uint64_t specials(uint64_t w)
{
    uint64_t quote = w ^ EACH('"'), backslash = w ^ EACH('\\');

    return (((w - EACH(0x20)) & ~w) | ((quote - EACH(1)) & ~quote) |
            ((backslash - EACH(1)) & ~backslash)) &
           EACH(0x80);
}

const char *awi_json_plain_end(const char *at, const char *end, bool *ret_ascii)
{
    uint64_t seen = 0, w, found = 0;

    for (; end - at >= (ptrdiff_t)sizeof(w); at += sizeof(w)) {
        memcpy(&w, at, sizeof(w));
        w = le64toh(w);
        found = specials(w);
        if (found) {
            int before = __builtin_ctzll(found) & ~7;
            seen |= w & ~(UINT64_MAX << before);
            at += before / 8;
            break;
        }
        seen |= w;
    }
    while (!found && at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20) {
        seen |= (unsigned char)*at++;
    }
    *ret_ascii = (seen & EACH(0x80)) == 0;
    return at;
}

static int read_hex4(struct awi_json_reader *r, uint32_t *ret)
{
    uint32_t value = 0;

    if (r->end - r->at < 4) {
        return awi_json_unexpected(r);
    }
    for (int i = 0; i < 4; i++) {
        char c = *r->at++;
        char low = c | 0x20;
        if (c >= '0' && c <= '9') {
            value = value << 4 | (uint32_t)(c - '0');
        } else if (low >= 'a' && low <= 'f') {
            value = value << 4 | (uint32_t)(low - 'a' + 10);
        } else {
            return awi_wire_bad(r->in, "Malformed \\u escape in JSON");
        }
    }
    *ret = value;
    return 0;
}

/* Behind the backslash. */
static int read_escape(struct awi_json_reader *r, char *out, size_t *n)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";

    if (r->at == r->end) {
        return awi_json_unexpected(r);
    }
    char c = *r->at++;
    if (c != 'u') {
        const char *found = c ? strchr(from, c) : NULL;
        if (!found) {
            return awi_wire_bad(r->in, "Unknown escape in JSON");
        }
        out[(*n)++] = to[found - from];
        return 0;
    }
    uint32_t code = 0;
    int e = read_hex4(r, &code);
    if (e == 0 && code >= 0xd800 && code < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' &&
        r->at[1] == 'u') {
        uint32_t low = 0;
        r->at += 2;
        e = read_hex4(r, &low);
        if (e == 0 && low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    if (e != 0) {
        return e;
    }
    if (code >= 0xd800 && code < 0xe000) {
        return awi_wire_bad(r->in, "Lone surrogate in JSON");
    }
    *n += awi_utf8_write(out + *n, code);
    return 0;
}

/* The rest of a string that holds escapes: begin is behind its quote. */
static int read_escaped(struct awi_json_reader *r, const char *begin, struct awi_str *ret)
{
    const char *close = r->at;

    while (close < r->end && *close != '"') {
        close += *close == '\\' && close + 1 < r->end ? 2 : 1;
    }
    if (close >= r->end) {
        r->at = r->end;
        return awi_json_unexpected(r);
    }
    char *out = awi_arena_alloc(r->in->arena, (size_t)(close - begin) + 1);
    if (!out) {
        return -ENOMEM;
    }
    size_t n = (size_t)(r->at - begin);
    memcpy(out, begin, n);
    while (r->at < close) {
        char c = *r->at++;
        if ((unsigned char)c < 0x20) {
            return awi_wire_bad(r->in, "Control character in a JSON string");
        }
        if (c != '\\') {
            out[n++] = c;
            continue;
        }
        int e = read_escape(r, out, &n);
        if (e != 0) {
            return e;
        }
    }
    r->at = close + 1;
    out[n] = '\0';
    *ret = awi_str_of(out, n);
    return 0;
}

int awi_json_read_string(struct awi_json_reader *r, struct awi_str *ret)
{
    const char *begin = ++r->at;
    bool ascii;
    int e = 0;

    r->at = awi_json_plain_end(begin, r->end, &ascii);
    if (r->at == r->end) {
        return awi_json_unexpected(r);
    }
    if (*r->at == '"') {
        *ret = awi_str_of(begin, (size_t)(r->at++ - begin));
    } else if (*r->at == '\\') {
        ascii = false;
        e = read_escaped(r, begin, ret);
    } else {
        e = awi_wire_bad(r->in, "Control character in a JSON string");
    }
    if (e == 0 && !ascii && !awi_utf8_valid(*ret)) {
        e = awi_wire_bad(r->in, "Invalid UTF-8 in JSON");
    }
    return e;
}

/* Strictly as RFC 8259 has it: no leading zeros or plus, digits around the point. */
int awi_json_read_number(struct awi_json_reader *r, struct awi_str *ret)
{
    const char *begin = r->at;
    const char *from;

    if (*r->at == '-') {
        r->at++;
    }
    from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        r->at++;
    }
    if (r->at == from || (*from == '0' && r->at - from > 1)) {
        return awi_json_unexpected(r);
    }
    if (r->at < r->end && *r->at == '.') {
        from = ++r->at;
        while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
            r->at++;
        }
        if (r->at == from) {
            return awi_json_unexpected(r);
        }
    }
    if (r->at < r->end && (*r->at | 0x20) == 'e') {
        r->at++;
        if (r->at < r->end && (*r->at == '+' || *r->at == '-')) {
            r->at++;
        }
        from = r->at;
        while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
            r->at++;
        }
        if (r->at == from) {
            return awi_json_unexpected(r);
        }
    }
    *ret = awi_str_of(begin, (size_t)(r->at - begin));
    return 0;
}

int awi_json_read_word(struct awi_json_reader *r, struct awi_str word)
{
    if ((size_t)(r->end - r->at) < word.len || memcmp(r->at, word.ptr, word.len) != 0) {
        return awi_json_unexpected(r);
    }
    r->at += word.len;
    return 0;
}

int awi_json_deeper(struct awi_json_reader *r)
{
    if (++r->in->depth > AWI_WIRE_DEPTH_MAX) {
        return awi_wire_bad(r->in, "JSON is nested too deeply");
    }
    return 0;
}

/* Behind the '{' or a ',': the key and its colon. */
int awi_json_read_key(struct awi_json_reader *r, struct awi_str *ret)
{
    if (awi_json_peek(r) != '"') {
        return awi_json_unexpected(r);
    }
    int e = awi_json_read_string(r, ret);
    if (e == 0 && !awi_json_take(r, ':')) {
        e = awi_json_unexpected(r);
    }
    return e;
}

/* An object or array; is_object says which. */
static int skip_items(struct awi_json_reader *r, bool is_object)
{
    char close = is_object ? '}' : ']';
    int e = awi_json_deeper(r);

    r->at++;
    if (e == 0 && !awi_json_take(r, close)) {
        do {
            struct awi_str key;
            e = is_object ? awi_json_read_key(r, &key) : 0;
            e = e ? e : awi_json_skip(r);
        } while (e == 0 && awi_json_take(r, ','));
        if (e == 0 && !awi_json_take(r, close)) {
            e = awi_json_unexpected(r);
        }
    }
    r->in->depth--;
    return e;
}

int awi_json_skip(struct awi_json_reader *r)
{
    struct awi_str ignored;
    char c = awi_json_peek(r);

    switch (c) {
    case '{':
    case '[':
        return skip_items(r, c == '{');
    case '"':
        return awi_json_read_string(r, &ignored);
    case 't':
        return awi_json_read_word(r, AWI_STR("true"));
    case 'f':
        return awi_json_read_word(r, AWI_STR("false"));
    case 'n':
        return awi_json_read_word(r, AWI_STR("null"));
    default:
        return r->at < r->end ? awi_json_read_number(r, &ignored) : awi_json_unexpected(r);
    }
}

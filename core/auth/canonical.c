/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical request of Signature Version 4: path, query and headers in the one form that both
 * sides hash.
 */
#include "core/auth/verify.h"

#include "core/util/buf.h"

#include <stdlib.h>

#define CANONICAL_MAX (1u << 20)

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_encoded(struct awi_buf *out, char c)
{
    static const char digits[] = "0123456789ABCDEF";

    if (is_unreserved(c)) {
        awi_buf_char(out, c);
    } else {
        char triple[3] = {'%', digits[(unsigned char)c >> 4], digits[(unsigned char)c & 15]};
        awi_buf_add(out, triple, 3);
    }
}

/* Decodes what is percent-encoded and encodes again, so that any client's spelling is one. */
static void add_recoded(struct awi_buf *out, struct awi_str s, bool path)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        int high = c == '%' && i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.ptr[i + 2]) : -1;
        if (low >= 0) {
            add_encoded(out, (char)(high << 4 | low));
            i += 2;
        } else if (path && c == '/') {
            awi_buf_char(out, c);
        } else {
            add_encoded(out, !path && c == '+' ? ' ' : c);
        }
    }
}

/* Path of other services: dot segments and empty ones removed, then encoded once more. */
static void add_normal_path(struct awi_buf *out, struct awi_str path)
{
    struct awi_str kept[256], rest = awi_str_skip(path, 1), segment;
    size_t n = 0;
    bool slash = awi_str_ends(path, AWI_STR("/"));

    while (awi_str_cut(&rest, '/', &segment)) {
        if (awi_str_is(segment, "..")) {
            n -= n > 0;
        } else if (segment.len > 0 && !awi_str_is(segment, ".") && n < 256) {
            kept[n++] = segment;
        }
    }
    for (size_t i = 0; i < n; i++) {
        awi_buf_char(out, '/');
        for (size_t j = 0; j < kept[i].len; j++) {
            add_encoded(out, kept[i].ptr[j]);
        }
    }
    if (n == 0 || slash) {
        awi_buf_char(out, '/');
    }
}

/* --- Query ----------------------------------------------------------------------------------- */

struct pair {
    struct awi_str name;
    struct awi_str value;
};

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int order = awi_str_cmp(x->name, y->name);

    return order ? order : awi_str_cmp(x->value, y->value);
}

static struct awi_str recoded(struct awi_arena *arena, struct awi_str s)
{
    struct awi_buf out = AWI_BUF_INIT(CANONICAL_MAX);
    struct awi_str copy;

    add_recoded(&out, s, false);
    copy = awi_buf_failed(&out) ? AWI_STR_NULL : awi_arena_str(arena, awi_buf_view(&out));
    awi_buf_deinit(&out);
    return copy;
}

/* False when there is no memory. */
static bool
add_query(struct awi_arena *arena, struct awi_buf *out, struct awi_str query, bool signs)
{
    struct awi_str rest = query, part;
    struct pair *pairs;
    size_t n = 0, most = 1;

    for (size_t i = 0; i < query.len; i++) {
        most += query.ptr[i] == '&';
    }
    pairs = awi_arena_array(arena, struct pair, most);
    if (!pairs) {
        return false;
    }
    while (awi_str_cut(&rest, '&', &part)) {
        struct awi_str value = part, name;
        awi_str_cut(&value, '=', &name);
        if (part.len == 0 || (signs && awi_str_is(name, "X-Amz-Signature"))) {
            continue;
        }
        pairs[n].name = recoded(arena, name);
        pairs[n].value = recoded(arena, awi_str_is_set(value) ? value : AWI_STR(""));
        if (!pairs[n].name.ptr || !pairs[n].value.ptr) {
            return false;
        }
        n++;
    }
    qsort(pairs, n, sizeof(*pairs), compare_pairs);
    for (size_t i = 0; i < n; i++) {
        awi_buf_printf(out,
                       "%s%.*s=%.*s",
                       i ? "&" : "",
                       AWI_STR_FMT(pairs[i].name),
                       AWI_STR_FMT(pairs[i].value));
    }
    return true;
}

/* --- Headers --------------------------------------------------------------------------------- */

/* A header's value with blanks at the ends gone and runs of them made one. */
static void add_value(struct awi_buf *out, struct awi_str value)
{
    struct awi_str s = awi_str_trim(value);

    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != ' ' || s.ptr[i - 1] != ' ') {
            awi_buf_char(out, s.ptr[i]);
        }
    }
}

static void
add_header(struct awi_buf *out, const struct awi_http_request *request, struct awi_str name)
{
    bool first = true;

    awi_buf_str(out, name);
    awi_buf_char(out, ':');
    for (size_t i = 0; i < request->n_headers; i++) {
        if (awi_str_eq_nocase(request->headers[i].name, name)) {
            if (!first) {
                awi_buf_char(out, ',');
            }
            add_value(out, request->headers[i].value);
            first = false;
        }
    }
    awi_buf_char(out, '\n');
}

struct awi_str
awi_sigv4_canonical(struct awi_arena *arena, const struct awi_verify *in, struct awi_str payload)
{
    const struct awi_http_request *request = in->request;
    struct awi_str names = in->auth->signed_headers, name, result = AWI_STR_NULL;
    struct awi_buf out = AWI_BUF_INIT(CANONICAL_MAX);

    awi_buf_str(&out, request->method);
    awi_buf_char(&out, '\n');
    if (awi_str_starts(in->auth->service, AWI_STR("s3"))) {
        add_recoded(&out, request->path, true);
    } else {
        add_normal_path(&out, request->path);
    }
    awi_buf_char(&out, '\n');
    if (!awi_str_is_set(request->query) ||
        add_query(arena, &out, request->query, in->auth->presigned)) {
        awi_buf_char(&out, '\n');
        while (awi_str_cut(&names, ';', &name)) {
            add_header(&out, request, name);
        }
        awi_buf_printf(
            &out, "\n%.*s\n%.*s", AWI_STR_FMT(in->auth->signed_headers), AWI_STR_FMT(payload));
        result = awi_buf_failed(&out) ? AWI_STR_NULL : awi_arena_str(arena, awi_buf_view(&out));
    }
    awi_buf_deinit(&out);
    return result;
}

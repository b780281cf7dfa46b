/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/listing.h"

#include <errno.h>

int s3_list_most(struct awi_req *req, const char *name, struct awi_opt_i32 wanted, size_t *ret)
{
    struct awi_str text;

    *ret = wanted.set && wanted.v < S3_LIST_MAX ? (size_t)wanted.v : S3_LIST_MAX;
    if (!wanted.set || wanted.v >= 0) {
        return 0;
    }
    text = awi_arena_printf(
        awi_arena(req), "Argument %s must be an integer between 0 and 2147483647", name);
    return text.ptr
               ? s3_fail_argument(
                     req, text.ptr, name, awi_arena_printf(awi_arena(req), "%d", (int)wanted.v))
               : -ENOMEM;
}

int s3_list_encoding(struct awi_req *req, struct awi_str encoding, bool *ret_url)
{
    *ret_url = awi_str_is(encoding, "url");
    return !awi_str_is_set(encoding) || *ret_url
               ? 0
               : s3_fail_argument(req,
                                  "Invalid Encoding Method specified in Request",
                                  "encoding-type",
                                  encoding);
}

struct awi_str s3_list_encode(struct awi_req *req, bool url, struct awi_str s)
{
    static const char digits[] = "0123456789ABCDEF";
    char *text;
    size_t n = 0;

    if (!url || !s.ptr) {
        return s;
    }
    text = awi_arena_alloc(awi_arena(req), 3 * s.len + 1);
    if (!text) {
        return AWI_STR_NULL;
    }
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            strchr("-_.*/", c ? c : 'a' - 1)) {
            text[n++] = (char)c;
        } else if (c == ' ') {
            text[n++] = '+';
        } else {
            text[n++] = '%';
            text[n++] = digits[c >> 4];
            text[n++] = digits[c & 15];
        }
    }
    return awi_str_of(text, n);
}

struct awi_str s3_common_prefix(struct awi_str key, struct awi_str prefix, struct awi_str delimiter)
{
    ptrdiff_t at;

    if (delimiter.len == 0) {
        return AWI_STR_NULL;
    }
    at = awi_str_search(awi_str_skip(key, prefix.len), delimiter);
    return at < 0 ? AWI_STR_NULL : awi_str_head(key, prefix.len + (size_t)at + delimiter.len);
}

struct awi_str s3_successor(struct awi_arena *arena, struct awi_str prefix)
{
    struct awi_str copy = awi_arena_str(arena, prefix);

    while (copy.ptr && copy.len > 0) {
        char *last = awi_arena_strz(arena, copy);
        unsigned char c;

        if (!last) {
            return AWI_STR_NULL;
        }
        c = (unsigned char)last[copy.len - 1];
        if (c != 0xff) {
            last[copy.len - 1] = (char)(c + 1);
            return awi_str_of(last, copy.len);
        }
        copy.len--;
    }
    return AWI_STR_NULL;
}

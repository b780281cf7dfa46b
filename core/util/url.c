/* SPDX-License-Identifier: Apache-2.0 */
#include "core/util/url.h"

#include <errno.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int awi_url_decode(struct awi_arena *arena, struct awi_str text, bool plus, struct awi_str *ret)
{
    size_t i = 0;

    while (i < text.len && text.ptr[i] != '%' && !(plus && text.ptr[i] == '+')) {
        i++;
    }
    if (i == text.len) {
        *ret = text;
        return 0;
    }
    char *out = awi_arena_alloc(arena, text.len + 1);
    if (!out) {
        return -ENOMEM;
    }
    memcpy(out, text.ptr, i);
    size_t n = i;
    for (; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            int high = i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_digit(text.ptr[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return -EINVAL;
            }
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        out[n++] = c;
    }
    out[n] = '\0';
    *ret = awi_str_of(out, n);
    return 0;
}

size_t awi_url_write(char *out, struct awi_str text, bool slash)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '_' || c == '.' || c == '~' || (c == '/' && slash)) {
            out[n++] = (char)c;
        } else {
            out[n++] = '%';
            out[n++] = digits[c >> 4];
            out[n++] = digits[c & 15];
        }
    }
    return n;
}

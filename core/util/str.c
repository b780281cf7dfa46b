/* SPDX-License-Identifier: Apache-2.0 */
#include "core/util/str.h"

#include <errno.h>

static unsigned char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : (unsigned char)c;
}

static bool same_bytes(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i] && lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

bool awi_str_same_nocase(const char *a, const char *b, size_t len)
{
    size_t i = 0;
    uint64_t x, y;

    for (; i + sizeof(x) <= len; i += sizeof(x)) {
        memcpy(&x, a + i, sizeof(x));
        memcpy(&y, b + i, sizeof(y));
        if (x != y && !same_bytes(a + i, b + i, sizeof(x))) {
            return false;
        }
    }
    return same_bytes(a + i, b + i, len - i);
}

bool awi_str_is_nocase(struct awi_str a, const char *z)
{
    return awi_str_eq_nocase(a, awi_str_from(z));
}

bool awi_str_starts_nocase(struct awi_str s, struct awi_str head)
{
    return s.len >= head.len && awi_str_same_nocase(s.ptr, head.ptr, head.len);
}

bool awi_str_ends_nocase(struct awi_str s, struct awi_str tail)
{
    return s.len >= tail.len && awi_str_same_nocase(s.ptr + s.len - tail.len, tail.ptr, tail.len);
}

int awi_str_cmp(struct awi_str a, struct awi_str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int r = len ? memcmp(a.ptr, b.ptr, len) : 0;

    if (r != 0) {
        return r;
    }
    return (a.len > b.len) - (a.len < b.len);
}

ptrdiff_t awi_str_find(struct awi_str s, char c)
{
    const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;

    return at ? at - s.ptr : -1;
}

ptrdiff_t awi_str_rfind(struct awi_str s, char c)
{
    const char *at = s.len ? memrchr(s.ptr, c, s.len) : NULL;

    return at ? at - s.ptr : -1;
}

ptrdiff_t awi_str_search(struct awi_str s, struct awi_str needle)
{
    if (needle.len == 0) {
        return 0;
    }
    const char *at = s.len ? memmem(s.ptr, s.len, needle.ptr, needle.len) : NULL;
    return at ? at - s.ptr : -1;
}

bool awi_str_cut(struct awi_str *rest, char sep, struct awi_str *head)
{
    if (!awi_str_is_set(*rest)) {
        return false;
    }
    ptrdiff_t at = awi_str_find(*rest, sep);
    if (at < 0) {
        *head = *rest;
        *rest = AWI_STR_NULL;
        return true;
    }
    *head = awi_str_head(*rest, (size_t)at);
    *rest = awi_str_skip(*rest, (size_t)at + 1);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct awi_str awi_str_trim(struct awi_str s)
{
    while (s.len && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len && is_blank(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

int awi_str_to_u64(struct awi_str s, uint64_t *ret)
{
    uint64_t value = 0;

    if (s.len == 0) {
        return -EINVAL;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            return -EINVAL;
        }
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value)) {
            return -ERANGE;
        }
    }
    *ret = value;
    return 0;
}

int awi_str_to_i64(struct awi_str s, int64_t *ret)
{
    bool negative = s.len && s.ptr[0] == '-';
    uint64_t magnitude = 0;
    int r =
        awi_str_to_u64(s.len && (negative || s.ptr[0] == '+') ? awi_str_skip(s, 1) : s, &magnitude);

    if (r < 0) {
        return r;
    }
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        return -ERANGE;
    }
    *ret = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return 0;
}

bool awi_str_is_account(struct awi_str s)
{
    if (s.len != 12) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/util/utf8.h"

int32_t awi_utf8_next(struct awi_str s, size_t *at)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)s.ptr + *at;
    uint32_t c = *p;
    size_t n;

    if (c < 0x80) {
        *at += 1;
        return (int32_t)c;
    }
    if (c >= 0xc2 && c < 0xe0) {
        n = 2;
        c &= 0x1f;
    } else if (c >= 0xe0 && c < 0xf0) {
        n = 3;
        c &= 0x0f;
    } else if (c >= 0xf0 && c < 0xf5) {
        n = 4;
        c &= 0x07;
    } else {
        return -1;
    }
    if (s.len - *at < n) {
        return -1;
    }
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return -1;
        }
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        return -1;
    }
    *at += n;
    return (int32_t)c;
}

bool awi_utf8_valid(struct awi_str s)
{
    for (size_t at = 0; at < s.len;) {
        if (s.len - at >= 8) {
            uint64_t word;
            memcpy(&word, s.ptr + at, 8);
            if ((word & 0x8080808080808080u) == 0) {
                at += 8;
                continue;
            }
        }
        if ((unsigned char)s.ptr[at] < 0x80) {
            at++;
        } else if (awi_utf8_next(s, &at) < 0) {
            return false;
        }
    }
    return true;
}

size_t awi_utf8_count(struct awi_str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        n += (s.ptr[i] & 0xc0) != 0x80;
    }
    return n;
}

size_t awi_utf8_write(char out[4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

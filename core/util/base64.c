/* SPDX-License-Identifier: Apache-2.0 */
#include "core/util/base64.h"

#include <errno.h>
#include <sys/types.h>

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char digits16[] = "0123456789abcdef";

void awi_base64_write(char *out, struct awi_str bytes)
{
    const unsigned char *in = (const unsigned char *)bytes.ptr;
    size_t n = bytes.len;

    for (; n >= 3; n -= 3, in += 3) {
        *out++ = digits64[in[0] >> 2];
        *out++ = digits64[(in[0] & 3) << 4 | in[1] >> 4];
        *out++ = digits64[(in[1] & 15) << 2 | in[2] >> 6];
        *out++ = digits64[in[2] & 63];
    }
    if (n > 0) {
        unsigned second = n == 2 ? in[1] : 0;

        *out++ = digits64[in[0] >> 2];
        *out++ = digits64[(in[0] & 3) << 4 | second >> 4];
        *out++ = n == 2 ? digits64[(second & 15) << 2] : '=';
        *out++ = '=';
    }
}

struct awi_str awi_base64(struct awi_arena *arena, struct awi_str bytes)
{
    size_t len = awi_base64_size(bytes.len);
    char *text = awi_arena_alloc(arena, len + 1);

    if (!text) {
        return AWI_STR_NULL;
    }
    awi_base64_write(text, bytes);
    text[len] = 0;
    return awi_str_of(text, len);
}

static int value64(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

ssize_t awi_base64_read(void *out, struct awi_str text)
{
    unsigned char *to = out;
    size_t padding = 0;

    if (text.len % 4 != 0) {
        return -EINVAL;
    }
    while (padding < 2 && padding < text.len && text.ptr[text.len - 1 - padding] == '=') {
        padding++;
    }
    for (size_t i = 0; i < text.len; i += 4) {
        size_t n = i + 4 == text.len ? 4 - padding : 4;
        uint32_t bits = 0;

        for (size_t j = 0; j < 4; j++) {
            int v = j < n ? value64((unsigned char)text.ptr[i + j]) : 0;

            if (v < 0) {
                return -EINVAL;
            }
            bits = bits << 6 | (uint32_t)v;
        }
        if ((n == 2 && (bits & 0xffff)) || (n == 3 && (bits & 0xff))) {
            return -EINVAL;
        }
        *to++ = (unsigned char)(bits >> 16);
        if (n > 2) {
            *to++ = (unsigned char)(bits >> 8);
        }
        if (n > 3) {
            *to++ = (unsigned char)bits;
        }
    }
    return to - (unsigned char *)out;
}

int awi_base64_decode(struct awi_arena *arena, struct awi_str text, struct awi_str *ret)
{
    char *bytes = awi_arena_alloc(arena, text.len / 4 * 3 + 1);
    ssize_t n;

    if (!bytes) {
        return -ENOMEM;
    }
    n = awi_base64_read(bytes, text);
    if (n < 0) {
        return (int)n;
    }
    bytes[n] = 0;
    *ret = awi_str_of(bytes, (size_t)n);
    return 0;
}

int awi_base64_decode_lines(struct awi_arena *arena, struct awi_str text, struct awi_str *ret)
{
    char *joined = awi_arena_alloc(arena, text.len + 1);
    size_t n = 0;

    if (!joined) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            joined[n++] = c;
        }
    }
    return awi_base64_decode(arena, awi_str_of(joined, n), ret);
}

struct awi_str awi_base64url(struct awi_arena *arena, struct awi_str bytes)
{
    size_t len = awi_base64_size(bytes.len);
    char *text = awi_arena_alloc(arena, len + 1);

    if (!text) {
        return AWI_STR_NULL;
    }
    awi_base64_write(text, bytes);
    while (len > 0 && text[len - 1] == '=') {
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        text[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
    }
    text[len] = 0;
    return awi_str_of(text, len);
}

int awi_base64url_decode(struct awi_arena *arena, struct awi_str text, struct awi_str *ret)
{
    size_t len = (text.len + 3) / 4 * 4;
    char *plain = awi_arena_alloc(arena, len + 1);

    if (!plain) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '+' || c == '/' || c == '=') {
            return -EINVAL;
        }
        plain[i] = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    memset(plain + text.len, '=', len - text.len);
    return awi_base64_decode(arena, awi_str_of(plain, len), ret);
}

void awi_hex_write(char *out, struct awi_str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];

        out[2 * i] = digits16[c >> 4];
        out[2 * i + 1] = digits16[c & 15];
    }
}

struct awi_str awi_hex(struct awi_arena *arena, struct awi_str bytes)
{
    char *text = awi_arena_alloc(arena, 2 * bytes.len + 1);

    if (!text) {
        return AWI_STR_NULL;
    }
    awi_hex_write(text, bytes);
    text[2 * bytes.len] = 0;
    return awi_str_of(text, 2 * bytes.len);
}

static int value16(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int awi_hex_decode(struct awi_arena *arena, struct awi_str text, struct awi_str *ret)
{
    char *bytes = awi_arena_alloc(arena, text.len / 2 + 1);

    if (!bytes) {
        return -ENOMEM;
    }
    if (text.len % 2 != 0) {
        return -EINVAL;
    }
    for (size_t i = 0; i < text.len; i += 2) {
        int high = value16(text.ptr[i]), low = value16(text.ptr[i + 1]);

        if (high < 0 || low < 0) {
            return -EINVAL;
        }
        bytes[i / 2] = (char)(high << 4 | low);
    }
    bytes[text.len / 2] = 0;
    *ret = awi_str_of(bytes, text.len / 2);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/util/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SMALLEST 256

void awi_buf_init(struct awi_buf *buf, size_t limit)
{
    *buf = (struct awi_buf)AWI_BUF_INIT(limit);
}

void awi_buf_deinit(struct awi_buf *buf)
{
    if (!buf) {
        return;
    }
    free(buf->ptr);
    awi_buf_init(buf, buf->limit);
}

void awi_buf_clear(struct awi_buf *buf)
{
    buf->len = 0;
    buf->error = 0;
}

static int fail(struct awi_buf *buf, int error)
{
    buf->len = 0;
    buf->error = error;
    return error;
}

int awi_buf_plain(struct awi_buf *buf, struct awi_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool two = c == 0xc2 && i + 1 < s.len && ((unsigned char)s.ptr[i + 1] & 0xe0) == 0x80;
        if (two) {
            c = (unsigned char)s.ptr[++i];
        }
        if (two || c < 0x20 || c == 0x7f) {
            awi_buf_printf(buf, "\\x%02x", c);
        } else {
            awi_buf_char(buf, (char)c);
        }
    }
    return buf->error;
}

char *awi_buf_room(struct awi_buf *buf, size_t len)
{
    if (buf->error) {
        return NULL;
    }
    if (len > buf->limit - buf->len) {
        fail(buf, -EMSGSIZE);
        return NULL;
    }
    size_t need = buf->len + len + 1;
    if (need > buf->size) {
        size_t size = buf->size ? buf->size : SMALLEST;
        while (size < need) {
            size *= 2;
        }
        char *ptr = realloc(buf->ptr, size);
        if (!ptr) {
            fail(buf, -ENOMEM);
            return NULL;
        }
        buf->ptr = ptr;
        buf->size = size;
    }
    return buf->ptr + buf->len;
}

void awi_buf_grew(struct awi_buf *buf, size_t len)
{
    buf->len += len;
    buf->ptr[buf->len] = '\0';
}

int awi_buf_add(struct awi_buf *buf, const void *data, size_t len)
{
    char *room = awi_buf_room(buf, len);

    if (!room) {
        return buf->error;
    }
    if (len) {
        memcpy(room, data, len);
    }
    awi_buf_grew(buf, len);
    return 0;
}

int awi_buf_str(struct awi_buf *buf, struct awi_str s)
{
    return awi_buf_add(buf, s.ptr, s.len);
}

int awi_buf_strz(struct awi_buf *buf, const char *z)
{
    return awi_buf_add(buf, z, strlen(z));
}

int awi_buf_char(struct awi_buf *buf, char c)
{
    return awi_buf_add(buf, &c, 1);
}

int awi_buf_vprintf(struct awi_buf *buf, const char *format, va_list args)
{
    va_list again;

    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    char *room = len >= 0 ? awi_buf_room(buf, (size_t)len) : NULL;
    if (room) {
        vsnprintf(room, (size_t)len + 1, format, again);
        awi_buf_grew(buf, (size_t)len);
    }
    va_end(again);
    return buf->error;
}

int awi_buf_printf(struct awi_buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int r = awi_buf_vprintf(buf, format, args);
    va_end(args);
    return r;
}

void awi_buf_drop(struct awi_buf *buf, size_t len)
{
    if (len >= buf->len) {
        buf->len = 0;
        return;
    }
    memmove(buf->ptr, buf->ptr + len, buf->len - len);
    buf->len -= len;
    buf->ptr[buf->len] = '\0';
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that grow. A buffer owns its memory and has a largest size, given at init: what would pass
 * it fails, and the buffer then stays failed and empty until it is cleared. So a run of appends
 * needs one check at the end: awi_buf_failed().
 *
 * The content is followed by a NUL that is not counted, once anything was appended.
 */
#pragma once

#include "core/util/str.h"

#include <stdarg.h>
#include <stddef.h>

struct awi_buf {
    char *ptr;
    size_t len;
    size_t size;
    size_t limit;
    int error; /* 0, -ENOMEM, or -EMSGSIZE when the limit was passed */
};

#define AWI_BUF_INIT(most)                                                                         \
    {                                                                                              \
        .limit = (most)                                                                            \
    }

void awi_buf_init(struct awi_buf *buf, size_t limit);
/* Frees; the buffer may be used again. NULL is nothing. */
void awi_buf_deinit(struct awi_buf *buf);
/* Empties and forgives, keeping the memory. */
void awi_buf_clear(struct awi_buf *buf);

/* All return 0 or the buffer's error. */
int awi_buf_add(struct awi_buf *buf, const void *data, size_t len);
int awi_buf_str(struct awi_buf *buf, struct awi_str s);
int awi_buf_strz(struct awi_buf *buf, const char *z);
int awi_buf_char(struct awi_buf *buf, char c);
int awi_buf_printf(struct awi_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int awi_buf_vprintf(struct awi_buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/*
 * Text from elsewhere for a terminal or a line of a log: control characters (C0, DEL, and C1 in
 * UTF-8) become \\xNN, so that they neither move the cursor nor begin a new line.
 */
int awi_buf_plain(struct awi_buf *buf, struct awi_str s);

/* Room for len more bytes, to be written in place and then counted with awi_buf_grew(). */
char *awi_buf_room(struct awi_buf *buf, size_t len);
void awi_buf_grew(struct awi_buf *buf, size_t len);

/* Takes the first len bytes away. */
void awi_buf_drop(struct awi_buf *buf, size_t len);

static inline bool awi_buf_failed(const struct awi_buf *buf)
{
    return buf->error != 0;
}

static inline struct awi_str awi_buf_view(const struct awi_buf *buf)
{
    return (struct awi_str){buf->ptr ? buf->ptr : "", buf->len};
}

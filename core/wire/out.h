/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that grow in an arena: where answers are written. What fails stays failed, so a run of
 * appends needs one look at the end.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

struct awi_out {
    struct awi_arena *arena;
    char *ptr;
    size_t len;
    size_t size;
    bool failed; /* no memory */
};

/* Room for len more bytes at ptr + len; NULL when there is none. */
char *awi_out_grow(struct awi_out *out, size_t len);

/* Inline, since answers are written in pieces of a few bytes. */
static inline char *awi_out_room(struct awi_out *out, size_t len)
{
    return out->size - out->len >= len && out->ptr ? out->ptr + out->len : awi_out_grow(out, len);
}

static inline void awi_out_add(struct awi_out *out, const char *data, size_t len)
{
    char *room = awi_out_room(out, len);
    if (room && len) {
        memcpy(room, data, len);
        out->len += len;
    }
}

static inline void awi_out_str(struct awi_out *out, struct awi_str s)
{
    awi_out_add(out, s.ptr, s.len);
}

static inline void awi_out_char(struct awi_out *out, char c)
{
    awi_out_add(out, &c, 1);
}

/* A string literal. */
#define awi_out_lit(out, literal) awi_out_add((out), (literal), sizeof(literal) - 1)

void awi_out_i64(struct awi_out *out, int64_t value);

/* Percent-coded (core/util/url.h). */
void awi_out_url(struct awi_out *out, struct awi_str text, bool slash);

void awi_out_base64(struct awi_out *out, struct awi_str bytes);

/* What was written, never absent; only when not failed. */
static inline struct awi_str awi_out_view(const struct awi_out *out)
{
    return (struct awi_str){out->ptr ? out->ptr : "", out->len};
}

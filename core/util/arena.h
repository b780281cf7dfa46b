/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that lives and dies with one request (or one compiled policy): allocated by moving a
 * pointer, released all at once. Nobody frees a single allocation.
 *
 * An arena has a limit; beyond it, and when the system has no memory, allocation gives NULL, and so
 * does everything built on it. Not safe for use by two threads at once.
 */
#pragma once

#include "core/util/str.h"

#include <stdarg.h>
#include <stddef.h>

struct awi_arena_block;

struct awi_arena {
    struct awi_arena_block *block; /* newest first */
    char *at;                      /* free space of the newest block */
    char *end;
    size_t used;  /* bytes in all blocks */
    size_t limit; /* most bytes in all blocks */
};

/* Takes no memory yet. */
void awi_arena_init(struct awi_arena *arena, size_t limit);
/* Frees everything; the arena may be used again. */
void awi_arena_deinit(struct awi_arena *arena);
/* Forgets everything but keeps one block for the next request. */
void awi_arena_reset(struct awi_arena *arena);

/* Aligned for any type, not cleared. size 0 gives a valid pointer. */
void *awi_arena_alloc(struct awi_arena *arena, size_t size);
/* Cleared; NULL also when n * size overflows. */
void *awi_arena_calloc(struct awi_arena *arena, size_t n, size_t size);
#define awi_arena_new(arena, type)      ((type *)awi_arena_calloc((arena), 1, sizeof(type)))
#define awi_arena_array(arena, type, n) ((type *)awi_arena_calloc((arena), (n), sizeof(type)))

/* Copies; the copy is followed by a NUL that is not counted. Absent stays absent, and so is the
 * result when there is no memory. */
struct awi_str awi_arena_str(struct awi_arena *arena, struct awi_str s);
/* The same as a C string. */
char *awi_arena_strz(struct awi_arena *arena, struct awi_str s);

/* n parts in a row, NUL-terminated as above: a tenth of what formatting them costs. */
struct awi_str awi_arena_join(struct awi_arena *arena, const struct awi_str *parts, size_t n);

/* Formatted text, NUL-terminated as above. */
struct awi_str awi_arena_printf(struct awi_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct awi_str awi_arena_vprintf(struct awi_arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

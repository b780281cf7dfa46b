/* SPDX-License-Identifier: Apache-2.0 */
#include "core/util/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_BLOCK  8192
#define LARGEST_STEP (256 * 1024)

struct awi_arena_block {
    struct awi_arena_block *next;
    size_t size;
    _Alignas(max_align_t) char data[];
};

void awi_arena_init(struct awi_arena *arena, size_t limit)
{
    *arena = (struct awi_arena){.limit = limit};
}

static void free_blocks(struct awi_arena_block *block)
{
    while (block) {
        struct awi_arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void awi_arena_deinit(struct awi_arena *arena)
{
    free_blocks(arena->block);
    awi_arena_init(arena, arena->limit);
}

void awi_arena_reset(struct awi_arena *arena)
{
    struct awi_arena_block *first = arena->block;

    if (!first) {
        return;
    }
    /* The oldest block is the one of ordinary size. */
    while (first->next) {
        struct awi_arena_block *next = first->next;
        free(first);
        first = next;
    }
    arena->block = first;
    arena->at = first->data;
    arena->end = first->data + first->size;
    arena->used = first->size;
}

static int grow(struct awi_arena *arena, size_t size)
{
    size_t step = arena->block ? arena->block->size * 2 : FIRST_BLOCK;

    if (step > LARGEST_STEP) {
        step = LARGEST_STEP;
    }
    if (step < size) {
        step = size;
    }
    if (step > arena->limit - arena->used) {
        step = arena->limit - arena->used;
    }
    if (step < size) {
        return -1;
    }
    struct awi_arena_block *block = malloc(sizeof(*block) + step);
    if (!block) {
        return -1;
    }
    block->next = arena->block;
    block->size = step;
    arena->block = block;
    arena->at = block->data;
    arena->end = block->data + step;
    arena->used += step;
    return 0;
}

void *awi_arena_alloc(struct awi_arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);

    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    size = (size + align - 1) & ~(align - 1);
    if (size == 0) {
        size = align;
    }
    if (size > (size_t)(arena->end - arena->at) && grow(arena, size) < 0) {
        return NULL;
    }
    void *ptr = arena->at;
    arena->at += size;
    return ptr;
}

void *awi_arena_calloc(struct awi_arena *arena, size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes)) {
        return NULL;
    }
    void *ptr = awi_arena_alloc(arena, bytes);
    return ptr ? memset(ptr, 0, bytes) : NULL;
}

char *awi_arena_strz(struct awi_arena *arena, struct awi_str s)
{
    char *copy = s.ptr ? awi_arena_alloc(arena, s.len + 1) : NULL;

    if (!copy) {
        return NULL;
    }
    memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return copy;
}

struct awi_str awi_arena_str(struct awi_arena *arena, struct awi_str s)
{
    char *copy = awi_arena_strz(arena, s);

    return copy ? awi_str_of(copy, s.len) : AWI_STR_NULL;
}

struct awi_str awi_arena_vprintf(struct awi_arena *arena, const char *format, va_list args)
{
    va_list again;

    /* Straight into the free space: formatted twice only where that is too small. */
    size_t room = (size_t)(arena->end - arena->at);
    char *there = arena->at;
    va_copy(again, args);
    int len = vsnprintf(there, room, format, args);
    char *text = len >= 0 ? awi_arena_alloc(arena, (size_t)len + 1) : NULL;
    if (text && (text != there || (size_t)len >= room)) {
        vsnprintf(text, (size_t)len + 1, format, again);
    }
    va_end(again);
    return text ? awi_str_of(text, (size_t)len) : AWI_STR_NULL;
}

struct awi_str awi_arena_join(struct awi_arena *arena, const struct awi_str *parts, size_t n)
{
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        len += parts[i].len;
    }
    char *text = awi_arena_alloc(arena, len + 1);
    if (!text) {
        return AWI_STR_NULL;
    }
    char *at = text;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].len) {
            memcpy(at, parts[i].ptr, parts[i].len);
            at += parts[i].len;
        }
    }
    *at = '\0';
    return awi_str_of(text, len);
}

struct awi_str awi_arena_printf(struct awi_arena *arena, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    struct awi_str text = awi_arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

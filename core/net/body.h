/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A body: bytes in memory, or somewhere they can be read from by offset (a spool, a blob's file).
 * Services see it through core/service.h; this is what it is made of.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

#include <stdint.h>
#include <sys/types.h>

/* Where a long body lies. self is the source's own: a struct awi_spool, an open file. */
struct awi_body_source {
    /* Appends; 0 or -errno. NULL: the source is only for reading. */
    int (*write)(void *self, const void *data, size_t len);
    /* Up to len bytes at offset: count, 0 at the end, -errno. */
    ssize_t (*read)(void *self, uint64_t offset, void *data, size_t len);
    /* Called once when the body is no longer needed. NULL: nothing to do. */
    void (*release)(void *self);
};

struct awi_body {
    uint64_t size;
    const void *data; /* in memory; then source is NULL */
    const struct awi_body_source *source;
    void *self;
    uint64_t offset; /* of the body's first byte within the source */
};

/* A body of bytes that outlive it, allocated from the arena. NULL: no memory. */
struct awi_body *awi_body_memory(struct awi_arena *arena, struct awi_str bytes);
/* A body that is read from a source; the source is released with the body, also when there is no
 * memory for it (NULL). */
struct awi_body *awi_body_stream(struct awi_arena *arena,
                                 const struct awi_body_source *source,
                                 void *self,
                                 uint64_t offset,
                                 uint64_t size);
/* The same from size bytes at offset of a file that pread() can read. close_fd is called with fd in
 * the end (a hidden descriptor is not closed by close()). */
struct awi_body *awi_body_file(
    struct awi_arena *arena, int fd, void (*close_fd)(int fd), uint64_t offset, uint64_t size);

uint64_t awi_body_size(const struct awi_body *body);
const void *awi_body_data(const struct awi_body *body);
ssize_t awi_body_read(const struct awi_body *body, uint64_t offset, void *data, size_t len);

/*
 * Takes the source's self out of the body (to make a spool a blob): the body is then empty and
 * releases nothing. NULL when the body lies in memory.
 */
void *awi_body_take(struct awi_body *body);
/* Releases the source. The struct itself is the arena's. NULL is nothing. */
void awi_body_release(struct awi_body *body);

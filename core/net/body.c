/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/body.h"

#include <errno.h>
#include <unistd.h>

struct file_source {
    int fd;
    void (*close_fd)(int fd);
};

static ssize_t file_read(void *self, uint64_t offset, void *data, size_t len)
{
    const struct file_source *file = self;
    ssize_t n;

    do {
        n = pread(file->fd, data, len, (off_t)offset);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static void file_release(void *self)
{
    struct file_source *file = self;

    if (file->close_fd) {
        file->close_fd(file->fd);
    }
}

static const struct awi_body_source FILE_SOURCE = {.read = file_read, .release = file_release};

struct awi_body *awi_body_memory(struct awi_arena *arena, struct awi_str bytes)
{
    struct awi_body *body = awi_arena_new(arena, struct awi_body);

    if (body) {
        body->data = bytes.ptr ? bytes.ptr : "";
        body->size = bytes.len;
    }
    return body;
}

struct awi_body *awi_body_stream(struct awi_arena *arena,
                                 const struct awi_body_source *source,
                                 void *self,
                                 uint64_t offset,
                                 uint64_t size)
{
    struct awi_body *body = awi_arena_new(arena, struct awi_body);

    if (!body) {
        if (source->release) {
            source->release(self);
        }
        return NULL;
    }
    body->source = source;
    body->self = self;
    body->offset = offset;
    body->size = size;
    return body;
}

struct awi_body *awi_body_file(
    struct awi_arena *arena, int fd, void (*close_fd)(int fd), uint64_t offset, uint64_t size)
{
    struct file_source *file = awi_arena_new(arena, struct file_source);

    if (!file) {
        if (close_fd) {
            close_fd(fd);
        }
        return NULL;
    }
    file->fd = fd;
    file->close_fd = close_fd;
    return awi_body_stream(arena, &FILE_SOURCE, file, offset, size);
}

uint64_t awi_body_size(const struct awi_body *body)
{
    return body->size;
}

const void *awi_body_data(const struct awi_body *body)
{
    return body->data;
}

ssize_t awi_body_read(const struct awi_body *body, uint64_t offset, void *data, size_t len)
{
    if (offset >= body->size || len == 0) {
        return 0;
    }
    if (len > body->size - offset) {
        len = (size_t)(body->size - offset);
    }
    if (body->data) {
        memcpy(data, (const char *)body->data + offset, len);
        return (ssize_t)len;
    }
    return body->source->read(body->self, body->offset + offset, data, len);
}

void *awi_body_take(struct awi_body *body)
{
    void *self = body->source ? body->self : NULL;

    if (self) {
        *body = (struct awi_body){.data = ""};
    }
    return self;
}

void awi_body_release(struct awi_body *body)
{
    if (body && body->source) {
        const struct awi_body_source *source = body->source;
        void *self = body->self;
        *body = (struct awi_body){.data = ""};
        if (source->release) {
            source->release(self);
        }
    }
}

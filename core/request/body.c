/* SPDX-License-Identifier: Apache-2.0 */
/* Long bodies between the store and the wire: spools on the way in, blobs on the way out. */
#include "awsintercept/core_abi.h"
#include "core/core.h"
#include "core/request/req.h"
#include "core/request/spool.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <unistd.h>

#define COPY_CHUNK (64u << 10)

static int spool_write(void *self, const void *data, size_t len)
{
    return awi_spool_write(self, data, len);
}

static ssize_t spool_read(void *self, uint64_t offset, void *data, size_t len)
{
    ssize_t n = pread(awi_spool_fd(self), data, len, (off_t)offset);

    return n < 0 ? -errno : n;
}

static void spool_release(void *self)
{
    awi_spool_free(self);
}

static const struct awi_body_source spool_source = {
    .write = spool_write,
    .read = spool_read,
    .release = spool_release,
};

int awi_request_spool(void *ctx,
                      struct awi_http_exchange *x,
                      const struct awi_body_source **ret_source,
                      void **ret_self)
{
    struct awi_core *core = ctx;
    struct awi_store *store;
    struct awi_spool *spool;
    struct awi_str why;

    int r = awi_core_store(core, x->arena, &store, &why);
    if (r == 0) {
        r = awi_spool_new(store, &spool);
    }
    if (r == 0) {
        *ret_source = &spool_source;
        *ret_self = spool;
    }
    return r;
}

/* A body that lies in another blob: the copy of an object. It is then read no more. */
static int keep_copy(struct awi_req *req, struct awi_body *body, struct awi_blob_id *ret_id)
{
    uint64_t size = awi_body_size(body);
    char *chunk = awi_arena_alloc(req->arena, COPY_CHUNK);
    struct awi_spool *spool = NULL;
    int r = chunk ? awi_spool_new(req->core->store, &spool) : -ENOMEM;

    for (uint64_t at = 0; r == 0 && at < size;) {
        ssize_t n = awi_body_read(body, at, chunk, COPY_CHUNK);
        if (n <= 0) {
            r = n < 0 ? (int)n : -EIO;
        } else {
            r = awi_spool_write(spool, chunk, (size_t)n);
            at += (uint64_t)n;
        }
    }
    if (r < 0) {
        awi_spool_free(spool);
        return r;
    }
    awi_body_release(body);
    return awi_blob_keep(req->txn, spool, ret_id);
}

int awi_body_keep(struct awi_req *req, struct awi_body *body, struct awi_blob_id *ret_id)
{
    if (body && body->source == &spool_source) {
        return awi_blob_keep(req->txn, awi_body_take(body), ret_id);
    }
    if (body && awi_body_size(body) > 0 && !awi_body_data(body)) {
        return keep_copy(req, body, ret_id);
    }
    return awi_blob_put(req->txn, body ? awi_str_of(body->data, body->size) : AWI_STR(""), ret_id);
}

struct awi_body *awi_body_from_memory(struct awi_req *req, struct awi_str bytes)
{
    return awi_body_memory(req->arena, bytes);
}

/* The descriptor outlives the request: out of the host's way with it, where there is a host. */
static void close_plain(int fd)
{
    close(fd);
}

int awi_body_from_blob(struct awi_req *req,
                       const struct awi_blob_id *id,
                       uint64_t offset,
                       uint64_t len,
                       struct awi_body **ret)
{
    const struct awi_shim_api *shim = req->core->shim;
    uint64_t size;
    int fd;
    int r = awi_blob_open(req->core->store, id, &fd, &size);

    if (r < 0) {
        return r;
    }
    if (offset > size || len > size - offset) {
        close(fd);
        return -ERANGE;
    }
    void (*close_fd)(int) = close_plain;
    if (shim) {
        int hidden = shim->fd_hide(fd);
        if (hidden >= 0) {
            fd = hidden;
            close_fd = shim->fd_close;
        }
    }
    *ret = awi_body_file(req->arena, fd, close_fd, offset, len);
    return *ret ? 0 : -ENOMEM;
}

/* --- Bodies of several pieces ---------------------------------------------------------------- */

struct pieces {
    struct awi_req *req;
    const struct awi_body_piece *items;
    size_t n;
    size_t opened; /* which blob fd is; n: none */
    int fd;
};

static void close_piece(struct pieces *pieces)
{
    if (pieces->fd >= 0) {
        close(pieces->fd);
    }
    pieces->fd = -1;
    pieces->opened = pieces->n;
}

static ssize_t read_piece(struct pieces *pieces, size_t at, uint64_t offset, void *data, size_t len)
{
    const struct awi_body_piece *piece = &pieces->items[at];
    uint64_t left = piece->size - offset, size;

    if (len > left) {
        len = (size_t)left;
    }
    if (!piece->blob.text[0]) {
        memcpy(data, piece->bytes.ptr + offset, len);
        return (ssize_t)len;
    }
    if (pieces->opened != at) {
        close_piece(pieces);
        int r = awi_blob_open(pieces->req->core->store, &piece->blob, &pieces->fd, &size);
        if (r < 0) {
            pieces->fd = -1;
            return r;
        }
        pieces->opened = at;
    }
    ssize_t n = pread(pieces->fd, data, len, (off_t)offset);
    int error = n < 0 ? -errno : 0;
    if (n <= 0 || offset + (uint64_t)n == piece->size) {
        close_piece(pieces);
    }
    return error ? error : n;
}

static ssize_t pieces_read(void *self, uint64_t offset, void *data, size_t len)
{
    struct pieces *pieces = self;

    for (size_t i = 0; i < pieces->n; i++) {
        if (offset < pieces->items[i].size) {
            return read_piece(pieces, i, offset, data, len);
        }
        offset -= pieces->items[i].size;
    }
    return 0;
}

static void pieces_release(void *self)
{
    close_piece(self);
}

static const struct awi_body_source pieces_source = {
    .read = pieces_read,
    .release = pieces_release,
};

struct awi_body *
awi_body_from_pieces(struct awi_req *req, const struct awi_body_piece *pieces, size_t n)
{
    struct pieces *self = awi_arena_new(req->arena, struct pieces);
    uint64_t size = 0;

    if (!self) {
        return NULL;
    }
    *self = (struct pieces){.req = req, .items = pieces, .n = n, .opened = n, .fd = -1};
    for (size_t i = 0; i < n; i++) {
        size += pieces[i].size;
    }
    return awi_body_stream(req->arena, &pieces_source, self, 0, size);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state becomes what a snapshot holds: everything of now is deleted and the stream's entries
 * are put, in one transaction. Bodies that the snapshot holds have stayed where they were.
 */
#include "core/store/snapshot.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <unistd.h>

static int delete_entry(void *arg, const MDB_val *key, const MDB_val *value)
{
    struct awi_change *c = arg;
    char bytes[MDB_KEY_MOST];
    MDB_val copy = {.mv_size = key->mv_size, .mv_data = bytes};

    (void)value;
    memcpy(bytes, key->mv_data, key->mv_size);
    return awi_txn_result(c->txn, awi_mdb_del(c->txn->mdb, c->txn->env->dbi, &copy, NULL));
}

static int delete_blob(void *arg, const MDB_val *key, const MDB_val *value)
{
    struct awi_change *c = arg;
    struct awi_blob_id id;

    (void)value;
    if (awi_snapshot_is_stream(&c->streams, key)) {
        return 0;
    }
    awi_snapshot_id(key, &id);
    return awi_blob_delete(c->txn, &id);
}

/* Exactly len bytes of a stream behind *at. */
static int read_part(int fd, uint64_t *at, void *to, size_t len)
{
    for (size_t have = 0; have < len;) {
        ssize_t n = pread(fd, (char *)to + have, len - have, (off_t)(*at + have));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? -errno : -EIO;
        }
        have += (size_t)n;
    }
    *at += len;
    return 0;
}

/* The entry of the stream at *at. */
static int put_entry(struct awi_change *c, uint64_t *at)
{
    struct awi_snapshot_head head;
    int r = read_part(c->fd, at, &head, sizeof(head));

    if (r < 0) {
        return r;
    }
    if (head.key > MDB_KEY_MOST || head.key > c->size - *at ||
        head.value > c->size - *at - head.key) {
        return -EIO;
    }
    size_t len = (size_t)head.key + head.value;
    awi_buf_clear(&c->chunk);
    char *bytes = awi_buf_room(&c->chunk, len);
    r = bytes ? read_part(c->fd, at, bytes, len) : c->chunk.error;
    if (r < 0) {
        return r;
    }
    MDB_val key = {.mv_size = head.key, .mv_data = bytes};
    MDB_val value = {.mv_size = head.value, .mv_data = bytes + head.key};
    return awi_txn_result(c->txn, awi_mdb_put(c->txn->mdb, c->txn->env->dbi, &key, &value, 0));
}

static int restore(struct awi_change *c)
{
    struct awi_blob_id now;
    uint64_t at = 0;
    int r = awi_snapshot_find(c->txn, c->name, &now);

    if (r == 0 && strcmp(now.text, c->stream.text) != 0) {
        return -EAGAIN; /* saved anew meanwhile */
    }
    r = r ? r : awi_snapshot_streams(c->txn, &c->streams);
    r = r ? r : awi_entries_each(c->txn, AWI_STR("R"), delete_entry, c);
    r = r ? r : awi_entries_each(c->txn, AWI_STR("L"), delete_entry, c);
    r = r ? r : awi_entries_each(c->txn, AWI_STR("B"), delete_blob, c);
    while (r == 0 && at < c->size) {
        r = put_entry(c, &at);
    }
    return r;
}

/* Opens the stream of a name. */
static int open_stream(struct awi_store *store, struct awi_change *c)
{
    int r = awi_txn_begin(store, false, &c->txn);

    if (r == 0) {
        r = awi_snapshot_find(c->txn, c->name, &c->stream);
        awi_txn_abort(c->txn);
    }
    r = r ? r : awi_blob_open(store, &c->stream, &c->fd, &c->size);
    c->fd = r == 0 ? awi_fd_hide(c->fd) : -1;
    return r;
}

int awi_snapshot_restore(struct awi_store *store, struct awi_str name)
{
    struct awi_change c = {.name = name, .fd = -1};
    int r = awi_snapshot_is_name(name) ? -EAGAIN : -EINVAL;

    while (r == -EAGAIN) {
        r = open_stream(store, &c);
        r = r ? r : awi_snapshot_run(store, &c, restore);
        if (c.fd >= 0) {
            awi_fd_close(AWI_STEAL(c.fd, -1));
        }
    }
    return r;
}

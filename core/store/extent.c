/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blobs of a memory store: extents of one memfd that all forks share. Records X+start -> size list
 * the free extents, M+e the end of the used part; both belong to the transaction, so an abort
 * gives the space back by itself.
 */
#include "core/store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGN     4096u
#define FREE_KEY  9
#define COPY_STEP (64u << 10)

static char end_name[] = {KIND_META, 'e'};

int awi_extents_open(struct awi_store *store)
{
    struct stat st;
    int fd = memfd_create("awsintercept-blobs", MFD_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) < 0) {
        return -errno;
    }
    store->blobs_dev = st.st_dev;
    store->blobs_ino = st.st_ino;
    store->memory_blobs = awi_fd_hide(fd);
    return 0;
}

/* A host that closed the descriptor has thrown the blobs away; its own file under that number is
 * not to be touched. */
static bool lost(const struct awi_store *store)
{
    return !awi_fd_is(store->memory_blobs, store->blobs_dev, store->blobs_ino);
}

static uint64_t rounded(uint64_t size)
{
    return (size + ALIGN - 1) & ~(uint64_t)(ALIGN - 1);
}

int awi_copy_range(int from, uint64_t from_at, int to, uint64_t to_at, uint64_t len)
{
    char step[4096];
    int r = awi_room_for(to_at + len);

    if (r < 0) {
        return r;
    }
    while (len > 0) {
        size_t want = len < sizeof(step) ? (size_t)len : sizeof(step);
        off_t in = (off_t)from_at;
        off_t out = (off_t)to_at;
        ssize_t n = copy_file_range(from, &in, to, &out, len < COPY_STEP ? len : COPY_STEP, 0);
        if (n <= 0) {
            n = pread(from, step, want, (off_t)from_at);
            n = n > 0 ? pwrite(to, step, (size_t)n, (off_t)to_at) : n;
        }
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? -errno : -EIO;
        }
        from_at += (uint64_t)n;
        to_at += (uint64_t)n;
        len -= (uint64_t)n;
    }
    return 0;
}

static MDB_val free_key(char *bytes, uint64_t start)
{
    bytes[0] = KIND_FREE;
    for (unsigned i = 0; i < 8; i++) {
        bytes[1 + i] = (char)(start >> (56 - 8 * i));
    }
    return (MDB_val){.mv_size = FREE_KEY, .mv_data = bytes};
}

static int put_free(struct awi_txn *txn, uint64_t start, uint64_t size)
{
    char bytes[FREE_KEY];
    MDB_val key = free_key(bytes, start);
    MDB_val value = {.mv_size = sizeof(size), .mv_data = &size};

    return awi_txn_result(txn, awi_mdb_put(txn->mdb, txn->env->dbi, &key, &value, 0));
}

/* First fit; -ENOENT when there is none. */
static int take_free(struct awi_txn *txn, uint64_t size, uint64_t *ret)
{
    MDB_cursor *cursor;
    MDB_val key = {.mv_size = 1, .mv_data = (char[]){KIND_FREE}};
    MDB_val value;
    uint64_t have = 0;
    int rc = mdb_cursor_open(txn->mdb, txn->env->dbi, &cursor);

    if (rc) {
        return awi_txn_result(txn, rc);
    }
    rc = awi_mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    while (rc == 0) {
        const unsigned char *bytes = key.mv_data;
        if (key.mv_size != FREE_KEY || bytes[0] != KIND_FREE || value.mv_size != sizeof(have)) {
            rc = MDB_NOTFOUND;
            break;
        }
        memcpy(&have, value.mv_data, sizeof(have));
        if (have >= size) {
            *ret = 0;
            for (unsigned i = 0; i < 8; i++) {
                *ret = *ret << 8 | bytes[1 + i];
            }
            rc = awi_mdb_cursor_del(cursor);
            break;
        }
        rc = awi_mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    int r = awi_txn_result(txn, rc);
    return r == 0 && have > size ? put_free(txn, *ret + size, have - size) : r;
}

static int take_end(struct awi_txn *txn, uint64_t size, uint64_t *ret)
{
    MDB_val key = {.mv_size = sizeof(end_name), .mv_data = end_name};
    MDB_val value;
    uint64_t end = 0;
    int rc = awi_mdb_get(txn->mdb, txn->env->dbi, &key, &value);

    if (rc == 0 && value.mv_size == sizeof(end)) {
        memcpy(&end, value.mv_data, sizeof(end));
    } else if (rc != MDB_NOTFOUND) {
        return -EIO;
    }
    *ret = end;
    end += size;
    value = (MDB_val){.mv_size = sizeof(end), .mv_data = &end};
    return awi_txn_result(txn, awi_mdb_put(txn->mdb, txn->env->dbi, &key, &value, 0));
}

int awi_extent_keep(struct awi_txn *txn, struct awi_spool *spool, struct awi_extent *extent)
{
    uint64_t size = rounded(spool->size);

    if (lost(txn->store)) {
        return -EIO;
    }
    int r = size ? take_free(txn, size, &extent->start) : 0;

    if (r == -ENOENT) {
        r = take_end(txn, size, &extent->start);
    }
    extent->size = spool->size;
    return r < 0
               ? r
               : awi_copy_range(spool->fd, 0, txn->store->memory_blobs, extent->start, spool->size);
}

static int find(struct awi_store *store, const struct awi_blob_id *id, struct awi_extent *ret)
{
    struct awi_txn *txn;
    int r = awi_txn_begin(store, false, &txn);

    if (r < 0) {
        return r;
    }
    r = awi_blob_record(txn, id, ret);
    awi_txn_abort(txn);
    return r;
}

int awi_extent_open(struct awi_store *store,
                    const struct awi_blob_id *id,
                    int *ret_fd,
                    uint64_t *ret_size)
{
    struct awi_extent extent;
    struct awi_extent again;
    int r = find(store, id, &extent);

    if (r < 0 || lost(store)) {
        return r < 0 ? r : -EIO;
    }
    int fd = memfd_create("awsintercept-blob", MFD_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    r = awi_copy_range(store->memory_blobs, extent.start, fd, 0, extent.size);
    /* Still there: so its space was not given to another meanwhile. */
    int gone = find(store, id, &again);
    r = gone < 0 ? gone : r;
    if (r < 0) {
        close(fd);
        return r;
    }
    *ret_fd = fd;
    *ret_size = extent.size;
    return 0;
}

int awi_extents_prepare(struct awi_txn *txn)
{
    for (struct awi_blob_op *op = txn->blobs; op; op = op->next) {
        if (op->kind != BLOB_ADD && op->extent.size) {
            int r = put_free(txn, op->extent.start, rounded(op->extent.size));
            if (r < 0) {
                return r;
            }
        }
    }
    return 0;
}

/* Gives the pages of what was deleted back to the system. Under the write lock, and only where the
 * space is still free, or another process's new blob would go with them. */
static void punch(struct awi_txn *ended, MDB_txn *mdb)
{
    for (struct awi_blob_op *op = ended->blobs; op; op = op->next) {
        char bytes[FREE_KEY];
        MDB_val key = free_key(bytes, op->extent.start);
        MDB_val value;
        uint64_t size = 0;
        if (op->kind == BLOB_ADD || op->extent.size == 0 ||
            awi_mdb_get(mdb, ended->env->dbi, &key, &value) || value.mv_size != sizeof(size)) {
            continue;
        }
        memcpy(&size, value.mv_data, sizeof(size));
        fallocate(ended->store->memory_blobs,
                  FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                  (off_t)op->extent.start,
                  (off_t)size);
    }
}

void awi_extents_finish(struct awi_txn *txn, bool kept)
{
    MDB_txn *mdb;

    if (kept && txn->blobs && !lost(txn->store) &&
        mdb_txn_begin(txn->env->mdb, NULL, 0, &mdb) == 0) {
        punch(txn, mdb);
        mdb_txn_abort(mdb);
    }
}

void awi_extents_sweep(struct awi_store *store)
{
    struct awi_txn *txn;
    MDB_val key = {.mv_size = sizeof(end_name), .mv_data = end_name};
    MDB_val value;

    if (awi_txn_begin(store, true, &txn) < 0) {
        return;
    }
    if (lost(store)) {
        awi_extents_open(store);
    } else if (awi_mdb_get(txn->mdb, txn->env->dbi, &key, &value) == MDB_NOTFOUND &&
               ftruncate(store->memory_blobs, 0) < 0) {
        /* The pages stay until they are written over. */
        txn->error = -errno;
    }
    awi_txn_abort(txn);
}

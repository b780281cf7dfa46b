/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blobs: bodies that are too long for a record, each a file of its own.
 *
 * blobs/ID is a blob. Before a transaction that adds or deletes one commits, the file lies in
 * pending/ID; after it, it is moved to blobs/ or unlinked. So whatever a killed process leaves is
 * found in pending/, a folder that is nearly always empty, and the record B+ID tells which way it
 * belongs. Adding happens inside the write transaction, so a sweeper that holds the write lock
 * meets no file of a living transaction. A reader looks in both places.
 */
#include "core/store/blob.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

void awi_blob_path(char *path, const char *folder, const char *id)
{
    snprintf(path, BLOB_PATH, "%s/%s", folder, id);
}

int awi_blob_move(int dir_fd, const char *id, const char *from, const char *to)
{
    char old[BLOB_PATH];
    char new[BLOB_PATH];

    awi_blob_path(old, from, id);
    awi_blob_path(new, to, id);
    return renameat(dir_fd, old, dir_fd, new) < 0 ? -errno : 0;
}

void awi_blob_drop(int dir_fd, const char *id, const char *folder)
{
    char path[BLOB_PATH];

    awi_blob_path(path, folder, id);
    unlinkat(dir_fd, path, 0);
}

/* --- records of blobs ------------------------------------------------------------------------- */

int awi_blob_id_bytes(const struct awi_blob_id *id, char *bytes)
{
    for (unsigned i = 0; i < 32; i++) {
        char c = id->text[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                                : 16;
        if (digit == 16) {
            return -ENOENT;
        }
        bytes[i / 2] = (char)(i % 2 ? (unsigned char)bytes[i / 2] | digit : digit << 4);
    }
    return id->text[32] == 0 ? 0 : -ENOENT;
}

int awi_blob_new_id(struct awi_blob_id *ret)
{
    unsigned char bytes[16];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
        return -EIO;
    }
    for (unsigned i = 0; i < 16; i++) {
        snprintf(ret->text + 2 * (size_t)i, 3, "%02x", bytes[i]);
    }
    return 0;
}

static MDB_val record_key(const struct awi_blob_id *id, char *bytes)
{
    bytes[0] = KIND_BLOB;
    return (MDB_val){.mv_size = awi_blob_id_bytes(id, bytes + 1) < 0 ? 1 : BLOB_KEY,
                     .mv_data = bytes};
}

int awi_blob_record(struct awi_txn *txn, const struct awi_blob_id *id, struct awi_extent *ret)
{
    char bytes[BLOB_KEY];
    MDB_val key = record_key(id, bytes);
    MDB_val value;
    int rc = awi_mdb_get(txn->mdb, txn->env->dbi, &key, &value);

    if (rc == 0 && value.mv_size != sizeof(*ret)) {
        return -EIO;
    }
    if (rc == 0) {
        memcpy(ret, value.mv_data, sizeof(*ret));
    }
    return awi_lmdb_error(rc);
}

static int
put_record(struct awi_txn *txn, const struct awi_blob_id *id, const struct awi_extent *extent)
{
    char bytes[BLOB_KEY];
    struct awi_extent copy = *extent;
    MDB_val key = record_key(id, bytes);
    MDB_val value = {.mv_size = sizeof(copy), .mv_data = &copy};

    return awi_txn_result(txn, awi_mdb_put(txn->mdb, txn->env->dbi, &key, &value, 0));
}

static int add_op(struct awi_txn *txn,
                  enum awi_blob_op_kind kind,
                  const struct awi_blob_id *id,
                  struct awi_extent extent)
{
    struct awi_blob_op *op = awi_arena_alloc(&txn->arena, sizeof(*op));

    if (!op) {
        return -ENOMEM;
    }
    *op = (struct awi_blob_op){.kind = kind, .id = *id, .extent = extent, .next = txn->blobs};
    txn->blobs = op;
    return 0;
}

/* --- keeping, opening, deleting --------------------------------------------------------------- */

/* Where a nameless file cannot be given a name (no /proc): a copy with one. */
static int copy_to(struct awi_store *store, struct awi_spool *spool, const char *path)
{
    AWI_AUTO(fd)
    int fd = openat(store->dir_fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0) {
        return -errno;
    }
    int r = awi_copy_range(spool->fd, 0, fd, 0, spool->size);
    if (r < 0) {
        unlinkat(store->dir_fd, path, 0);
    }
    return r;
}

static int place_file(struct awi_store *store, struct awi_spool *spool, const char *id)
{
    char path[BLOB_PATH];
    char self[32];

    awi_blob_path(path, "pending", id);
    if (spool->name[0]) {
        char old[BLOB_PATH];
        awi_blob_path(old, "pending", spool->name);
        if (renameat(store->dir_fd, old, store->dir_fd, path) < 0) {
            return -errno;
        }
        spool->name[0] = '\0';
        return 0;
    }
    snprintf(self, sizeof(self), "/proc/self/fd/%d", spool->fd);
    if (linkat(AT_FDCWD, self, store->dir_fd, path, AT_SYMLINK_FOLLOW) == 0 ||
        linkat(spool->fd, "", store->dir_fd, path, AT_EMPTY_PATH) == 0) {
        return 0;
    }
    return copy_to(store, spool, path);
}

int awi_blob_keep(struct awi_txn *txn, struct awi_spool *spool, struct awi_blob_id *ret)
{
    struct awi_store *store = txn->store;
    struct awi_extent extent = {.size = spool->size};
    struct awi_blob_id id;
    int r = txn->write ? spool->error : -EROFS;

    if (r == 0 && !awi_fd_is(spool->fd, spool->dev, spool->ino)) {
        r = -EBADF;
    }

    *ret = (struct awi_blob_id){.text = ""};
    if (r == 0) {
        r = awi_blob_new_id(&id);
    }
    if (r == 0) {
        r = add_op(txn, BLOB_ADD, &id, extent);
    }
    if (r == 0) {
        r = store->memory ? awi_extent_keep(txn, spool, &extent)
                          : place_file(store, spool, id.text);
    }
    if (r == 0) {
        txn->blobs->extent = extent;
        r = put_record(txn, &id, &extent);
    }
    awi_spool_free(spool);
    if (r == 0) {
        *ret = id;
    }
    return r;
}

int awi_blob_put(struct awi_txn *txn, struct awi_str bytes, struct awi_blob_id *ret)
{
    struct awi_spool *spool;
    int r = awi_spool_new(txn->store, &spool);

    if (r < 0) {
        *ret = (struct awi_blob_id){.text = ""};
        return r;
    }
    awi_spool_write(spool, bytes.ptr, bytes.len);
    return awi_blob_keep(txn, spool, ret);
}

int awi_blob_open(struct awi_store *store,
                  const struct awi_blob_id *id,
                  int *ret_fd,
                  uint64_t *ret_size)
{
    static const char *const folders[] = {"blobs", "pending", "blobs", "pending", "blobs"};
    char bytes[BLOB_KEY];
    char path[BLOB_PATH];
    struct awi_env *env;
    struct stat st;

    *ret_fd = -1;
    if (awi_blob_id_bytes(id, bytes) < 0) {
        return -ENOENT;
    }
    if (store->memory) {
        return awi_extent_open(store, id, ret_fd, ret_size);
    }
    int r = awi_env_get(store, &env);
    if (r < 0) {
        return r;
    }
    r = -ENOENT;
    /* A blob may be on its way between the two. */
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders) && r == -ENOENT; i++) {
        awi_blob_path(path, folders[i], id->text);
        int fd = openat(store->dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        r = fd < 0 ? -errno : 0;
        *ret_fd = fd;
    }
    awi_env_put(store);
    if (r == 0 && fstat(*ret_fd, &st) == 0) {
        *ret_size = (uint64_t)st.st_size;
    }
    return r;
}

bool awi_blob_is_held(struct awi_txn *txn, const struct awi_blob_id *id)
{
    char bytes[BLOB_KEY];
    MDB_cursor *cursor;
    MDB_val key = record_key(id, bytes);
    MDB_val value;

    bytes[0] = KIND_HELD;
    if (mdb_cursor_open(txn->mdb, txn->env->dbi, &cursor)) {
        return false;
    }
    int rc = awi_mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    bool held = rc == 0 && key.mv_size > BLOB_KEY && memcmp(key.mv_data, bytes, BLOB_KEY) == 0;
    mdb_cursor_close(cursor);
    return held;
}

int awi_blob_discard(struct awi_txn *txn,
                     const struct awi_blob_id *id,
                     const struct awi_extent *extent)
{
    return add_op(txn, BLOB_DELETE, id, *extent);
}

int awi_blob_delete(struct awi_txn *txn, const struct awi_blob_id *id)
{
    char bytes[BLOB_KEY];
    struct awi_extent extent;
    int r = txn->write ? awi_blob_record(txn, id, &extent) : -EROFS;

    if (r < 0) {
        return r;
    }
    MDB_val key = record_key(id, bytes);
    r = awi_txn_result(txn, awi_mdb_del(txn->mdb, txn->env->dbi, &key, NULL));
    if (r < 0) {
        return r;
    }
    for (struct awi_blob_op *op = txn->blobs; op; op = op->next) {
        if (strcmp(op->id.text, id->text) == 0) {
            op->kind = BLOB_DROP;
            return 0;
        }
    }
    return awi_blob_is_held(txn, id) ? 0 : awi_blob_discard(txn, id, &extent);
}

/* --- at the end of a transaction -------------------------------------------------------------- */

int awi_blobs_prepare(struct awi_txn *txn)
{
    if (txn->store->memory) {
        return txn->blobs ? awi_extents_prepare(txn) : 0;
    }
    for (struct awi_blob_op *op = txn->blobs; op; op = op->next) {
        if (op->kind == BLOB_DELETE) {
            int r = awi_blob_move(txn->store->dir_fd, op->id.text, "blobs", "pending");
            if (r < 0 && r != -ENOENT) {
                return r;
            }
        }
    }
    return 0;
}

void awi_blobs_finish(struct awi_txn *txn, bool kept)
{
    int dir_fd = txn->store->dir_fd;

    if (txn->store->memory) {
        awi_extents_finish(txn, kept);
        return;
    }
    for (struct awi_blob_op *op = txn->blobs; op; op = op->next) {
        if (kept == (op->kind == BLOB_ADD) && op->kind != BLOB_DROP) {
            awi_blob_move(dir_fd, op->id.text, "pending", "blobs");
        } else {
            awi_blob_drop(dir_fd, op->id.text, "pending");
        }
    }
}

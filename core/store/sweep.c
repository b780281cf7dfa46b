/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What killed processes and resets leave of blobs: found in pending/, or, after a reset, anywhere
 * in blobs/. Swept under the write lock, so that no file of a living transaction is met.
 */
#include "core/store/blob.h"
#include "core/util/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static MDB_val mark_key(void)
{
    static char bytes[] = {KIND_META, 's'};

    return (MDB_val){.mv_size = sizeof(bytes), .mv_data = bytes};
}

static void sweep_spool(int dir_fd, const char *name)
{
    char path[BLOB_PATH];

    if (strlen(name) >= sizeof(((struct awi_spool *)0)->name)) {
        return;
    }
    awi_blob_path(path, "pending", name);
    AWI_AUTO(fd) int fd = openat(dir_fd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
        unlinkat(dir_fd, path, 0);
    }
}

static DIR *open_folder(int dir_fd, const char *folder)
{
    int fd = openat(dir_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

    if (!dir && fd >= 0) {
        close(fd);
    }
    return dir;
}

/* Within a write transaction: every file with a record goes to blobs/, every other one away. */
static void sweep_folder(struct awi_txn *txn, const char *folder)
{
    int dir_fd = txn->store->dir_fd;
    DIR *dir = open_folder(dir_fd, folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        struct awi_blob_id id = {.text = ""};
        struct awi_extent extent;
        char bytes[BLOB_KEY];
        size_t len = strlen(entry->d_name);
        if (strncmp(entry->d_name, "spool-", 6) == 0) {
            sweep_spool(dir_fd, entry->d_name);
            continue;
        }
        if (len != 32) {
            continue;
        }
        memcpy(id.text, entry->d_name, len + 1);
        if (awi_blob_id_bytes(&id, bytes) < 0) {
            continue;
        }
        int r = awi_blob_is_held(txn, &id) ? 0 : awi_blob_record(txn, &id, &extent);
        if (r == 0) {
            awi_blob_move(dir_fd, id.text, folder, "blobs");
        } else if (r == -ENOENT) {
            awi_blob_drop(dir_fd, id.text, folder);
        }
    }
    if (dir) {
        closedir(dir);
    }
}

static bool anything_pending(struct awi_store *store)
{
    DIR *dir = open_folder(store->dir_fd, "pending");
    struct dirent *entry;
    bool found = false;

    while (dir && !found && (entry = readdir(dir))) {
        found = entry->d_name[0] != '.';
    }
    if (dir) {
        closedir(dir);
    }
    return found;
}

static bool marked(struct awi_store *store)
{
    struct awi_txn *txn;
    MDB_val key = mark_key();
    MDB_val value;

    if (awi_txn_begin(store, false, &txn) < 0) {
        return false;
    }
    int rc = awi_mdb_get(txn->mdb, txn->env->dbi, &key, &value);
    awi_txn_abort(txn);
    return rc == 0;
}

void awi_blobs_sweep(struct awi_store *store)
{
    struct awi_txn *txn;

    if (store->memory) {
        awi_extents_sweep(store);
        return;
    }
    if ((!anything_pending(store) && !marked(store)) || awi_txn_begin(store, true, &txn) < 0) {
        return;
    }
    sweep_folder(txn, "pending");
    MDB_val key = mark_key();
    MDB_val value;
    if (awi_mdb_get(txn->mdb, txn->env->dbi, &key, &value) == 0) {
        sweep_folder(txn, "blobs");
        key = mark_key();
        awi_txn_result(txn, awi_mdb_del(txn->mdb, txn->env->dbi, &key, NULL));
    }
    awi_txn_commit(txn);
}

int awi_blobs_reset(struct awi_txn *txn)
{
    MDB_val key = mark_key();
    MDB_val value = {.mv_size = 1, .mv_data = (char[]){1}};

    if (txn->store->memory || faccessat(txn->store->dir_fd, "blobs", F_OK, 0) < 0) {
        return 0;
    }
    return awi_txn_result(txn, awi_mdb_put(txn->mdb, txn->env->dbi, &key, &value, 0));
}

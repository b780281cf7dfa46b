/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spools: bodies on their way in. A nameless file in the state directory, so that a killed process
 * leaves nothing; where the file system has none, a locked file in pending/ that a sweeper removes
 * when its lock is gone. In a memory store a memfd.
 */
#include "core/store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where there are no nameless files: a name in pending/, locked while its writer lives. */
static int open_named(struct awi_store *store, struct awi_spool *spool)
{
    struct awi_blob_id id;
    char path[BLOB_PATH];
    int r = awi_blob_new_id(&id);

    if (r < 0) {
        return r;
    }
    snprintf(spool->name, sizeof(spool->name), "spool-%s", id.text);
    awi_blob_path(path, "pending", spool->name);
    int fd = openat(store->dir_fd, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -errno;
    }
    flock(fd, LOCK_EX | LOCK_NB);
    return fd;
}

static int open_spool(struct awi_store *store, struct awi_spool *spool)
{
    if (store->memory) {
        int fd = memfd_create("awsintercept-spool", MFD_CLOEXEC);
        return fd < 0 ? -errno : fd;
    }
    int r = awi_env_check(store, false);
    if (r < 0) {
        return r;
    }
    if ((mkdirat(store->dir_fd, "blobs", 0700) < 0 && errno != EEXIST) ||
        (mkdirat(store->dir_fd, "pending", 0700) < 0 && errno != EEXIST)) {
        return -errno;
    }
    int fd = openat(store->dir_fd, "pending", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) {
        return open_named(store, spool);
    }
    return fd < 0 ? -errno : fd;
}

int awi_spool_new(struct awi_store *store, struct awi_spool **ret)
{
    struct awi_spool *spool = calloc(1, sizeof(*spool));
    struct awi_env *env;

    *ret = NULL;
    if (!spool) {
        return -ENOMEM;
    }
    int r = awi_env_get(store, &env);
    if (r == 0) {
        r = open_spool(store, spool);
        awi_env_put(store);
    }
    if (r < 0) {
        free(spool);
        return r;
    }
    struct stat st;
    if (fstat(r, &st) == 0) {
        spool->dev = st.st_dev;
        spool->ino = st.st_ino;
    }
    spool->store = store;
    spool->fd = awi_fd_hide(r);
    *ret = spool;
    return 0;
}

bool awi_fd_is(int fd, dev_t dev, ino_t ino)
{
    struct stat st;

    return fstat(fd, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

int awi_spool_write(struct awi_spool *spool, const void *data, size_t len)
{
    const char *from = data;

    if (spool->error == 0 && !awi_fd_is(spool->fd, spool->dev, spool->ino)) {
        spool->error = -EBADF;
    }
    if (spool->error == 0) {
        spool->error = awi_room_for(spool->size + len);
    }
    while (spool->error == 0 && len > 0) {
        ssize_t n = pwrite(spool->fd, from, len, (off_t)spool->size);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            spool->error = n < 0 ? -errno : -ENOSPC;
            break;
        }
        from += n;
        len -= (size_t)n;
        spool->size += (uint64_t)n;
    }
    return spool->error;
}

int awi_spool_fd(const struct awi_spool *spool)
{
    return spool->fd;
}

uint64_t awi_spool_size(const struct awi_spool *spool)
{
    return spool->size;
}

void awi_spool_free(struct awi_spool *spool)
{
    if (!spool) {
        return;
    }
    if (spool->name[0]) {
        awi_blob_drop(spool->store->dir_fd, spool->name, "pending");
    }
    if (awi_fd_is(spool->fd, spool->dev, spool->ino)) {
        awi_fd_close(spool->fd);
    }
    free(spool);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What blob.c (files) and extent.c (memory stores) share.
 *
 * In a memory store all blobs lie in one memfd, which forks inherit; a blob is an extent of it, and
 * free extents are records too, so that space is found again in whichever process.
 */
#pragma once

#include "core/store/internal.h"

#define BLOB_KEY  17
#define BLOB_PATH 64

/* The value of a blob's record; start is 0 for files. */
struct awi_extent {
    uint64_t start;
    uint64_t size;
};

enum awi_blob_op_kind {
    BLOB_ADD,
    BLOB_DELETE,
    BLOB_DROP, /* added and deleted by the same transaction */
};

struct awi_blob_op {
    enum awi_blob_op_kind kind;
    struct awi_blob_id id;
    struct awi_extent extent;
    struct awi_blob_op *next; /* newest first */
};

struct awi_spool {
    struct awi_store *store;
    int fd;
    dev_t dev; /* of fd, so that a number that the host took is not written to */
    ino_t ino;
    int error; /* of the first write that failed */
    uint64_t size;
    char name[40]; /* in pending/; "": the file has no name */
};

/* folder/id; at most BLOB_PATH bytes. */
void awi_blob_path(char *path, const char *folder, const char *id);
int awi_blob_move(int dir_fd, const char *id, const char *from, const char *to);
void awi_blob_drop(int dir_fd, const char *id, const char *folder);
int awi_blob_new_id(struct awi_blob_id *ret);
/* The 16 bytes behind an id's text; -ENOENT when it is no id. */
int awi_blob_id_bytes(const struct awi_blob_id *id, char *bytes);
/* The blob's record; -ENOENT when there is none. */
int awi_blob_record(struct awi_txn *txn, const struct awi_blob_id *id, struct awi_extent *ret);
/* Does a snapshot need the blob? Its bytes then stay when it is deleted. */
bool awi_blob_is_held(struct awi_txn *txn, const struct awi_blob_id *id);
/* The bytes of a blob that has no record any more go with the commit. 0 or -ENOMEM. */
int awi_blob_discard(struct awi_txn *txn,
                     const struct awi_blob_id *id,
                     const struct awi_extent *extent);
/* Is the descriptor still that file? */
bool awi_fd_is(int fd, dev_t dev, ino_t ino);
int awi_copy_range(int from, uint64_t from_at, int to, uint64_t to_at, uint64_t len);

/* The memfd of a new store, or after a reset. */
int awi_extents_open(struct awi_store *store);
/* Copies the spool into the memfd; *extent.start. */
int awi_extent_keep(struct awi_txn *txn, struct awi_spool *spool, struct awi_extent *extent);
int awi_extent_open(struct awi_store *store,
                    const struct awi_blob_id *id,
                    int *ret_fd,
                    uint64_t *ret_size);
/* Space of what is deleted becomes free with the commit; its pages go after it. */
int awi_extents_prepare(struct awi_txn *txn);
void awi_extents_finish(struct awi_txn *txn, bool kept);
/* After a reset: gives all pages back. */
void awi_extents_sweep(struct awi_store *store);

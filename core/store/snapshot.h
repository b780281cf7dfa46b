/* SPDX-License-Identifier: Apache-2.0 */
/* What snapshot.c (saving, deleting, listing) and restore.c share. */
#pragma once

#include "core/store/blob.h"
#include "core/util/buf.h"

/* In front of each entry of a stream: the lengths of key and value. */
struct awi_snapshot_head {
    uint32_t key;
    uint32_t value;
};

/* Ids of the streams of all snapshots: blobs that are no part of the state. */
struct awi_streams {
    struct awi_blob_id ids[AWI_SNAPSHOTS_MOST];
    size_t n;
};

/* One snapshot being saved, deleted or restored. */
struct awi_change {
    struct awi_txn *txn;
    struct awi_str name;
    struct awi_streams streams;
    struct awi_buf chunk;
    struct awi_spool *spool; /* saving: the stream */
    int fd;                  /* restoring: the same, opened before the transaction */
    uint64_t size;
    struct awi_blob_id stream;
};

/* Calls each(arg, key, value) for the entries whose key begins with head, in order. each may change
 * the engine: the place is found again from the key. What it returns other than 0 ends the walk. */
int awi_entries_each(struct awi_txn *txn,
                     struct awi_str head,
                     int (*each)(void *arg, const MDB_val *key, const MDB_val *value),
                     void *arg);

/* The id in the key of an entry of kind B or H. */
void awi_snapshot_id(const MDB_val *key, struct awi_blob_id *ret);
int awi_snapshot_streams(struct awi_txn *txn, struct awi_streams *ret);
bool awi_snapshot_is_stream(const struct awi_streams *streams, const MDB_val *key);
bool awi_snapshot_is_name(struct awi_str name);
/* -ENOENT: there is none. */
int awi_snapshot_find(struct awi_txn *txn, struct awi_str name, struct awi_blob_id *ret);

/* One transaction, tried again with more room where the map was full. */
int awi_snapshot_run(struct awi_store *store,
                     struct awi_change *c,
                     int (*run)(struct awi_change *c));

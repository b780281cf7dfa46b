/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State: ordered key-value records in transactions, shared by every process that names the same
 * directory, and blobs (object bodies) as files beside them.
 *
 * A record is found by (account, region, service, table, key). The first three are a scope, which
 * the request fixes; a handler chooses table and key. Keys are any bytes up to AWI_KEY_MAX and are
 * kept in byte order within their table. Values are any bytes up to AWI_VALUE_MAX.
 *
 * Durability: a committed transaction survives the death of any process (SIGKILL), not that of the
 * machine. Isolation: a read transaction sees one moment; one writer at a time over all processes,
 * readers never wait for it. Data returned by a get or a cursor is valid until its transaction ends
 * or the same transaction writes.
 *
 * Errors: 0, or -errno: -ENOENT no such record; -ENOSPC state directory or map full; -EROFS,
 * -EACCES, -EIO as the file system says; -EPROTO the directory has a newer format; -EFBIG key or
 * value too long. awi_store_why() names directory and cause for people.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

#include <stdbool.h>
#include <stdint.h>

#define AWI_KEY_MAX      4096
#define AWI_VALUE_MAX    (64u << 20)
#define AWI_STORE_FORMAT 1

struct awi_store;
struct awi_txn;
struct awi_journal;

/*
 * Before anything else: how the store's descriptors get out of the host's way (core_abi.h, fd_hide
 * and fd_close). Without it they keep the number the system gives.
 */
void awi_store_set_fd_hide(int (*fd_hide)(int fd), void (*fd_close)(int fd));

/*
 * Opens the state at dir ("memory": private to this process and its forks), creating it with mode
 * 0700 when it is not there. On failure *ret is NULL and *why, if not NULL, is a malloc()ed text
 * for people that names the directory and the cause: -EPROTO a newer format, -EPERM the directory
 * is another user's or others may write in it. A directory that this process has open already is
 * shared, not opened again.
 *
 * A forked child calls awi_store_fork_child() before anything else (it costs next to nothing; the
 * work is done at the next use), at a moment when no thread of the parent was inside the store.
 */
int awi_store_open(const char *dir, struct awi_store **ret, char **why);
/* Would awi_store_open() be refused the directory? Makes and opens nothing, and needs libc only, so
 * that a command need not be started in vain. 0, or -errno with *why as above. */
int awi_store_check(const char *dir, char **why);
void awi_store_close(struct awi_store *store);
void awi_store_fork_child(struct awi_store *store);
const char *awi_store_dir(const struct awi_store *store);

/* Empties everything, blobs too, for all processes; they notice at their next transaction. */
int awi_store_reset(struct awi_store *store);

/*
 * Snapshots: all records and blobs of one moment under a name (1 to 64 of A-Z a-z 0-9 . _ -), kept
 * in the store itself, for all of its processes. Saving under a name that there is replaces it. A
 * restore is one transaction; journal and snapshots stay as they are. A reset forgets them all.
 * Bodies are not copied. -ENOENT: there is none of that name; -EINVAL: that is no name; -EMFILE:
 * more than AWI_SNAPSHOTS_MOST.
 */
#define AWI_SNAPSHOTS_MOST 64
int awi_snapshot_save(struct awi_store *store, struct awi_str name);
int awi_snapshot_restore(struct awi_store *store, struct awi_str name);
int awi_snapshot_delete(struct awi_store *store, struct awi_str name);
/* Calls seen(arg, name) for each, by name. Stops at and returns what is not 0. */
int awi_snapshot_each(struct awi_txn *txn, int (*seen)(void *arg, struct awi_str name), void *arg);

/* Rises with each committed change of any process: for waiting on news. Some 20 ns. */
uint64_t awi_store_generation(struct awi_store *store);

/* The call log that lies with the state (journal.h); NULL when it cannot be had. */
struct awi_journal *awi_store_journal(struct awi_store *store);

/*
 * Waits for no other writer when write is false. *ret NULL on failure. Each transaction belongs to
 * one thread, and a thread has one at a time. A write waits at most a minute for other writers
 * (-ETIMEDOUT: one is stopped). One transaction may write some 64 MiB, more where address space is
 * not limited; beyond it -ENOSPC, and the next one has more room.
 */
int awi_txn_begin(struct awi_store *store, bool write, struct awi_txn **ret);
/* One for writing, unless another writer is at work: -EBUSY. For what can be done another time. */
int awi_txn_try(struct awi_store *store, struct awi_txn **ret);
/* Ends the transaction in any case; on failure nothing of it is kept. After a put or delete that
 * failed otherwise than by -ENOENT or -EEXIST, commit gives that error again. */
int awi_txn_commit(struct awi_txn *txn);
/* Ends the transaction and forgets its changes. NULL is nothing. */
void awi_txn_abort(struct awi_txn *txn);
bool awi_txn_is_write(const struct awi_txn *txn);

/* The records a holder may reach. A value; copy it freely while its strings and txn live. */
struct awi_scope {
    struct awi_txn *txn;
    struct awi_str account; /* 12 digits; "" for what belongs to no account */
    struct awi_str region;  /* "" for global */
    struct awi_str service; /* each at most 64 bytes and without NUL, or -EINVAL */
};

/* Tables are named by short literals: "queue", "object". At most 32 bytes, no NUL. */
int awi_get(const struct awi_scope *scope,
            const char *table,
            struct awi_str key,
            struct awi_str *ret);
int awi_put(const struct awi_scope *scope,
            const char *table,
            struct awi_str key,
            struct awi_str value);
/* -EEXIST when the key is there already. */
int awi_insert(const struct awi_scope *scope,
               const char *table,
               struct awi_str key,
               struct awi_str value);
/* -ENOENT when it is not there. */
int awi_delete(const struct awi_scope *scope, const char *table, struct awi_str key);
/* Deletes every key that starts with prefix ("": the whole table). */
int awi_delete_prefix(const struct awi_scope *scope, const char *table, struct awi_str prefix);

/*
 * Composite keys: parts joined so that byte order is order by part and no part can imitate a
 * boundary (00 becomes 00 FF, every part ends with 00 01, the last one too). So the key of (a) is a
 * prefix of the keys of (a, b) and of no (ab). The result lies in the arena; absent when there is
 * no memory.
 */
struct awi_str awi_key(struct awi_arena *arena, size_t n, const struct awi_str *parts);
#define AWI_KEY(arena, ...)                                                                        \
    awi_key((arena),                                                                               \
            sizeof((struct awi_str[]){__VA_ARGS__}) / sizeof(struct awi_str),                      \
            (struct awi_str[]){__VA_ARGS__})
/* The same without the end of the last part: the prefix of all keys whose last part begins so. */
struct awi_str awi_key_head(struct awi_arena *arena, size_t n, const struct awi_str *parts);
#define AWI_KEY_HEAD(arena, ...)                                                                   \
    awi_key_head((arena),                                                                          \
                 sizeof((struct awi_str[]){__VA_ARGS__}) / sizeof(struct awi_str),                 \
                 (struct awi_str[]){__VA_ARGS__})
/* Part number at (from 0) of a composite key, in the arena; absent when there is none. */
struct awi_str awi_key_part(struct awi_arena *arena, struct awi_str key, size_t at);

/*
 * Walks a table in key order. Starts at the first key >= from (or, backwards, the last key <= from;
 * from absent: the end of the table) and stays among keys that start with prefix. In a write
 * transaction the walk goes on behind the last key given out whatever was written meanwhile.
 *
 *     AWI_AUTO(cursor) struct awi_cursor *c = NULL;
 *     r = awi_cursor_open(&scope, "object", prefix, from, AWI_FORWARD, &c);
 *     while (r == 0 && (r = awi_cursor_next(c, &key, &value)) == 0) { ... }
 *     if (r != -ENOENT) return r;
 */
struct awi_cursor;
enum awi_direction { AWI_FORWARD, AWI_BACKWARD };
int awi_cursor_open(const struct awi_scope *scope,
                    const char *table,
                    struct awi_str prefix,
                    struct awi_str from,
                    enum awi_direction direction,
                    struct awi_cursor **ret);
/* The next record, or -ENOENT at the end. */
int awi_cursor_next(struct awi_cursor *cursor, struct awi_str *key, struct awi_str *value);
void awi_cursor_close(struct awi_cursor *cursor);

static inline void awi_auto_cursor(struct awi_cursor **cursor)
{
    awi_cursor_close(*cursor);
}

static inline void awi_auto_txn(struct awi_txn **txn)
{
    awi_txn_abort(*txn);
}

/*
 * Every scope that holds a record of a service in an account: calls seen(arg, account, region) for
 * each, in order. account "" : all accounts. Stops at and returns what is not 0.
 */
int awi_scopes_each(struct awi_txn *txn,
                    struct awi_str service,
                    struct awi_str account,
                    int (*seen)(void *arg, struct awi_str account, struct awi_str region),
                    void *arg);

/* --- Blobs ----------------------------------------------------------------------------------- */

/* Names a blob; to be kept in a record. */
struct awi_blob_id {
    char text[33]; /* 32 hex digits and NUL; "" names none */
};

/* A body on its way in: written front to back, outside any transaction. */
struct awi_spool;
int awi_spool_new(struct awi_store *store, struct awi_spool **ret);
int awi_spool_write(struct awi_spool *spool, const void *data, size_t len);
/* The written part as a descriptor to read from with pread(); owned by the spool. */
int awi_spool_fd(const struct awi_spool *spool);
uint64_t awi_spool_size(const struct awi_spool *spool);
/* Gone, file and all. NULL is nothing. */
void awi_spool_free(struct awi_spool *spool);

/*
 * Makes a spool a blob: it is there if and only if txn commits. The spool is freed in any case.
 */
int awi_blob_keep(struct awi_txn *txn, struct awi_spool *spool, struct awi_blob_id *ret);
/* The same from memory. */
int awi_blob_put(struct awi_txn *txn, struct awi_str bytes, struct awi_blob_id *ret);
/* A new descriptor (CLOEXEC) to pread() from; stays readable when the blob is deleted. Not moved
 * out of the host's way: the caller hides it if it keeps it. */
int awi_blob_open(struct awi_store *store,
                  const struct awi_blob_id *id,
                  int *ret_fd,
                  uint64_t *ret_size);
/* Deleted if and only if txn commits. Files that a killed process left without a record are swept
 * when the store is opened. */
int awi_blob_delete(struct awi_txn *txn, const struct awi_blob_id *id);

/* Text for people about the last -errno of this kind: directory and cause, in the arena. */
struct awi_str awi_store_why(struct awi_store *store, struct awi_arena *arena, int error);

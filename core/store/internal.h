/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of core/store share and nobody else may see: the store, one opened environment
 * (env), a transaction, and the layout of keys in LMDB.
 *
 * One LMDB database holds everything. The first byte of a key tells its kind:
 *     R service 00 account 00 region 00 table 00 key      a record (scope.c)
 *     L id(8) rest-of-key                                 the tail of a long key (longkey.c)
 *     B blob id(16)                                       a blob that exists (blob.c)
 *     M name                                              the store's own counters
 *     X offset(8)                                         free space of memory blobs (extent.c)
 *     H blob id(16) snapshot                              a blob that a snapshot needs (snapshot.c)
 */
#pragma once

#include "core/store/guard.h"
#include "core/store/store.h"
#include "core/util/arena.h"

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#define MDB_KEY_MOST   511 /* LMDB's own limit as Debian builds it; checked at open */
#define KIND_RECORD    'R'
#define KIND_CHAIN     'L'
#define KIND_BLOB      'B'
#define KIND_META      'M'
#define KIND_FREE      'X'
#define KIND_HELD      'H'
#define PREFIX_MOST    (1 + 3 * 65 + 33)
#define TXN_CACHE      32
#define LOCK_FILE_SIZE (256 * 1024)

/* --- lmdb_io.c: what LMDB calls instead of libc ------------------------------------------------
 */

/* The descriptors and mappings of one environment; LMDB asks for them through the functions that
 * the build puts in place of open(), close(), mmap(), munmap(), fcntl(), getpid(). */
struct awi_lmdb_io {
    int dir_fd;      /* state directory, or -1 for memory */
    int memory_data; /* memfds of a memory store, owned by the store */
    int memory_lock;
    int data_fd; /* as LMDB holds them; -1: not open, or lost to the host */
    int lock_fd;
    dev_t dev;
    ino_t data_ino, lock_ino;
    void *lock_map;
    size_t lock_map_len;
    void *data_map;
    size_t data_map_len;
    void *premapped;   /* a larger data mapping that the next mmap() returns */
    int reuse_lock_fd; /* opened already by an earlier environment of this process, or -1 */
    bool keep_map;     /* munmap() of the data leaves it to us */
    bool deny_exclusive;
    uint32_t id; /* what LMDB takes for our process id */
};

void awi_lmdb_io_enter(struct awi_lmdb_io *io);
void awi_lmdb_io_leave(void);
/* Closes or hides a descriptor of the store's own. awi_fd_hide() returns the number to use. */
int awi_fd_hide(int fd);
void awi_fd_close(int fd);

/* When a write transaction of this thread begins, and before it is committed: what the host allows
 * a file to grow to is looked up here, once for all of the writes that follow. */
void awi_lmdb_io_measure(void);

/* room.c: up to where files of the host may be written. */
uint64_t awi_room(void);
/* May one be written up to end? 0 or -EDQUOT. Before every write that lets a file grow. */
int awi_room_for(uint64_t end);

/* --- lmdb.c ----------------------------------------------------------------------------------- */

struct awi_txn {
    struct awi_store *store;
    struct awi_env *env;
    MDB_txn *mdb;
    bool write;
    bool broken; /* a write failed half way: commit must fail */
    int error;
    uint64_t writes; /* so that cursors notice */
    struct awi_cursor *cursors;
    struct awi_arena arena;
    struct awi_blob_op *blobs; /* what commit or abort does with files */
};

struct awi_env {
    MDB_env *mdb;
    MDB_dbi dbi;
    struct awi_lmdb_io io;
    atomic_bool broken; /* LMDB has given up (a failed write of a root): to be replaced */
    size_t page;
    _Atomic(struct awi_txn *) cache[TXN_CACHE]; /* reset read transactions */
    struct awi_env *next;                       /* retired */
};

struct awi_map {
    void *at;
    size_t len;
    struct awi_map *next;
};

struct awi_store {
    char *dir;
    bool memory;
    int dir_fd;
    dev_t dir_dev;
    ino_t dir_ino;
    int memory_data, memory_lock, memory_blobs;
    dev_t blobs_dev; /* of memory_blobs */
    ino_t blobs_ino;
    unsigned refs;
    struct awi_store *next; /* of the process's open stores */

    _Atomic(struct awi_env *) env;
    atomic_uint active; /* transactions and other users of env */
    atomic_bool retired;
    atomic_bool forked;      /* the environment is the parent's */
    bool parent_busy;        /* transactions were running in it at the fork */
    atomic_llong checked_at; /* ms, coarse: when the descriptors were last proved ours */
    atomic_ullong generation_base;
    atomic_size_t headroom;     /* bytes that must be free in the map when a write begins */
    unsigned writes;            /* under write_lock */
    pthread_mutex_t write_lock; /* one writer of this process; also guards growing */
    pthread_mutex_t lock;       /* env replacement and the retired lists */
    struct awi_env *old_envs;
    struct awi_map *old_maps;
    _Atomic(struct awi_journal *) journal; /* opened when first asked for */
};

/* -errno of an LMDB result. */
int awi_lmdb_error(int rc);
int awi_env_open(struct awi_store *store, const struct awi_env *before, struct awi_env **ret);
void awi_env_close(struct awi_env *env);
/* The environment, usable in this process, with store->active raised; awi_env_put() lowers it. */
int awi_env_get(struct awi_store *store, struct awi_env **ret);
void awi_env_put(struct awi_store *store);
/* replace.c: are the descriptors what we opened? What is not is forgotten, not closed. */
bool awi_env_is_ours(const struct awi_store *store, struct awi_env *env);
bool awi_memory_is_lost(const struct awi_store *store, const struct awi_env *env);
int awi_env_after_fork(struct awi_store *store);
/* In a forked child: lets go of the parent's environment without touching its reader slots and its
 * locks, by giving LMDB a private copy of the lock mapping to clean up in. Closes it when idle. */
void awi_env_disown(struct awi_store *store, struct awi_env *env, bool idle);
/* Makes the descriptors ours again if the host closed them or the directory was replaced. Never
 * with a transaction of this thread open. */
int awi_env_check(struct awi_store *store, bool write_locked);
/* Grows the mapping to hold what others wrote and the headroom. Holds write_lock. */
int awi_env_grow(struct awi_store *store, struct awi_env *env);
bool awi_env_has_room(struct awi_store *store, struct awi_env *env);
/* 0: not at all if it is taken. */
int awi_mutex_lock_for(pthread_mutex_t *mutex, unsigned seconds);
/* How long this thread waits for LMDB's own locks from now on. */
void awi_lmdb_wait(unsigned seconds);

/* --- dir.c ------------------------------------------------------------------------------------ */

/* Opens or creates the directory; *ret_fd. *why as awi_store_open(). */
int awi_dir_open(const char *dir, int *ret_fd, char **why);
int awi_dir_check_format(const char *dir, int fd, char **why);
__attribute__((format(printf, 1, 2))) char *awi_why_text(const char *format, ...);

/* --- scope.c ---------------------------------------------------------------------------------- */

struct awi_prefix {
    size_t len;
    char bytes[PREFIX_MOST];
};
int awi_scope_prefix(const struct awi_scope *scope, const char *table, struct awi_prefix *ret);

/* --- longkey.c -------------------------------------------------------------------------------- */

/* The bytes of a key that an entry of a level with this prefix can hold. */
#define LEVEL_ROOM(prefix_len) (MDB_KEY_MOST - 1 - (prefix_len))
#define CHAIN_PREFIX           9
#define DEPTH_MOST             10

void awi_chain_prefix(const char *id, char *prefix);

/* --- txn.c ------------------------------------------------------------------------------------ */

/* Remembers a failed write so that the transaction cannot be committed by mistake. */
int awi_txn_result(struct awi_txn *txn, int rc);

/* --- cursor.c --------------------------------------------------------------------------------- */
void awi_cursors_detach(struct awi_txn *txn);

/* --- blob.c ----------------------------------------------------------------------------------- */
/* Before the commit, after it (kept: it succeeded), and when a store is opened. */
int awi_blobs_prepare(struct awi_txn *txn);
void awi_blobs_finish(struct awi_txn *txn, bool kept);
void awi_blobs_sweep(struct awi_store *store);
int awi_blobs_reset(struct awi_txn *txn);

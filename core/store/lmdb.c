/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One LMDB environment: opening and closing it, and growing its map under running transactions.
 * replace.c exchanges it for another.
 *
 * Nothing that a running transaction may look at is taken away: old environments and old mappings
 * are retired, and released at a moment when no transaction of this process is active.
 */
#include "core/store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MIB          ((size_t)1 << 20)
#define MAP_WIDE     (sizeof(void *) > 4 ? (size_t)64 << 30 : 256 * MIB)
#define MAP_NARROW   (80 * MIB) /* where the host limits its address space */
#define ROOM_FOR_ONE (72 * MIB) /* the longest value and what surrounds it */
#define READERS      2046
#define CHECK_MS     50

int awi_lmdb_error(int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return 0;
    case MDB_NOTFOUND:
        return -ENOENT;
    case MDB_KEYEXIST:
        return -EEXIST;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
        return -ENOSPC;
    case MDB_READERS_FULL:
        return -EUSERS;
    case MDB_VERSION_MISMATCH:
        return -EPROTO;
    case MDB_BAD_VALSIZE:
        return -EFBIG;
    default:
        return rc > 0 ? -rc : -EIO;
    }
}

static bool narrow(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

static int open_mdb(struct awi_env *env, size_t map_size)
{
    int rc = mdb_env_create(&env->mdb);

    if (rc) {
        return rc;
    }
    awi_guard_env(env->mdb);
    mdb_env_set_maxreaders(env->mdb, READERS);
    mdb_env_set_mapsize(env->mdb, map_size);
    rc = mdb_env_open(
        env->mdb, "state", MDB_NOSUBDIR | MDB_NOSYNC | MDB_NOTLS | MDB_NORDAHEAD, 0600);
    if (rc == 0 && mdb_env_get_maxkeysize(env->mdb) < MDB_KEY_MOST) {
        rc = MDB_INCOMPATIBLE;
    }
    if (rc) {
        mdb_env_close(env->mdb);
        env->mdb = NULL;
    }
    return rc;
}

/* The unnamed database exists always; opening it once tells LMDB how its keys compare. */
static int open_dbi(struct awi_env *env)
{
    MDB_txn *txn;
    MDB_stat stat;
    struct stat st;
    int dead;
    int rc = mdb_reader_check(env->mdb, &dead);

    if (rc == 0) {
        rc = mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &txn);
    }
    if (rc) {
        return rc;
    }
    mdb_env_stat(env->mdb, &stat);
    env->page = stat.ms_psize;
    rc = fstat(env->io.data_fd, &st) < 0 ? errno : 0;
    if (rc == 0) {
        size_t mapped =
            (size_t)st.st_size < env->io.data_map_len ? (size_t)st.st_size : env->io.data_map_len;
        rc = awi_guard_verify(txn, env->io.data_map, mapped, env->page);
    }
    if (rc == 0) {
        rc = awi_mdb_dbi_open(txn, &env->dbi);
    }
    if (rc) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

static void inherit_lock(struct awi_env *env, const struct awi_env *before)
{
    struct stat st;

    /* Locks of fcntl() are the process's: closing any descriptor of the lock file would drop
     * them all, so the one there is serves the next environment too. */
    if (!before || before->io.lock_fd < 0) {
        return;
    }
    int r = env->io.dir_fd >= 0 ? fstatat(env->io.dir_fd, "lock.mdb", &st, AT_SYMLINK_NOFOLLOW)
                                : fstat(env->io.memory_lock, &st);
    if (r == 0 && st.st_ino == before->io.lock_ino && st.st_dev == before->io.dev) {
        env->io.reuse_lock_fd = before->io.lock_fd;
        env->io.deny_exclusive = true;
    }
}

int awi_env_open(struct awi_store *store, const struct awi_env *before, struct awi_env **ret)
{
    struct awi_env *env = calloc(1, sizeof(*env));
    struct stat st;

    *ret = NULL;
    if (!env) {
        return -ENOMEM;
    }
    env->io = (struct awi_lmdb_io){.dir_fd = store->dir_fd,
                                   .memory_data = store->memory_data,
                                   .memory_lock = store->memory_lock,
                                   .data_fd = -1,
                                   .lock_fd = -1,
                                   .reuse_lock_fd = -1};
    inherit_lock(env, before);
    awi_lmdb_io_enter(&env->io);
    int rc = open_mdb(env, narrow() ? MAP_NARROW : MAP_WIDE);
    for (size_t size = MAP_NARROW; rc == ENOMEM && size > 4 * MIB; size /= 2) {
        rc = open_mdb(env, size);
    }
    if (rc == 0) {
        rc = open_dbi(env);
    }
    awi_lmdb_io_leave();
    if (rc == 0 && fstat(env->io.data_fd, &st) == 0) {
        env->io.dev = st.st_dev;
        env->io.data_ino = st.st_ino;
        env->io.lock_ino = fstat(env->io.lock_fd, &st) == 0 ? st.st_ino : 0;
    }
    if (rc) {
        awi_env_close(env);
        return awi_lmdb_error(rc);
    }
    *ret = env;
    return 0;
}

void awi_env_close(struct awi_env *env)
{
    if (!env) {
        return;
    }
    awi_lmdb_io_enter(&env->io);
    for (size_t i = 0; i < TXN_CACHE; i++) {
        struct awi_txn *txn = atomic_exchange(&env->cache[i], NULL);
        if (txn) {
            mdb_txn_abort(txn->mdb);
            awi_arena_deinit(&txn->arena);
            free(txn);
        }
    }
    if (env->mdb) {
        mdb_env_close(env->mdb);
    }
    awi_lmdb_io_leave();
    free(env);
}

static void release_retired(struct awi_store *store)
{
    pthread_mutex_lock(&store->lock);
    struct awi_env *envs = store->old_envs;
    struct awi_map *maps = store->old_maps;
    store->old_envs = NULL;
    store->old_maps = NULL;
    atomic_store(&store->retired, false);
    pthread_mutex_unlock(&store->lock);
    while (envs) {
        struct awi_env *next = envs->next;
        awi_env_close(envs);
        envs = next;
    }
    while (maps) {
        struct awi_map *next = maps->next;
        munmap(maps->at, maps->len);
        free(maps);
        maps = next;
    }
}

static long long coarse_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int awi_env_get(struct awi_store *store, struct awi_env **ret)
{
    int r = 0;

    atomic_fetch_add(&store->active, 1);
    if (atomic_load_explicit(&store->forked, memory_order_relaxed)) {
        r = awi_env_after_fork(store);
    }
    long long now = coarse_ms();
    if (r == 0 && now - atomic_load_explicit(&store->checked_at, memory_order_relaxed) > CHECK_MS) {
        atomic_store_explicit(&store->checked_at, now, memory_order_relaxed);
        r = awi_env_check(store, false);
    }
    if (r < 0) {
        awi_env_put(store);
        return r;
    }
    *ret = atomic_load(&store->env);
    return 0;
}

void awi_env_put(struct awi_store *store)
{
    if (atomic_fetch_sub(&store->active, 1) == 1 && atomic_load(&store->retired)) {
        release_retired(store);
    }
}

bool awi_env_has_room(struct awi_store *store, struct awi_env *env)
{
    MDB_envinfo info;

    mdb_env_info(env->mdb, &info);
    size_t used = (info.me_last_pgno + 1) * env->page;
    size_t room = atomic_load(&store->headroom);
    size_t want = used / 4 > room ? used / 4 : room;
    return info.me_mapsize >= used + want;
}

/* Tells LMDB of a mapping that is there already; the one before stays until nobody can look at it.
 */
static int exchange_map(struct awi_store *store, struct awi_env *env, void *map, size_t size)
{
    struct awi_map *old = calloc(1, sizeof(*old));

    if (!old) {
        return -ENOMEM;
    }
    *old = (struct awi_map){.at = env->io.data_map, .len = env->io.data_map_len};
    env->io.premapped = map;
    env->io.keep_map = true;
    awi_lmdb_io_enter(&env->io);
    int rc = mdb_env_set_mapsize(env->mdb, size);
    awi_lmdb_io_leave();
    env->io.keep_map = false;
    if (rc) {
        env->io.premapped = NULL;
        free(old);
        return awi_lmdb_error(rc);
    }
    pthread_mutex_lock(&store->lock);
    old->next = store->old_maps;
    store->old_maps = old;
    atomic_store(&store->retired, true);
    pthread_mutex_unlock(&store->lock);
    return 0;
}

int awi_env_grow(struct awi_store *store, struct awi_env *env)
{
    MDB_envinfo info;

    mdb_env_info(env->mdb, &info);
    size_t used = (info.me_last_pgno + 1) * env->page;
    size_t room = atomic_load(&store->headroom);
    size_t least = used + (used / 4 > room ? used / 4 : room) + MIB;
    void *map = MAP_FAILED;
    size_t size = 0;
    /* Old and new lie side by side for a moment: where that does not fit, less is more. */
    for (size_t extra = used / 2 + 8 * MIB; map == MAP_FAILED; extra /= 4) {
        size = (least + extra + MIB - 1) & ~(MIB - 1);
        if (size <= info.me_mapsize) {
            return 0;
        }
        map = mmap(NULL, size, PROT_READ, MAP_SHARED, env->io.data_fd, 0);
        if (map == MAP_FAILED && extra < MIB) {
            return -errno;
        }
    }
    int r = exchange_map(store, env, map, size);
    if (r < 0) {
        munmap(map, size);
    }
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions. Read transactions are kept and renewed, so that beginning one costs no system call
 * and no lock; a write begins by proving that the descriptors are ours and that there is room.
 */
#include "core/store/internal.h"

#include <errno.h>
#include <stdlib.h>

#define ARENA_MOST      (256u << 20)
#define CHECK_READERS   256 /* writes between looks for readers that died */
#define WRITER_WAIT_SEC 60

static unsigned first_slot(void)
{
    /* Differs by thread without asking the kernel. */
    return (unsigned)(((uintptr_t)__builtin_frame_address(0) >> 14) * 2654435761u >> 16);
}

static struct awi_txn *take_cached(struct awi_env *env)
{
    unsigned first = first_slot();

    for (unsigned i = 0; i < TXN_CACHE; i++) {
        _Atomic(struct awi_txn *) *slot = &env->cache[(first + i) % TXN_CACHE];
        if (atomic_load_explicit(slot, memory_order_relaxed)) {
            struct awi_txn *txn = atomic_exchange(slot, NULL);
            if (txn) {
                return txn;
            }
        }
    }
    return NULL;
}

static bool put_cached(struct awi_env *env, struct awi_txn *txn)
{
    unsigned first = first_slot();

    for (unsigned i = 0; i < TXN_CACHE; i++) {
        struct awi_txn *none = NULL;
        if (atomic_compare_exchange_strong(&env->cache[(first + i) % TXN_CACHE], &none, txn)) {
            return true;
        }
    }
    return false;
}

static struct awi_txn *new_txn(struct awi_store *store, struct awi_env *env, bool write)
{
    struct awi_txn *txn = calloc(1, sizeof(*txn));

    if (txn) {
        txn->store = store;
        txn->env = env;
        txn->write = write;
        awi_arena_init(&txn->arena, ARENA_MOST);
    }
    return txn;
}

static void free_txn(struct awi_txn *txn)
{
    awi_arena_deinit(&txn->arena);
    free(txn);
}

static int start_read(struct awi_env *env, struct awi_txn *txn)
{
    int rc;

    if (txn->mdb) {
        rc = mdb_txn_renew(txn->mdb);
        if (rc != MDB_BAD_RSLOT) {
            return rc;
        }
        /* Somebody took us for dead (our lock was lost with a closed descriptor). */
        mdb_txn_abort(txn->mdb);
        txn->mdb = NULL;
    }
    rc = mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &txn->mdb);
    if (rc == MDB_READERS_FULL) {
        int dead;
        mdb_reader_check(env->mdb, &dead);
        rc = mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &txn->mdb);
    }
    return rc;
}

static int grow_for_reading(struct awi_store *store, struct awi_env *env)
{
    int r = awi_mutex_lock_for(&store->write_lock, WRITER_WAIT_SEC);

    if (r) {
        return -r;
    }
    r = atomic_load(&store->env) == env ? awi_env_grow(store, env) : 0;
    pthread_mutex_unlock(&store->write_lock);
    return r;
}

static int try_read(struct awi_store *store, struct awi_txn **ret)
{
    struct awi_env *env;
    int r = awi_env_get(store, &env);

    if (r < 0) {
        return r;
    }
    struct awi_txn *txn = take_cached(env);
    if (!txn) {
        txn = new_txn(store, env, false);
    }
    r = txn ? 0 : -ENOMEM;
    while (r == 0) {
        int rc = start_read(env, txn);
        if (rc == 0) {
            *ret = txn;
            return 0;
        }
        atomic_store(&env->broken, rc == MDB_PANIC);
        r = rc == MDB_MAP_RESIZED ? grow_for_reading(store, env) : awi_lmdb_error(rc);
    }
    if (txn) {
        mdb_txn_abort(txn->mdb);
        free_txn(txn);
    }
    awi_env_put(store);
    return r;
}

static bool is_broken(struct awi_store *store)
{
    struct awi_env *env = atomic_load(&store->env);

    return env && atomic_load(&env->broken);
}

static int begin_read(struct awi_store *store, struct awi_txn **ret)
{
    int r = try_read(store, ret);

    if (r < 0 && is_broken(store)) {
        r = awi_env_check(store, false);
        r = r == 0 ? try_read(store, ret) : r;
    }
    return r;
}

/* With write_lock held. Leaves a transaction that has room, or none. */
static int start_write(struct awi_store *store, struct awi_txn *txn)
{
    struct awi_env *env = txn->env;
    int dead;

    if (++store->writes % CHECK_READERS == 0) {
        mdb_reader_check(env->mdb, &dead);
    }
    for (;;) {
        int rc = mdb_txn_begin(env->mdb, NULL, 0, &txn->mdb);
        if (rc != 0 && rc != MDB_MAP_RESIZED) {
            atomic_store(&env->broken, rc == MDB_PANIC);
            txn->mdb = NULL;
            return awi_lmdb_error(rc);
        }
        if (rc == 0) {
            awi_lmdb_io_measure(); /* it may have waited long for its turn */
            if (awi_env_has_room(store, env)) {
                return 0;
            }
            mdb_txn_abort(txn->mdb);
            txn->mdb = NULL;
        }
        int r = awi_env_grow(store, env);
        if (r < 0) {
            return r;
        }
    }
}

static int try_write(struct awi_store *store, unsigned wait, struct awi_txn **ret)
{
    struct awi_env *env;
    int r = awi_env_get(store, &env);

    if (r < 0) {
        return r;
    }
    r = -awi_mutex_lock_for(&store->write_lock, wait);
    if (r < 0) {
        awi_env_put(store);
        return r;
    }
    r = awi_env_check(store, true);
    struct awi_txn *txn = NULL;
    if (r == 0) {
        txn = new_txn(store, atomic_load(&store->env), true);
        awi_lmdb_wait(wait);
        r = txn ? start_write(store, txn) : -ENOMEM;
        awi_lmdb_wait(WRITER_WAIT_SEC);
    }
    if (r < 0) {
        pthread_mutex_unlock(&store->write_lock);
        if (txn) {
            free_txn(txn);
        }
        awi_env_put(store);
        return r;
    }
    *ret = txn;
    return 0;
}

static int begin_write(struct awi_store *store, struct awi_txn **ret)
{
    int r = try_write(store, WRITER_WAIT_SEC, ret);

    /* The next try replaces it. */
    return r < 0 && is_broken(store) ? try_write(store, WRITER_WAIT_SEC, ret) : r;
}

int awi_txn_try(struct awi_store *store, struct awi_txn **ret)
{
    *ret = NULL;
    int r = try_write(store, 0, ret);
    return r == -ETIMEDOUT ? -EBUSY : r;
}

int awi_txn_begin(struct awi_store *store, bool write, struct awi_txn **ret)
{
    *ret = NULL;
    return write ? begin_write(store, ret) : begin_read(store, ret);
}

static void end_read(struct awi_txn *txn)
{
    struct awi_store *store = txn->store;
    struct awi_env *env = txn->env;

    awi_cursors_detach(txn);
    awi_arena_reset(&txn->arena);
    mdb_txn_reset(txn->mdb);
    if (atomic_load(&store->env) != env || !put_cached(env, txn)) {
        mdb_txn_abort(txn->mdb);
        free_txn(txn);
    }
    awi_env_put(store);
}

static void end_write(struct awi_txn *txn)
{
    struct awi_store *store = txn->store;

    pthread_mutex_unlock(&store->write_lock);
    free_txn(txn);
    awi_env_put(store);
}

int awi_txn_commit(struct awi_txn *txn)
{
    if (!txn->write) {
        end_read(txn);
        return 0;
    }
    awi_cursors_detach(txn);
    int r = txn->broken ? txn->error : 0;
    if (r == 0) {
        r = awi_blobs_prepare(txn);
    }
    if (r == 0) {
        awi_lmdb_io_measure(); /* almost all is written now */
        r = awi_lmdb_error(awi_mdb_txn_commit(txn->mdb));
    } else {
        mdb_txn_abort(txn->mdb);
    }
    awi_blobs_finish(txn, r == 0);
    end_write(txn);
    return r;
}

void awi_txn_abort(struct awi_txn *txn)
{
    if (!txn) {
        return;
    }
    if (!txn->write) {
        end_read(txn);
        return;
    }
    awi_cursors_detach(txn);
    mdb_txn_abort(txn->mdb);
    awi_blobs_finish(txn, false);
    end_write(txn);
}

bool awi_txn_is_write(const struct awi_txn *txn)
{
    return txn->write;
}

int awi_txn_result(struct awi_txn *txn, int rc)
{
    int r = awi_lmdb_error(rc);

    txn->writes++;
    if (r < 0 && r != -ENOENT && r != -EEXIST && !txn->broken) {
        txn->broken = true;
        txn->error = r;
        if (rc == MDB_MAP_FULL) {
            /* The next write begins with more. */
            size_t room = atomic_load(&txn->store->headroom);
            if (room < SIZE_MAX / 4) {
                atomic_store(&txn->store->headroom, room * 2);
            }
        }
    }
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store as a whole: open and close, fork, reset, the generation, and the words for what went
 * wrong.
 *
 * A directory is opened once a process: locks of fcntl() belong to the process, and closing a
 * second descriptor of the lock file would drop the first one's. So the list of open stores is
 * process-wide, and a second opening of a directory shares the first.
 */
#include "core/store/blob.h"
#include "core/store/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROOM_AT_FIRST ((size_t)72 << 20)

static pthread_mutex_t stores_lock = PTHREAD_MUTEX_INITIALIZER;
static struct awi_store *stores;

static void free_store(struct awi_store *store)
{
    awi_journal_close(atomic_load(&store->journal));
    struct awi_env *env = atomic_load(&store->env);
    bool ours = !env || !awi_memory_is_lost(store, env);
    if (env && atomic_load(&store->forked)) {
        awi_env_disown(store, env, !store->parent_busy);
    } else {
        awi_env_close(env);
    }
    if (awi_fd_is(store->dir_fd, store->dir_dev, store->dir_ino)) {
        awi_fd_close(store->dir_fd);
    }
    if (awi_fd_is(store->memory_blobs, store->blobs_dev, store->blobs_ino)) {
        awi_fd_close(store->memory_blobs);
    }
    if (ours) {
        awi_fd_close(store->memory_data);
        awi_fd_close(store->memory_lock);
    }
    pthread_mutex_destroy(&store->lock);
    pthread_mutex_destroy(&store->write_lock);
    free(store->dir);
    free(store);
}

static struct awi_store *new_store(const char *dir)
{
    struct awi_store *store = calloc(1, sizeof(*store));

    if (!store) {
        return NULL;
    }
    store->dir = strdup(dir);
    store->memory = strcmp(dir, "memory") == 0;
    store->dir_fd = -1;
    store->memory_data = -1;
    store->memory_lock = -1;
    store->memory_blobs = -1;
    store->refs = 1;
    atomic_store(&store->headroom, ROOM_AT_FIRST);
    pthread_mutex_init(&store->lock, NULL);
    pthread_mutex_init(&store->write_lock, NULL);
    if (!store->dir) {
        free_store(store);
        return NULL;
    }
    return store;
}

static int open_memory(struct awi_store *store)
{
    store->memory_data = awi_fd_hide(memfd_create("awsintercept-state", MFD_CLOEXEC));
    store->memory_lock = awi_fd_hide(memfd_create("awsintercept-lock", MFD_CLOEXEC));
    return store->memory_data < 0 || store->memory_lock < 0 ? -errno : awi_extents_open(store);
}

/* Under stores_lock. */
static struct awi_store *find_open(dev_t dev, ino_t ino)
{
    for (struct awi_store *store = stores; store; store = store->next) {
        if (!store->memory && store->dir_dev == dev && store->dir_ino == ino) {
            return store;
        }
    }
    return NULL;
}

/* Under stores_lock. *ret may be a store that is open already. */
static int open_dir(struct awi_store *store, struct awi_store **ret, char **why)
{
    struct stat st;
    int fd;
    int r = awi_dir_open(store->dir, &fd, why);

    if (r < 0) {
        return r;
    }
    if (fstat(fd, &st) < 0) {
        r = -errno;
        close(fd);
        return r;
    }
    *ret = find_open(st.st_dev, st.st_ino);
    if (*ret) {
        close(fd);
        return 0;
    }
    store->dir_fd = awi_fd_hide(fd);
    store->dir_dev = st.st_dev;
    store->dir_ino = st.st_ino;
    return awi_dir_check_format(store->dir, store->dir_fd, why);
}

static char *describe(const char *dir, int error)
{
    struct awi_arena arena;
    struct awi_store named = {.dir = (char *)(uintptr_t)dir};

    awi_arena_init(&arena, 64 * 1024);
    struct awi_str text = awi_store_why(&named, &arena, error);
    char *copy = text.ptr ? strndup(text.ptr, text.len) : NULL;
    awi_arena_deinit(&arena);
    return copy;
}

static int open_store(struct awi_store *store, struct awi_store **ret, char **why)
{
    struct awi_env *env;
    int r;

    *ret = NULL;
    if (store->memory) {
        r = open_memory(store);
    } else {
        r = open_dir(store, ret, why);
        if (*ret) {
            return 0;
        }
    }
    if (r == 0) {
        r = awi_env_open(store, NULL, &env);
    }
    if (r == 0) {
        atomic_store(&store->env, env);
        *ret = store;
    }
    return r;
}

int awi_store_open(const char *dir, struct awi_store **ret, char **why)
{
    struct awi_store *store = new_store(dir);
    struct awi_store *opened;
    char *text = NULL;
    int r = -ENOMEM;

    *ret = NULL;
    pthread_mutex_lock(&stores_lock);
    if (store) {
        r = open_store(store, &opened, &text);
    }
    if (r == 0 && opened == store) {
        store->next = stores;
        stores = store;
    } else if (r == 0) {
        opened->refs++;
    }
    pthread_mutex_unlock(&stores_lock);
    if (store && (r < 0 || opened != store)) {
        free_store(store);
    }
    if (r == 0) {
        *ret = opened;
        if (opened == store && !store->memory) {
            awi_blobs_sweep(store);
        }
    } else if (!text) {
        text = describe(dir, r);
    }
    if (why) {
        *why = text;
    } else {
        free(text);
    }
    return r;
}

void awi_store_close(struct awi_store *store)
{
    if (!store) {
        return;
    }
    pthread_mutex_lock(&stores_lock);
    bool last = --store->refs == 0;
    if (last) {
        struct awi_store **at = &stores;
        while (*at != store) {
            at = &(*at)->next;
        }
        *at = store->next;
    }
    pthread_mutex_unlock(&stores_lock);
    if (last) {
        free_store(store);
    }
}

void awi_store_fork_child(struct awi_store *store)
{
    pthread_mutex_init(&stores_lock, NULL);
    pthread_mutex_init(&store->lock, NULL);
    pthread_mutex_init(&store->write_lock, NULL);
    /* Transactions of the parent's threads do not exist here. */
    unsigned active = atomic_exchange(&store->active, 0);
    store->parent_busy = active > 0 || (store->parent_busy && atomic_load(&store->forked));
    atomic_store(&store->forked, true);
    atomic_store(&store->checked_at, 0);
    awi_journal_fork_child(atomic_load(&store->journal));
}

const char *awi_store_dir(const struct awi_store *store)
{
    return store->dir;
}

int awi_store_reset(struct awi_store *store)
{
    struct awi_txn *txn;
    int r = awi_txn_begin(store, true, &txn);

    if (r < 0) {
        return r;
    }
    r = awi_txn_result(txn, awi_mdb_drop(txn->mdb, txn->env->dbi));
    if (r == 0) {
        r = awi_blobs_reset(txn);
    }
    if (r < 0) {
        awi_txn_abort(txn);
        return r;
    }
    r = awi_txn_commit(txn);
    if (r == 0) {
        awi_blobs_sweep(store);
        awi_journal_reset(awi_store_journal(store));
    }
    return r;
}

uint64_t awi_store_generation(struct awi_store *store)
{
    MDB_envinfo info;

    atomic_fetch_add(&store->active, 1);
    if (atomic_load_explicit(&store->forked, memory_order_relaxed)) {
        struct awi_env *env;
        if (awi_env_get(store, &env) == 0) {
            awi_env_put(store);
        }
    }
    uint64_t generation = atomic_load(&store->generation_base);
    struct awi_env *now = atomic_load(&store->env);
    if (now) {
        mdb_env_info(now->mdb, &info);
        generation += info.me_last_txnid;
    }
    awi_env_put(store);
    return generation;
}

struct awi_journal *awi_store_journal(struct awi_store *store)
{
    struct awi_journal *journal = atomic_load_explicit(&store->journal, memory_order_acquire);

    if (!journal) {
        pthread_mutex_lock(&store->lock);
        journal = atomic_load(&store->journal);
        if (!journal && awi_journal_open(store->dir_fd, AWI_JOURNAL_LIMIT, &journal) == 0) {
            atomic_store(&store->journal, journal);
        }
        pthread_mutex_unlock(&store->lock);
    }
    return journal;
}

static const char *advice(int error)
{
    switch (error) {
    case EDQUOT:
        return "its files may not grow: the limit of file sizes (ulimit -f) or a disk quota is "
               "reached; nothing that was acknowledged is lost";
    case ENOSPC:
        return "no space left; nothing that was acknowledged is lost: free some space or name "
               "another directory with AWSINTERCEPT_STATE";
    case EROFS:
        return "the file system is read-only; name another directory with AWSINTERCEPT_STATE";
    case EACCES:
    case EPERM:
        return "permission denied; name another directory with AWSINTERCEPT_STATE";
    case EPROTO:
        return "its files are of a format that this version does not know; update awsintercept or "
               "name another directory with AWSINTERCEPT_STATE";
    case ETIMEDOUT:
        return "another process has held it for a minute (is it stopped in a debugger?)";
    case EIO:
        return "its file data.mdb, or another one, is damaged or cannot be read; remove the "
               "directory or name another one with AWSINTERCEPT_STATE";
    case EMFILE:
    case ENFILE:
        return "too many open files; raise the limit (ulimit -n)";
    case ENOMEM:
        return "not enough memory or address space";
    case EFBIG:
        return "a key is longer than 4 KiB or a value longer than 64 MiB";
    case EUSERS:
        return "too many processes use it at once";
    default:
        return NULL;
    }
}

struct awi_str awi_store_why(struct awi_store *store, struct awi_arena *arena, int error)
{
    int number = error < 0 ? -error : error;
    const char *text = advice(number);
    const char *words = text ? text : strerrordesc_np(number);

    if (!words) {
        words = "unknown error";
    }
    if (strcmp(store->dir, "memory") == 0) {
        return awi_arena_printf(arena, "state in memory: %s", words);
    }
    return awi_arena_printf(arena, "state directory %s: %s", store->dir, words);
}

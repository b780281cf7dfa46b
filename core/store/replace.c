/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exchanging the environment under running transactions: when the host has closed our descriptors
 * (and perhaps opened its own under their numbers), when somebody has removed the directory, when
 * LMDB has given up, and in a forked child.
 */
#include "core/store/internal.h"
#include "core/store/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Are the descriptors still what we opened? The host may have closed them, and opened its own. */
bool awi_env_is_ours(const struct awi_store *store, struct awi_env *env)
{
    struct stat st;
    bool ours = true;

    if (fstat(env->io.data_fd, &st) < 0 || st.st_ino != env->io.data_ino ||
        st.st_dev != env->io.dev) {
        env->io.data_fd = -1;
        ours = false;
    } else if (st.st_nlink == 0 && !store->memory) {
        ours = false; /* the directory was removed */
    }
    if (fstat(env->io.lock_fd, &st) < 0 || st.st_ino != env->io.lock_ino ||
        st.st_dev != env->io.dev) {
        env->io.lock_fd = -1;
        ours = false;
    }
    return ours;
}

/* The directory itself may have been closed under us, removed, or replaced. */
static int reopen_dir(struct awi_store *store)
{
    struct stat here;
    struct stat there;
    char *why = NULL;
    bool held = fstat(store->dir_fd, &here) == 0 && here.st_ino == store->dir_ino &&
                here.st_dev == store->dir_dev;

    if (held && stat(store->dir, &there) == 0 && there.st_ino == here.st_ino &&
        there.st_dev == here.st_dev) {
        return 0;
    }
    int fd;
    int r = awi_dir_open(store->dir, &fd, &why);
    if (r == 0) {
        r = awi_dir_check_format(store->dir, fd, &why);
        if (r == 0 && fstat(fd, &here) == 0) {
            if (held) {
                awi_fd_close(store->dir_fd);
            }
            store->dir_fd = awi_fd_hide(fd);
            store->dir_ino = here.st_ino;
            store->dir_dev = here.st_dev;
        } else {
            close(fd);
        }
    }
    free(why);
    return r;
}

/* A memory store whose descriptors the host has closed lives on in a copy of its pages. */
static int rescue_memory(struct awi_store *store, struct awi_env *env)
{
    MDB_envinfo info;
    int fd = memfd_create("awsintercept-state", MFD_CLOEXEC);
    int lock = memfd_create("awsintercept-lock", MFD_CLOEXEC);

    mdb_env_info(env->mdb, &info);
    size_t len = (info.me_last_pgno + 1) * env->page;
    size_t done = 0;
    bool room = awi_room_for(len) == 0;
    while (fd >= 0 && lock >= 0 && room && done < len) {
        ssize_t n = pwrite(fd, (const char *)env->io.data_map + done, len - done, (off_t)done);
        if (n <= 0) {
            break;
        }
        done += (size_t)n;
    }
    if (done < len || fd < 0 || lock < 0) {
        int error = errno ? errno : ENOSPC;
        if (fd >= 0) {
            close(fd);
        }
        if (lock >= 0) {
            close(lock);
        }
        return -error;
    }
    store->memory_data = awi_fd_hide(fd);
    store->memory_lock = awi_fd_hide(lock);
    return 0;
}

bool awi_memory_is_lost(const struct awi_store *store, const struct awi_env *env)
{
    struct stat st;

    return fstat(store->memory_data, &st) < 0 || st.st_ino != env->io.data_ino ||
           fstat(store->memory_lock, &st) < 0 || st.st_ino != env->io.lock_ino;
}

/* The old one stays for who holds it. */
static void replace_journal(struct awi_store *store)
{
    struct awi_journal *old = atomic_load(&store->journal);
    struct awi_journal *fresh;

    if (old && awi_journal_is_gone(old) &&
        awi_journal_open(store->dir_fd, AWI_JOURNAL_LIMIT, &fresh) == 0) {
        fresh->older = old;
        atomic_store(&store->journal, fresh);
    }
}

/* Under store->lock and store->write_lock. */
static int replace_env(struct awi_store *store, struct awi_env *env)
{
    struct awi_env *fresh;
    uint64_t before = awi_store_generation(store);
    int r = 0;

    if (!store->memory) {
        r = reopen_dir(store);
        if (r == 0) {
            replace_journal(store);
        }
    } else if (awi_memory_is_lost(store, env)) {
        r = rescue_memory(store, env);
    }
    if (r == 0) {
        r = awi_env_open(store, env, &fresh);
    }
    if (r < 0) {
        return r;
    }
    if (fresh->io.reuse_lock_fd >= 0) {
        env->io.lock_fd = -1; /* handed on */
    }
    MDB_envinfo info;
    mdb_env_info(fresh->mdb, &info);
    if (info.me_last_txnid + atomic_load(&store->generation_base) <= before) {
        atomic_store(&store->generation_base, before + 1 - info.me_last_txnid);
    }
    atomic_store(&store->env, fresh);
    env->next = store->old_envs;
    store->old_envs = env;
    atomic_store(&store->retired, true);
    return 0;
}

int awi_env_check(struct awi_store *store, bool write_locked)
{
    struct awi_env *env = atomic_load(&store->env);

    if (awi_env_is_ours(store, env) && !atomic_load(&env->broken)) {
        return 0;
    }
    if (!write_locked) {
        int r = awi_mutex_lock_for(&store->write_lock, 60);
        if (r) {
            return -r;
        }
    }
    pthread_mutex_lock(&store->lock);
    int r = atomic_load(&store->env) == env ? replace_env(store, env) : 0;
    pthread_mutex_unlock(&store->lock);
    if (!write_locked) {
        pthread_mutex_unlock(&store->write_lock);
    }
    return r;
}

void awi_env_disown(struct awi_store *store, struct awi_env *env, bool idle)
{
    if (idle) {
        void *own = mmap(env->io.lock_map,
                         env->io.lock_map_len,
                         PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                         -1,
                         0);
        idle = own != MAP_FAILED;
    }
    awi_env_is_ours(store, env);
    /* Before a new one is opened: closing the lock file later would drop the new one's locks. */
    awi_fd_close(env->io.data_fd);
    awi_fd_close(env->io.lock_fd);
    env->io.data_fd = -1;
    env->io.lock_fd = -1;
    if (idle) {
        awi_env_close(env);
    }
}

static int leave_parent(struct awi_store *store)
{
    struct awi_env *fresh;

    /* What a thread of the parent was using at the fork may be half changed: left lying. */
    if (atomic_load(&store->env)) {
        awi_env_disown(store, atomic_load(&store->env), !store->parent_busy);
        atomic_store(&store->env, NULL);
    }
    int r = store->memory ? 0 : reopen_dir(store);
    if (r == 0) {
        r = awi_env_open(store, NULL, &fresh);
    }
    if (r == 0) {
        atomic_store(&store->env, fresh);
        atomic_store(&store->forked, false);
    }
    return r;
}

int awi_env_after_fork(struct awi_store *store)
{
    int r = 0;

    pthread_mutex_lock(&store->lock);
    if (atomic_load(&store->forked)) {
        r = leave_parent(store);
    }
    pthread_mutex_unlock(&store->lock);
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of descriptors, the pool of links, and the descriptors of our own that are kept out of
 * the host's way.
 */
#include "preload/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/divert.h"
#include "preload/real.h"
#include "preload/shim.h"

enum {
    POOL_CHUNK = 64 * 1024,
    /* Hidden descriptors begin here where the soft limit leaves room: above what shells and daemons
     * close or use by number, below what makes the kernel's table large. */
    HIDE_FROM = 900,
};

_Atomic(_Atomic(struct awi_link *) *) awi_fd_root[AWI_FD_ROOT];
atomic_bool awi_fd_late_flag;

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static struct awi_link *pool_free;
static struct {
    struct awi_link *links;
    size_t count;
} pool_chunks[256];
static atomic_size_t pool_count;

static void *map_pages(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

static _Atomic(struct awi_link *) *slot_of(int fd)
{
    if ((unsigned int)fd >= AWI_FD_LEAF * AWI_FD_ROOT) {
        return NULL;
    }
    _Atomic(_Atomic(struct awi_link *) *) *root = &awi_fd_root[fd / AWI_FD_LEAF];
    _Atomic(struct awi_link *) *leaf = atomic_load_explicit(root, memory_order_acquire);
    if (!leaf) {
        size_t size = AWI_FD_LEAF * sizeof(*leaf);
        _Atomic(struct awi_link *) *fresh = map_pages(size);
        if (!fresh) {
            return NULL;
        }
        if (atomic_compare_exchange_strong(root, &leaf, fresh)) {
            leaf = fresh;
        } else {
            munmap((void *)(uintptr_t)fresh, size);
        }
    }
    return &leaf[fd % AWI_FD_LEAF];
}

/*
 * Links
 */
static void pool_grow(void)
{
    size_t chunk = atomic_load(&pool_count);
    struct awi_link *links =
        chunk < sizeof(pool_chunks) / sizeof(*pool_chunks) ? map_pages(POOL_CHUNK) : NULL;
    if (!links) {
        return;
    }
    size_t count = POOL_CHUNK / sizeof(*links);
    for (size_t i = 0; i < count; i++) {
        pthread_mutex_init(&links[i].lock, NULL);
        links[i].next = pool_free;
        pool_free = &links[i];
    }
    pool_chunks[chunk].links = links;
    pool_chunks[chunk].count = count;
    atomic_store(&pool_count, chunk + 1);
}

struct awi_link *awi_link_new(enum awi_link_kind kind)
{
    pthread_mutex_lock(&pool_lock);
    if (!pool_free) {
        pool_grow();
    }
    struct awi_link *link = pool_free;
    if (link) {
        pool_free = link->next;
    }
    pthread_mutex_unlock(&pool_lock);
    if (!link) {
        return NULL;
    }
    pthread_mutex_lock(&link->lock);
    link->next = NULL;
    atomic_store(&link->fd, -1);
    atomic_store(&link->more, false);
    atomic_store(&link->late, false);
    atomic_store(&link->orphan, false);
    link->closing = false;
    link->spoken = false;
    link->finished = false;
    link->peer = -1;
    link->spare = -1;
    link->conn = NULL;
    link->remote_len = 0;
    atomic_store(&link->kind, kind);
    return link;
}

/* By system call: the library's fstat() is a hook's neighbour and slower. */
static int identity_of(int fd, dev_t *dev, ino_t *ino)
{
    struct stat st;
#ifdef SYS_fstat
    long r = syscall(SYS_fstat, fd, &st);
#else
    long r = fstat(fd, &st);
#endif
    if (r < 0) {
        return -errno;
    }
    *dev = st.st_dev;
    *ino = st.st_ino;
    return 0;
}

int awi_link_publish(struct awi_link *link, int fd)
{
    _Atomic(struct awi_link *) *slot = slot_of(fd);
    if (!slot) {
        return -ENOMEM;
    }
    int r = identity_of(fd, &link->dev, &link->ino);
    if (r < 0) {
        return r;
    }
    atomic_store(&link->fd, fd);
    atomic_store_explicit(slot, link, memory_order_release);
    return 0;
}

static bool still_named(const struct awi_link *link, int fd)
{
    return atomic_load(&link->fd) == fd && atomic_load(&link->kind) != AWI_LINK_FREE &&
           awi_fd_entry(fd) == link;
}

struct awi_link *awi_link_take(int fd)
{
    struct awi_link *link = awi_fd_link(fd);
    if (!link) {
        return NULL;
    }
    pthread_mutex_lock(&link->lock);
    if (!still_named(link, fd)) {
        pthread_mutex_unlock(&link->lock);
        return NULL;
    }
    dev_t dev;
    ino_t ino;
    if (identity_of(fd, &dev, &ino) < 0 || ino != link->ino || dev != link->dev) {
        awi_link_drop(link);
        return NULL;
    }
    return link;
}

void awi_link_release(struct awi_link *link)
{
    pthread_mutex_unlock(&link->lock);
}

void awi_link_drop(struct awi_link *link)
{
    int fd = atomic_load(&link->fd);
    if (fd >= 0) {
        _Atomic(struct awi_link *) *slot = slot_of(fd);
        struct awi_link *expected = link;
        if (slot) {
            atomic_compare_exchange_strong(slot, &expected, NULL);
        }
    }
    struct awi_conn *conn = link->conn;
    int peer = link->peer;
    int spare = link->spare;
    link->conn = NULL;
    link->peer = -1;
    link->spare = -1;
    atomic_store(&link->kind, AWI_LINK_FREE);
    atomic_store(&link->fd, -1);
    atomic_store(&link->more, false);
    pthread_mutex_unlock(&link->lock);

    if (peer >= 0) {
        awi_fd_hidden_close(peer);
    }
    if (spare >= 0) {
        awi_fd_hidden_close(spare);
    }
    const struct awi_core_api *core = awi_core_loaded();
    if (conn && core) {
        core->conn_close(conn);
    }
    pthread_mutex_lock(&pool_lock);
    link->next = pool_free;
    pool_free = link;
    pthread_mutex_unlock(&pool_lock);
}

void awi_fd_forget(int fd)
{
    struct awi_link *link = awi_fd_link(fd);
    if (!link) {
        return;
    }
    pthread_mutex_lock(&link->lock);
    if (still_named(link, fd)) {
        awi_link_drop(link);
    } else {
        pthread_mutex_unlock(&link->lock);
    }
}

void awi_fd_each(unsigned int first,
                 unsigned int last,
                 void (*visit)(int fd, struct awi_link *entry, void *arg),
                 void *arg)
{
    if (last >= AWI_FD_LEAF * AWI_FD_ROOT) {
        last = AWI_FD_LEAF * AWI_FD_ROOT - 1;
    }
    for (unsigned int fd = first; fd <= last; fd++) {
        if (!atomic_load_explicit(&awi_fd_root[fd / AWI_FD_LEAF], memory_order_acquire)) {
            fd |= AWI_FD_LEAF - 1;
            continue;
        }
        struct awi_link *entry = awi_fd_entry((int)fd);
        if (entry) {
            visit((int)fd, entry, arg);
        }
    }
}

/*
 * Descriptors of our own
 */
static int hide_base(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= HIDE_FROM + 100) {
        return HIDE_FROM;
    }
    return (int)(limit.rlim_cur - limit.rlim_cur / 4);
}

int awi_fd_hide(int fd)
{
    int high = AWI_REAL(fcntl)(fd, F_DUPFD_CLOEXEC, hide_base());
    if (high < 0) {
        /* The upper range is full: any free number is better than none. */
        high = AWI_REAL(fcntl)(fd, F_DUPFD_CLOEXEC, 3);
    }
    if (high < 0) {
        return -errno;
    }
    _Atomic(struct awi_link *) *slot = slot_of(high);
    if (!slot) {
        AWI_REAL(close)(high);
        return -ENOMEM;
    }
    struct awi_link *stale = awi_fd_link(high);
    if (stale) {
        awi_fd_forget(high);
    }
    atomic_store_explicit(slot, AWI_FD_HIDDEN, memory_order_release);
    AWI_REAL(close)(fd);
    return high;
}

void awi_fd_hidden_close(int fd)
{
    _Atomic(struct awi_link *) *slot = slot_of(fd);
    struct awi_link *expected = AWI_FD_HIDDEN;
    if (slot && atomic_compare_exchange_strong(slot, &expected, NULL)) {
        AWI_REAL(close)(fd);
    }
}

/*
 * What signal handlers left undone
 */
void awi_fd_late_mark(struct awi_link *link, bool orphan)
{
    if (orphan) {
        int fd = atomic_load(&link->fd);
        _Atomic(struct awi_link *) *slot = fd >= 0 ? slot_of(fd) : NULL;
        if (slot) {
            atomic_compare_exchange_strong(slot, &link, NULL);
        }
        atomic_store(&link->orphan, true);
    } else {
        atomic_store(&link->late, true);
    }
    atomic_store(&awi_fd_late_flag, true);
}

static void late_one(struct awi_link *link)
{
    if (!atomic_load(&link->late) && !atomic_load(&link->orphan)) {
        return;
    }
    pthread_mutex_lock(&link->lock);
    bool orphan = atomic_exchange(&link->orphan, false);
    bool late = atomic_exchange(&link->late, false);
    if (atomic_load(&link->kind) == AWI_LINK_FREE) {
        pthread_mutex_unlock(&link->lock);
    } else if (orphan) {
        awi_link_drop(link);
    } else if (late && atomic_load(&link->kind) == AWI_LINK_CONN) {
        awi_divert_demote_locked(link);
    } else {
        pthread_mutex_unlock(&link->lock);
    }
}

void awi_fd_late_run(void)
{
    while (atomic_exchange(&awi_fd_late_flag, false)) {
        size_t chunks = atomic_load(&pool_count);
        for (size_t chunk = 0; chunk < chunks; chunk++) {
            for (size_t i = 0; i < pool_chunks[chunk].count; i++) {
                late_one(&pool_chunks[chunk].links[i]);
            }
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LMDB's view of the system. The build renames the libc functions that LMDB calls for descriptors,
 * mappings, locks and process ids to the ones below (core/store/meson.build), so that
 *  - its descriptors lie where the host does not find them, relative to the proved directory;
 *  - a memory store is two memfds, shared by forks, with nothing on disk;
 *  - a mapping can grow while other threads read through the old one;
 *  - a writer that was stopped (a debugger) makes others fail with a text, not hang for ever;
 *  - a full disk is ENOSPC, not EIO, and the limit of file sizes does not kill the host;
 *  - two containers whose process ids collide do not take each other's reader slots.
 */
#include "core/store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define WRITER_WAIT_SECONDS 60

int awi_lmdb_open(const char *path, int flags, ...);
int awi_lmdb_close(int fd);
void *awi_lmdb_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int awi_lmdb_munmap(void *addr, size_t len);
int awi_lmdb_fcntl(int fd, int cmd, ...);
pid_t awi_lmdb_getpid(void);
int awi_lmdb_mutex_lock(pthread_mutex_t *mutex);
ssize_t awi_lmdb_pwrite(int fd, const void *data, size_t len, off_t offset);
off_t awi_lmdb_lseek(int fd, off_t offset, int whence);
ssize_t awi_lmdb_writev(int fd, const struct iovec *parts, int n);

/* Where LMDB says which of its invariants is broken. */
extern FILE *awi_lmdb_stderr;
FILE *awi_lmdb_stderr;

__attribute__((constructor)) static void point_stderr(void)
{
    awi_lmdb_stderr = stderr;
}

/* Aligned so that AddressSanitizer, which reads a header before any block of thread-local variables
 * that lies 16 bytes behind a page's start, finds ours elsewhere. */
static __thread struct awi_lmdb_io *current __attribute__((aligned(32)));
static __thread unsigned writer_wait = WRITER_WAIT_SECONDS;
static __thread uint64_t room;   /* up to where it may write */
static __thread off_t writev_at; /* where the next writev() goes */
static int (*hide)(int fd);
static void (*unhide)(int fd);

void awi_store_set_fd_hide(int (*fd_hide)(int fd), void (*fd_close)(int fd))
{
    hide = fd_hide;
    unhide = fd_close;
}

int awi_fd_hide(int fd)
{
    int moved = fd >= 0 && hide ? hide(fd) : fd;

    return moved >= 0 ? moved : fd;
}

void awi_fd_close(int fd)
{
    if (fd < 0) {
        return;
    }
    if (unhide) {
        unhide(fd);
    } else {
        close(fd);
    }
}

void awi_lmdb_io_measure(void)
{
    room = awi_room();
}

void awi_lmdb_io_enter(struct awi_lmdb_io *io)
{
    current = io;
    awi_lmdb_io_measure();
}

void awi_lmdb_io_leave(void)
{
    current = NULL;
}

/* The lock file is written through a mapping: its blocks must exist before, or a full disk would
 * be a SIGBUS in the host. */
static int allocate_lock(int fd)
{
    struct stat st;
    int r = fstat(fd, &st) < 0 ? errno : 0;

    if (r == 0 && st.st_size < LOCK_FILE_SIZE) {
        r = -awi_room_for(LOCK_FILE_SIZE);
    }
    if (r == 0 && st.st_size < LOCK_FILE_SIZE) {
        do {
            r = posix_fallocate(fd, 0, LOCK_FILE_SIZE);
        } while (r == EINTR);
    }
    errno = r;
    return r ? -1 : 0;
}

static int open_lock(struct awi_lmdb_io *io, int flags)
{
    if (io->reuse_lock_fd >= 0) {
        io->lock_fd = io->reuse_lock_fd;
        return io->lock_fd;
    }
    int fd = io->dir_fd >= 0 ? openat(io->dir_fd, "lock.mdb", flags | O_CLOEXEC | O_NOFOLLOW, 0600)
                             : fcntl(io->memory_lock, F_DUPFD_CLOEXEC, 3);
    if (fd < 0) {
        return -1;
    }
    if (allocate_lock(fd) < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    io->lock_fd = awi_fd_hide(fd);
    return io->lock_fd;
}

int awi_lmdb_open(const char *path, int flags, ...)
{
    struct awi_lmdb_io *io = current;
    size_t len = strlen(path);

    if (!io) {
        errno = EINVAL;
        return -1;
    }
    if (len > 5 && memcmp(path + len - 5, "-lock", 5) == 0) {
        return open_lock(io, flags);
    }
    if (io->data_fd >= 0) {
        return io->data_fd; /* the second one is for synchronous writes, which we do not make */
    }
    int fd = io->dir_fd >= 0 ? openat(io->dir_fd, "data.mdb", flags | O_CLOEXEC | O_NOFOLLOW, 0600)
                             : fcntl(io->memory_data, F_DUPFD_CLOEXEC, 3);
    io->data_fd = awi_fd_hide(fd);
    return io->data_fd;
}

int awi_lmdb_close(int fd)
{
    struct awi_lmdb_io *io = current;

    if (!io) {
        return close(fd);
    }
    /* A number that is in neither place was lost to the host and may be its own by now. */
    if (fd == io->data_fd) {
        io->data_fd = -1;
        awi_fd_close(fd);
    } else if (fd == io->lock_fd) {
        io->lock_fd = -1;
        awi_fd_close(fd);
    }
    return 0;
}

void *awi_lmdb_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    struct awi_lmdb_io *io = current;

    if (io && fd == io->data_fd && io->premapped) {
        io->data_map = io->premapped;
        io->data_map_len = len;
        io->premapped = NULL;
        return io->data_map;
    }
    void *map = mmap(addr, len, prot, flags, fd, offset);
    if (map == MAP_FAILED && errno == EINVAL) {
        errno = ENOMEM; /* how valgrind says that there is no room of this size */
    }
    if (io && map != MAP_FAILED) {
        if (fd == io->lock_fd) {
            io->lock_map = map;
            io->lock_map_len = len;
        } else if (fd == io->data_fd) {
            io->data_map = map;
            io->data_map_len = len;
        }
    }
    return map;
}

int awi_lmdb_munmap(void *addr, size_t len)
{
    struct awi_lmdb_io *io = current;

    if (io && io->keep_map && addr == io->data_map) {
        return 0;
    }
    return munmap(addr, len);
}

int awi_lmdb_fcntl(int fd, int cmd, ...)
{
    struct awi_lmdb_io *io = current;
    va_list args;

    va_start(args, cmd);
    void *argument = va_arg(args, void *);
    va_end(args);
    if (io && io->deny_exclusive && cmd == F_SETLK) {
        const struct flock *lock = argument;
        if (lock->l_type == F_WRLCK && lock->l_start == 0) {
            errno = EAGAIN;
            return -1;
        }
    }
    return fcntl(fd, cmd, argument);
}

pid_t awi_lmdb_getpid(void)
{
    struct awi_lmdb_io *io = current;
    uint32_t id = 0;

    if (getrandom(&id, sizeof(id), GRND_NONBLOCK) != (ssize_t)sizeof(id)) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        id = (uint32_t)now.tv_nsec * 2654435761u ^ (uint32_t)getpid();
    }
    id = (id & 0x3fffffff) | 0x40000000;
    if (io) {
        io->id = id;
    }
    return (pid_t)id;
}

int awi_mutex_lock_for(pthread_mutex_t *mutex, unsigned seconds)
{
    int r = pthread_mutex_trylock(mutex);

    if (r != EBUSY) {
        return r;
    }
    if (seconds == 0) {
        return ETIMEDOUT;
    }
#ifdef __SANITIZE_THREAD__ /* which does not know the clocks and dead owners of the others */
    return pthread_mutex_lock(mutex);
#else
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    return pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &until);
#endif
}

int awi_lmdb_mutex_lock(pthread_mutex_t *mutex)
{
    return awi_mutex_lock_for(mutex, writer_wait);
}

void awi_lmdb_wait(unsigned seconds)
{
    writer_wait = seconds;
}

static bool may_grow_to(uint64_t end)
{
    if (end > room) {
        errno = EDQUOT;
    }
    return end <= room;
}

static bool write_rest(int fd, const char *data, size_t len, off_t offset)
{
    while (len > 0) {
        ssize_t n = pwrite(fd, data, len, offset);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n < 0 ? errno : ENOSPC;
            return false;
        }
        data += n;
        len -= (size_t)n;
        offset += n;
    }
    return true;
}

/* A disk that fills up in the middle of a write makes it short, which LMDB would report as EIO;
 * trying the rest tells the cause. */
ssize_t awi_lmdb_pwrite(int fd, const void *data, size_t len, off_t offset)
{
    return may_grow_to((uint64_t)offset + len) && write_rest(fd, data, len, offset) ? (ssize_t)len
                                                                                    : -1;
}

/* LMDB seeks in its data only to write several pages there: both become one call. */
off_t awi_lmdb_lseek(int fd, off_t offset, int whence)
{
    if (whence != SEEK_SET) {
        return lseek(fd, offset, whence);
    }
    writev_at = offset;
    return offset;
}

ssize_t awi_lmdb_writev(int fd, const struct iovec *parts, int n)
{
    ssize_t whole = 0;
    ssize_t done;

    for (int i = 0; i < n; i++) {
        whole += (ssize_t)parts[i].iov_len;
    }
    if (!may_grow_to((uint64_t)(writev_at + whole))) {
        return -1;
    }
    do {
        done = pwritev(fd, parts, n, writev_at);
    } while (done < 0 && errno == EINTR);
    for (ssize_t before = 0; done >= 0 && done < whole; parts++) {
        ssize_t end = before + (ssize_t)parts->iov_len;
        if (done < end) {
            const char *rest = (const char *)parts->iov_base + (done - before);
            done = write_rest(fd, rest, (size_t)(end - done), writev_at + done) ? end : -1;
        }
        before = end;
    }
    return done;
}

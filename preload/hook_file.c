/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening and examining files, for the sake of CA certificates only (trust.h), and the one variable
 * of the environment by which node learns of another file of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "preload/guard.h"
#include "preload/real.h"
#include "preload/shim.h"
#include "preload/trust.h"

/* Only for reading, and really opened. */
static bool for_reading(int flags)
{
    return (flags & (O_ACCMODE | O_CREAT | O_TRUNC | O_PATH | O_DIRECTORY)) == O_RDONLY;
}

/* The verdict on a path about to be opened. For AWI_TRUST_OWN *fd is the result. */
static enum awi_trust before_open(const char *path, int flags, int *fd)
{
    enum awi_trust kind = for_reading(flags) ? awi_trust_path(path) : AWI_TRUST_NONE;
    if (kind == AWI_TRUST_OWN) {
        *fd = awi_trust_own(flags & O_CLOEXEC);
        if (*fd < 0) {
            errno = -*fd;
            *fd = -1;
        }
    }
    return kind;
}

static int after_open(enum awi_trust kind, int fd)
{
    if (kind == AWI_TRUST_ADD && fd >= 0) {
        awi_trust_add(fd);
    }
    return fd;
}

#define OPEN(call)                                                                                 \
    int fd;                                                                                        \
    enum awi_trust kind = before_open(path, flags, &fd);                                           \
    return kind == AWI_TRUST_OWN ? fd : after_open(kind, call)

int hook_open(const char *path, int flags, mode_t mode)
{
    OPEN(AWI_REAL(open)(path, flags, mode));
}

int hook_open64(const char *path, int flags, mode_t mode)
{
    OPEN(AWI_REAL(open64)(path, flags, mode));
}

int hook_openat(int dir, const char *path, int flags, mode_t mode)
{
    OPEN(AWI_REAL(openat)(dir, path, flags, mode));
}

int hook_openat64(int dir, const char *path, int flags, mode_t mode)
{
    OPEN(AWI_REAL(openat64)(dir, path, flags, mode));
}

int hook___open_2(const char *path, int flags)
{
    OPEN(AWI_REAL(__open_2)(path, flags));
}

int hook___open64_2(const char *path, int flags)
{
    OPEN(AWI_REAL(__open64_2)(path, flags));
}

int hook___openat_2(int dir, const char *path, int flags)
{
    OPEN(AWI_REAL(__openat_2)(dir, path, flags));
}

int hook___openat64_2(int dir, const char *path, int flags)
{
    OPEN(AWI_REAL(__openat64_2)(dir, path, flags));
}

/*
 * stdio. Nothing has been read yet, so the descriptor below the stream may be exchanged.
 */
static FILE *own_stream(const char *mode)
{
    int fd = awi_trust_own(strchr(mode, 'e') != NULL);
    if (fd < 0) {
        errno = -fd;
        return NULL;
    }
    return AWI_REAL(fdopen)(fd, mode);
}

static enum awi_trust stream_kind(const char *path, const char *mode)
{
    return mode && *mode == 'r' && !strchr(mode, '+') ? awi_trust_path(path) : AWI_TRUST_NONE;
}

static FILE *after_fopen(enum awi_trust kind, FILE *stream)
{
    if (kind == AWI_TRUST_ADD && stream) {
        awi_trust_add(fileno(stream));
    }
    return stream;
}

FILE *hook_fopen(const char *path, const char *mode)
{
    enum awi_trust kind = stream_kind(path, mode);
    return kind == AWI_TRUST_OWN ? own_stream(mode)
                                 : after_fopen(kind, AWI_REAL(fopen)(path, mode));
}

FILE *hook_fopen64(const char *path, const char *mode)
{
    enum awi_trust kind = stream_kind(path, mode);
    return kind == AWI_TRUST_OWN ? own_stream(mode)
                                 : after_fopen(kind, AWI_REAL(fopen64)(path, mode));
}

/*
 * Files that exist for the host only. The real function is asked first: what it finds is what is.
 */
static int own_for_stat(int r, const char *path)
{
    if (AWI_LIKELY(r == 0) || errno != ENOENT) {
        return -1;
    }
    int err = errno;
    int fd = awi_trust_path(path) == AWI_TRUST_OWN ? awi_trust_own(true) : -1;
    errno = err;
    return fd < 0 ? -1 : fd;
}

#define STAT(call, instead)                                                                        \
    int r = call;                                                                                  \
    int fd = own_for_stat(r, path);                                                                \
    if (AWI_UNLIKELY(fd >= 0)) {                                                                   \
        r = instead;                                                                               \
        AWI_REAL(close)(fd);                                                                       \
    }                                                                                              \
    return r

int hook_stat(const char *path, struct stat *st)
{
    STAT(AWI_REAL(stat)(path, st), fstat(fd, st));
}

int hook_stat64(const char *path, struct stat64 *st)
{
    STAT(AWI_REAL(stat64)(path, st), fstat64(fd, st));
}

int hook___xstat(int version, const char *path, struct stat *st)
{
    STAT(AWI_REAL(__xstat)(version, path, st), fstat(fd, st));
}

int hook___xstat64(int version, const char *path, struct stat64 *st)
{
    STAT(AWI_REAL(__xstat64)(version, path, st), fstat64(fd, st));
}

int hook_lstat(const char *path, struct stat *st)
{
    STAT(AWI_REAL(lstat)(path, st), fstat(fd, st));
}

int hook_lstat64(const char *path, struct stat64 *st)
{
    STAT(AWI_REAL(lstat64)(path, st), fstat64(fd, st));
}

int hook___lxstat(int version, const char *path, struct stat *st)
{
    STAT(AWI_REAL(__lxstat)(version, path, st), fstat(fd, st));
}

int hook___lxstat64(int version, const char *path, struct stat64 *st)
{
    STAT(AWI_REAL(__lxstat64)(version, path, st), fstat64(fd, st));
}

int hook_fstatat(int dir, const char *path, struct stat *st, int flags)
{
    STAT(AWI_REAL(fstatat)(dir, path, st, flags), fstat(fd, st));
}

int hook_fstatat64(int dir, const char *path, struct stat64 *st, int flags)
{
    STAT(AWI_REAL(fstatat64)(dir, path, st, flags), fstat64(fd, st));
}

int hook___fxstatat(int version, int dir, const char *path, struct stat *st, int flags)
{
    STAT(AWI_REAL(__fxstatat)(version, dir, path, st, flags), fstat(fd, st));
}

int hook___fxstatat64(int version, int dir, const char *path, struct stat64 *st, int flags)
{
    STAT(AWI_REAL(__fxstatat64)(version, dir, path, st, flags), fstat64(fd, st));
}

int hook_statx(int dir, const char *path, int flags, unsigned int mask, struct statx *st)
{
    STAT(AWI_REAL(statx)(dir, path, flags, mask, st),
         AWI_REAL(statx)(fd, "", AT_EMPTY_PATH, mask, st));
}

int hook_access(const char *path, int mode)
{
    STAT(AWI_REAL(access)(path, mode), (mode & (W_OK | X_OK)) ? -1 : 0);
}

int hook_faccessat(int dir, const char *path, int mode, int flags)
{
    STAT(AWI_REAL(faccessat)(dir, path, mode, flags), (mode & (W_OK | X_OK)) ? -1 : 0);
}

/*
 * node compiles its roots in and knows one way to add to them. The environment itself is not
 * changed: children and the program's own listing of it do not see the variable. Node warns about a
 * file that it cannot read, so it is told of none unless the core is there to make it.
 */
static char *extra_certs(const char *name, char *value)
{
    if (value || *name != 'N' || strcmp(name, "NODE_EXTRA_CA_CERTS") || awi_inside() ||
        awi_disabled()) {
        return value;
    }
    struct awi_entry entry;
    awi_enter(&entry);
    bool usable = awi_core() != NULL;
    awi_leave(&entry);
    if (!usable) {
        return NULL;
    }
    return (char *)(uintptr_t)awi_trust_virtual;
}

char *hook_getenv(const char *name)
{
    return extra_certs(name, AWI_REAL(getenv)(name));
}

char *hook_secure_getenv(const char *name)
{
    return extra_certs(name, AWI_REAL(secure_getenv)(name));
}

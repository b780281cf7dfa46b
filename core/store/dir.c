/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state directory: made with mode 0700, proved to be ours before anything is opened in it, and
 * marked with the number of its format.
 */
#include "core/store/internal.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FORMAT_FILE "format"
#define FORMAT_HEAD "awsintercept state, format "

char *awi_why_text(const char *format, ...)
{
    va_list args;
    char *text = NULL;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0) {
        text = NULL;
    }
    va_end(args);
    return text;
}

/* mkdir -p with mode 0700 for what is missing. */
static int make_dirs(const char *dir)
{
    AWI_AUTO(free) char *path = strdup(dir);

    if (!path) {
        return -ENOMEM;
    }
    for (char *at = path + 1;; at++) {
        if (*at != '/' && *at != '\0') {
            continue;
        }
        char end = *at;
        *at = '\0';
        if (mkdir(path, 0700) < 0 && errno != EEXIST) {
            int error = errno;
            struct stat st;
            /* A read-only or closed parent answers so even for what is there. */
            if (stat(path, &st) < 0) {
                return -error;
            }
        }
        *at = end;
        if (end == '\0') {
            return 0;
        }
    }
}

/* A link that somebody else has put there (in /tmp) is not followed. */
static int refuse_foreign_link(const char *dir, char **why)
{
    struct stat st;

    if (lstat(dir, &st) == 0 && S_ISLNK(st.st_mode) && st.st_uid != geteuid() && st.st_uid != 0) {
        *why = awi_why_text("state directory %s is a symbolic link made by another user (uid %u); "
                            "remove it or name another directory with AWSINTERCEPT_STATE",
                            dir,
                            (unsigned)st.st_uid);
        return -EPERM;
    }
    return 0;
}

static int refuse_foreign_dir(const char *dir, int fd, char **why)
{
    struct stat st;

    if (fstat(fd, &st) < 0) {
        return -errno;
    }
    if (st.st_uid != geteuid()) {
        *why = awi_why_text("state directory %s belongs to another user (uid %u, we are uid %u); "
                            "name another one with AWSINTERCEPT_STATE",
                            dir,
                            (unsigned)st.st_uid,
                            (unsigned)geteuid());
        return -EPERM;
    }
    if (st.st_mode & 022) {
        *why = awi_why_text("state directory %s can be written by other users (mode %04o); "
                            "run chmod 700 on it or name another one with AWSINTERCEPT_STATE",
                            dir,
                            (unsigned)(st.st_mode & 07777));
        return -EPERM;
    }
    return 0;
}

static const char *cause(int error)
{
    switch (error) {
    case ENOTDIR:
        return "it, or a part of its path, is a file";
    case EACCES:
        return "permission denied";
    case EROFS:
        return "the file system is read-only";
    case ENOSPC:
        return "no space left on the file system";
    case EDQUOT:
        return "the disk quota is used up";
    case ENAMETOOLONG:
        return "the name is too long";
    case ELOOP:
        return "too many symbolic links";
    default:
        return strerrordesc_np(error);
    }
}

int awi_dir_open(const char *dir, int *ret_fd, char **why)
{
    int r = refuse_foreign_link(dir, why);

    *ret_fd = -1;
    if (r < 0) {
        return r;
    }
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        r = make_dirs(dir);
        fd = r < 0 ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (r < 0) {
            errno = -r;
        }
    }
    if (fd < 0) {
        r = -errno;
        *why = awi_why_text("state directory %s cannot be used: %s", dir, cause(-r));
        return r;
    }
    r = refuse_foreign_dir(dir, fd, why);
    if (r < 0) {
        close(fd);
        return r;
    }
    *ret_fd = fd;
    return 0;
}

/* Can what is missing of a path be made? Looked up from its end, without making anything. */
static int could_make(const char *dir)
{
    AWI_AUTO(free) char *path = strdup(dir);

    if (!path) {
        return -ENOMEM;
    }
    for (char *slash = strrchr(path, '/'); slash; slash = strrchr(path, '/')) {
        slash[slash == path] = '\0';
        if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0) {
            return 0;
        }
        if (errno != ENOENT || slash == path) {
            return -errno;
        }
    }
    return faccessat(AT_FDCWD, ".", W_OK | X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

int awi_store_check(const char *dir, char **why)
{
    AWI_AUTO(fd) int fd = -1;

    *why = NULL;
    if (strcmp(dir, "memory") == 0) {
        return 0;
    }
    int r = refuse_foreign_link(dir, why);
    if (r < 0) {
        return r;
    }
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        r = errno == ENOENT ? could_make(dir) : -errno;
    } else {
        /* root may start the command as the user whose directory it is. */
        r = geteuid() == 0 ? 0 : refuse_foreign_dir(dir, fd, why);
        if (r == 0 && faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0) {
            r = -errno;
        }
    }
    if (r < 0 && !*why) {
        *why = awi_why_text("state directory %s cannot be used: %s", dir, cause(-r));
    }
    return r;
}

/* Written aside and linked, so that it is there whole or not at all. */
static int write_format(int dir_fd)
{
    char name[64];
    char text[64];
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(name, sizeof(name), ".format-%ld-%ld", (long)getpid(), now.tv_nsec);
    int len = snprintf(text, sizeof(text), FORMAT_HEAD "%d\n", AWI_STORE_FORMAT);
    AWI_AUTO(fd) int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -errno;
    }
    int r = awi_room_for((uint64_t)len);
    ssize_t n = r == 0 ? write(fd, text, (size_t)len) : len;
    if (r == 0 && n != len) {
        r = n < 0 ? -errno : -ENOSPC;
    }
    if (r == 0 && renameat(dir_fd, name, dir_fd, FORMAT_FILE) < 0) {
        r = -errno;
    }
    if (r < 0) {
        unlinkat(dir_fd, name, 0);
    }
    return r;
}

static int read_format(int dir_fd, uint64_t *ret)
{
    char text[128];
    AWI_AUTO(fd) int fd = openat(dir_fd, FORMAT_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0) {
        return -errno;
    }
    ssize_t n = read(fd, text, sizeof(text));
    if (n < 0) {
        return -errno;
    }
    struct awi_str rest = awi_str_of(text, (size_t)n);
    struct awi_str line;
    awi_str_cut(&rest, '\n', &line);
    if (!awi_str_starts(line, AWI_STR(FORMAT_HEAD))) {
        return -EPROTO;
    }
    return awi_str_to_u64(awi_str_skip(line, strlen(FORMAT_HEAD)), ret) < 0 ? -EPROTO : 0;
}

int awi_dir_check_format(const char *dir, int fd, char **why)
{
    uint64_t format = 0;
    int r = read_format(fd, &format);

    if (r == -ENOENT) {
        if (faccessat(fd, "data.mdb", F_OK, 0) == 0) {
            *why = awi_why_text("state directory %s holds data but no readable format number; it "
                                "is damaged or not ours: name another one with AWSINTERCEPT_STATE",
                                dir);
            return -EPROTO;
        }
        r = write_format(fd);
        format = AWI_STORE_FORMAT;
    }
    if (r == -EPROTO) {
        *why = awi_why_text("state directory %s: the file %s/" FORMAT_FILE " is not one of ours; "
                            "name another directory with AWSINTERCEPT_STATE",
                            dir,
                            dir);
        return r;
    }
    if (r < 0) {
        *why = awi_why_text("state directory %s cannot be used: %s", dir, cause(-r));
        return r;
    }
    if (format != AWI_STORE_FORMAT) {
        *why = awi_why_text("state directory %s has format %llu, this awsintercept knows format "
                            "%d: it was written by a %s version; update awsintercept or name "
                            "another directory with AWSINTERCEPT_STATE",
                            dir,
                            (unsigned long long)format,
                            AWI_STORE_FORMAT,
                            format > AWI_STORE_FORMAT ? "newer" : "different");
        return -EPROTO;
    }
    return 0;
}

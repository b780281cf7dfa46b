/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates for targets, made when somebody wants them. */
#include "cli/supervise_ca.h"

#include "core/util/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* One that exists under the preload library only: our certificate alone. */
#define OURS_ALONE "/proc/self/awsintercept-ca.pem"
#define PREFIX     "awsintercept-certs-"
#define PLACES     (sizeof(places) / sizeof(places[0]))
#define TRIES      5

static const struct {
    const char *variable;
    const char *name;
} kinds[AWI_CA_FILES] = {
    [AWI_CA_SYSTEM] = {"SSL_CERT_FILE", "ca.pem"},
    [AWI_CA_AWS] = {"AWS_CA_BUNDLE", "aws-bundle.pem"},
};

/* Of the directory: the first that can be written to. */
static const char *const places[] = {"/tmp", "/dev/shm", "/var/tmp"};

/* Where distributions keep the system's certificates, as Go looks for them. */
static const char *const system_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

/* What the file is a copy of; NULL: nothing, and there shall be none. */
static const char *original(int kind)
{
    const char *named = getenv(kinds[kind].variable);

    if (named && *named) {
        return access(named, R_OK) == 0 ? named : NULL;
    }
    if (kind != AWI_CA_SYSTEM) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(system_bundles) / sizeof(system_bundles[0]); i++) {
        if (access(system_bundles[i], R_OK) == 0) {
            return system_bundles[i];
        }
    }
    return OURS_ALONE;
}

static int path_of(const char *directory, int kind, char **ret)
{
    if (asprintf(ret, "%s/%s", directory, kinds[kind].name) < 0) {
        *ret = NULL;
        return -ENOMEM;
    }
    return 0;
}

/* The kernel takes the lock off when its last holder is gone, however that went. -1: another has
 * it, or it is no directory of ours. */
static int lock_directory(const char *path)
{
    AWI_AUTO(fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    return fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
                   flock(fd, LOCK_EX | LOCK_NB) == 0
               ? AWI_STEAL(fd, -1)
               : -1;
}

/* Is it still there by its name? Someone who swept may have been faster. */
static bool is_there(const char *path, int lock)
{
    struct stat named, held;

    return stat(path, &named) == 0 && fstat(lock, &held) == 0 && named.st_dev == held.st_dev &&
           named.st_ino == held.st_ino;
}

static int make_in(struct awi_ca *ca, const char *place)
{
    snprintf(ca->directory, sizeof(ca->directory), "%s/" PREFIX "XXXXXX", place);
    if (!mkdtemp(ca->directory)) {
        return -errno;
    }
    AWI_AUTO(fd) int lock = lock_directory(ca->directory);
    if (lock < 0 || !is_there(ca->directory, lock)) {
        rmdir(ca->directory);
        return -EAGAIN;
    }
    /* Other users than ours may have to read it: a target may change to one. */
    if (chmod(ca->directory, 0755) < 0) {
        return -errno;
    }
    ca->lock = AWI_STEAL(lock, -1);
    return 0;
}

static int make_directory(struct awi_ca *ca)
{
    int r = -ENOENT;

    for (size_t i = 0; r < 0 && i < PLACES; i++) {
        for (int tries = 0; tries < TRIES && (tries == 0 || r == -EAGAIN); tries++) {
            r = make_in(ca, places[i]);
        }
    }
    if (r < 0) {
        ca->directory[0] = '\0';
    }
    return r;
}

/* The owner of the lease is this process, the one that is signalled. */
static bool lease(int fd)
{
    return fcntl(fd, F_SETLEASE, F_WRLCK) == 0 && fcntl(fd, F_SETOWN, getpid()) == 0;
}

int awi_ca_make(struct awi_ca *ca)
{
    *ca = (struct awi_ca){.lock = -1, .files = {-1, -1}, .lazy = true};
    int r = make_directory(ca);
    for (int kind = 0; r == 0 && kind < AWI_CA_FILES; kind++) {
        AWI_AUTO(free) char *path = NULL;
        if (!original(kind)) {
            continue;
        }
        r = path_of(ca->directory, kind, &path);
        if (r == 0) {
            ca->files[kind] = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
            r = ca->files[kind] < 0 ? -errno : 0;
        }
        if (r == 0) {
            fchmod(ca->files[kind], 0644);
            ca->lazy = lease(ca->files[kind]) && ca->lazy;
        }
    }
    return r;
}

static void copy(const char *from, int to)
{
    char buffer[65536];
    ssize_t n;
    AWI_AUTO(fd) int fd = open(from, O_RDONLY | O_CLOEXEC);

    while (fd >= 0 && (n = read(fd, buffer, sizeof(buffer))) > 0) {
        if (write(to, buffer, (size_t)n) != n) {
            return;
        }
    }
}

void awi_ca_fill(struct awi_ca *ca)
{
    for (int kind = 0; kind < AWI_CA_FILES; kind++) {
        const char *from = ca->files[kind] >= 0 ? original(kind) : NULL;
        if (from) {
            copy(from, ca->files[kind]);
        }
        if (ca->files[kind] >= 0) {
            fcntl(ca->files[kind], F_SETLEASE, F_UNLCK);
            close(AWI_STEAL(ca->files[kind], -1));
        }
    }
}

static void remove_directory(const char *path, int lock)
{
    for (int kind = 0; kind < AWI_CA_FILES; kind++) {
        unlinkat(lock, kinds[kind].name, 0);
    }
    rmdir(path);
}

/* What supervisors left that were killed. */
static void sweep(const char *place)
{
    DIR *all = opendir(place);

    for (struct dirent *one = all ? readdir(all) : NULL; one; one = readdir(all)) {
        AWI_AUTO(free) char *path = NULL;
        if (strncmp(one->d_name, PREFIX, sizeof(PREFIX) - 1) != 0) {
            continue;
        }
        if (asprintf(&path, "%s/%s", place, one->d_name) < 0) {
            path = NULL;
            continue;
        }
        AWI_AUTO(fd) int lock = lock_directory(path);
        if (lock >= 0) {
            remove_directory(path, lock);
        }
    }
    if (all) {
        closedir(all);
    }
}

void awi_ca_remove(struct awi_ca *ca)
{
    if (!ca->directory[0]) {
        return;
    }
    remove_directory(ca->directory, ca->lock);
    ca->directory[0] = '\0';
    close(AWI_STEAL(ca->lock, -1));
    for (size_t i = 0; i < PLACES; i++) {
        sweep(places[i]);
    }
}

int awi_ca_point(const char *directory)
{
    for (int kind = 0; kind < AWI_CA_FILES; kind++) {
        AWI_AUTO(free) char *path = NULL;
        int r = path_of(directory, kind, &path);
        if (r < 0) {
            return r;
        }
        if (access(path, F_OK) == 0 && setenv(kinds[kind].variable, path, 1) < 0) {
            return -errno;
        }
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates for targets, made when somebody wants them. */
#include "cli/supervise_ca.h"

#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One that exists under the preload library only: our certificate alone. */
#define OURS_ALONE "/proc/self/awsintercept-ca.pem"

static const struct {
    const char *variable;
    const char *name;
} kinds[AWI_CA_FILES] = {
    [AWI_CA_SYSTEM] = {"SSL_CERT_FILE", "ca.pem"},
    [AWI_CA_AWS] = {"AWS_CA_BUNDLE", "aws-bundle.pem"},
};

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

/* Other users than ours may have to read it: a target may change to one. */
static int make_directory(struct awi_ca *ca)
{
    static const char *const places[] = {"/tmp", "/dev/shm", "/var/tmp"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        snprintf(ca->directory, sizeof(ca->directory), "%s/awsintercept-ca-XXXXXX", places[i]);
        if (mkdtemp(ca->directory)) {
            return chmod(ca->directory, 0755) < 0 ? -errno : 0;
        }
    }
    ca->directory[0] = '\0';
    return -errno;
}

/* The owner of the lease is this process, the one that is signalled. */
static bool lease(int fd)
{
    return fcntl(fd, F_SETLEASE, F_WRLCK) == 0 && fcntl(fd, F_SETOWN, getpid()) == 0;
}

int awi_ca_make(struct awi_ca *ca)
{
    *ca = (struct awi_ca){.files = {-1, -1}, .lazy = true};
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

void awi_ca_remove(struct awi_ca *ca)
{
    for (int kind = 0; kind < AWI_CA_FILES && ca->directory[0]; kind++) {
        AWI_AUTO(free) char *path = NULL;
        if (path_of(ca->directory, kind, &path) == 0) {
            unlink(path);
        }
    }
    if (ca->directory[0]) {
        rmdir(ca->directory);
        ca->directory[0] = '\0';
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets of opening files of CA certificates. run-snippets makes a directory of them and names it
 * by SNIPPET_FILES; the fake core's "certificate" is one line.
 */
#include "snippet.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char mark[] = "# the fake core's certificate\n";

static const char *path_of(const char *name, char out[512])
{
    snprintf(out, 512, "%s/%s", getenv("SNIPPET_FILES"), name);
    return out;
}

/* Reads to the end and closes: does it begin as the file does, and end with our certificate? */
static int content(int fd, const char *begin, bool marked)
{
    char text[4096];
    size_t used = 0;
    ssize_t n;
    CHECK(fd >= 0);
    while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0) {
        used += (size_t)n;
    }
    text[used] = '\0';
    size_t tail = sizeof(mark) - 1;
    CHECK(!strncmp(text, begin, strlen(begin)));
    CHECK((used >= tail && !strcmp(text + used - tail, mark)) == marked);
    CHECK(close(fd) == 0);
    return 0;
}

static int open_bundle(void)
{
    static const char *const names[] = {
        "ca-certificates.crt", "cacert.pem", "ca-bundle.crt", "tls-ca-bundle.pem"};
    char path[512];
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        CHECK(content(open(path_of(names[i], path), O_RDONLY), "bundle", true) == 0);
        CHECK(content(openat(AT_FDCWD, path, O_RDONLY), "bundle", true) == 0);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC && close(fd) == 0);
    fd = open(path, O_RDONLY);
    CHECK(fcntl(fd, F_GETFD) == 0 && close(fd) == 0);
    return 0;
}

static int fopen_bundle(void)
{
    char path[512];
    FILE *stream = fopen(path_of("cacert.pem", path), "rb");
    CHECK(stream && content(dup(fileno(stream)), "bundle", true) == 0 && fclose(stream) == 0);
    return 0;
}

static int open_by_variable(void)
{
    char path[512];
    CHECK(content(open(path_of("by-variable", path), O_RDONLY), "bundle", true) == 0);
    return 0;
}

static int open_java_store(void)
{
    char path[512];
    CHECK(content(open(path_of("lib/security/cacerts", path), O_RDONLY), "bundle", true) == 0);
    return 0;
}

static int open_others(void)
{
    char path[512];
    CHECK(content(open(path_of("other.pem", path), O_RDONLY), "bundle", false) == 0);
    CHECK(content(open(path_of("cacerts", path), O_RDONLY), "bundle", false) == 0);
    CHECK(content(open(path_of("cacert.pem", path), O_RDWR), "bundle", false) == 0);
    CHECK(open(path_of("missing/cacert.pem", path), O_RDONLY) == -1 && errno == ENOENT);
    CHECK(open(path_of("89abcdef.0", path), O_RDONLY) == -1 && errno == ENOENT);
    CHECK(open(path_of("cert.pem", path), O_RDONLY | O_DIRECTORY) >= 0);
    int fd = open(path_of("cacert.pem", path), O_PATH);
    struct stat st;
    struct stat link;
    CHECK(fstat(fd, &st) == 0 && stat(path, &link) == 0 && st.st_ino == link.st_ino);
    close(fd);
    return 0;
}

static int own_by_hash(void)
{
    char path[512];
    struct stat st;
    CHECK(stat(path_of("fa4ec04e.0", path), &st) == 0 && S_ISREG(st.st_mode));
    CHECK(st.st_size == (off_t)sizeof(mark) - 1 && access(path, R_OK) == 0);
    CHECK(content(open(path, O_RDONLY), mark, true) == 0);
    CHECK(stat(path_of("fa4ec04f.0", path), &st) == -1 && errno == ENOENT);
    return 0;
}

/* What programs that were linked with an older libc call: headers and linker know these names no
 * more. */
static int old_stat(const char *name, const char *path)
{
    struct stat st = {0};
    int (*old)(int, const char *, struct stat *) = dlsym(RTLD_DEFAULT, name);
    CHECK(old && old(1, path, &st) == 0 && st.st_size == (off_t)sizeof(mark) - 1);
    return 0;
}

/* Each way to ask whether it is there: OpenSSL used stat() and asks by lstat() since 3.6. */
static int own_by_any_stat(void)
{
    char path[512];
    off_t size = sizeof(mark) - 1;
    struct stat st = {0};
    struct stat64 st64 = {0};
    struct statx stx = {0};
    path_of("fa4ec04e.0", path);
    CHECK(lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == size);
    CHECK(fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size == size);
    CHECK(stat64(path, &st64) == 0 && st64.st_size == size);
    CHECK(lstat64(path, &st64) == 0 && st64.st_size == size);
    CHECK(fstatat64(AT_FDCWD, path, &st64, 0) == 0 && st64.st_size == size);
    CHECK(statx(AT_FDCWD, path, 0, STATX_SIZE, &stx) == 0 && (off_t)stx.stx_size == size);
    CHECK(faccessat(AT_FDCWD, path, R_OK, 0) == 0);
    CHECK(faccessat(AT_FDCWD, path, W_OK, 0) == -1 && access(path, X_OK) == -1);
    static const char *const old[] = {"__xstat", "__xstat64", "__lxstat", "__lxstat64"};
    for (size_t i = 0; i < sizeof(old) / sizeof(*old); i++) {
        CHECK(old_stat(old[i], path) == 0);
    }
    CHECK(lstat(path_of("fa4ec04f.0", path), &st) == -1 && errno == ENOENT);
    return 0;
}

static int own_by_getenv(void)
{
    const char *path = getenv("NODE_EXTRA_CA_CERTS");
    CHECK(path);
    FILE *stream = fopen(path, "r");
    CHECK(stream && content(dup(fileno(stream)), mark, true) == 0 && fclose(stream) == 0);
    CHECK(!getenv("NODE_EXTRA_CA_CERTS_") && !getenv("NODE_EXTRA"));
    extern char **environ;
    for (char **entry = environ; *entry; entry++) {
        CHECK(strncmp(*entry, "NODE_EXTRA_CA_CERTS=", 20));
    }
    return 0;
}

/* The flag is dropped, the library is loaded, and errors are still dlopen's own. */
static int dlopen_deepbind(void)
{
#ifdef __SANITIZE_ADDRESS__
    /* Its runtime stands before us and refuses the flag. */
    int flags = RTLD_NOW;
#else
    int flags = RTLD_NOW | RTLD_DEEPBIND;
#endif
    void *library = dlopen("libm.so.6", flags);
    CHECK(library && dlsym(library, "cos") && dlclose(library) == 0);
    CHECK(!dlopen("no-such-library.so", RTLD_NOW) && strstr(dlerror(), "no-such-library.so"));
    return 0;
}

const struct snippet file_snippets[] = {
    {"open_bundle", open_bundle, PRELOAD},
    {"fopen_bundle", fopen_bundle, PRELOAD},
    {"open_by_variable", open_by_variable, PRELOAD},
    {"open_java_store", open_java_store, PRELOAD},
    {"open_others", open_others, PRELOAD},
    {"own_by_hash", own_by_hash, PRELOAD},
    {"own_by_any_stat", own_by_any_stat, PRELOAD},
    {"own_by_getenv", own_by_getenv, PRELOAD},
    {"dlopen_deepbind", dlopen_deepbind, ANYWHERE},
    {NULL, NULL, 0},
};

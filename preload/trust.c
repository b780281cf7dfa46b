/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recognises files of CA certificates and exchanges their content for the core's.
 */
#include "preload/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preload/guard.h"
#include "preload/real.h"
#include "preload/shim.h"

const char awi_trust_virtual[] = "/proc/self/awsintercept-ca.pem";

extern char **environ;

#define NAME(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
struct text {
    const char *text;
    size_t len;
};

static const struct text bundles[] = {
    NAME("ca-certificates.crt"),
    NAME("cacert.pem"),
    NAME("cert.pem"),
    NAME("ca-bundle.crt"),
    NAME("ca-bundle.pem"),
    NAME("tls-ca-bundle.pem"),
    NAME("ca-bundle.trust.crt"),
};

static const struct text variables[] = {
    NAME("SSL_CERT_FILE="),
    NAME("CURL_CA_BUNDLE="),
    NAME("REQUESTS_CA_BUNDLE="),
    NAME("AWS_CA_BUNDLE="),
    NAME("NODE_EXTRA_CA_CERTS="),
};

static bool is_bundle_name(const char *base)
{
    size_t len = strlen(base);
    for (size_t i = 0; i < sizeof(bundles) / sizeof(*bundles); i++) {
        if (len == bundles[i].len && !memcmp(base, bundles[i].text, len)) {
            return true;
        }
    }
    return false;
}

/* The JDK's store: .../lib/security/cacerts, and where Debian's link of that name leads. */
static bool is_jdk_store(const char *path, const char *base)
{
    static const struct text tails[] = {NAME("security/cacerts"), NAME("java/cacerts")};
    if (strcmp(base, "cacerts")) {
        return false;
    }
    size_t len = strlen(path);
    for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
        if (len > tails[i].len && !strcmp(path + len - tails[i].len, tails[i].text)) {
            return true;
        }
    }
    return false;
}

/* One pass over the environment, which the host may change at any time. */
static bool is_named_by_variable(const char *path)
{
    for (char **entry = environ; entry && *entry; entry++) {
        char first = **entry;
        if (first != 'S' && first != 'C' && first != 'R' && first != 'A' && first != 'N') {
            continue;
        }
        for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
            if (first == *variables[i].text &&
                !strncmp(*entry, variables[i].text, variables[i].len) &&
                !strcmp(*entry + variables[i].len, path)) {
                return *path != '\0';
            }
        }
    }
    return false;
}

/* "0123abcd.0", as OpenSSL names certificates in a directory. */
static bool is_hashed_name(const char *base)
{
    return strspn(base, "0123456789abcdef") == 8 && !strcmp(base + 8, ".0");
}

static bool is_own_hash(const char *base)
{
    char hash[9] = "";
    struct awi_entry entry;
    awi_enter(&entry);
    const struct awi_core_api *core = awi_core();
    bool own = core && core->trust_hash(hash) == 0 && !memcmp(base, hash, 8);
    awi_leave(&entry);
    return own;
}

enum awi_trust awi_trust_path(const char *path)
{
    if (!path || awi_inside() || awi_disabled()) {
        return AWI_TRUST_NONE;
    }
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    if (is_bundle_name(base) || is_jdk_store(path, base)) {
        return AWI_TRUST_ADD;
    }
    if (!strcmp(path, awi_trust_virtual) || (is_hashed_name(base) && is_own_hash(base))) {
        return AWI_TRUST_OWN;
    }
    return is_named_by_variable(path) ? AWI_TRUST_ADD : AWI_TRUST_NONE;
}

void awi_trust_add(int fd)
{
    struct awi_entry entry;
    struct stat st;
    awi_enter(&entry);
    const struct awi_core_api *core = NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        core = awi_core();
    }
    int copy = core ? core->trust_file(fd) : -ENODATA;
    if (copy >= 0) {
        int flags = AWI_REAL(fcntl)(fd, F_GETFD, 0);
        AWI_REAL(dup3)(copy, fd, flags > 0 && (flags & FD_CLOEXEC) ? O_CLOEXEC : 0);
        AWI_REAL(close)(copy);
    } else if (core) {
        lseek(fd, 0, SEEK_SET);
    }
    awi_leave(&entry);
}

int awi_trust_own(bool cloexec)
{
    struct awi_entry entry;
    awi_enter(&entry);
    const struct awi_core_api *core = awi_core();
    int fd = core ? core->trust_file(-1) : -ENOENT;
    if (fd >= 0 && !cloexec) {
        AWI_REAL(fcntl)(fd, F_SETFD, 0);
    }
    awi_leave(&entry);
    return fd;
}

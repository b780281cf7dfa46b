/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/ca_file.h"

#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <openssl/pem.h>

#define FILE_NAME "ca.pem"
#define NEW_NAME  "ca.pem.new"
#define FILE_MAX  65536

int awi_ca_file_lock(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r;

    if (fd < 0) {
        return -errno;
    }
    do {
        r = flock(fd, LOCK_EX);
    } while (r < 0 && errno == EINTR);
    if (r < 0) {
        r = -errno;
        close(fd);
        return r;
    }
    return fd;
}

void awi_ca_file_unlock(int dirfd)
{
    close(dirfd);
}

/* Reads to the end, or as much as fits; the count or -errno. */
static ssize_t read_all(int fd, char *data, size_t size)
{
    size_t len = 0;

    while (len < size) {
        ssize_t n = read(fd, data + len, size - len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return -errno;
        }
        if (n == 0) {
            break;
        }
        len += (size_t)n;
    }
    return (ssize_t)len;
}

static int parse(OSSL_LIB_CTX *libctx, const char *text, size_t len, EVP_PKEY **key, X509 **cert)
{
    BIO *bio = BIO_new_mem_buf(text, (int)len);

    *cert = X509_new_ex(libctx, NULL);
    *key = bio ? PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, libctx, NULL) : NULL;
    bool good = *key && *cert && PEM_read_bio_X509(bio, cert, NULL, NULL) &&
                X509_check_private_key(*cert, *key);
    BIO_free(bio);
    if (good) {
        return 0;
    }
    EVP_PKEY_free(*key);
    X509_free(*cert);
    *key = NULL;
    *cert = NULL;
    return -EBADMSG;
}

int awi_ca_file_read(OSSL_LIB_CTX *libctx, int dirfd, EVP_PKEY **ret_key, X509 **ret_cert)
{
    AWI_AUTO(fd) int fd = openat(dirfd, FILE_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    AWI_AUTO(free) char *text = NULL;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0) {
        return -errno;
    }
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077)) {
        return -EPERM;
    }
    text = malloc(FILE_MAX);
    ssize_t len = text ? read_all(fd, text, FILE_MAX) : -ENOMEM;
    if (len < 0) {
        return (int)len;
    }
    int r = parse(libctx, text, (size_t)len, ret_key, ret_cert);
    OPENSSL_cleanse(text, FILE_MAX);
    return r;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return -errno;
        }
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

int awi_ca_file_write(int dirfd, EVP_PKEY *key, X509 *cert)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *text = NULL;
    int r = -ENOMEM;

    if (!bio || !PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) ||
        !PEM_write_bio_X509(bio, cert)) {
        BIO_free(bio);
        return r;
    }
    long len = BIO_get_mem_data(bio, &text);
    /* A leftover of a killed process; the lock says that nobody is at it. */
    unlinkat(dirfd, NEW_NAME, 0);
    int fd = openat(dirfd, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        r = -errno;
    } else {
        r = write_all(fd, text, (size_t)len);
        close(fd);
    }
    BIO_free(bio);
    if (r == 0 && renameat(dirfd, NEW_NAME, dirfd, FILE_NAME) < 0) {
        r = -errno;
    }
    if (r < 0) {
        unlinkat(dirfd, NEW_NAME, 0);
    }
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/trust.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>
#include <openssl/x509v3.h>

#include "core/net/trust_store.h"
#include "core/util/cleanup.h"

#define FILE_MAX (64u << 20)

static inline void auto_buf(struct awi_buf *buf)
{
    awi_buf_deinit(buf);
}

/* The whole file, whatever its offset, which stays. -ENODATA: not a file that can be read so. */
static int read_file(int fd, struct awi_buf *buf)
{
    struct stat st;

    if (fstat(fd, &st) < 0) {
        return -errno;
    }
    if (!S_ISREG(st.st_mode)) {
        return -ENODATA;
    }
    for (;;) {
        char *room = awi_buf_room(buf, 65536);
        if (!room) {
            return buf->error == -EMSGSIZE ? -ENODATA : buf->error;
        }
        ssize_t n = pread(fd, room, 65536, (off_t)buf->len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return -errno;
        }
        if (n == 0) {
            return 0;
        }
        awi_buf_grew(buf, (size_t)n);
    }
}

static int sealed(struct awi_str content)
{
    int fd = memfd_create("awsintercept-ca", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0) {
        return -errno;
    }
    for (size_t at = 0; at < content.len;) {
        ssize_t n = pwrite(fd, content.ptr + at, content.len - at, (off_t)at);
        if (n < 0 && errno != EINTR) {
            int r = -errno;
            close(fd);
            return r;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    /* Without seals it is the same file, only less sure to stay so. */
    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    return fd;
}

/* A PEM bundle of certificates alone: a file with a private key is somebody's identity, not what
 * somebody trusts. */
static bool is_pem_bundle(struct awi_str content)
{
    return (awi_str_search(content, AWI_STR("-----BEGIN CERTIFICATE-----")) >= 0 ||
            awi_str_search(content, AWI_STR("-----BEGIN TRUSTED CERTIFICATE-----")) >= 0) &&
           awi_str_search(content, AWI_STR("PRIVATE KEY-----")) < 0;
}

static int add_pem(struct awi_ca *ca, struct awi_buf *content)
{
    struct awi_str pem;

    int r = awi_ca_pem(ca, &pem);
    if (r < 0) {
        return r;
    }
    if (content->len && content->ptr[content->len - 1] != '\n') {
        awi_buf_char(content, '\n');
    }
    return awi_buf_str(content, pem);
}

int awi_trust_file(struct awi_ca *ca, int fd)
{
    __attribute__((cleanup(auto_buf))) struct awi_buf content = AWI_BUF_INIT(FILE_MAX);
    struct awi_str der;

    int r = awi_ca_der(ca, &der);
    if (r == 0 && fd >= 0) {
        r = read_file(fd, &content);
    }
    if (r < 0) {
        return r;
    }
    if (fd < 0 || is_pem_bundle(awi_buf_view(&content))) {
        r = add_pem(ca, &content);
    } else if (awi_trust_is_jks(awi_buf_view(&content))) {
        r = awi_trust_jks_add(&content, der);
    } else if (awi_trust_is_pkcs12(awi_buf_view(&content))) {
        r = awi_trust_pkcs12_to_jks(awi_ca_libctx(ca), &content);
        if (r == 0) {
            r = awi_trust_jks_add(&content, der);
        }
    } else {
        r = -ENODATA;
    }
    return r < 0 ? r : sealed(awi_buf_view(&content));
}

int awi_trust_ca(
    struct awi_ca *ca, const void **der, size_t *der_len, const char **pem, size_t *pem_len)
{
    struct awi_str der_text;
    struct awi_str pem_text;

    int r = awi_ca_der(ca, &der_text);
    if (r == 0) {
        r = awi_ca_pem(ca, &pem_text);
    }
    if (r == 0) {
        *der = der_text.ptr;
        *der_len = der_text.len;
        *pem = pem_text.ptr;
        *pem_len = pem_text.len;
    }
    return r;
}

int awi_trust_hash(struct awi_ca *ca, char hash[9])
{
    X509 *cert;
    int good = 0;

    int r = awi_ca_cert(ca, &cert);
    if (r < 0) {
        return r;
    }
    unsigned long value =
        X509_NAME_hash_ex(X509_get_subject_name(cert), awi_ca_libctx(ca), NULL, &good);
    snprintf(hash, 9, "%08lx", value & 0xffffffff);
    return good ? 0 : -EIO;
}

int awi_trust_leaf(struct awi_ca *ca, const void *der, size_t len, const char *host)
{
    const unsigned char *at = der;
    X509 *root;

    int r = awi_ca_cert(ca, &root);
    if (r < 0) {
        return r;
    }
    X509 *leaf = X509_new_ex(awi_ca_libctx(ca), NULL);
    if (!leaf || !d2i_X509(&leaf, &at, (long)len)) {
        return 0;
    }
    bool good = X509_check_issued(root, leaf) == X509_V_OK &&
                X509_verify(leaf, X509_get0_pubkey(root)) == 1 &&
                X509_cmp_current_time(X509_get0_notBefore(leaf)) < 0 &&
                X509_cmp_current_time(X509_get0_notAfter(leaf)) > 0;
    if (good && host) {
        good =
            X509_check_host(leaf, host, 0, 0, NULL) == 1 || X509_check_ip_asc(leaf, host, 0) == 1;
    }
    X509_free(leaf);
    return good;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/ca.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/provider.h>

#include "core/net/ca_cert.h"
#include "core/net/ca_file.h"

#define LEAF_BUCKETS 256
#define LEAVES_MAX   4096
/* A leaf is made anew when less than this is left of it (or the clock was moved). */
#define LEAF_MARGIN 86400

struct leaf {
    struct leaf *next;
    X509 *cert;
    size_t len;
    char host[];
};

struct awi_ca {
    pthread_mutex_t lock; /* everything below */
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *provider;
    EVP_PKEY *key;
    X509 *cert;
    EVP_PKEY *leaf_key;
    struct leaf *leaves[LEAF_BUCKETS];
    size_t n_leaves;
    struct awi_str *hosts;
    size_t n_hosts;
    struct awi_str der;
    struct awi_str pem;
};

struct awi_ca *awi_ca_new(const struct awi_str *hosts, size_t n_hosts)
{
    struct awi_ca *ca = calloc(1, sizeof(*ca));

    if (!ca) {
        return NULL;
    }
    pthread_mutex_init(&ca->lock, NULL);
    ca->hosts = calloc(n_hosts + 1, sizeof(*ca->hosts));
    for (size_t i = 0; ca->hosts && i < n_hosts; i++) {
        char *copy = strndup(hosts[i].ptr ? hosts[i].ptr : "", hosts[i].len);
        if (!copy) {
            awi_ca_free(ca);
            return NULL;
        }
        ca->hosts[ca->n_hosts++] = awi_str_of(copy, strlen(copy));
    }
    if (!ca->hosts) {
        awi_ca_free(ca);
        return NULL;
    }
    return ca;
}

static void free_text(struct awi_str *text)
{
    free((void *)(uintptr_t)text->ptr);
    *text = AWI_STR_NULL;
}

static void free_leaves(struct awi_ca *ca)
{
    for (size_t i = 0; i < LEAF_BUCKETS; i++) {
        while (ca->leaves[i]) {
            struct leaf *leaf = ca->leaves[i];
            ca->leaves[i] = leaf->next;
            X509_free(leaf->cert);
            free(leaf);
        }
    }
    ca->n_leaves = 0;
}

void awi_ca_free(struct awi_ca *ca)
{
    if (!ca) {
        return;
    }
    free_leaves(ca);
    EVP_PKEY_free(ca->leaf_key);
    EVP_PKEY_free(ca->key);
    X509_free(ca->cert);
    if (ca->libctx) {
        OSSL_PROVIDER_unload(ca->provider);
        OSSL_LIB_CTX_free(ca->libctx);
    }
    for (size_t i = 0; i < ca->n_hosts; i++) {
        free_text(&ca->hosts[i]);
    }
    free(ca->hosts);
    free_text(&ca->der);
    free_text(&ca->pem);
    pthread_mutex_destroy(&ca->lock);
    free(ca);
}

/* The library context: no configuration file of the machine, no exit handler, no sharing. */
static int prepare(struct awi_ca *ca)
{
    if (ca->libctx) {
        return 0;
    }
    const uint64_t quiet = OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CONFIG;
    if (!OPENSSL_init_ssl(quiet, NULL)) {
        return -EIO;
    }
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = libctx ? OSSL_PROVIDER_load(libctx, "default") : NULL;
    if (!provider) {
        OSSL_LIB_CTX_free(libctx);
        return -ENOMEM;
    }
    ca->provider = provider;
    ca->libctx = libctx;
    return 0;
}

static int encode(struct awi_ca *ca)
{
    unsigned char *der = NULL;
    char *text;

    int len = i2d_X509(ca->cert, &der);
    if (len <= 0) {
        return -ENOMEM;
    }
    char *copy = malloc((size_t)len);
    if (copy) {
        memcpy(copy, der, (size_t)len);
        ca->der = awi_str_of(copy, (size_t)len);
    }
    OPENSSL_free(der);
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio && PEM_write_bio_X509(bio, ca->cert)) {
        long size = BIO_get_mem_data(bio, &text);
        ca->pem = awi_str_of(strndup(text, (size_t)size), (size_t)size);
    }
    BIO_free(bio);
    return ca->der.ptr && ca->pem.ptr ? 0 : -ENOMEM;
}

/* Makes what is not there yet. */
static int make(struct awi_ca *ca)
{
    int r = prepare(ca);

    if (r < 0 || ca->pem.ptr) {
        return r;
    }
    if (!ca->key) {
        ca->key = awi_ca_key_new(ca->libctx);
    }
    if (ca->key && !ca->cert) {
        ca->cert = awi_ca_root_new(ca->libctx, ca->key, ca->hosts, ca->n_hosts);
    }
    if (!ca->cert) {
        return -EIO;
    }
    return encode(ca);
}

static int locked_make(struct awi_ca *ca)
{
    pthread_mutex_lock(&ca->lock);
    int r = make(ca);
    pthread_mutex_unlock(&ca->lock);
    return r;
}

OSSL_LIB_CTX *awi_ca_libctx(struct awi_ca *ca)
{
    return locked_make(ca) == 0 ? ca->libctx : NULL;
}

int awi_ca_cert(struct awi_ca *ca, X509 **ret)
{
    int r = locked_make(ca);

    if (r == 0) {
        *ret = ca->cert;
    }
    return r;
}

int awi_ca_der(struct awi_ca *ca, struct awi_str *ret)
{
    int r = locked_make(ca);

    if (r == 0) {
        *ret = ca->der;
    }
    return r;
}

int awi_ca_pem(struct awi_ca *ca, struct awi_str *ret)
{
    int r = locked_make(ca);

    if (r == 0) {
        *ret = ca->pem;
    }
    return r;
}

/* Does this CA still serve: valid for a while, and every host permitted? */
static bool serves(const struct awi_ca *ca, X509 *cert)
{
    time_t later = time(NULL) + 400 * 86400L;
    time_t now = time(NULL);

    if (X509_cmp_time(X509_get0_notAfter(cert), &later) <= 0 ||
        X509_cmp_time(X509_get0_notBefore(cert), &now) > 0) {
        return false;
    }
    for (size_t i = 0; i < ca->n_hosts; i++) {
        if (awi_ca_is_host(ca->hosts[i]) && !awi_ca_root_permits(cert, ca->hosts[i])) {
            return false;
        }
    }
    return true;
}

static int persist(struct awi_ca *ca, int dirfd)
{
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;

    int r = awi_ca_file_read(ca->libctx, dirfd, &key, &cert);
    if (r < 0 && r != -ENOENT && r != -EBADMSG) {
        return r;
    }
    if (r == 0 && !serves(ca, cert)) {
        EVP_PKEY_free(key);
        X509_free(cert);
        r = -ENOENT;
    }
    if (r == 0) {
        ca->key = key;
        ca->cert = cert;
        return encode(ca);
    }
    r = make(ca);
    return r < 0 ? r : awi_ca_file_write(dirfd, ca->key, ca->cert);
}

int awi_ca_persist(struct awi_ca *ca, const char *dir)
{
    int dirfd = awi_ca_file_lock(dir);

    if (dirfd < 0) {
        return dirfd;
    }
    pthread_mutex_lock(&ca->lock);
    int r = ca->cert ? -EALREADY : prepare(ca);
    if (r == 0) {
        r = persist(ca, dirfd);
    }
    pthread_mutex_unlock(&ca->lock);
    awi_ca_file_unlock(dirfd);
    return r;
}

/* --- Leaves ---------------------------------------------------------------------------------- */

static bool is_fresh(X509 *cert)
{
    time_t now = time(NULL);
    time_t later = now + LEAF_MARGIN;

    return X509_cmp_time(X509_get0_notBefore(cert), &now) < 0 &&
           X509_cmp_time(X509_get0_notAfter(cert), &later) > 0;
}

static struct leaf **bucket_of(struct awi_ca *ca, struct awi_str host)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < host.len; i++) {
        hash = (hash ^ ((unsigned char)host.ptr[i] | 0x20)) * 16777619u;
    }
    return &ca->leaves[hash % LEAF_BUCKETS];
}

static int new_leaf(struct awi_ca *ca, struct awi_str host, struct leaf **bucket, X509 **ret)
{
    if (!ca->leaf_key) {
        ca->leaf_key = awi_ca_key_new(ca->libctx);
    }
    X509 *cert =
        ca->leaf_key ? awi_ca_leaf_new(ca->libctx, ca->cert, ca->key, ca->leaf_key, host) : NULL;
    struct leaf *leaf = cert ? malloc(sizeof(*leaf) + host.len + 1) : NULL;
    if (!leaf) {
        X509_free(cert);
        return -ENOMEM;
    }
    leaf->cert = cert;
    leaf->len = host.len;
    memcpy(leaf->host, host.ptr, host.len);
    leaf->next = *bucket;
    *bucket = leaf;
    ca->n_leaves++;
    *ret = cert;
    return 0;
}

static int find_leaf(struct awi_ca *ca, struct awi_str host, X509 **ret)
{
    struct leaf **bucket = bucket_of(ca, host);

    for (struct leaf **at = bucket; *at; at = &(*at)->next) {
        struct leaf *leaf = *at;
        if (!awi_str_eq_nocase(awi_str_of(leaf->host, leaf->len), host)) {
            continue;
        }
        if (is_fresh(leaf->cert)) {
            *ret = leaf->cert;
            return 0;
        }
        *at = leaf->next;
        X509_free(leaf->cert);
        free(leaf);
        ca->n_leaves--;
        break;
    }
    if (ca->n_leaves >= LEAVES_MAX) {
        free_leaves(ca);
    }
    return new_leaf(ca, host, bucket, ret);
}

int awi_ca_leaf(struct awi_ca *ca, struct awi_str host, X509 **ret_cert, EVP_PKEY **ret_key)
{
    if (!awi_ca_is_host(host)) {
        return -EINVAL;
    }
    pthread_mutex_lock(&ca->lock);
    X509 *cert = NULL;
    int r = make(ca);
    if (r == 0) {
        r = find_leaf(ca, host, &cert);
    }
    if (r == 0) {
        X509_up_ref(cert);
        *ret_cert = cert;
        *ret_key = ca->leaf_key;
    }
    pthread_mutex_unlock(&ca->lock);
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verification of certificates, for hosts whose trust does not come from a file that trust.h knows
 * (curl --cacert own.pem, a store built in memory). A chain that our own CA issued is verified with
 * our CA as the only root, in that one verification; every other goes through untouched.
 *
 * Nothing is done before the core is loaded: it cannot have issued a certificate yet.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "preload/guard.h"
#include "preload/real.h"
#include "preload/shim.h"

/* The functions of one libcrypto, and our CA in its form. The CA and its stack are never freed: a
 * context may go on pointing to them. */
struct openssl {
    const void *base; /* of the library: its X509_verify_cert */
    void *(*get0_cert)(void *ctx);
    void (*set_trusted)(void *ctx, void *stack);
    int (*i2d_x509)(void *cert, unsigned char **out);
    void *trusted;
};

enum { LIBRARIES = 8 };
static pthread_mutex_t openssl_lock = PTHREAD_MUTEX_INITIALIZER;
static struct openssl libraries[LIBRARIES];
static unsigned int library_count;

static void *make_stack(const void *base, const struct awi_core_api *core)
{
    void *(*d2i)(void **out, const unsigned char **in, long len);
    void *(*new_stack)(void);
    int (*push)(void *stack, const void *item);
    const void *der;
    const char *pem;
    size_t der_len;
    size_t pem_len;

    *(void **)&d2i = awi_real_symbol(base, "d2i_X509");
    *(void **)&new_stack = awi_real_symbol(base, "OPENSSL_sk_new_null");
    *(void **)&push = awi_real_symbol(base, "OPENSSL_sk_push");
    if (!new_stack || !push) {
        *(void **)&new_stack = awi_real_symbol(base, "sk_new_null");
        *(void **)&push = awi_real_symbol(base, "sk_push");
    }
    if (!d2i || !new_stack || !push || core->trust_ca(&der, &der_len, &pem, &pem_len) < 0) {
        return NULL;
    }
    const unsigned char *in = der;
    void *cert = d2i(NULL, &in, (long)der_len);
    void *stack = cert ? new_stack() : NULL;
    return stack && push(stack, cert) > 0 ? stack : NULL;
}

static void bind_library(struct openssl *ssl, const void *base, const struct awi_core_api *core)
{
    ssl->base = base;
    *(void **)&ssl->get0_cert = awi_real_symbol(base, "X509_STORE_CTX_get0_cert");
    *(void **)&ssl->set_trusted = awi_real_symbol(base, "X509_STORE_CTX_set0_trusted_stack");
    if (!ssl->set_trusted) {
        *(void **)&ssl->set_trusted = awi_real_symbol(base, "X509_STORE_CTX_trusted_stack");
    }
    *(void **)&ssl->i2d_x509 = awi_real_symbol(base, "i2d_X509");
    ssl->trusted =
        ssl->get0_cert && ssl->set_trusted && ssl->i2d_x509 ? make_stack(base, core) : NULL;
}

/* NULL: this library lacks what is needed. */
static const struct openssl *library_of(const void *base, const struct awi_core_api *core)
{
    struct openssl *ssl = NULL;
    pthread_mutex_lock(&openssl_lock);
    for (unsigned int i = 0; i < library_count && !ssl; i++) {
        ssl = libraries[i].base == base ? &libraries[i] : NULL;
    }
    if (!ssl && library_count < LIBRARIES) {
        ssl = &libraries[library_count++];
        bind_library(ssl, base, core);
    }
    pthread_mutex_unlock(&openssl_lock);
    return ssl && ssl->trusted ? ssl : NULL;
}

static bool issued_here(const struct openssl *ssl, void *ctx, const struct awi_core_api *core)
{
    unsigned char *der = NULL;
    void *leaf = ssl->get0_cert(ctx);
    int len = leaf ? ssl->i2d_x509(leaf, NULL) : 0;
    if (len <= 0 || !(der = malloc((size_t)len))) {
        return false;
    }
    unsigned char *out = der;
    ssl->i2d_x509(leaf, &out);
    bool ours = core->trust_leaf(der, (size_t)len, NULL) == 1;
    free(der);
    return ours;
}

int hook_X509_verify_cert(void *ctx)
{
    awi_fn_X509_verify_cert real = AWI_REAL_FOR(X509_verify_cert, __builtin_return_address(0));
    if (!real) {
        return -1;
    }
    if (!ctx || awi_inside() || awi_disabled() || !awi_core_loaded()) {
        return real(ctx);
    }
    struct awi_entry entry;
    awi_enter(&entry);
    const struct awi_core_api *core = awi_core_loaded();
    const struct openssl *ssl = library_of((void *)real, core);
    if (ssl && issued_here(ssl, ctx, core)) {
        ssl->set_trusted(ctx, ssl->trusted);
    }
    awi_leave(&entry);
    return real(ctx);
}

/*
 * GnuTLS
 */
struct datum {
    unsigned char *data;
    unsigned int size;
};

/* The session's peer was issued by our CA, for host (NULL: the caller checks the name itself). */
static bool gnutls_peer_ours(const void *library, void *session, const char *host)
{
    const struct datum *(*get_peers)(void *session, unsigned int *count);
    unsigned int count = 0;
    bool ours = false;

    struct awi_entry entry;
    awi_enter(&entry);
    const struct awi_core_api *core = awi_core_loaded();
    *(void **)&get_peers = awi_real_symbol(library, "gnutls_certificate_get_peers");
    const struct datum *peers = core && get_peers ? get_peers(session, &count) : NULL;
    if (peers && count) {
        ours = core->trust_leaf(peers[0].data, peers[0].size, host) == 1;
    }
    awi_leave(&entry);
    return ours;
}

int hook_gnutls_certificate_verify_peers2(void *session, unsigned int *status)
{
    awi_fn_gnutls_certificate_verify_peers2 real =
        AWI_REAL_FOR(gnutls_certificate_verify_peers2, __builtin_return_address(0));
    if (!real) {
        return -1;
    }
    int r = real(session, status);
    if (r == 0 && status && *status && !awi_inside() && awi_core_loaded() &&
        gnutls_peer_ours((void *)real, session, NULL)) {
        *status = 0;
    }
    return r;
}

int hook_gnutls_certificate_verify_peers3(void *session, const char *host, unsigned int *status)
{
    awi_fn_gnutls_certificate_verify_peers3 real =
        AWI_REAL_FOR(gnutls_certificate_verify_peers3, __builtin_return_address(0));
    if (!real) {
        return -1;
    }
    int r = real(session, host, status);
    if (r == 0 && status && *status && !awi_inside() && awi_core_loaded() &&
        gnutls_peer_ours((void *)real, session, host)) {
        *status = 0;
    }
    return r;
}

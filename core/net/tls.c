/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/tls.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include <openssl/err.h>

struct awi_tls_server {
    pthread_mutex_t lock; /* setting up */
    struct awi_ca *ca;
    SSL_CTX *ctx;
    BIO_METHOD *method;
};

struct awi_tls {
    SSL *ssl;
    struct awi_tls_server *server;
    struct awi_buf *out;
    struct awi_str in; /* not yet read by OpenSSL */
    struct awi_str sni;
    bool failed;
    bool shut;
    char default_host[64];
};

/* --- The BIO between OpenSSL and our buffers ------------------------------------------------- */

static int bio_write(BIO *bio, const char *data, int len)
{
    struct awi_tls *tls = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    return len > 0 && awi_buf_add(tls->out, data, (size_t)len) == 0 ? len : -1;
}

static int bio_read(BIO *bio, char *data, int len)
{
    struct awi_tls *tls = BIO_get_data(bio);
    size_t n = (size_t)len < tls->in.len ? (size_t)len : tls->in.len;

    BIO_clear_retry_flags(bio);
    if (n == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    memcpy(data, tls->in.ptr, n);
    tls->in = awi_str_skip(tls->in, n);
    return (int)n;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

static BIO_METHOD *make_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "awi");

    if (method) {
        BIO_meth_set_write(method, bio_write);
        BIO_meth_set_read(method, bio_read);
        BIO_meth_set_ctrl(method, bio_ctrl);
    }
    return method;
}

/* --- What a process shares ------------------------------------------------------------------- */

/* Gives the connection the certificate for the name that the client asks for. */
static int choose_certificate(SSL *ssl, void *arg)
{
    struct awi_tls_server *server = arg;
    struct awi_tls *tls = SSL_get_app_data(ssl);
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    X509 *cert = NULL;
    EVP_PKEY *key = NULL;

    struct awi_str host = awi_str_from(name && *name ? name : tls->default_host);
    /* "sts.amazonaws.com.": a rooted name, which some clients send as it was written; certificates
     * have it without the dot. */
    if (awi_str_ends(host, AWI_STR("."))) {
        host.len--;
    }
    if (awi_ca_leaf(server->ca, host, &cert, &key) < 0) {
        return 0;
    }
    int r = SSL_use_cert_and_key(ssl, cert, key, NULL, 1);
    X509_free(cert);
    return r;
}

static int choose_protocol(SSL *ssl,
                           const unsigned char **out,
                           unsigned char *out_len,
                           const unsigned char *in,
                           unsigned in_len,
                           void *arg)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen = NULL;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static int set_up(struct awi_tls_server *server)
{
    static const unsigned char id[] = "awsintercept";
    OSSL_LIB_CTX *libctx = awi_ca_libctx(server->ca);

    if (!libctx) {
        return -EIO;
    }
    if (!server->method) {
        server->method = make_method();
    }
    SSL_CTX *ctx = SSL_CTX_new_ex(libctx, NULL, TLS_server_method());
    if (!ctx || !server->method || !SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) ||
        !SSL_CTX_set_session_id_context(ctx, id, sizeof(id) - 1)) {
        SSL_CTX_free(ctx);
        return -ENOMEM;
    }
    SSL_CTX_set_cert_cb(ctx, choose_certificate, server);
    SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
    /* Tickets only: nothing to keep here, and a forked child honours its parent's. */
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ctx, 1);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    __atomic_store_n(&server->ctx, ctx, __ATOMIC_RELEASE);
    return 0;
}

struct awi_tls_server *awi_tls_server_new(struct awi_ca *ca)
{
    struct awi_tls_server *server = calloc(1, sizeof(*server));

    if (server) {
        pthread_mutex_init(&server->lock, NULL);
        server->ca = ca;
    }
    return server;
}

void awi_tls_server_free(struct awi_tls_server *server)
{
    if (server) {
        SSL_CTX_free(server->ctx);
        BIO_meth_free(server->method);
        pthread_mutex_destroy(&server->lock);
        free(server);
    }
}

static int server_ctx(struct awi_tls_server *server, SSL_CTX **ret)
{
    int r = 0;

    *ret = __atomic_load_n(&server->ctx, __ATOMIC_ACQUIRE);
    if (!*ret) {
        pthread_mutex_lock(&server->lock);
        r = server->ctx ? 0 : set_up(server);
        *ret = server->ctx;
        pthread_mutex_unlock(&server->lock);
    }
    return r;
}

/* --- One connection -------------------------------------------------------------------------- */

int awi_tls_open(struct awi_tls_server *server,
                 struct awi_str default_host,
                 struct awi_buf *out,
                 struct awi_tls **ret)
{
    SSL_CTX *ctx;

    int r = server_ctx(server, &ctx);
    if (r < 0) {
        return r;
    }
    struct awi_tls *tls = calloc(1, sizeof(*tls));
    if (!tls) {
        return -ENOMEM;
    }
    tls->server = server;
    tls->out = out;
    if (default_host.len < sizeof(tls->default_host)) {
        memcpy(tls->default_host, default_host.ptr, default_host.len);
    }
    tls->ssl = SSL_new(ctx);
    BIO *bio = tls->ssl ? BIO_new(server->method) : NULL;
    if (!bio) {
        awi_tls_close(tls);
        return -ENOMEM;
    }
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_app_data(tls->ssl, tls);
    SSL_set_accept_state(tls->ssl);
    *ret = tls;
    return 0;
}

void awi_tls_close(struct awi_tls *tls)
{
    if (tls) {
        SSL_free(tls->ssl);
        free(tls);
    }
}

void awi_tls_feed(struct awi_tls *tls, const void *data, size_t len)
{
    tls->in = awi_str_of(data, len);
}

bool awi_tls_readable(const struct awi_tls *tls)
{
    return tls->in.len > 0 || SSL_has_pending(tls->ssl);
}

ssize_t awi_tls_read(struct awi_tls *tls, void *data, size_t len)
{
    size_t n = 0;

    if (tls->failed) {
        return -EPROTO;
    }
    ERR_clear_error();
    if (SSL_read_ex(tls->ssl, data, len, &n) == 1) {
        return (ssize_t)n;
    }
    switch (SSL_get_error(tls->ssl, 0)) {
    case SSL_ERROR_WANT_READ:
        return tls->out->error ? tls->out->error : -EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        ERR_clear_error();
        tls->failed = true;
        return tls->out->error ? tls->out->error : -EPROTO;
    }
}

int awi_tls_write(struct awi_tls *tls, const void *data, size_t len)
{
    size_t n = 0;

    if (tls->failed) {
        return -EPROTO;
    }
    ERR_clear_error();
    if (SSL_write_ex(tls->ssl, data, len, &n) == 1 && n == len) {
        return 0;
    }
    ERR_clear_error();
    tls->failed = true;
    return tls->out->error ? tls->out->error : -EPROTO;
}

void awi_tls_shutdown(struct awi_tls *tls)
{
    if (!tls->shut && !tls->failed && SSL_is_init_finished(tls->ssl)) {
        ERR_clear_error();
        SSL_shutdown(tls->ssl);
        ERR_clear_error();
    }
    tls->shut = true;
}

bool awi_tls_established(const struct awi_tls *tls)
{
    return SSL_is_init_finished(tls->ssl);
}

struct awi_str awi_tls_sni(const struct awi_tls *tls)
{
    const char *name = SSL_get_servername(tls->ssl, TLSEXT_NAMETYPE_host_name);

    return awi_str_from(name && *name ? name : NULL);
}

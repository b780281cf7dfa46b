/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/conn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/net/http_conn.h"
#include "core/net/tls.h"
#include "core/util/cleanup.h"

#define TLS_HANDSHAKE 0x16
#define TLS_RECORD    16384
#define OUT_LIMIT     (1u << 20)

enum layer {
    SNIFF, /* nothing seen yet */
    PLAIN,
    TLS,
    REFUSED, /* TLS failed: only an alert is still to be sent */
};

struct awi_conn {
    struct awi_http http;
    struct awi_http_peer peer;
    struct awi_tls_server *server;
    struct awi_tls *tls;
    struct awi_buf out; /* TLS records to be sent */
    size_t out_at;
    enum layer layer;
    int error; /* -errno: beyond use */
    char sni[256];
};

/* Names are compared in lower case and without the final dot. */
static void copy_name(char to[256], const char *name)
{
    size_t len = name ? strlen(name) : 0;

    len -= len && name[len - 1] == '.';
    for (size_t i = 0; i < len && len < 256; i++) {
        to[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
    }
}

static void copy_address(struct sockaddr_storage *to, const struct sockaddr *from, socklen_t len)
{
    if (from && len <= sizeof(*to)) {
        memcpy(to, from, len);
    }
}

struct awi_conn *awi_conn_open(const struct awi_peer *peer,
                               const struct awi_http_handler *handler,
                               struct awi_tls_server *tls)
{
    struct awi_conn *conn = calloc(1, sizeof(*conn));

    if (!conn) {
        return NULL;
    }
    if (peer) {
        copy_address(&conn->peer.addr, peer->addr, peer->addr_len);
        copy_address(&conn->peer.source, peer->source, peer->source_len);
        copy_name(conn->peer.name, peer->name);
        conn->peer.pid = peer->pid;
        snprintf(conn->peer.account,
                 sizeof(conn->peer.account),
                 "%s",
                 peer->account ? peer->account : "");
    }
    conn->server = tls;
    awi_buf_init(&conn->out, OUT_LIMIT);
    awi_http_init(&conn->http, handler, &conn->peer);
    return conn;
}

void awi_conn_close(struct awi_conn *conn)
{
    if (conn) {
        awi_http_deinit(&conn->http);
        awi_tls_close(conn->tls);
        awi_buf_deinit(&conn->out);
        free(conn);
    }
}

/* --- TLS ------------------------------------------------------------------------------------- */

/* Whom a client means that does not say so: the tunnel's host, else the peer's address. */
static struct awi_str default_host(struct awi_conn *conn, char text[INET6_ADDRSTRLEN])
{
    const struct sockaddr_storage *addr = &conn->peer.addr;
    struct awi_str tunnel = awi_str_from(conn->http.tunnel);
    ptrdiff_t port = awi_str_rfind(tunnel, ':');

    if (port > 0 && tunnel.ptr[0] != '[') {
        return awi_str_head(tunnel, (size_t)port);
    }
    text[0] = '\0';
    if (addr->ss_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)addr)->sin_addr, text, INET6_ADDRSTRLEN);
    } else if (addr->ss_family == AF_INET6) {
        inet_ntop(
            AF_INET6, &((const struct sockaddr_in6 *)addr)->sin6_addr, text, INET6_ADDRSTRLEN);
    }
    return awi_str_from(text);
}

static int tls_begin(struct awi_conn *conn)
{
    char text[INET6_ADDRSTRLEN];

    if (!conn->server) {
        return -EPROTONOSUPPORT;
    }
    /* A tunnel's "200" that is still to be sent goes out as it is, before the first record. */
    const void *data;
    size_t len;
    while ((len = awi_http_pending(&conn->http, &data)) > 0) {
        int r = awi_buf_add(&conn->out, data, len);
        if (r == 0) {
            r = awi_http_sent(&conn->http, len);
        }
        if (r < 0) {
            return r;
        }
    }
    conn->layer = TLS;
    conn->http.tls = true;
    return awi_tls_open(conn->server, default_host(conn, text), &conn->out, &conn->tls);
}

/* Decrypts what came and gives it to HTTP. */
static int tls_feed(struct awi_conn *conn, const void *data, size_t len)
{
    AWI_AUTO(free) char *plain = malloc(TLS_RECORD);
    int r = 0;

    if (!plain) {
        return -ENOMEM;
    }
    awi_tls_feed(conn->tls, data, len);
    while (r == 0) {
        ssize_t n = awi_tls_read(conn->tls, plain, TLS_RECORD);
        if (n == -EAGAIN) {
            return 0;
        }
        if (n == -EPROTO) {
            conn->layer = REFUSED;
            return 0;
        }
        if (n < 0) {
            return (int)n;
        }
        if (n == 0) {
            return awi_http_finish(&conn->http);
        }
        if (!conn->http.sni.ptr) {
            struct awi_str sni = awi_tls_sni(conn->tls);
            snprintf(conn->sni, sizeof(conn->sni), "%.*s", AWI_STR_FMT(sni));
            conn->http.sni = sni.len ? awi_str_from(conn->sni) : AWI_STR_NULL;
        }
        r = awi_http_feed(&conn->http, plain, (size_t)n);
        if (!awi_tls_readable(conn->tls)) {
            return r;
        }
    }
    return r;
}

/* Encrypts the next piece of HTTP's output, or says goodbye after the last. */
static int tls_fill(struct awi_conn *conn)
{
    const void *data;
    size_t len = awi_http_pending(&conn->http, &data);

    if (len == 0) {
        if (awi_http_state(&conn->http) & AWI_CONN_CLOSING) {
            awi_tls_shutdown(conn->tls);
        }
        return 0;
    }
    int r = awi_tls_write(conn->tls, data, len);
    return r < 0 ? r : awi_http_sent(&conn->http, len);
}

/* --- Carrying -------------------------------------------------------------------------------- */

static int feed(struct awi_conn *conn, const void *data, size_t len);

/* After a CONNECT the stream starts anew, with what the client sent ahead. */
static int enter_tunnel(struct awi_conn *conn)
{
    if (conn->http.phase != AWI_HTTP_TUNNEL) {
        return 0;
    }
    struct awi_buf ahead = conn->http.backlog;
    awi_http_restart(&conn->http);
    if (conn->layer == PLAIN && !conn->tls) {
        conn->layer = SNIFF;
    }
    int r = ahead.len ? feed(conn, ahead.ptr, ahead.len) : 0;
    awi_buf_deinit(&ahead);
    return r;
}

static int feed(struct awi_conn *conn, const void *data, size_t len)
{
    int r = 0;

    if (conn->layer == SNIFF) {
        conn->layer = PLAIN;
        r = *(const unsigned char *)data == TLS_HANDSHAKE ? tls_begin(conn) : 0;
    }
    if (r == 0 && conn->layer == TLS) {
        r = tls_feed(conn, data, len);
    } else if (r == 0 && conn->layer == PLAIN) {
        r = awi_http_feed(&conn->http, data, len);
    }
    return r == 0 ? enter_tunnel(conn) : r;
}

int awi_conn_feed(struct awi_conn *conn, const void *data, size_t len)
{
    if (!conn->error && len) {
        conn->error = feed(conn, data, len);
    }
    return conn->error;
}

int awi_conn_finish(struct awi_conn *conn)
{
    if (!conn->error) {
        conn->error = awi_http_finish(&conn->http);
    }
    return conn->error;
}

size_t awi_conn_pending(struct awi_conn *conn, const void **data)
{
    if (conn->error) {
        return 0;
    }
    if (!conn->tls) {
        return awi_http_pending(&conn->http, data);
    }
    if (conn->out_at == conn->out.len && conn->layer == TLS && awi_tls_established(conn->tls)) {
        awi_buf_clear(&conn->out);
        conn->out_at = 0;
        conn->error = tls_fill(conn);
        if (conn->error == 0) {
            conn->error = enter_tunnel(conn);
        }
    }
    if (conn->error || conn->out_at == conn->out.len) {
        return 0;
    }
    size_t len = conn->out.len - conn->out_at;
    *data = conn->out.ptr + conn->out_at;
    return len < AWI_HTTP_PIECE ? len : AWI_HTTP_PIECE;
}

void awi_conn_sent(struct awi_conn *conn, size_t n)
{
    if (conn->error || n == 0) {
        return;
    }
    if (!conn->tls) {
        conn->error = awi_http_sent(&conn->http, n);
        if (conn->error == 0) {
            conn->error = enter_tunnel(conn);
        }
        return;
    }
    conn->out_at += n;
    if (conn->out_at >= conn->out.len) {
        awi_buf_clear(&conn->out);
        conn->out_at = 0;
    }
}

unsigned awi_conn_state(const struct awi_conn *conn)
{
    if (conn->error || conn->layer == REFUSED) {
        return AWI_CONN_CLOSING;
    }
    return awi_http_state(&conn->http);
}

int awi_conn_poll(struct awi_conn *conn, int64_t now_ms)
{
    if (conn->error) {
        return conn->error;
    }
    int r = awi_http_poll(&conn->http, now_ms);
    if (r < 0) {
        conn->error = r;
    }
    return r;
}

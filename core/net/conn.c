/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/conn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/net/http_conn.h"

enum layer {
    SNIFF, /* nothing seen yet */
    PLAIN,
};

struct awi_conn {
    struct awi_http http;
    struct awi_http_peer peer;
    const struct awi_http_handler *handler;
    struct awi_tls_server *server;
    enum layer layer;
    int error; /* -errno: beyond use */
};

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
        conn->peer.pid = peer->pid;
        snprintf(conn->peer.account,
                 sizeof(conn->peer.account),
                 "%s",
                 peer->account ? peer->account : "");
    }
    conn->handler = handler;
    conn->server = tls;
    awi_http_init(&conn->http, handler, &conn->peer);
    return conn;
}

void awi_conn_close(struct awi_conn *conn)
{
    if (conn) {
        awi_http_deinit(&conn->http);
        free(conn);
    }
}

/* After a CONNECT the stream starts anew, with what the client sent ahead. */
static int enter_tunnel(struct awi_conn *conn)
{
    if (conn->http.phase != AWI_HTTP_TUNNEL) {
        return 0;
    }
    struct awi_buf ahead = conn->http.backlog;
    awi_http_restart(&conn->http);
    int r = ahead.len ? awi_http_feed(&conn->http, ahead.ptr, ahead.len) : 0;
    awi_buf_deinit(&ahead);
    return r;
}

int awi_conn_feed(struct awi_conn *conn, const void *data, size_t len)
{
    if (conn->error || len == 0) {
        return conn->error;
    }
    conn->error = awi_http_feed(&conn->http, data, len);
    if (conn->error == 0) {
        conn->error = enter_tunnel(conn);
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
    return conn->error ? 0 : awi_http_pending(&conn->http, data);
}

void awi_conn_sent(struct awi_conn *conn, size_t n)
{
    if (!conn->error && n) {
        conn->error = awi_http_sent(&conn->http, n);
    }
}

unsigned awi_conn_state(const struct awi_conn *conn)
{
    return conn->error ? AWI_CONN_CLOSING : awi_http_state(&conn->http);
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

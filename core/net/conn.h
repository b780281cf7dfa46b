/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client's connection without I/O: TLS when its first byte is a TLS record, HTTP, and the output
 * in order. Driven by whoever carries the bytes: a hook on the caller's thread, the loop, the
 * supervisor. The functions are those of struct awi_core_api with the process's own context spelt
 * out; calls about one connection are serialised by the carrier.
 */
#pragma once

#include "core/net/http.h"

#include "awsintercept/core_abi.h"

struct awi_tls_server;

/* A connection whose requests the handler answers. handler and tls outlive it; tls NULL: a TLS
 * client is refused. NULL: no memory. */
struct awi_conn *awi_conn_open(const struct awi_peer *peer,
                               const struct awi_http_handler *handler,
                               struct awi_tls_server *tls);
int awi_conn_feed(struct awi_conn *conn, const void *data, size_t len);
int awi_conn_finish(struct awi_conn *conn);
size_t awi_conn_pending(struct awi_conn *conn, const void **data);
void awi_conn_sent(struct awi_conn *conn, size_t n);
unsigned awi_conn_state(const struct awi_conn *conn);
void awi_conn_close(struct awi_conn *conn);

/* For a connection that waits (AWI_CONN_WAITING): runs its handler again when now_ms
 * (CLOCK_MONOTONIC) has come to what the handler asked for. Returns milliseconds until the next
 * call is worth while, 0 when it no longer waits (there may be output now), or -errno. */
int awi_conn_poll(struct awi_conn *conn, int64_t now_ms);

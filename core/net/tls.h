/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS 1.2 and 1.3 without I/O. A server is what the connections of a process share; it is set up
 * when the first TLS client speaks. Application protocol: http/1.1; a client that offers only
 * others is refused.
 */
#pragma once

#include "core/net/ca.h"
#include "core/util/buf.h"
#include "core/util/str.h"

#include <stdbool.h>

struct awi_tls_server;
struct awi_tls;

/* Takes nothing yet. The CA outlives it. NULL: no memory. */
struct awi_tls_server *awi_tls_server_new(struct awi_ca *ca);
void awi_tls_server_free(struct awi_tls_server *server);

/* The server's side of one connection; default_host is named by the certificate when the client
 * names none. out takes the records to be sent and outlives it. 0 or -errno. */
int awi_tls_open(struct awi_tls_server *server,
                 struct awi_str default_host,
                 struct awi_buf *out,
                 struct awi_tls **ret);
void awi_tls_close(struct awi_tls *tls);

/* Gives the client's bytes, which stay where they are until awi_tls_readable() is false. */
void awi_tls_feed(struct awi_tls *tls, const void *data, size_t len);
/* False: awi_tls_read() would only say -EAGAIN. */
bool awi_tls_readable(const struct awi_tls *tls);
/* Decrypted bytes: count, 0 at the client's end (close_notify), -EAGAIN when more input is needed,
 * -EPROTO when the client is refused or breaks the protocol (an alert may be in out). */
ssize_t awi_tls_read(struct awi_tls *tls, void *data, size_t len);
/* Encrypts into out. 0 or -errno. */
int awi_tls_write(struct awi_tls *tls, const void *data, size_t len);
/* Puts a close_notify into out, once. */
void awi_tls_shutdown(struct awi_tls *tls);

bool awi_tls_established(const struct awi_tls *tls);
/* The name the client asked for; absent: none. */
struct awi_str awi_tls_sni(const struct awi_tls *tls);

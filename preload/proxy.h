/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proxies named in the environment. A client that was told to use a proxy never asks for an AWS
 * address: it connects to the proxy and names the host there. Such a connection is really made, and
 * watched until its first bytes: `CONNECT aws-host:port` or `METHOD http://aws-host/...` turns it
 * into a diverted one before a byte has left; so does a SOCKS request (4, 4a, 5) after its
 * greeting. Anything else ends the watch.
 *
 * DNS over TCP is watched in the same way: a query for one of our names fails.
 */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "preload/fds.h"

/* connect() to addr succeeded or is under way. Outside awi_enter(). */
void awi_proxy_connected(int fd, const struct sockaddr *addr, socklen_t len);

enum {
    AWI_PROXY_DIVERTED = 1, /* fd is ours now: serve the write as such */
    AWI_PROXY_TAKEN = 2,    /* and more: the same, and that many bytes were for the proxy alone */
};

/* Is this the start of a request to a proxy for a host of ours? For what is about to be encrypted.
 * Outside awi_enter(). */
bool awi_proxy_asks_for_ours(const void *data, size_t len);

/* A write on a watched descriptor. Takes the link over (it is locked on entry, unlocked on return).
 * One of the above; 0: the real function shall do it; -errno: it is ours and cannot be served, so
 * no byte may leave. Inside awi_enter(). */
int awi_proxy_first_write(struct awi_link *link, int fd, const struct iovec *iov, size_t count);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resolvers that do not use libc's (c-ares in node and curl, musl-style ones) send their queries
 * themselves. A datagram to port 53 that asks for a name of ours is answered here; all others go
 * where they were going.
 *
 * Nobody but the name server can put a datagram into the host's socket, so at the first query of
 * ours a UNIX datagram pair is laid over it and the answer sent through that; at the next query
 * that is not ours the real socket is put back. Answers that are still on their way at such a
 * change are lost, and the resolver asks again.
 *
 * What a name server answers to the others is looked at as it is read (alias.h).
 */
#pragma once

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "preload/fds.h"

/* connect() to addr succeeded or is under way. Outside awi_enter(). */
void awi_dns_connected(int fd, const struct sockaddr *addr, socklen_t len);

/* A datagram written on fd, to `to` or (NULL) to where it is connected. link: its locked link or
 * NULL; unlocked on return. Returns the bytes taken; 0: the real function shall send it; -errno.
 * Inside awi_enter(). */
ssize_t awi_dns_write(struct awi_link *link,
                      int fd,
                      const struct sockaddr *to,
                      socklen_t to_len,
                      const struct iovec *iov,
                      size_t count);

static inline unsigned int awi_dns_get16(const unsigned char *p)
{
    return (unsigned int)p[0] << 8 | p[1];
}

/* Is this the address of a name server's port? */
bool awi_dns_port(const struct sockaddr *addr, socklen_t len);

/* Builds the answer to a query if it asks for a name of ours: its length, else 0. */
size_t awi_dns_answer(const unsigned char *query, size_t len, unsigned char *out, size_t size);

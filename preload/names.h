/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host names of ours and the reserved addresses that stand for them.
 *
 * A name's address is a hash of the name: 127.97.h1.h2, and 100::127.97.h1.h2 (the discard prefix)
 * in IPv6. It is the same in every process without any shared state, and a connect() that escapes
 * the hooks reaches nobody. Two names may share an address; little is decided by it, since every
 * protocol names its host (SNI, Host). Which name was asked for is remembered per process, for
 * reverse lookups, and for requests that name a host of the user's own which led to that name.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { AWI_NAMES_LONGEST = 255 };

/* The addresses of a name; remembers the name. Between awi_enter() and awi_leave(). */
void awi_names_assign(const char *host, struct in_addr *v4, struct in6_addr *v6);

/* Is this address one of the reserved ones (also mapped into IPv6)? */
bool awi_names_reserved(const struct sockaddr *addr, socklen_t len);

/* The name last assigned to a reserved address. False: none in this process, or buf too small. */
bool awi_names_lookup(const struct sockaddr *addr, socklen_t len, char *buf, size_t size);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this name or address ours? The answer for everything else must cost next to nothing: no lock,
 * no heap, no system call. Only where a configuration file or AWSINTERCEPT_ENDPOINTS exists (looked
 * for once a process) is the core asked about what remains.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* An endpoint of AWS in any partition, or the reserved host: ours with every port. Any case; a
 * trailing dot and the escapes of DNS are allowed. */
bool awi_match_aws(const char *host, size_t len);

/* The same, but not the machines of AWS's customers (load balancers and so on). */
bool awi_match_service(const char *host, size_t len);

/* A host name for the resolver, with the port that it will be used with where that is known (0:
 * not). Also true for what the configuration adds. May load the core. Outside awi_enter(). */
bool awi_match_name(const char *host, uint16_t port);

/* An address for connect(). May load the core where a configuration adds endpoints. Outside
 * awi_enter(). */
bool awi_match_addr(const struct sockaddr *addr, socklen_t len);

/* Where a URL points: a name or an address in text form, and a port. Outside awi_enter(). */
bool awi_match_target(const char *host, uint16_t port);

/* The IPv4 address that a sockaddr spells, as itself or mapped into IPv6, in host order. */
bool awi_match_v4(const struct sockaddr *addr, socklen_t len, uint32_t *ip);

/* A name below "localhost", which few resolvers know, though it always means this machine. */
bool awi_match_below_localhost(const char *host);

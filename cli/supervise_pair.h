/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of connected sockets over the loopback. Ports are in network order; 0, or -errno. */
#pragma once

#include "cli/supervise_target.h"

/* A socket of ours on 127.0.0.1: close-on-exec, non-blocking; -1 with errno. */
int awi_loopback(int type);
/* The port a socket is bound to; 0: none. */
uint16_t awi_port_of(int fd);
/* 127.0.0.1 as a socket of this domain names it; returns the length. */
socklen_t awi_loopback_address(union awi_address *addr, int domain, uint16_t port);

/* The two ends of a TCP connection through the accepter: a socket of the target's kind, and ours.
 * Strangers who dial the port cannot take its place, nor hold it up for longer than two seconds. */
int awi_stream_pair(int accepter, const struct awi_call *call, int *ret_theirs, int *ret_ours);
/* The same with two UDP sockets. */
int awi_datagram_pair(const struct awi_call *call, int *ret_theirs, int *ret_ours);

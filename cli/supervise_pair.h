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

/*
 * Connects the target's own socket, of which theirs is a descriptor, through the accepter;
 * *ret_ours is the other end. Strangers who dial the port cannot take its place, nor hold it up for
 * longer than two seconds. -EISCONN: it is connected.
 */
int awi_stream_pair(int accepter, int theirs, const struct awi_call *call, int *ret_ours);
/* The same for a UDP socket. */
int awi_datagram_pair(int theirs, const struct awi_call *call, int *ret_ours);

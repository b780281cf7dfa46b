/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A UNIX pair that lies over an Internet socket of the host.
 *
 * Both ends are bound to an abstract name that spells the addresses the host expects to see:
 * "\0awi/PID/SERIAL/HEX", HEX being the bytes of the sockaddr. The names survive dup(), fork() and
 * exec(), so getpeername() is right wherever the descriptor goes.
 *
 * Functions without another word run between awi_enter() and awi_leave().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct awi_address {
    struct sockaddr_storage addr;
    socklen_t len;
};

/* Is this (an address as the kernel gave it) the name of an end of ours? Then *out is the address
 * that it spells. Anywhere. */
bool awi_pair_decode(const struct sockaddr *name, socklen_t len, struct awi_address *out);

/* Is fd, whatever became of it by dup, fork or exec, one of our pairs? Anywhere. */
bool awi_pair_is_ours(int fd);

/* Both ends of a pair have the same. */
struct awi_pair_id {
    uint64_t pid; /* of the process that made it */
    uint64_t serial;
};

/* Whose pair is fd an end of? False: it is none of ours. Anywhere. */
bool awi_pair_identify(int fd, struct awi_pair_id *ret);

/* Gives both ends their names: pair[0] will lie over fd, pair[1] is to look like `remote`. A host
 * that may not bind keeps working; only its getpeername() shows a UNIX address. */
struct awi_pair_id awi_pair_name_ends(const int pair[2], int fd, const struct awi_address *remote);

/* Time-outs and the non-blocking mode of one socket for another. */
void awi_pair_copy_settings(int from, int to);

/* Puts `end` in fd's place, in epoll sets too, and closes `end`. 0 or -errno. */
int awi_pair_lay_over(int end, int fd);

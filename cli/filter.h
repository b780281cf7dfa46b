/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp filter under which supervised programs run. */
#pragma once

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* Flags of a sendmsg() that passes the filter, by which the listener itself is sent: a combination
 * that means nothing anywhere. */
#define AWI_FILTER_PASS (MSG_NOSIGNAL | MSG_DONTROUTE | MSG_CONFIRM | MSG_EOR)

/* What the supervisor is asked about. */
enum awi_ask {
    AWI_ASK_NOTHING,
    AWI_ASK_CONNECT,
    AWI_ASK_SENDTO,   /* with an address */
    AWI_ASK_RECVFROM, /* that wants the sender's address */
    AWI_ASK_SENDMSG,
    AWI_ASK_SENDMMSG,
    AWI_ASK_RECVMSG,
    AWI_ASK_SOCKETCALL, /* i386: one of these, whose arguments lie in memory */
};

/*
 * Installs the filter on this thread, for it and all that it starts. Calls of 32-bit programs are
 * asked about too, and those that a 64-bit one makes in their way. io_uring is not there.
 * Returns the listener, close-on-exec, or -errno; -EBUSY: there is such a listener already.
 *
 * Sets no_new_privs where the kernel demands it of an ordinary user.
 */
int awi_filter_install(void);

/* Which call is this? *ret_narrow: its pointers are of 32 bits, only those bits of its arguments
 * count, and what they point to is laid out so. */
enum awi_ask awi_filter_ask(const struct seccomp_data *data, bool *ret_narrow);

/* Which is it that a socketcall() of this number makes? */
enum awi_ask awi_filter_ask_socketcall(uint32_t call);

/*
 * Does a call that the supervisor has taken up wait for its answer whatever signals come, but a
 * fatal one (Linux 5.19)? Before, it may be interrupted and made again though its answer was given.
 */
bool awi_filter_waits(void);

/* Does a listener watch this process already? Asked of the kernel, not of the environment. */
bool awi_filter_is_there(void);

/* Is it one of ours? It answers a connect() to an address that nobody else does. */
bool awi_filter_is_ours(void);

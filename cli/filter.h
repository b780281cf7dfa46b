/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp filter under which supervised programs run. */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

/* Flags of a sendmsg() that passes the filter, by which the listener itself is sent: a combination
 * that means nothing anywhere. */
#define AWI_FILTER_PASS (MSG_NOSIGNAL | MSG_DONTROUTE | MSG_CONFIRM | MSG_EOR)

/*
 * Installs the filter on this thread, for it and all that it starts. connects_only: only connect()
 * is asked about; else messages to an address and receive calls that want the sender's are too.
 * Returns the listener, close-on-exec, or -errno; -EBUSY: there is such a listener already.
 *
 * Sets no_new_privs where the kernel demands it of an ordinary user.
 */
int awi_filter_install(bool connects_only);

/*
 * Does a call that the supervisor has taken up wait for its answer whatever signals come, but a
 * fatal one (Linux 5.19)? Before, it may be interrupted and made again though its answer was given.
 */
bool awi_filter_waits(void);

/* Does a listener watch this process already? Asked of the kernel, not of the environment. */
bool awi_filter_is_there(void);

/* Is it one of ours? It answers a connect() to an address that nobody else does. */
bool awi_filter_is_ours(void);

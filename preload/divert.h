/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the core behind a descriptor of the host, and carries bytes between the two.
 *
 * A diverted descriptor is one end of a UNIX stream pair laid over the host's number by dup3().
 * What the host writes never enters the kernel: the hook feeds it to the core on the host's own
 * thread. The answer is sent into our end of the pair, without blocking, so that the host's read,
 * poll and epoll work on the real thing. What does not fit stays in the core (link->more) and is
 * sent after each of the host's reads; while something is left the host's end is never empty, so
 * poll and epoll need no help.
 *
 * All functions but the last two run between awi_enter() and awi_leave().
 */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "preload/fds.h"

/* Another process for which this one connects. */
struct awi_client {
    pid_t pid;
    const char *account; /* that its environment names; NULL or "": this process's is read */
};

/* Diverts the stream socket fd, which the host wants connected to addr, for client (NULL: for
 * itself). 0, or the -errno that connect() shall show. The descriptor is as it was on failure. */
int awi_divert(int fd, const struct sockaddr *addr, socklen_t len, const struct awi_client *client);

/* The host wrote these bytes to the locked link. Returns their number, or -errno. Unlocks. */
ssize_t awi_divert_write(struct awi_link *link, const struct iovec *iov, size_t count);

/* Sends what the core still holds. Unlocks. */
void awi_divert_pump(struct awi_link *link);

/* shutdown(SHUT_WR) of the host. Unlocks. */
void awi_divert_finish(struct awi_link *link);

/* From here on the core's loop serves the connection: its descriptor is about to be used in a way
 * that the hooks do not see. Unlocks. */
void awi_divert_demote_locked(struct awi_link *link);
void awi_divert_demote(int fd);

/* For hooks: fd gets a second name, or its bytes another way than through the hooks. The core's
 * loop serves it from here on; from a signal handler on top of the core, as soon as that returns.
 */
void awi_divert_share(int fd);

/* For hooks: from here on any descriptor's bytes may go another way. */
void awi_divert_beside_hooks(void);

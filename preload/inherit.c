/* SPDX-License-Identifier: Apache-2.0 */
#include "preload/inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

#include "preload/divert.h"
#include "preload/fds.h"
#include "preload/pair.h"
#include "preload/real.h"
#include "preload/shim.h"

#define HIGHEST 1024 /* numbers from here on are not looked at */

/* The pairs that this process serves for one that it was forked from. */
struct served {
    bool loop; /* what is hidden counts: it is a link's, or our own loop's */
    pid_t self;
    unsigned int n;
    struct awi_pair_id ids[AWI_INHERIT_MOST];
};

/* A connection that this process opened itself ends with our end of it. A child of vfork() may have
 * closed what is hidden here, and its parent's loop serves it. */
static void add_served(int fd, struct awi_link *entry, void *arg)
{
    struct served *served = arg;
    struct awi_pair_id id;

    if (entry != AWI_FD_HIDDEN) {
        if (atomic_load(&entry->kind) != AWI_LINK_CONN) {
            return;
        }
        id = entry->pair;
    } else if (!served->loop || !awi_pair_identify(fd, &id)) {
        return;
    }
    if (id.pid != (uint64_t)served->self && served->n < AWI_INHERIT_MOST) {
        served->ids[served->n++] = id;
    }
}

static bool is_served(const struct served *served, int fd)
{
    struct awi_pair_id id;

    if (!awi_pair_identify(fd, &id)) {
        return false;
    }
    for (unsigned int i = 0; i < served->n; i++) {
        if (served->ids[i].pid == id.pid && served->ids[i].serial == id.serial) {
            return true;
        }
    }
    return false;
}

static void cut_one(struct awi_inherit *cut, int fd, int dead)
{
    int kept = AWI_REAL(fcntl)(fd, F_DUPFD_CLOEXEC, 3);

    if (kept < 0) {
        return;
    }
    if (AWI_REAL(dup3)(dead, fd, 0) < 0) {
        AWI_REAL(close)(kept);
        return;
    }
    cut->cut[cut->n].fd = fd;
    cut->cut[cut->n++].kept = kept;
}

void awi_inherit_cut(struct awi_inherit *cut)
{
    int err = errno, ends[2];

    cut->n = 0;
    if (!awi_core_loaded()) {
        return;
    }
    struct served served = {.loop = awi_own_process(), .self = getpid()};
    awi_fd_each(0, UINT_MAX, add_served, &served);
    if (served.n && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
        AWI_REAL(close)(ends[1]);
        for (int fd = 0; fd < HIGHEST && cut->n < AWI_INHERIT_MOST; fd++) {
            int flags = AWI_REAL(fcntl)(fd, F_GETFD, 0);
            if (flags >= 0 && !(flags & FD_CLOEXEC) && is_served(&served, fd)) {
                cut_one(cut, fd, ends[0]);
            }
        }
        AWI_REAL(close)(ends[0]);
    }
    errno = err;
}

int awi_inherit_mend(const struct awi_inherit *cut, int result)
{
    int err = errno;

    for (unsigned int i = 0; i < cut->n; i++) {
        AWI_REAL(dup3)(cut->cut[i].kept, cut->cut[i].fd, 0);
        AWI_REAL(close)(cut->cut[i].kept);
    }
    errno = err;
    return result;
}

static void share_one(int fd, struct awi_link *entry, void *arg)
{
    (void)arg;
    if (entry != AWI_FD_HIDDEN && atomic_load(&entry->kind) == AWI_LINK_CONN &&
        !(AWI_REAL(fcntl)(fd, F_GETFD, 0) & FD_CLOEXEC)) {
        awi_divert_share(fd);
    }
}

void awi_inherit_share(void)
{
    int err = errno;

    if (awi_core_loaded() && awi_own_process()) {
        awi_fd_each(0, UINT_MAX, share_one, NULL);
    }
    errno = err;
}

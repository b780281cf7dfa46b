/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closing and duplicating descriptors. Two duties: a diverted descriptor's connection ends with it
 * (or goes to the core's loop when it gets a second name), and the host cannot close descriptors
 * that are ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <unistd.h>

#include "preload/divert.h"
#include "preload/guard.h"
#include "preload/real.h"
#include "preload/shim.h"

static int bad_fd(void)
{
    errno = EBADF;
    return -1;
}

/* The number is about to be closed or overwritten. */
static void forget(int fd)
{
    struct awi_link *link = awi_fd_link(fd);
    if (AWI_LIKELY(!link) || !awi_own_process()) {
        return;
    }
    if (awi_inside()) {
        awi_fd_late_mark(link, true);
        return;
    }
    struct awi_entry entry;
    awi_enter(&entry);
    awi_fd_forget(fd);
    awi_leave(&entry);
}

int hook_close(int fd)
{
    if (AWI_UNLIKELY(awi_fd_entry(fd) != NULL)) {
        if (awi_fd_hidden(fd) && awi_own_process()) {
            return awi_inside() ? AWI_REAL(close)(fd) : bad_fd();
        }
        forget(fd);
    }
    return AWI_REAL(close)(fd);
}

int hook_dup(int fd)
{
    awi_divert_share(fd);
    return AWI_REAL(dup)(fd);
}

/* dup2() onto one of our own descriptors would close it: the host is told that the number cannot be
 * had, as if it lay beyond its limit. */
static int duplicate_onto(int from, int to)
{
    if (AWI_UNLIKELY(awi_fd_hidden(to)) && awi_own_process() && !awi_inside()) {
        return bad_fd();
    }
    if (from != to && AWI_REAL(fcntl)(from, F_GETFD, 0) >= 0) {
        awi_divert_share(from);
        forget(to);
    }
    return 0;
}

int hook_dup2(int from, int to)
{
    if (AWI_UNLIKELY(awi_fd_entry(from) || awi_fd_entry(to)) && duplicate_onto(from, to) < 0) {
        return -1;
    }
    return AWI_REAL(dup2)(from, to);
}

int hook_dup3(int from, int to, int flags)
{
    if (AWI_UNLIKELY(awi_fd_entry(from) || awi_fd_entry(to)) && duplicate_onto(from, to) < 0) {
        return -1;
    }
    return AWI_REAL(dup3)(from, to, flags);
}

int hook_fcntl(int fd, int cmd, long arg)
{
    if (AWI_UNLIKELY(cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC)) {
        awi_divert_share(fd);
    }
    return AWI_REAL(fcntl)(fd, cmd, arg);
}

int hook_fcntl64(int fd, int cmd, long arg)
{
    if (AWI_UNLIKELY(cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC)) {
        awi_divert_share(fd);
    }
    return AWI_REAL(fcntl64)(fd, cmd, arg);
}

/*
 * Ranges
 */
struct range {
    unsigned int next; /* the first number not yet closed */
    int flags;
    int result;
};

static void close_up_to(struct range *range, unsigned int hidden)
{
    if (hidden > range->next && range->result == 0) {
        range->result = AWI_REAL(close_range)(range->next, hidden - 1, range->flags);
    }
    range->next = hidden + 1;
}

static void visit_range(int fd, struct awi_link *entry, void *arg)
{
    struct range *range = arg;
    if (entry == AWI_FD_HIDDEN) {
        close_up_to(range, (unsigned int)fd);
    } else {
        forget(fd);
    }
}

static int close_range_around(unsigned int first, unsigned int last, int flags)
{
    struct range range = {.next = first, .flags = flags};
    awi_fd_each(first, last, visit_range, &range);
    if (range.result == 0 && range.next <= last) {
        range.result = AWI_REAL(close_range)(range.next, last, flags);
    }
    return range.result;
}

int hook_close_range(unsigned int first, unsigned int last, int flags)
{
    if (awi_inside() || first > last || (flags & CLOSE_RANGE_CLOEXEC) || !awi_own_process()) {
        return AWI_REAL(close_range)(first, last, flags);
    }
    return close_range_around(first, last, flags);
}

void hook_closefrom(int first)
{
    unsigned int from = first < 0 ? 0 : (unsigned int)first;
    if (awi_inside() || !awi_own_process() || close_range_around(from, UINT_MAX, 0) < 0) {
        AWI_REAL(closefrom)(first);
    }
}

/* stdio reads and writes by itself, past the hooks. */
FILE *hook_fdopen(int fd, const char *mode)
{
    awi_divert_share(fd);
    return AWI_REAL(fdopen)(fd, mode);
}

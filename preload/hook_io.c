/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The write family. A descriptor without an entry in the table goes straight to the real function:
 * a few loads, no system call.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/sendfile.h>

#include "preload/divert.h"
#include "preload/dns.h"
#include "preload/guard.h"
#include "preload/match.h"
#include "preload/pair.h"
#include "preload/proxy.h"
#include "preload/real.h"
#include "preload/shim.h"

/* What a write came to. */
enum { WRITE_REAL = -4096 };

static ssize_t finish(ssize_t r)
{
    if (r < 0) {
        errno = (int)-r;
        return -1;
    }
    return r;
}

/*
 * Serves a write on an entry of the table. Returns the bytes, -errno, or WRITE_REAL where the real
 * function shall do it. Inside the core (a signal handler) the bytes take the kernel's way and the
 * core's loop picks them up when the interrupted call returns.
 */
static ssize_t write_ours(int fd, const struct iovec *iov, size_t count)
{
    struct awi_link *link = awi_fd_link(fd);
    if (!link) {
        return WRITE_REAL;
    }
    if (awi_inside()) {
        if (atomic_load(&link->kind) == AWI_LINK_CONN) {
            awi_fd_late_mark(link, false);
        }
        return WRITE_REAL;
    }
    pthread_testcancel();
    struct awi_entry entry;
    ssize_t r = WRITE_REAL;
    awi_enter(&entry);
    link = awi_link_take(fd);
    switch (link ? atomic_load(&link->kind) : AWI_LINK_FREE) {
    case AWI_LINK_CONN:
        r = awi_divert_write(link, iov, count);
        break;
    case AWI_LINK_PROXY:
        r = awi_proxy_first_write(link, fd, iov, count);
        link = r == AWI_PROXY_DIVERTED ? awi_link_take(fd) : NULL;
        r = r > AWI_PROXY_DIVERTED ? r - AWI_PROXY_TAKEN
            : link                 ? awi_divert_write(link, iov, count)
            : r < 0                ? r
                                   : WRITE_REAL;
        break;
    case AWI_LINK_DNS:
    case AWI_LINK_DNS_PAIR:
        r = awi_dns_write(link, fd, NULL, 0, iov, count);
        r = r ? r : WRITE_REAL;
        break;
    default:
        break;
    }
    awi_leave(&entry);
    return r;
}

static ssize_t write_one(int fd, const void *buf, size_t len)
{
    struct iovec iov = {.iov_base = (void *)(uintptr_t)buf, .iov_len = len};
    return write_ours(fd, &iov, 1);
}

ssize_t hook_write(int fd, const void *buf, size_t len)
{
    if (AWI_UNLIKELY(awi_fd_entry(fd) != NULL)) {
        ssize_t r = write_one(fd, buf, len);
        if (r != WRITE_REAL) {
            return finish(r);
        }
    }
    return AWI_REAL(write)(fd, buf, len);
}

ssize_t hook_writev(int fd, const struct iovec *iov, int count)
{
    if (AWI_UNLIKELY(awi_fd_entry(fd) != NULL) && count > 0 && count <= IOV_MAX) {
        ssize_t r = write_ours(fd, iov, (size_t)count);
        if (r != WRITE_REAL) {
            return finish(r);
        }
    }
    return AWI_REAL(writev)(fd, iov, count);
}

ssize_t hook_send(int fd, const void *buf, size_t len, int flags)
{
    if (AWI_UNLIKELY(awi_fd_entry(fd) != NULL)) {
        ssize_t r = write_one(fd, buf, len);
        if (r != WRITE_REAL) {
            return finish(r);
        }
    }
    return AWI_REAL(send)(fd, buf, len, flags);
}

/* A send that names its destination: TCP fast open to an address of ours, or a query to a name
 * server. */
static ssize_t write_to(int fd,
                        const struct iovec *iov,
                        size_t count,
                        int flags,
                        const struct sockaddr *addr,
                        socklen_t len)
{
    if (awi_inside() || awi_disabled()) {
        return WRITE_REAL;
    }
    bool fast_open = (flags & MSG_FASTOPEN) && !awi_fd_link(fd) && awi_match_addr(addr, len);
    if (!fast_open && !awi_dns_port(addr, len)) {
        return WRITE_REAL;
    }
    struct awi_entry entry;
    ssize_t r = WRITE_REAL;
    awi_enter(&entry);
    if (fast_open) {
        r = awi_divert(fd, addr, len, NULL);
        struct awi_link *link = r == 0 ? awi_link_take(fd) : NULL;
        r = link ? awi_divert_write(link, iov, count) : r < 0 ? r : WRITE_REAL;
    } else {
        r = awi_dns_write(awi_link_take(fd), fd, addr, len, iov, count);
        r = r ? r : WRITE_REAL;
    }
    awi_leave(&entry);
    return r;
}

ssize_t hook_sendto(
    int fd, const void *buf, size_t len, int flags, const struct sockaddr *addr, socklen_t addr_len)
{
    ssize_t r = WRITE_REAL;
    if (AWI_UNLIKELY(addr != NULL) && addr_len >= sizeof(sa_family_t)) {
        struct iovec iov = {.iov_base = (void *)(uintptr_t)buf, .iov_len = len};
        r = write_to(fd, &iov, 1, flags, addr, addr_len);
    }
    if (r == WRITE_REAL && AWI_UNLIKELY(awi_fd_entry(fd) != NULL)) {
        r = write_one(fd, buf, len);
    }
    if (r != WRITE_REAL) {
        return finish(r);
    }
    return AWI_REAL(sendto)(fd, buf, len, flags, addr, addr_len);
}

/* Descriptors that the message carries to another process. */
static void share_passed(const struct msghdr *msg)
{
    struct msghdr *of = (struct msghdr *)(uintptr_t)msg;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(of, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        for (size_t at = CMSG_LEN(0); at + sizeof(int) <= c->cmsg_len; at += sizeof(int)) {
            int fd;
            memcpy(&fd, (const char *)c + at, sizeof(fd));
            awi_divert_share(fd);
        }
    }
}

static ssize_t sendmsg_ours(int fd, const struct msghdr *msg, int flags)
{
    ssize_t r = WRITE_REAL;
    if (AWI_UNLIKELY(msg->msg_control != NULL)) {
        share_passed(msg);
    }
    if (AWI_UNLIKELY(msg->msg_name != NULL) && msg->msg_namelen >= sizeof(sa_family_t)) {
        r = write_to(fd, msg->msg_iov, msg->msg_iovlen, flags, msg->msg_name, msg->msg_namelen);
    }
    if (r == WRITE_REAL && AWI_UNLIKELY(awi_fd_entry(fd) != NULL)) {
        r = write_ours(fd, msg->msg_iov, msg->msg_iovlen);
    }
    return r;
}

ssize_t hook_sendmsg(int fd, const struct msghdr *msg, int flags)
{
    ssize_t r = msg ? sendmsg_ours(fd, msg, flags) : WRITE_REAL;
    return r != WRITE_REAL ? finish(r) : AWI_REAL(sendmsg)(fd, msg, flags);
}

/* Could a message of these be ours? What other sockets send is left whole. */
static bool any_ours(int fd, const struct mmsghdr *vec, unsigned int count, int flags)
{
    bool any = awi_fd_entry(fd) || (flags & MSG_FASTOPEN);
    for (unsigned int i = 0; i < count; i++) {
        const struct msghdr *msg = &vec[i].msg_hdr;
        if (AWI_UNLIKELY(msg->msg_control != NULL)) {
            share_passed(msg);
        }
        any = any || awi_dns_port(msg->msg_name, msg->msg_namelen);
    }
    return any;
}

/* One after the other: any of them may be ours. */
int hook_sendmmsg(int fd, struct mmsghdr *vec, unsigned int count, int flags)
{
    unsigned int done = 0;
    if (!vec || AWI_LIKELY(!any_ours(fd, vec, count, flags))) {
        return AWI_REAL(sendmmsg)(fd, vec, count, flags);
    }
    while (done < count) {
        ssize_t r = sendmsg_ours(fd, &vec[done].msg_hdr, flags);
        if (r == WRITE_REAL) {
            int n = AWI_REAL(sendmmsg)(fd, &vec[done], 1, flags);
            if (n != 1) {
                return done ? (int)done : n;
            }
        } else if (r < 0) {
            return done ? (int)done : (int)finish(r);
        } else {
            vec[done].msg_len = (unsigned int)r;
        }
        done++;
    }
    return (int)done;
}

/*
 * Copies inside the kernel: the core's loop takes the connection over.
 */
ssize_t hook_sendfile(int out, int in, off_t *offset, size_t count)
{
    awi_divert_share(out);
    return AWI_REAL(sendfile)(out, in, offset, count);
}

ssize_t hook_sendfile64(int out, int in, off64_t *offset, size_t count)
{
    awi_divert_share(out);
    return AWI_REAL(sendfile64)(out, in, offset, count);
}

ssize_t
hook_splice(int in, off64_t *in_off, int out, off64_t *out_off, size_t len, unsigned int flags)
{
    awi_divert_share(in);
    awi_divert_share(out);
    return AWI_REAL(splice)(in, in_off, out, out_off, len, flags);
}

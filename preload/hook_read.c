/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The read family. The host reads its end of the pair by the real function. Afterwards the core's
 * remaining output, if any, is sent into the room that the read has made.
 *
 * MSG_WAITALL and MSG_TRUNC are TCP's to a diverted descriptor: the first must not wait in the
 * kernel for what is still in the core, the second throws bytes away, which UNIX sockets know
 * nothing of.
 */
#include <errno.h>
#include <string.h>

#include "preload/alias.h"
#include "preload/divert.h"
#include "preload/guard.h"
#include "preload/pair.h"
#include "preload/real.h"
#include "preload/shim.h"

enum { LONGEST_ANSWER = 4096 };

static void pump(int fd)
{
    struct awi_entry entry;
    awi_enter(&entry);
    struct awi_link *link = awi_link_take(fd);
    if (link && atomic_load(&link->kind) == AWI_LINK_CONN && atomic_load(&link->more)) {
        awi_divert_pump(link);
    } else if (link) {
        awi_link_release(link);
    }
    awi_leave(&entry);
}

static inline void after_read(int fd)
{
    struct awi_link *link = awi_fd_link(fd);
    if (AWI_UNLIKELY(link != NULL) && atomic_load_explicit(&link->more, memory_order_acquire) &&
        !awi_inside()) {
        pump(fd);
    }
}

/* A name server's answer of n bytes, in pieces. Its room shall be no other read's. */
__attribute__((noinline)) static void answered(const struct iovec *iov, size_t count, size_t n)
{
    unsigned char whole[LONGEST_ANSWER];
    size_t used = 0;
    if (count && n <= iov[0].iov_len) {
        awi_alias_in_message(iov[0].iov_base, n);
        return;
    }
    for (size_t i = 0; i < count && n <= sizeof(whole) && used < n; i++) {
        size_t part = iov[i].iov_len < n - used ? iov[i].iov_len : n - used;
        memcpy(whole + used, iov[i].iov_base, part);
        used += part;
    }
    awi_alias_in_message(whole, used);
    for (size_t i = 0, at = 0; i < count && at < used; i++) {
        size_t part = iov[i].iov_len < used - at ? iov[i].iov_len : used - at;
        memcpy(iov[i].iov_base, whole + at, part);
        at += part;
    }
}

static inline void after_message(int fd, const struct iovec *iov, size_t count, ssize_t n)
{
    struct awi_link *link = awi_fd_link(fd);
    if (AWI_UNLIKELY(link != NULL) && n > 0 && !awi_inside() &&
        atomic_load(&link->kind) == AWI_LINK_DNS) {
        answered(iov, count, (size_t)n);
    }
    after_read(fd);
}

static inline void after_buffer(int fd, void *buf, size_t len, ssize_t n)
{
    struct iovec iov = {.iov_base = buf, .iov_len = len};
    after_message(fd, &iov, 1, n);
}

ssize_t hook_read(int fd, void *buf, size_t len)
{
    ssize_t n = AWI_REAL(read)(fd, buf, len);
    after_buffer(fd, buf, len, n);
    return n;
}

ssize_t hook_readv(int fd, const struct iovec *iov, int count)
{
    ssize_t n = AWI_REAL(readv)(fd, iov, count);
    after_message(fd, iov, n > 0 ? (size_t)count : 0, n);
    return n;
}

static bool is_special(int fd, int flags)
{
    struct awi_link *link = awi_fd_link(fd);
    return AWI_UNLIKELY(link != NULL) && (flags & (MSG_WAITALL | MSG_TRUNC)) &&
           !(flags & MSG_PEEK) && !awi_inside() && atomic_load(&link->kind) == AWI_LINK_CONN;
}

/* As long as there is more in the core: takes what lies ready, and sends after it. */
static size_t take_ready(int fd, char *buf, size_t len)
{
    size_t got = 0;
    struct awi_link *link;
    while (got < len && (link = awi_fd_link(fd)) && atomic_load(&link->more)) {
        ssize_t n = AWI_REAL(recv)(fd, buf + got, len - got, MSG_DONTWAIT);
        if (n <= 0) {
            break;
        }
        got += (size_t)n;
        after_read(fd);
    }
    return got;
}

static ssize_t recv_whole(int fd, char *buf, size_t len, int flags)
{
    size_t got = take_ready(fd, buf, len);
    if (got == len && got) {
        return (ssize_t)got;
    }
    ssize_t n = AWI_REAL(recv)(fd, buf + got, len - got, flags);
    after_read(fd);
    return n >= 0 ? n + (ssize_t)got : got ? (ssize_t)got : -1;
}

/* The bytes are taken and dropped: all that lie ready, or all of them with MSG_WAITALL. */
static ssize_t recv_nowhere(int fd, size_t len, int flags)
{
    char dropped[2048];
    size_t got = 0;
    ssize_t n = 0;
    flags &= ~MSG_TRUNC;
    while (got < len) {
        size_t ask = len - got < sizeof(dropped) ? len - got : sizeof(dropped);
        n = AWI_REAL(recv)(fd, dropped, ask, got && !(flags & MSG_WAITALL) ? MSG_DONTWAIT : flags);
        after_read(fd);
        if (n <= 0) {
            break;
        }
        got += (size_t)n;
    }
    return got ? (ssize_t)got : n;
}

static ssize_t recv_special(int fd, void *buf, size_t len, int flags)
{
    return flags & MSG_TRUNC ? recv_nowhere(fd, len, flags) : recv_whole(fd, buf, len, flags);
}

/* A message of TCP has no sender and no ancillary data; one buffer is filled after the other. */
static ssize_t recvmsg_special(int fd, struct msghdr *msg, int flags)
{
    size_t got = 0;
    for (size_t i = 0; i < msg->msg_iovlen; i++) {
        const struct iovec *iov = &msg->msg_iov[i];
        if (!iov->iov_len) {
            continue;
        }
        ssize_t n = recv_special(fd, iov->iov_base, iov->iov_len, flags);
        if (n < 0 && !got) {
            return -1;
        }
        got += n > 0 ? (size_t)n : 0;
        if (n < (ssize_t)iov->iov_len) {
            break;
        }
        flags |= flags & MSG_WAITALL ? 0 : MSG_DONTWAIT;
    }
    msg->msg_namelen = 0;
    msg->msg_controllen = 0;
    msg->msg_flags = 0;
    return (ssize_t)got;
}

ssize_t hook_recv(int fd, void *buf, size_t len, int flags)
{
    if (is_special(fd, flags)) {
        return recv_special(fd, buf, len, flags);
    }
    ssize_t n = AWI_REAL(recv)(fd, buf, len, flags);
    after_buffer(fd, buf, len, n);
    return n;
}

/* The sender that a read shows: a stream of TCP shows none, a datagram the name server. */
static void fix_source(int fd, void *addr, socklen_t room, socklen_t *len)
{
    struct awi_link *link = awi_fd_link(fd);
    if (!addr || !len || awi_inside()) {
        return;
    }
    if (link && atomic_load(&link->kind) == AWI_LINK_DNS_PAIR) {
        socklen_t full = link->remote_len;
        memcpy(addr, &link->remote, room < full ? room : full);
        *len = full;
    } else if (*len >= sizeof(sa_family_t) && room >= sizeof(sa_family_t) &&
               ((struct sockaddr *)addr)->sa_family == AF_UNIX) {
        struct awi_address shown;
        socklen_t have = *len < room ? *len : room;
        if ((link && atomic_load(&link->kind) == AWI_LINK_CONN) ||
            awi_pair_decode(addr, have, &shown)) {
            *len = 0;
        }
    }
}

ssize_t
hook_recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *addr, socklen_t *addr_len)
{
    if (is_special(fd, flags)) {
        if (addr && addr_len) {
            *addr_len = 0;
        }
        return recv_special(fd, buf, len, flags);
    }
    socklen_t room = addr && addr_len ? *addr_len : 0;
    ssize_t n = AWI_REAL(recvfrom)(fd, buf, len, flags, addr, addr_len);
    if (n >= 0 && AWI_UNLIKELY(addr != NULL)) {
        fix_source(fd, addr, room, addr_len);
    }
    after_buffer(fd, buf, len, n);
    return n;
}

ssize_t hook_recvmsg(int fd, struct msghdr *msg, int flags)
{
    if (msg && is_special(fd, flags)) {
        return recvmsg_special(fd, msg, flags);
    }
    socklen_t room = msg && msg->msg_name ? msg->msg_namelen : 0;
    ssize_t n = AWI_REAL(recvmsg)(fd, msg, flags);
    if (n >= 0 && AWI_UNLIKELY(room > 0)) {
        fix_source(fd, msg->msg_name, room, &msg->msg_namelen);
    }
    after_message(fd, msg ? msg->msg_iov : NULL, n > 0 ? msg->msg_iovlen : 0, n);
    return n;
}

int hook_recvmmsg(
    int fd, struct mmsghdr *vec, unsigned int count, int flags, struct timespec *timeout)
{
    if (AWI_UNLIKELY(awi_fd_link(fd) != NULL) && count > 0) {
        /* One at a time: the room for a sender's address is the caller's, message by message. */
        ssize_t n = hook_recvmsg(fd, &vec[0].msg_hdr, flags & ~MSG_WAITFORONE);
        if (n < 0) {
            return -1;
        }
        vec[0].msg_len = (unsigned int)n;
        return 1;
    }
    return AWI_REAL(recvmmsg)(fd, vec, count, flags, timeout);
}

ssize_t hook___read_chk(int fd, void *buf, size_t len, size_t size)
{
    return len > size ? AWI_REAL(__read_chk)(fd, buf, len, size) : hook_read(fd, buf, len);
}

ssize_t hook___recv_chk(int fd, void *buf, size_t len, size_t size, int flags)
{
    return len > size ? AWI_REAL(__recv_chk)(fd, buf, len, size, flags)
                      : hook_recv(fd, buf, len, flags);
}

ssize_t hook___recvfrom_chk(int fd,
                            void *buf,
                            size_t len,
                            size_t size,
                            int flags,
                            struct sockaddr *addr,
                            socklen_t *addr_len)
{
    return len > size ? AWI_REAL(__recvfrom_chk)(fd, buf, len, size, flags, addr, addr_len)
                      : hook_recvfrom(fd, buf, len, flags, addr, addr_len);
}

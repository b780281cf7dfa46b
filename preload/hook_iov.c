/* SPDX-License-Identifier: Apache-2.0 */
/* preadv2() and pwritev2(): on a socket the offset must be -1, and then they are readv() and
 * writev(). */
#include <sys/socket.h>
#include <sys/uio.h>

#include "preload/fds.h"
#include "preload/real.h"
#include "preload/shim.h"

ssize_t hook_pwritev2(int fd, const struct iovec *iov, int count, off_t offset, int flags)
{
    if (AWI_UNLIKELY(awi_fd_entry(fd) != NULL) && offset == -1) {
        return hook_writev(fd, iov, count);
    }
    return AWI_REAL(pwritev2)(fd, iov, count, offset, flags);
}

ssize_t hook_pwritev64v2(int fd, const struct iovec *iov, int count, off_t offset, int flags)
{
    return hook_pwritev2(fd, iov, count, offset, flags);
}

ssize_t hook_preadv2(int fd, const struct iovec *iov, int count, off_t offset, int flags)
{
    if (AWI_UNLIKELY(awi_fd_entry(fd) != NULL) && offset == -1 && count >= 0) {
        struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)iov,
                                 .msg_iovlen = (size_t)count};
        return flags & RWF_NOWAIT ? hook_recvmsg(fd, &message, MSG_DONTWAIT)
                                  : hook_readv(fd, iov, count);
    }
    return AWI_REAL(preadv2)(fd, iov, count, offset, flags);
}

ssize_t hook_preadv64v2(int fd, const struct iovec *iov, int count, off_t offset, int flags)
{
    return hook_preadv2(fd, iov, count, offset, flags);
}

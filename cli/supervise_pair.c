/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of connected sockets over the loopback: one for the target, one for the supervisor. */
#include "cli/supervise_pair.h"

#include "core/util/cleanup.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define SOCKET_KEPT (SOCK_CLOEXEC | SOCK_NONBLOCK)
#define TRIES       20
#define TRY_MS      100

/* A socket of the target's kind, connected over loopback to `to`, an IPv4 address. */
static int dial(const struct awi_call *call, const struct sockaddr_in *to)
{
    AWI_AUTO(fd) int fd = socket(call->domain, call->type | SOCKET_KEPT, 0);
    union awi_address addr;
    int off = 0;

    if (fd < 0) {
        return -errno;
    }
    if (call->domain == AF_INET6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    }
    socklen_t len = awi_loopback_address(&addr, call->domain, to->sin_port);
    if (connect(fd, &addr.any, len) < 0 && errno != EINPROGRESS) {
        return -errno;
    }
    return AWI_STEAL(fd, -1);
}

socklen_t awi_loopback_address(union awi_address *addr, int domain, uint16_t port)
{
    in_addr_t loopback = htonl(INADDR_LOOPBACK);

    memset(addr, 0, sizeof(*addr));
    if (domain != AF_INET6) {
        addr->in = (struct sockaddr_in){
            .sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = loopback};
        return sizeof(addr->in);
    }
    addr->in6.sin6_family = AF_INET6;
    addr->in6.sin6_port = port;
    addr->in6.sin6_addr.s6_addr[10] = addr->in6.sin6_addr.s6_addr[11] = 0xff;
    memcpy(&addr->in6.sin6_addr.s6_addr[12], &loopback, sizeof(loopback));
    return sizeof(addr->in6);
}

uint16_t awi_port_of(int fd)
{
    struct sockaddr_in6 addr = {0};
    socklen_t len = sizeof(addr);

    /* sin_port lies at the same place */
    return getsockname(fd, (struct sockaddr *)&addr, &len) < 0 ? 0 : addr.sin6_port;
}

int awi_loopback(int type)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, type | SOCKET_KEPT, 0);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The connection in the queue that is `theirs`; whoever else dialled the port is turned away.
 * -EAGAIN: not there yet. */
static int take(int accepter, int theirs)
{
    struct sockaddr_in from = {0};

    for (;;) {
        socklen_t len = sizeof(from);
        AWI_AUTO(fd) int ours = accept4(accepter, (struct sockaddr *)&from, &len, SOCKET_KEPT);
        if (ours < 0) {
            return -errno;
        }
        if (theirs >= 0 && from.sin_port == awi_port_of(theirs) &&
            from.sin_addr.s_addr == htonl(INADDR_LOOPBACK)) {
            return AWI_STEAL(ours, -1);
        }
    }
}

int awi_stream_pair(int accepter, const struct awi_call *call, int *ret_theirs, int *ret_ours)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = awi_port_of(accepter),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;

    /* A queue full of strangers would keep ours out. */
    take(accepter, -1);
    AWI_AUTO(fd) int theirs = dial(call, &addr);
    if (theirs < 0) {
        return theirs;
    }
    AWI_AUTO(fd) int ours = take(accepter, theirs);
    for (int i = 0; ours == -EAGAIN && i < TRIES; i++) {
        struct pollfd wait = {.fd = accepter, .events = POLLIN};
        poll(&wait, 1, TRY_MS);
        ours = take(accepter, theirs);
    }
    if (ours < 0) {
        return ours == -EAGAIN ? -ETIMEDOUT : ours;
    }
    setsockopt(ours, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(theirs, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    *ret_ours = AWI_STEAL(ours, -1);
    *ret_theirs = AWI_STEAL(theirs, -1);
    return 0;
}

int awi_datagram_pair(const struct awi_call *call, int *ret_theirs, int *ret_ours)
{
    AWI_AUTO(fd) int ours = awi_loopback(SOCK_DGRAM);
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    if (ours < 0) {
        return -errno;
    }
    addr.sin_port = awi_port_of(ours);
    AWI_AUTO(fd) int theirs = dial(call, &addr);
    if (theirs < 0) {
        return theirs;
    }
    addr.sin_port = awi_port_of(theirs);
    if (connect(ours, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        return -errno;
    }
    *ret_ours = AWI_STEAL(ours, -1);
    *ret_theirs = AWI_STEAL(theirs, -1);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of connected sockets over the loopback: one for the target, one for the supervisor. */
#include "cli/supervise_pair.h"

#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define SOCKET_KEPT (SOCK_CLOEXEC | SOCK_NONBLOCK)
#define TRIES       20
#define TRY_MS      100

/*
 * Connects the target's socket over loopback to `port`, without waiting, whatever is set on it: an
 * IPv6 one may have excluded IPv4, and fast open would connect at the first write only.
 */
static int lead(int theirs, const struct awi_call *call, uint16_t port)
{
    union awi_address addr;
    int off = 0;
    socklen_t len = awi_loopback_address(&addr, call->domain, port);

    if (call->domain == AF_INET6) {
        setsockopt(theirs, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    }
    if (call->type == SOCK_STREAM) {
        setsockopt(theirs, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &off, sizeof(off));
    }
    fcntl(theirs, F_SETFL, call->status | O_NONBLOCK);
    int r = connect(theirs, &addr.any, len) < 0 && errno != EINPROGRESS ? -errno : 0;
    fcntl(theirs, F_SETFL, call->status);
    return r;
}

/* The socket's own address, as one of IPv4. */
static struct sockaddr_in name_of(int fd)
{
    union awi_address addr = {.any.sa_family = AF_UNSPEC};
    struct sockaddr_in name = {.sin_family = AF_INET};
    socklen_t len = sizeof(addr);

    getsockname(fd, &addr.any, &len);
    name.sin_port = addr.in.sin_port; /* at the same place in both */
    if (addr.any.sa_family == AF_INET) {
        name.sin_addr = addr.in.sin_addr;
    } else if (addr.any.sa_family == AF_INET6) {
        memcpy(&name.sin_addr, &addr.in6.sin6_addr.s6_addr[12], sizeof(name.sin_addr));
    }
    return name;
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

/* The connection in the queue that comes from this address (NULL: none does); whoever else dialled
 * the port is turned away. -EAGAIN: not there yet. */
static int take(int accepter, const struct sockaddr_in *theirs)
{
    struct sockaddr_in from = {0};

    for (;;) {
        socklen_t len = sizeof(from);
        AWI_AUTO(fd) int ours = accept4(accepter, (struct sockaddr *)&from, &len, SOCKET_KEPT);
        if (ours < 0) {
            return -errno;
        }
        if (theirs && from.sin_port == theirs->sin_port &&
            from.sin_addr.s_addr == theirs->sin_addr.s_addr) {
            return AWI_STEAL(ours, -1);
        }
    }
}

int awi_stream_pair(int accepter, int theirs, const struct awi_call *call, int *ret_ours)
{
    uint16_t port = awi_port_of(accepter);
    int one = 1;

    /* A queue full of strangers would keep ours out. */
    take(accepter, NULL);
    int r = lead(theirs, call, port);
    if (r < 0) {
        return r;
    }
    struct sockaddr_in name = name_of(theirs);
    AWI_AUTO(fd) int ours = take(accepter, &name);
    for (int i = 0; ours == -EAGAIN && i < TRIES; i++) {
        struct pollfd wait = {.fd = accepter, .events = POLLIN};
        poll(&wait, 1, TRY_MS);
        ours = take(accepter, &name);
    }
    if (ours < 0) {
        return ours == -EAGAIN ? -ETIMEDOUT : ours;
    }
    /* Tells the socket that it is connected: else the target's next connect() would be the one that
     * learns it. */
    lead(theirs, call, port);
    setsockopt(ours, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(theirs, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    *ret_ours = AWI_STEAL(ours, -1);
    return 0;
}

int awi_datagram_pair(int theirs, const struct awi_call *call, int *ret_ours)
{
    AWI_AUTO(fd) int ours = awi_loopback(SOCK_DGRAM);

    if (ours < 0) {
        return -errno;
    }
    int r = lead(theirs, call, awi_port_of(ours));
    struct sockaddr_in name = name_of(theirs);
    if (r < 0 || connect(ours, (struct sockaddr *)&name, sizeof(name)) < 0) {
        return r < 0 ? r : -errno;
    }
    *ret_ours = AWI_STEAL(ours, -1);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connecting, and what a socket says about itself.
 *
 * The questions (getpeername, getsockopt) are asked of the kernel first. Only an answer that a TCP
 * socket would not give (a UNIX address, an option that UNIX sockets lack) is looked at again, so
 * other sockets pay nothing, and a diverted one is known by its own name even where it arrived by
 * dup, fork or exec.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <string.h>
#include <sys/un.h>

#include "preload/divert.h"
#include "preload/dns.h"
#include "preload/guard.h"
#include "preload/match.h"
#include "preload/pair.h"
#include "preload/proxy.h"
#include "preload/real.h"
#include "preload/shim.h"
#include "preload/watch.h"

static int fail(int err)
{
    errno = err;
    return -1;
}

static bool is_stream(int fd)
{
    int type = 0;
    socklen_t len = sizeof(type);
    return AWI_REAL(getsockopt)(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM;
}

int hook_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
    if (awi_inside() || !addr || len < sizeof(sa_family_t) || awi_disabled()) {
        return AWI_REAL(connect)(fd, addr, len);
    }
    if (!awi_match_addr(addr, len) || !is_stream(fd)) {
        int r = AWI_REAL(connect)(fd, addr, len);
        if (r == 0 || errno == EINPROGRESS) {
            awi_dns_connected(fd, addr, len);
            awi_proxy_connected(fd, addr, len);
        }
        return r;
    }
    pthread_testcancel();
    struct awi_entry entry;
    awi_enter(&entry);
    int r = awi_divert(fd, addr, len, NULL);
    awi_leave(&entry);
    return r < 0 ? fail(-r) : 0;
}

/*
 * Names
 */
typedef int name_fn(int fd, struct sockaddr *addr, socklen_t *len);

/* The kernel has answered with a UNIX address in a buffer of `room` bytes: if it is one of our
 * names, put what it spells in its place. */
static void translate(name_fn *real, int fd, struct sockaddr *addr, socklen_t room, socklen_t *len)
{
    int err = errno;
    struct sockaddr_un name;
    socklen_t name_len = sizeof(name);
    struct awi_address shown;
    if (real(fd, (struct sockaddr *)&name, &name_len) == 0 &&
        awi_pair_decode((struct sockaddr *)&name, name_len, &shown)) {
        memcpy(addr, &shown.addr, room < shown.len ? room : shown.len);
        *len = shown.len;
    }
    errno = err;
}

static int ask_name(name_fn *real, int fd, struct sockaddr *addr, socklen_t *len)
{
    socklen_t room = len ? *len : 0;
    int r = real(fd, addr, len);
    if (r == 0 && !awi_inside() && room >= sizeof(sa_family_t) && *len >= sizeof(sa_family_t) &&
        AWI_UNLIKELY(addr->sa_family == AF_UNIX)) {
        translate(real, fd, addr, room, len);
    }
    return r;
}

int hook_getpeername(int fd, struct sockaddr *addr, socklen_t *len)
{
    return ask_name(AWI_REAL(getpeername), fd, addr, len);
}

int hook_getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
    return ask_name(AWI_REAL(getsockname), fd, addr, len);
}

/*
 * Options
 */
static bool is_tcp_level(int level)
{
    return level == IPPROTO_TCP || level == IPPROTO_IP || level == IPPROTO_IPV6;
}

/* Does the socket carry one of our names, and which family does it stand for? */
static int shown_family(int fd)
{
    struct sockaddr_un name;
    socklen_t len = sizeof(name);
    struct awi_address shown;
    if (AWI_REAL(getsockname)(fd, (struct sockaddr *)&name, &len) < 0 ||
        !awi_pair_decode((struct sockaddr *)&name, len, &shown)) {
        return AF_UNSPEC;
    }
    return shown.addr.ss_family;
}

static int store_int(void *value, socklen_t *len, int number)
{
    if (!value || !len) {
        return fail(EFAULT);
    }
    socklen_t size = *len < sizeof(number) ? *len : (socklen_t)sizeof(number);
    memcpy(value, &number, size);
    *len = size;
    return 0;
}

/* What a connected TCP socket would say, for the options whose answer is looked at. */
static int answer_option(int level, int name, void *value, socklen_t *len)
{
    if (level == IPPROTO_TCP && name == TCP_INFO && value && len) {
        struct tcp_info info;
        memset(&info, 0, sizeof(info));
        info.tcpi_state = TCP_ESTABLISHED;
        socklen_t size = *len < sizeof(info) ? *len : (socklen_t)sizeof(info);
        memcpy(value, &info, size);
        *len = size;
        return 0;
    }
    if (level == IPPROTO_TCP && name == TCP_CONGESTION && value && len) {
        static const char usual[16] = "cubic";
        *len = *len < sizeof(usual) ? *len : (socklen_t)sizeof(usual);
        memcpy(value, usual, *len);
        return 0;
    }
    if (level == IPPROTO_TCP && name == TCP_NODELAY) {
        return store_int(value, len, 1);
    }
    if (level == IPPROTO_TCP && name == TCP_MAXSEG) {
        return store_int(value, len, 65483);
    }
    if (level == IPPROTO_IP && name == IP_TTL) {
        return store_int(value, len, 64);
    }
    return store_int(value, len, 0);
}

int hook_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    int r = AWI_REAL(getsockopt)(fd, level, name, value, len);
    if (awi_inside()) {
        return r;
    }
    int err = errno;
    if (r < 0 && is_tcp_level(level) && (err == EOPNOTSUPP || err == ENOPROTOOPT)) {
        if (shown_family(fd) != AF_UNSPEC) {
            errno = err;
            return answer_option(level, name, value, len);
        }
    } else if (r == 0 && level == SOL_SOCKET && (name == SO_DOMAIN || name == SO_PROTOCOL) &&
               *len == sizeof(int)) {
        int number;
        memcpy(&number, value, sizeof(number));
        int family =
            (name == SO_DOMAIN ? number == AF_UNIX : number == 0) ? shown_family(fd) : AF_UNSPEC;
        if (family != AF_UNSPEC) {
            number = name == SO_DOMAIN ? family : IPPROTO_TCP;
            memcpy(value, &number, sizeof(number));
        }
    }
    errno = err;
    return r;
}

/* A read must not wait in the kernel for more than a buffer holds: the rest is in the core, and is
 * sent when there is room. */
static const void *within_buffer(int fd, int level, int name, const void *value, socklen_t len)
{
    static const int most = 16 << 10;
    int mark;
    if (AWI_LIKELY(name != SO_RCVLOWAT) || level != SOL_SOCKET || len < sizeof(mark) || !value ||
        !awi_fd_link(fd)) {
        return value;
    }
    memcpy(&mark, value, sizeof(mark));
    return mark > most ? &most : value;
}

int hook_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    value = within_buffer(fd, level, name, value, len);
    int r = AWI_REAL(setsockopt)(fd, level, name, value, len);
    if (r < 0 && is_tcp_level(level) && (errno == EOPNOTSUPP || errno == ENOPROTOOPT) &&
        !awi_inside()) {
        int err = errno;
        if (shown_family(fd) != AF_UNSPEC) {
            return 0;
        }
        errno = err;
    }
    return r;
}

int hook_shutdown(int fd, int how)
{
    if (!awi_inside() && how != SHUT_RD && AWI_UNLIKELY(awi_fd_link(fd) != NULL)) {
        struct awi_entry entry;
        awi_enter(&entry);
        struct awi_link *link = awi_link_take(fd);
        if (link && atomic_load(&link->kind) == AWI_LINK_CONN) {
            awi_divert_finish(link);
        } else if (link) {
            awi_link_release(link);
        }
        awi_leave(&entry);
    }
    return AWI_REAL(shutdown)(fd, how);
}

int hook_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
    int r = AWI_REAL(epoll_ctl)(epfd, op, fd, event);
    if (r == 0 && (op == EPOLL_CTL_ADD || op == EPOLL_CTL_MOD) && !awi_inside()) {
        awi_watch_note(epfd, fd, event);
    }
    return r;
}

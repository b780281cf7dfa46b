/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets of connecting, and of what a connected socket says about itself.
 */
#include "snippet.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>

static int connect_exchange(void)
{
    int fd = t_connect();
    CHECK(fd >= 0);
    CHECK(t_exchange(fd, "/one") == 0);
    CHECK(t_exchange(fd, "/two") == 0);
    CHECK(close(fd) == 0);
    return 0;
}

static int connect_keeps_flags(void)
{
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&addr, len) == 0);
    CHECK(fcntl(fd, F_GETFD) == 0 && !(fcntl(fd, F_GETFL) & O_NONBLOCK));
    close(fd);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    CHECK(fd >= 0 && (connect(fd, (struct sockaddr *)&addr, len) == 0 || errno == EINPROGRESS));
    CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC && (fcntl(fd, F_GETFL) & O_NONBLOCK));
    CHECK((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
    close(fd);
    return 0;
}

static int exchange_with(int family, const struct sockaddr *addr, socklen_t len)
{
    int fd = t_socket(family);
    CHECK(fd >= 0 && connect(fd, addr, len) == 0);
    CHECK(t_exchange(fd, "/v6") == 0);
    struct sockaddr_storage peer;
    socklen_t peer_len = sizeof(peer);
    CHECK(getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0);
    CHECK(peer_len == len && !memcmp(&peer, addr, len));
    struct sockaddr_storage local;
    socklen_t local_len = sizeof(local);
    CHECK(getsockname(fd, (struct sockaddr *)&local, &local_len) == 0);
    CHECK(local_len == len && local.ss_family == addr->sa_family);
    close(fd);
    return 0;
}

static int connect_v6(void)
{
    struct addrinfo hints = {.ai_family = AF_INET6, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo(T_HOST, "443", &hints, &list) == 0);
    int r = exchange_with(AF_INET6, list->ai_addr, list->ai_addrlen);
    freeaddrinfo(list);
    return r;
}

static int connect_mapped(void)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
    inet_pton(AF_INET6, "::ffff:127.97.3.4", &in6.sin6_addr);
    return exchange_with(AF_INET6, (struct sockaddr *)&in6, sizeof(in6));
}

static int connect_metadata(void)
{
    static const char *const hosts[] = {
        "169.254.169.254", "169.254.170.2", "fd00:ec2::254", "fd00:ec2::23"};
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
        struct addrinfo *list;
        CHECK(getaddrinfo(hosts[i], "80", &hints, &list) == 0);
        int r = exchange_with(list->ai_family, list->ai_addr, list->ai_addrlen);
        freeaddrinfo(list);
        CHECK(r == 0);
    }
    return 0;
}

static int connect_emulator_port(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(4566)};
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return exchange_with(AF_INET, (struct sockaddr *)&in, sizeof(in));
}

/* FAKE_ENDPOINTS and AWSINTERCEPT_ENDPOINTS are set by run-snippets. */
static int connect_configured(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(5999)};
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(exchange_with(AF_INET, (struct sockaddr *)&in, sizeof(in)) == 0);
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo("minio.test", "9000", &hints, &list) == 0);
    int r = exchange_with(AF_INET, list->ai_addr, list->ai_addrlen);
    freeaddrinfo(list);
    return r;
}

static int connect_others(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(1)};
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(connect(fd, (struct sockaddr *)&in, sizeof(in)) == -1 && errno == ECONNREFUSED);
    CHECK(connect(fd, (struct sockaddr *)&in, 3) == -1 && errno == EINVAL);
    CHECK(connect(-1, (struct sockaddr *)&in, sizeof(in)) == -1 && errno == EBADF);
    close(fd);
    return 0;
}

static int connect_twice(void)
{
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    int fd = t_connect();
    CHECK(fd >= 0);
    int r = connect(fd, (struct sockaddr *)&addr, len);
    if (t_nonblock && r == 0) {
        /* The kernel reports the end of a connection under way once. */
        r = connect(fd, (struct sockaddr *)&addr, len);
    }
    CHECK(r == -1 && errno == EISCONN);
    CHECK(t_exchange(fd, "/still") == 0);
    close(fd);
    return 0;
}

static int connect_wrong_family(void)
{
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
    inet_pton(AF_INET6, "100::7f61:304", &in6.sin6_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(connect(fd, (struct sockaddr *)&in6, sizeof(in6)) == -1 && errno == EAFNOSUPPORT);
    CHECK(connect(fd, (struct sockaddr *)&addr, len) == 0);
    close(fd);
    return 0;
}

static int names(void)
{
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    int fd = t_connect();
    struct sockaddr_storage got;
    socklen_t got_len = sizeof(got);
    CHECK(fd >= 0 && getpeername(fd, (struct sockaddr *)&got, &got_len) == 0);
    CHECK(got_len == len && !memcmp(&got, &addr, len));
    struct sockaddr_in *in = (struct sockaddr_in *)&got;
    got_len = sizeof(got);
    CHECK(getsockname(fd, (struct sockaddr *)&got, &got_len) == 0);
    CHECK(got_len == sizeof(*in) && in->sin_family == AF_INET && in->sin_port);
    CHECK(in->sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    /* A buffer that is too small gets what fits, and the length there would have been. */
    memset(&got, 0x55, sizeof(got));
    got_len = 4;
    CHECK(getpeername(fd, (struct sockaddr *)&got, &got_len) == 0);
    CHECK(got_len == sizeof(*in) && !memcmp(&got, &addr, 4) && ((char *)&got)[4] == 0x55);
    close(fd);
    return 0;
}

static int get_int(int fd, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof(value);
    return getsockopt(fd, level, name, &value, &len) == 0 && len == sizeof(value) ? value : -1;
}

static int options(void)
{
    int one = 1;
    int fd = t_connect();
    CHECK(fd >= 0);
    CHECK(get_int(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET);
    CHECK(get_int(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM);
    CHECK(get_int(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP);
    CHECK(get_int(fd, SOL_SOCKET, SO_ERROR) == 0);
    CHECK(get_int(fd, SOL_SOCKET, SO_ACCEPTCONN) == 0);
    CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0);
    CHECK(get_int(fd, IPPROTO_TCP, TCP_NODELAY) == 1);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) == 0);
    CHECK(setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &one, sizeof(one)) == 0);
    struct tcp_info info;
    socklen_t len = sizeof(info);
    CHECK(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0);
    CHECK(info.tcpi_state == TCP_ESTABLISHED);
    CHECK(setsockopt(fd, SOL_SOCKET, 9999, &one, sizeof(one)) == -1 && errno == ENOPROTOOPT);
    close(fd);
    return 0;
}

static int options_before(void)
{
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    struct timeval tv = {.tv_sec = 7};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
    CHECK(connect(fd, (struct sockaddr *)&addr, len) == 0);
    socklen_t tv_len = sizeof(tv);
    tv.tv_sec = 0;
    CHECK(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, &tv_len) == 0 && tv.tv_sec == 7);
    close(fd);
    return 0;
}

static int half_close(void)
{
    int fd = t_connect();
    char byte;
    CHECK(fd >= 0 && t_request(fd, "/half") == 0);
    CHECK(shutdown(fd, SHUT_WR) == 0);
    CHECK(t_answer(fd, NULL, 0) > 0);
    CHECK(t_recv(fd, &byte, 1) == 0);
    CHECK(send(fd, "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
    close(fd);
    return 0;
}

/* Registered before connect(), as asio and netty do. */
static int epoll_before(uint32_t mode)
{
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    int epfd = epoll_create1(EPOLL_CLOEXEC);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | mode, .data.u64 = 0x123456789};
    CHECK(epfd >= 0 && fd >= 0 && epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) == 0);
    CHECK(connect(fd, (struct sockaddr *)&addr, len) == 0 || errno == EINPROGRESS);
    event.data.u64 = 0;
    do {
        CHECK(epoll_wait(epfd, &event, 1, 10000) == 1);
    } while (!(event.events & EPOLLOUT) || (event.events & EPOLLHUP));
    CHECK(event.data.u64 == 0x123456789);
    CHECK(t_request(fd, "/epoll") == 0);
    do {
        CHECK(epoll_wait(epfd, &event, 1, 10000) == 1);
    } while (!(event.events & EPOLLIN));
    CHECK(event.data.u64 == 0x123456789);
    CHECK(t_answer(fd, NULL, 0) > 0);
    event.events = EPOLLIN;
    CHECK(epoll_ctl(epfd, EPOLL_CTL_MOD, fd, &event) == 0);
    CHECK(epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL) == 0);
    close(fd);
    close(epfd);
    return 0;
}

static int epoll_level(void)
{
    return epoll_before(0);
}

static int epoll_edge(void)
{
    return epoll_before(EPOLLET);
}

static int poll_and_select(void)
{
    int fd = t_connect();
    struct pollfd pollfd = {.fd = fd, .events = POLLIN | POLLOUT};
    CHECK(fd >= 0 && poll(&pollfd, 1, 5000) == 1 && pollfd.revents == POLLOUT);
    CHECK(t_request(fd, "/poll") == 0);
    pollfd.events = POLLIN;
    CHECK(poll(&pollfd, 1, 5000) == 1 && pollfd.revents == POLLIN);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    struct timeval tv = {.tv_sec = 5};
    CHECK(select(fd + 1, &set, NULL, NULL, &tv) == 1 && FD_ISSET(fd, &set));
    CHECK(t_answer(fd, NULL, 0) > 0);
    close(fd);
    return 0;
}

static int fast_open_sendto(void)
{
    static const char request[] = "GET /fast 0 HTTP/1.1\r\n\r\n";
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    int fd = t_socket(AF_INET);
    ssize_t n = sendto(fd, request, strlen(request), MSG_FASTOPEN, (struct sockaddr *)&addr, len);
    CHECK(n == (ssize_t)strlen(request));
    CHECK(t_answer(fd, NULL, 0) > 0);
    close(fd);
    return 0;
}

static int fast_open_sendmsg(void)
{
    char request[] = "GET /fast HTTP/1.1\r\n\r\n";
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    struct iovec iov[2] = {{request, 5}, {request + 5, strlen(request) - 5}};
    struct msghdr msg = {.msg_name = &addr, .msg_namelen = len, .msg_iov = iov, .msg_iovlen = 2};
    int fd = t_socket(AF_INET);
    CHECK(sendmsg(fd, &msg, MSG_FASTOPEN) == (ssize_t)strlen(request));
    CHECK(t_answer(fd, NULL, 0) > 0);
    close(fd);
    return 0;
}

/* Resolvers "connect" a datagram socket to learn which source address would be used. */
static int datagram_untouched(void)
{
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(connect(fd, (struct sockaddr *)&addr, len) == 0);
    CHECK(get_int(fd, SOL_SOCKET, SO_TYPE) == SOCK_DGRAM);
    close(fd);
    return 0;
}

const struct snippet socket_snippets[] = {
    {"connect", connect_exchange, ANYWHERE},
    {"connect_keeps_flags", connect_keeps_flags, ANYWHERE},
    {"connect_v6", connect_v6, PRELOAD},
    {"connect_mapped", connect_mapped, PRELOAD},
    {"connect_metadata", connect_metadata, PRELOAD},
    {"connect_emulator_port", connect_emulator_port, PRELOAD},
    {"connect_configured", connect_configured, PRELOAD},
    {"connect_others", connect_others, ANYWHERE},
    {"connect_twice", connect_twice, ANYWHERE},
    {"connect_wrong_family", connect_wrong_family, ANYWHERE},
    {"names", names, ANYWHERE},
    {"options", options, ANYWHERE},
    {"options_before", options_before, ANYWHERE},
    {"half_close", half_close, ANYWHERE},
    {"epoll_level", epoll_level, ANYWHERE},
    {"epoll_edge", epoll_edge, ANYWHERE},
    {"poll_and_select", poll_and_select, ANYWHERE},
    {"fast_open_sendto", fast_open_sendto, PRELOAD},
    {"fast_open_sendmsg", fast_open_sendmsg, PRELOAD},
    {"datagram_untouched", datagram_untouched, ANYWHERE},
    {NULL, NULL, 0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets of waiting: the ways of epoll, select() above 1024, what the end of a connection looks
 * like; and of the options that clients look at.
 */
#include "snippet.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/select.h>

/* A non-blocking socket in `sets` epoll sets, then connected. */
static int connect_watched(uint32_t events, int *epfd, int sets)
{
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    for (int i = 0; i < sets; i++) {
        struct epoll_event event = {.events = events, .data.u64 = 40 + (uint64_t)i};
        epfd[i] = epoll_create1(EPOLL_CLOEXEC);
        if (epoll_ctl(epfd[i], EPOLL_CTL_ADD, fd, &event) < 0) {
            return -1;
        }
    }
    if (connect(fd, (struct sockaddr *)&addr, len) < 0 && errno != EINPROGRESS) {
        return -1;
    }
    return fd;
}

/* The next event that has these bits. */
static int next_event(int epfd, uint32_t wanted, uint64_t data)
{
    struct epoll_event event;
    do {
        CHECK(epoll_wait(epfd, &event, 1, 20000) == 1 && event.data.u64 == data);
    } while (!(event.events & wanted));
    return 0;
}

static int epoll_exclusive(void)
{
    int epfd;
    int fd = connect_watched(EPOLLIN | EPOLLOUT | EPOLLEXCLUSIVE, &epfd, 1);
    CHECK(fd >= 0 && next_event(epfd, EPOLLOUT, 40) == 0);
    CHECK(t_request(fd, "/exclusive") == 0 && next_event(epfd, EPOLLIN, 40) == 0);
    CHECK(t_answer(fd, NULL, 0) > 0);
    close(fd);
    close(epfd);
    return 0;
}

static int epoll_two_sets(void)
{
    int epfd[2];
    int fd = connect_watched(EPOLLIN | EPOLLOUT, epfd, 2);
    CHECK(fd >= 0 && next_event(epfd[0], EPOLLOUT, 40) == 0);
    CHECK(next_event(epfd[1], EPOLLOUT, 41) == 0 && t_request(fd, "/two") == 0);
    CHECK(next_event(epfd[0], EPOLLIN, 40) == 0 && next_event(epfd[1], EPOLLIN, 41) == 0);
    CHECK(t_answer(fd, NULL, 0) > 0);
    close(fd);
    close(epfd[0]);
    close(epfd[1]);
    return 0;
}

/* One event, and then none until it is asked for again. */
static int epoll_one_shot(void)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = 40};
    int epfd;
    int fd = connect_watched(EPOLLOUT | EPOLLONESHOT, &epfd, 1);
    CHECK(fd >= 0 && next_event(epfd, EPOLLOUT, 40) == 0);
    CHECK(t_request(fd, "/once") == 0);
    CHECK(epoll_wait(epfd, &event, 1, 0) == 0);
    event = (struct epoll_event){.events = EPOLLIN | EPOLLONESHOT, .data.u64 = 40};
    CHECK(epoll_ctl(epfd, EPOLL_CTL_MOD, fd, &event) == 0 && next_event(epfd, EPOLLIN, 40) == 0);
    CHECK(t_answer(fd, NULL, 0) > 0);
    close(fd);
    close(epfd);
    return 0;
}

/* Without being told, an edge-triggered set reports each answer. */
static int epoll_edge_each(void)
{
    int epfd;
    int fd = connect_watched(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, &epfd, 1);
    CHECK(fd >= 0 && next_event(epfd, EPOLLOUT, 40) == 0);
    for (int i = 0; i < 20; i++) {
        CHECK(t_request(fd, "/edge") == 0 && next_event(epfd, EPOLLIN, 40) == 0);
        CHECK(t_answer(fd, NULL, 0) > 0);
    }
    close(fd);
    close(epfd);
    return 0;
}

/* The server closes: an end that can be read, no error and no hang-up of both directions. */
static int end_is_readable(void)
{
    int fd = t_connect();
    char byte;
    CHECK(fd >= 0 && t_request(fd, "/close") == 0 && t_answer(fd, NULL, 0) > 0);
    struct pollfd pollfd = {.fd = fd, .events = POLLIN | POLLRDHUP};
    do {
        CHECK(poll(&pollfd, 1, 20000) == 1);
    } while (!(pollfd.revents & POLLRDHUP));
    CHECK(pollfd.revents == (POLLIN | POLLRDHUP) && t_recv(fd, &byte, 1) == 0);
    close(fd);
    return 0;
}

/* select() takes numbers beyond its type where the caller brings the room. */
static int select_high(void)
{
    enum { HIGH = 3000, WORDS = HIGH / 32 + 2 };
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    if (limit.rlim_max <= HIGH) {
        return 0;
    }
    limit.rlim_cur = limit.rlim_max;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);

    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    int low = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int fd = fcntl(low, F_DUPFD_CLOEXEC, HIGH);
    CHECK(fd >= HIGH && close(low) == 0);
    CHECK(connect(fd, (struct sockaddr *)&addr, len) == 0 && t_request(fd, "/high") == 0);
    unsigned long *set = calloc(WORDS, sizeof(long));
    size_t bits = 8 * sizeof(long);
    struct timeval tv = {.tv_sec = 20};
    CHECK(set);
    set[(size_t)fd / bits] = 1UL << ((size_t)fd % bits);
    CHECK(select(fd + 1, (fd_set *)set, NULL, NULL, &tv) == 1);
    CHECK(set[(size_t)fd / bits] == 1UL << ((size_t)fd % bits));
    CHECK(t_answer(fd, NULL, 0) > 0);
    free(set);
    close(fd);
    return 0;
}

/* A close that resets: nothing of it may reach the next connection. */
static int linger_none(void)
{
    struct linger linger = {.l_onoff = 1};
    socklen_t len = sizeof(linger);
    for (int i = 0; i < 3; i++) {
        int fd = t_connect();
        CHECK(fd >= 0 && t_request(fd, "/linger") == 0);
        CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) == 0);
        CHECK(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len) == 0 && linger.l_onoff == 1);
        CHECK(close(fd) == 0);
    }
    return 0;
}

static int options_of_all_kinds(void)
{
    static const int names[][2] = {
        {SOL_SOCKET, SO_RCVBUF},
        {SOL_SOCKET, SO_SNDBUF},
        {SOL_SOCKET, SO_KEEPALIVE},
        {SOL_SOCKET, SO_REUSEADDR},
        {SOL_SOCKET, SO_RCVLOWAT},
        {SOL_SOCKET, SO_PRIORITY},
        {SOL_SOCKET, SO_INCOMING_CPU},
        {IPPROTO_TCP, TCP_MAXSEG},
        {IPPROTO_TCP, TCP_CORK},
        {IPPROTO_TCP, TCP_KEEPIDLE},
        {IPPROTO_TCP, TCP_KEEPINTVL},
        {IPPROTO_TCP, TCP_KEEPCNT},
        {IPPROTO_TCP, TCP_QUICKACK},
        {IPPROTO_TCP, TCP_USER_TIMEOUT},
        {IPPROTO_IP, IP_TOS},
        {IPPROTO_IP, IP_TTL},
        {IPPROTO_IP, IP_MTU_DISCOVER},
    };
    char congestion[16] = "";
    struct tcp_info info;
    socklen_t len = sizeof(congestion);
    int fd = t_connect();
    CHECK(fd >= 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        int value = -1;
        socklen_t size = sizeof(value);
        CHECK(getsockopt(fd, names[i][0], names[i][1], &value, &size) == 0);
        CHECK(size == sizeof(value));
    }
    CHECK(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, congestion, &len) == 0 && congestion[0]);
    len = 8;
    CHECK(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && len == 8);
    CHECK(info.tcpi_state == TCP_ESTABLISHED);
    int queued = -1;
    CHECK(ioctl(fd, TIOCOUTQ, &queued) == 0 && queued == 0);
    close(fd);
    return 0;
}

/* As many as the limit lets be: the error is connect()'s or socket()'s, and all come back. */
static int too_many(void)
{
    enum { LIMIT = 120 };
    struct rlimit limit;
    int fds[LIMIT];
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    int warm = t_connect();
    CHECK(warm >= 0 && close(warm) == 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = LIMIT;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    for (int round = 0; round < 3; round++) {
        int count = 0;
        while (count < LIMIT) {
            int fd = t_socket(AF_INET);
            if (fd < 0) {
                CHECK(errno == EMFILE);
                break;
            }
            fds[count++] = fd;
            if (connect(fd, (struct sockaddr *)&addr, len) < 0 && errno != EINPROGRESS) {
                CHECK(errno == EMFILE);
                break;
            }
        }
        CHECK(count > 30);
        while (count) {
            CHECK(close(fds[--count]) == 0);
        }
        int fd = t_connect();
        CHECK(fd >= 0 && t_exchange(fd, "/again") == 0 && close(fd) == 0);
    }
    return 0;
}

const struct snippet wait_snippets[] = {
    {"epoll_exclusive", epoll_exclusive, ANYWHERE},
    {"epoll_two_sets", epoll_two_sets, ANYWHERE},
    {"epoll_one_shot", epoll_one_shot, ANYWHERE},
    {"epoll_edge_each", epoll_edge_each, ANYWHERE},
    {"end_is_readable", end_is_readable, ANYWHERE},
    {"select_high", select_high, ALONE},
    {"linger_none", linger_none, ANYWHERE},
    {"options_of_all_kinds", options_of_all_kinds, ANYWHERE},
    {"too_many", too_many, ALONE},
    {NULL, NULL, 0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For static linking: what a socket is before and after a connect() that a supervisor answers.
 * Prints "ok" and a name, or "not ok", a name and what was seen, for each check.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char request[] = "GET /latest/meta-data/ HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n";

static void check(int good, const char *name, long seen)
{
    printf(good ? "ok %s\n" : "not ok %s: %ld, %s\n", name, seen, strerror(errno));
}

static struct sockaddr_in metadata(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(80)};

    inet_pton(AF_INET, "169.254.169.254", &addr.sin_addr);
    return addr;
}

static int connect_metadata(int fd)
{
    struct sockaddr_in addr = metadata();

    return connect(fd, (struct sockaddr *)&addr, sizeof(addr));
}

static int is_answered(int fd)
{
    char answer[4096] = "";
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    return write(fd, request, sizeof(request) - 1) == sizeof(request) - 1 &&
           poll(&wait, 1, 60000) == 1 && read(fd, answer, sizeof(answer) - 1) > 9 &&
           strncmp(answer, "HTTP/1.1 ", 9) == 0;
}

static long option(int fd, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof(value);

    getsockopt(fd, level, name, &value, &len);
    return value;
}

static void set(int fd, int level, int name, int value)
{
    setsockopt(fd, level, name, &value, sizeof(value));
}

static void options(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = {.tv_sec = 77}, kept = {0};
    socklen_t len = sizeof(kept);

    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 123);
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 45678);
    set(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    check(connect_metadata(fd) == 0, "a blocking connect()", 0);
    check(option(fd, SOL_SOCKET, SO_KEEPALIVE) == 1, "SO_KEEPALIVE is kept", 0);
    check(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 123,
          "TCP_KEEPIDLE is kept",
          option(fd, IPPROTO_TCP, TCP_KEEPIDLE));
    check(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) == 45678, "TCP_USER_TIMEOUT is kept", 0);
    getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kept, &len);
    check(kept.tv_sec == 77, "SO_RCVTIMEO is kept", kept.tv_sec);
    check((fcntl(fd, F_GETFL) & O_NONBLOCK) == 0, "it still blocks", fcntl(fd, F_GETFL));
    check(fcntl(fd, F_GETFD) == 0, "it is still inherited", fcntl(fd, F_GETFD));
    check(is_answered(fd), "it is answered", 0);
    check(connect_metadata(fd) < 0 && errno == EISCONN, "a second connect() is EISCONN", 0);
    check(is_answered(fd), "it is answered again", 0);
    close(fd);
}

static void not_blocking(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int watcher = epoll_create1(EPOLL_CLOEXEC), other = dup(fd);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET}, seen;

    epoll_ctl(watcher, EPOLL_CTL_ADD, fd, &event);
    int r = connect_metadata(fd);
    check(r == 0 || errno == EINPROGRESS, "a connect() that does not block", r);
    do {
        r = epoll_wait(watcher, &seen, 1, 60000);
    } while (r == 1 && !(seen.events & EPOLLOUT));
    check(r == 1 && !(seen.events & EPOLLERR), "the epoll set from before sees it", r);
    check(option(fd, SOL_SOCKET, SO_ERROR) == 0, "without an error", 0);
    check(fcntl(fd, F_GETFL) & O_NONBLOCK, "it still does not block", 0);
    check(fcntl(fd, F_GETFD) == FD_CLOEXEC, "it is still closed at exec", fcntl(fd, F_GETFD));
    check(connect_metadata(fd) < 0 && errno == EISCONN, "EISCONN follows", 0);
    check(is_answered(other), "a duplicate from before is the same connection", 0);
    close(other);
    close(watcher);
    close(fd);
}

static void bound(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET}, name = {0};
    socklen_t len = sizeof(name);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    check(bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0, "bound first", 0);
    getsockname(fd, (struct sockaddr *)&name, &len);
    in_port_t port = name.sin_port;
    check(connect_metadata(fd) == 0 && is_answered(fd), "a bound socket connects", 0);
    getsockname(fd, (struct sockaddr *)&name, &len);
    check(name.sin_port == port, "and keeps its port", ntohs(name.sin_port));
    close(fd);
}

static void six(void)
{
    struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);

    if (fd < 0) {
        check(1, "there is no IPv6 here", 0);
        return;
    }
    inet_pton(AF_INET6, "fd00:ec2::254", &addr.sin6_addr);
    set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    int r = connect(fd, (struct sockaddr *)&addr, sizeof(addr));
    check(r == 0 && is_answered(fd), "IPv6, and nothing else, is answered", r);
    close(fd);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    r = connect(fd, (struct sockaddr *)&addr, sizeof(addr));
    check(r < 0 && errno == EAFNOSUPPORT, "IPv6 on an IPv4 socket is EAFNOSUPPORT", r);
    close(fd);
}

static void wrong(void)
{
    struct sockaddr_in addr = metadata();
    int ends[2];

    check(connect(987, (struct sockaddr *)&addr, sizeof(addr)) < 0 && errno == EBADF, "EBADF", 0);
    if (pipe(ends) == 0) {
        check(connect_metadata(ends[0]) < 0 && errno == ENOTSOCK, "ENOTSOCK", 0);
    }
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    check(connect(fd, (struct sockaddr *)8, sizeof(addr)) < 0 && errno == EFAULT, "EFAULT", 0);
    check(connect(fd, (struct sockaddr *)&addr, 3) < 0 && errno == EINVAL, "EINVAL", 0);
    listen(fd, 1);
    check(connect_metadata(fd) < 0, "a listening socket does not connect", 0);
    close(fd);
}

int main(void)
{
    options();
    not_blocking();
    bound();
    six();
    wrong();
    return 0;
}

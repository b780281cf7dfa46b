/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io_uring by liburing: connecting through the ring is refused, a connection that was made by
 * connect() is served through the ring. Prints TAP.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <liburing.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct io_uring ring;
static int number, failed;

static void check(int good, const char *what)
{
    failed += !good;
    printf("%sok %d - %s\n", good ? "" : "not ", ++number, what);
}

static int submitted(void)
{
    struct __kernel_timespec patience = {.tv_sec = 20};
    struct io_uring_cqe *cqe;
    io_uring_submit(&ring);
    int r = io_uring_wait_cqe_timeout(&ring, &cqe, &patience);
    if (r == 0) {
        r = cqe->res;
        io_uring_cqe_seen(&ring, cqe);
    }
    return r;
}

static void by_ring(int fd, const char *what)
{
    static const char request[] = "GET /ring HTTP/1.1\r\n\r\n";
    char answer[512] = "";
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_send(sqe, fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
    int sent = submitted();
    sqe = io_uring_get_sqe(&ring);
    io_uring_prep_recv(sqe, fd, answer, sizeof(answer) - 1, 0);
    check(sent == sizeof(request) - 1 && submitted() > 0 && strstr(answer, " 200 OK"), what);
}

static int dial(const struct addrinfo *to)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return connect(fd, to->ai_addr, to->ai_addrlen) < 0 ? -1 : fd;
}

int main(void)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list;
    if (getaddrinfo("ring.us-east-1.amazonaws.com", "80", &hints, &list) != 0) {
        return 1;
    }
    int before = dial(list);
    int r = io_uring_queue_init(8, &ring, 0);
    if (r == -EPERM || r == -ENOSYS) {
        printf("1..0 # SKIP io_uring is not allowed here\n");
        return 0;
    }
    by_ring(before, "a connection that was open before the ring");
    by_ring(dial(list), "a connection that was opened after it");
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_connect(sqe, fd, list->ai_addr, list->ai_addrlen);
    check(submitted() == -ECONNREFUSED, "connecting through the ring is refused");
    freeaddrinfo(list);
    printf("1..%d\n", number);
    return failed != 0;
}

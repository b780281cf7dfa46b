/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets of reading with flags, of messages in several parts, and of the rarer calls.
 */
#include "snippet.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/uio.h>

static int wait_for_bytes(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    return poll(&pollfd, 1, 20000) == 1 && (pollfd.revents & POLLIN);
}

static int blocking(int fd)
{
    return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

/* TCP drops what is read with MSG_TRUNC; the buffer is not even looked at. */
static int trunc_drops(void)
{
    char rest[4];
    int fd = t_connect();
    CHECK(fd >= 0 && t_request(fd, "/trunc") == 0 && wait_for_bytes(fd));
    CHECK(recv(fd, NULL, 9, MSG_TRUNC) == 9);
    CHECK(recv(fd, rest, 4, 0) == 4 && !memcmp(rest, "200 ", 4));
    close(fd);
    return 0;
}

static int trunc_drops_large(void)
{
    enum { LEN = 600000 };
    int fd = t_connect();
    CHECK(fd >= 0 && t_request(fd, "/size/600000") == 0 && blocking(fd) == 0);
    CHECK(recv(fd, NULL, LEN, MSG_TRUNC | MSG_WAITALL) == LEN);
    CHECK(recv(fd, NULL, LEN, MSG_TRUNC | MSG_DONTWAIT) > 0);
    close(fd);
    return 0;
}

static int wait_all_by_message(void)
{
    enum { PART = 400000 };
    int fd = t_connect();
    char *data = malloc(2 * PART);
    struct iovec iov[3] = {{data, PART}, {data, 0}, {data + PART, PART}};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 3};
    CHECK(fd >= 0 && data && t_request(fd, "/size/900000") == 0 && blocking(fd) == 0);
    CHECK(recvmsg(fd, &msg, MSG_WAITALL) == 2 * PART);
    CHECK(!memcmp(data, "HTTP/1.1 200", 12) && msg.msg_flags == 0);
    CHECK(data[2 * PART - 1] >= 'a' && data[PART] >= 'a');
    free(data);
    close(fd);
    return 0;
}

static int wait_all_with_sender(void)
{
    enum { LEN = 700000 };
    struct sockaddr_storage from;
    socklen_t from_len = sizeof(from);
    int fd = t_connect();
    char *data = malloc(LEN);
    CHECK(fd >= 0 && data && t_request(fd, "/size/900000") == 0 && blocking(fd) == 0);
    CHECK(recvfrom(fd, data, LEN, MSG_WAITALL, (struct sockaddr *)&from, &from_len) == LEN);
    CHECK(from_len == 0);
    free(data);
    close(fd);
    return 0;
}

/* As much as there is, when the other end closes first. */
static int wait_all_ends(void)
{
    char data[4096];
    int fd = t_connect();
    CHECK(fd >= 0 && t_request(fd, "/close") == 0 && blocking(fd) == 0);
    ssize_t n = recv(fd, data, sizeof(data), MSG_WAITALL);
    CHECK(n > 20 && n < (ssize_t)sizeof(data));
    CHECK(recv(fd, data, sizeof(data), MSG_WAITALL) == 0);
    close(fd);
    return 0;
}

/* A low-water mark above what a buffer holds. */
static int low_water(void)
{
    enum { LEN = 400000 };
    int mark = LEN;
    int fd = t_connect();
    char *data = malloc(LEN);
    CHECK(fd >= 0 && data && t_request(fd, "/size/900000") == 0 && blocking(fd) == 0);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &mark, sizeof(mark)) == 0);
    for (ssize_t got = 0, n; got < 2 * LEN; got += n) {
        CHECK((n = recv(fd, data, LEN, 0)) > 0);
    }
    free(data);
    close(fd);
    return 0;
}

static int peek_then_read(void)
{
    char first[64], again[64];
    int fd = t_connect();
    CHECK(fd >= 0 && t_request(fd, "/peek") == 0 && wait_for_bytes(fd));
    for (int i = 0; i < 3; i++) {
        CHECK(recv(fd, first, 20, MSG_PEEK) == 20);
    }
    CHECK(recv(fd, again, 20, MSG_WAITALL) == 20 && !memcmp(first, again, 20));
    struct iovec iov = {again, 4};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    CHECK(recvmsg(fd, &msg, MSG_PEEK) == 4 && recvmsg(fd, &msg, 0) == 4);
    close(fd);
    return 0;
}

static int nothing_to_read(void)
{
    char byte;
    int fd = t_connect();
    struct iovec iov = {&byte, 1};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    CHECK(fd >= 0 && blocking(fd) == 0);
    CHECK(recv(fd, &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
    CHECK(recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == -1 && errno == EAGAIN);
    CHECK(recv(fd, &byte, 1, MSG_DONTWAIT | MSG_WAITALL) == -1 && errno == EAGAIN);
    CHECK(recv(fd, NULL, 1, MSG_DONTWAIT | MSG_TRUNC) == -1 && errno == EAGAIN);
    CHECK(recvmsg(fd, &msg, MSG_DONTWAIT | MSG_WAITALL) == -1 && errno == EAGAIN);
    CHECK(preadv2(fd, &iov, 1, -1, RWF_NOWAIT) == -1 && errno == EAGAIN);
    CHECK(t_exchange(fd, "/then") == 0);
    close(fd);
    return 0;
}

static int vectors_with_flags(void)
{
    char text[] = "GET /vector HTTP/1.1\r\n\r\n";
    char head[8], rest[512];
    struct iovec out[2] = {{text, 7}, {text + 7, sizeof(text) - 8}};
    struct iovec in[2] = {{head, sizeof(head)}, {rest, sizeof(rest)}};
    int fd = t_connect();
    CHECK(fd >= 0 && pwritev2(fd, out, 2, -1, 0) == sizeof(text) - 1);
    CHECK(wait_for_bytes(fd));
    CHECK(preadv2(fd, in, 2, -1, 0) > 20 && !memcmp(head, "HTTP/1.1", 8));
    CHECK(pwritev2(fd, out, 2, 0, 0) == -1 && errno == ESPIPE);
    CHECK(preadv2(fd, in, 2, 0, 0) == -1 && errno == ESPIPE);
    CHECK(pread(fd, head, 1, 0) == -1 && errno == ESPIPE);
    close(fd);
    return 0;
}

static int many_messages(void)
{
    static char text[] = "GET /many HTTP/1.1\r\n\r\n";
    enum { COUNT = 20 };
    struct iovec iov[COUNT];
    struct mmsghdr vec[COUNT];
    memset(vec, 0, sizeof(vec));
    for (int i = 0; i < COUNT; i++) {
        iov[i] = (struct iovec){text, sizeof(text) - 1};
        vec[i].msg_hdr.msg_iov = &iov[i];
        vec[i].msg_hdr.msg_iovlen = 1;
    }
    int fd = t_connect();
    CHECK(fd >= 0 && sendmmsg(fd, vec, COUNT, MSG_NOSIGNAL) == COUNT);
    for (int i = 0; i < COUNT; i++) {
        CHECK(vec[i].msg_len == sizeof(text) - 1 && t_answer(fd, NULL, 0) > 0);
    }
    close(fd);
    return 0;
}

/* Everything that wants to write to what was shut is told so. */
static int after_shutdown(void)
{
    char byte = 'x';
    struct iovec iov = {&byte, 1};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    int fd = t_connect();
    CHECK(fd >= 0 && shutdown(fd, SHUT_RDWR) == 0);
    CHECK(send(fd, &byte, 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
    CHECK(sendmsg(fd, &msg, MSG_NOSIGNAL) == -1 && errno == EPIPE);
    CHECK(recv(fd, &byte, 1, 0) == 0);
    close(fd);
    return 0;
}

const struct snippet flag_snippets[] = {
    {"trunc_drops", trunc_drops, ANYWHERE},
    {"trunc_drops_large", trunc_drops_large, ANYWHERE},
    {"wait_all_by_message", wait_all_by_message, ANYWHERE},
    {"wait_all_with_sender", wait_all_with_sender, ANYWHERE},
    {"wait_all_ends", wait_all_ends, ANYWHERE},
    {"low_water", low_water, PRELOAD},
    {"peek_then_read", peek_then_read, ANYWHERE},
    {"nothing_to_read", nothing_to_read, ANYWHERE},
    {"vectors_with_flags", vectors_with_flags, ANYWHERE},
    {"many_messages", many_messages, ANYWHERE},
    {"after_shutdown", after_shutdown, ANYWHERE},
    {NULL, NULL, 0},
};

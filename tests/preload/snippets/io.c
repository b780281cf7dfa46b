/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets of reading and writing.
 */
#include "snippet.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

static const char request[] = "GET /io HTTP/1.1\r\n\r\n";
enum { REQUEST_LEN = sizeof(request) - 1 };

static int wait_readable(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    return poll(&pollfd, 1, 20000) == 1 && (pollfd.revents & POLLIN);
}

static int write_read(void)
{
    char buf[512];
    int fd = t_connect();
    CHECK(fd >= 0);
    errno = 0;
    CHECK(write(fd, request, REQUEST_LEN) == REQUEST_LEN && errno == 0);
    CHECK(wait_readable(fd));
    ssize_t n = read(fd, buf, sizeof(buf));
    CHECK(n > 20 && !memcmp(buf, "HTTP/1.1 200 OK\r\n", 17));
    close(fd);
    return 0;
}

static int writev_readv(void)
{
    char text[] = "GET /io HTTP/1.1\r\n\r\n";
    char head[8];
    char rest[512];
    struct iovec out[3] = {{text, 4}, {text + 4, 0}, {text + 4, REQUEST_LEN - 4}};
    struct iovec in[2] = {{head, sizeof(head)}, {rest, sizeof(rest)}};
    int fd = t_connect();
    CHECK(fd >= 0 && writev(fd, out, 3) == REQUEST_LEN);
    CHECK(wait_readable(fd));
    CHECK(readv(fd, in, 2) > 20 && !memcmp(head, "HTTP/1.1", 8) && !memcmp(rest, " 200", 4));
    close(fd);
    return 0;
}

static int send_recv(void)
{
    char buf[512];
    int fd = t_connect();
    CHECK(fd >= 0 && send(fd, request, REQUEST_LEN, MSG_NOSIGNAL) == REQUEST_LEN);
    CHECK(wait_readable(fd));
    CHECK(recv(fd, buf, 8, MSG_PEEK) == 8 && !memcmp(buf, "HTTP/1.1", 8));
    CHECK(recv(fd, buf, sizeof(buf), 0) > 20 && !memcmp(buf, "HTTP/1.1", 8));
    CHECK(recv(fd, buf, sizeof(buf), MSG_DONTWAIT) == -1 && errno == EAGAIN);
    close(fd);
    return 0;
}

static int sendto_recvfrom(void)
{
    char buf[512];
    struct sockaddr_storage from;
    socklen_t len = sizeof(from);
    int fd = t_connect();
    CHECK(fd >= 0 && sendto(fd, request, REQUEST_LEN, 0, NULL, 0) == REQUEST_LEN);
    CHECK(wait_readable(fd));
    CHECK(recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len) > 20);
    CHECK(len == 0);
    close(fd);
    return 0;
}

static int sendmsg_recvmsg(void)
{
    char text[] = "GET /io HTTP/1.1\r\n\r\n";
    char buf[512];
    struct sockaddr_storage from;
    struct iovec out = {text, REQUEST_LEN};
    struct iovec in = {buf, sizeof(buf)};
    struct msghdr msg = {.msg_iov = &out, .msg_iovlen = 1};
    int fd = t_connect();
    CHECK(fd >= 0 && sendmsg(fd, &msg, MSG_NOSIGNAL) == REQUEST_LEN);
    CHECK(wait_readable(fd));
    msg = (struct msghdr){
        .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &in, .msg_iovlen = 1};
    CHECK(recvmsg(fd, &msg, 0) > 20 && msg.msg_namelen == 0);
    close(fd);
    return 0;
}

static int sendmmsg_recvmmsg(void)
{
    char text[] = "GET /io HTTP/1.1\r\n\r\n";
    char buf[512];
    struct iovec out[2] = {{text, 6}, {text + 6, REQUEST_LEN - 6}};
    struct mmsghdr vec[2] = {{.msg_hdr = {.msg_iov = &out[0], .msg_iovlen = 1}},
                             {.msg_hdr = {.msg_iov = &out[1], .msg_iovlen = 1}}};
    int fd = t_connect();
    CHECK(fd >= 0 && sendmmsg(fd, vec, 2, 0) == 2);
    CHECK(vec[0].msg_len == 6 && vec[1].msg_len == REQUEST_LEN - 6);
    CHECK(wait_readable(fd));
    struct iovec in = {buf, sizeof(buf)};
    struct mmsghdr got = {.msg_hdr = {.msg_iov = &in, .msg_iovlen = 1}};
    CHECK(recvmmsg(fd, &got, 1, MSG_WAITFORONE, NULL) == 1 && got.msg_len > 20);
    close(fd);
    return 0;
}

/* More than any socket buffer holds. */
static int large_answer(void)
{
    int fd = t_connect();
    CHECK(fd >= 0);
    CHECK(t_request(fd, "/size/3000000") == 0);
    char first[27] = "";
    CHECK(t_answer(fd, first, sizeof(first)) == 3000000);
    CHECK(!strcmp(first, "abcdefghijklmnopqrstuvwxyz"));
    CHECK(t_exchange(fd, "/after") == 0);
    close(fd);
    return 0;
}

/* A blocking read of everything must not wait in the kernel for what has not been put there. */
static int wait_all(void)
{
    enum { BODY = 1000000 };
    char head[512];
    size_t used = 0;
    int fd = t_connect();
    char *body = malloc(BODY);
    CHECK(fd >= 0 && body && t_request(fd, "/size/1000000") == 0);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    while (used < 4 || memcmp(head + used - 4, "\r\n\r\n", 4)) {
        CHECK(used < sizeof(head) && t_recv(fd, head + used, 1) == 1);
        used++;
    }
    CHECK(recv(fd, body, BODY, MSG_WAITALL) == BODY);
    CHECK(body[0] == 'a' && body[BODY - 1] == 'a' + (BODY - 1) % 26);
    free(body);
    close(fd);
    return 0;
}

/* Whoever waits by poll, epoll or select with something left in the core must be woken. */
static int large_by_edge(void)
{
    int epfd = epoll_create1(EPOLL_CLOEXEC);
    int fd = t_connect();
    char buf[30000];
    long total = 0;
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    CHECK(epfd >= 0 && fd >= 0);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    CHECK(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) == 0);
    CHECK(t_request(fd, "/size/2000000") == 0);
    while (total < 2000000) {
        CHECK(epoll_wait(epfd, &event, 1, 20000) == 1);
        ssize_t n;
        while ((n = read(fd, buf, sizeof(buf))) > 0) {
            total += n;
        }
        CHECK(n == -1 && errno == EAGAIN);
    }
    close(fd);
    close(epfd);
    return 0;
}

static int large_by_level(void)
{
    int fd = t_connect();
    char buf[7001];
    long total = 0;
    CHECK(fd >= 0 && t_request(fd, "/size/1500000") == 0);
    while (total < 1500000) {
        CHECK(wait_readable(fd));
        struct iovec iov = {buf, sizeof(buf)};
        ssize_t n = readv(fd, &iov, 1);
        CHECK(n > 0);
        total += n;
    }
    close(fd);
    return 0;
}

static int large_request(void)
{
    enum { BODY = 5000000 };
    char head[128];
    char body[256] = "";
    int fd = t_connect();
    char *data = calloc(1, BODY);
    int n =
        snprintf(head, sizeof(head), "POST /upload HTTP/1.1\r\nContent-Length: %d\r\n\r\n", BODY);
    CHECK(fd >= 0 && data && t_send(fd, head, (size_t)n) == 0 && t_send(fd, data, BODY) == 0);
    CHECK(t_answer(fd, body, sizeof(body)) > 0);
    CHECK(!strncmp(body, "POST /upload 5000000 ", 21));
    free(data);
    close(fd);
    return 0;
}

static int pipelined(void)
{
    char body[128];
    int fd = t_connect();
    CHECK(fd >= 0);
    CHECK(t_send(fd, "GET /p1 HTTP/1.1\r\n\r\nGET /p2 HTTP/1.1\r\n\r\nGET /p3", 47) == 0);
    CHECK(t_answer(fd, body, sizeof(body)) > 0 && !strncmp(body, "GET /p1 ", 8));
    CHECK(t_answer(fd, body, sizeof(body)) > 0 && !strncmp(body, "GET /p2 ", 8));
    CHECK(t_send(fd, " HTTP/1.1\r\n\r\n", 13) == 0);
    CHECK(t_answer(fd, body, sizeof(body)) > 0 && !strncmp(body, "GET /p3 ", 8));
    close(fd);
    return 0;
}

static int bytes_waiting(void)
{
    char body[128];
    int waiting = -1;
    int fd = t_connect();
    CHECK(fd >= 0 && ioctl(fd, FIONREAD, &waiting) == 0 && waiting == 0);
    CHECK(t_request(fd, "/fionread") == 0 && wait_readable(fd));
    CHECK(ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 20);
    CHECK(t_answer(fd, body, sizeof(body)) > 0);
    close(fd);
    return 0;
}

static int server_closes(void)
{
    char byte;
    int fd = t_connect();
    CHECK(fd >= 0 && t_request(fd, "/close") == 0);
    CHECK(t_answer(fd, NULL, 0) > 0);
    CHECK(t_recv(fd, &byte, 1) == 0);
    close(fd);
    return 0;
}

static int server_closes_large(void)
{
    char byte;
    int fd = t_connect();
    CHECK(fd >= 0 && t_request(fd, "/size/900000") == 0 && shutdown(fd, SHUT_WR) == 0);
    CHECK(t_answer(fd, NULL, 0) == 900000);
    CHECK(t_recv(fd, &byte, 1) == 0);
    close(fd);
    return 0;
}

static int answer_waits(void)
{
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/wait") == 0);
    CHECK(t_exchange(fd, "/after") == 0);
    close(fd);
    return 0;
}

static int connection_breaks(void)
{
    char byte;
    int fd = t_connect();
    CHECK(fd >= 0);
    t_request(fd, "/drop");
    ssize_t n = t_recv(fd, &byte, 1);
    CHECK(n == 0 || (n == -1 && errno == ECONNRESET));
    close(fd);
    return 0;
}

static int file_to_socket(int how)
{
    char path[] = "/tmp/awi-snippet-XXXXXX";
    int file = mkstemp(path);
    int fd = t_connect();
    off_t offset = 0;
    CHECK(file >= 0 && fd >= 0 && unlink(path) == 0);
    CHECK(write(file, request, REQUEST_LEN) == REQUEST_LEN);
    if (how == 0) {
        CHECK(sendfile(fd, file, &offset, REQUEST_LEN) == REQUEST_LEN);
    } else {
        int ends[2];
        CHECK(pipe(ends) == 0);
        CHECK(splice(file, &offset, ends[1], NULL, REQUEST_LEN, 0) == REQUEST_LEN);
        CHECK(splice(ends[0], NULL, fd, NULL, REQUEST_LEN, 0) == REQUEST_LEN);
        close(ends[0]);
        close(ends[1]);
    }
    CHECK(t_answer(fd, NULL, 0) > 0);
    CHECK(t_exchange(fd, "/after") == 0);
    close(file);
    close(fd);
    return 0;
}

static int sendfile_request(void)
{
    return file_to_socket(0);
}

static int splice_request(void)
{
    return file_to_socket(1);
}

static int stdio_request(void)
{
    char line[128];
    int fd = t_connect();
    CHECK(fd >= 0);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    FILE *stream = fdopen(fd, "r+");
    CHECK(stream && fputs(request, stream) >= 0 && fflush(stream) == 0);
    CHECK(fgets(line, sizeof(line), stream) && !strcmp(line, "HTTP/1.1 200 OK\r\n"));
    CHECK(fclose(stream) == 0);
    return 0;
}

const struct snippet io_snippets[] = {
    {"write_read", write_read, ANYWHERE},
    {"writev_readv", writev_readv, ANYWHERE},
    {"send_recv", send_recv, ANYWHERE},
    {"sendto_recvfrom", sendto_recvfrom, ANYWHERE},
    {"sendmsg_recvmsg", sendmsg_recvmsg, ANYWHERE},
    {"sendmmsg_recvmmsg", sendmmsg_recvmmsg, ANYWHERE},
    {"large_answer", large_answer, ANYWHERE},
    {"wait_all", wait_all, ANYWHERE},
    {"large_by_edge", large_by_edge, ANYWHERE},
    {"large_by_level", large_by_level, ANYWHERE},
    {"large_request", large_request, ANYWHERE},
    {"pipelined", pipelined, ANYWHERE},
    {"bytes_waiting", bytes_waiting, ANYWHERE},
    {"server_closes", server_closes, ANYWHERE},
    {"server_closes_large", server_closes_large, ANYWHERE},
    {"answer_waits", answer_waits, ANYWHERE},
    {"connection_breaks", connection_breaks, ANYWHERE},
    {"sendfile", sendfile_request, ANYWHERE},
    {"splice", splice_request, ANYWHERE},
    {"stdio", stdio_request, ANYWHERE},
    {NULL, NULL, 0},
};

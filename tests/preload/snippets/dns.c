/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets of queries: by sockets to a name server, by the resolver library, and in the background.
 */
#include "snippet.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <resolv.h>
#include <signal.h>
#include <stdlib.h>

/* A query as a resolver of its own would send it. */
static size_t make_query(unsigned char *out, const char *name, int type)
{
    static const unsigned char head[12] = {0x12, 0x34, 0x01, 0x00, 0, 1};
    memcpy(out, head, sizeof(head));
    unsigned char *p = out + sizeof(head);
    while (*name) {
        size_t label = strcspn(name, ".");
        *p++ = (unsigned char)label;
        memcpy(p, name, label);
        p += label;
        name += label + (name[label] == '.');
    }
    *p++ = 0;
    *p++ = 0;
    *p++ = (unsigned char)type;
    *p++ = 0;
    *p++ = 1;
    return (size_t)(p - out);
}

static int check_answers(int fd, struct sockaddr_in *server, bool to_each)
{
    static const struct {
        int type;
        int count;
        int length;
    } asks[] = {{1, 1, 4}, {28, 1, 16}, {16, 0, 0}};
    for (size_t i = 0; i < sizeof(asks) / sizeof(*asks); i++) {
        unsigned char query[300];
        unsigned char answer[512];
        size_t len = make_query(query, "dynamodb.us-east-1.amazonaws.com", asks[i].type);
        struct sockaddr *to = to_each ? (struct sockaddr *)server : NULL;
        CHECK(sendto(fd, query, len, 0, to, to ? sizeof(*server) : 0) == (ssize_t)len);
        struct pollfd pollfd = {.fd = fd, .events = POLLIN};
        CHECK(poll(&pollfd, 1, 5000) == 1);
        struct sockaddr_in from;
        socklen_t from_len = sizeof(from);
        ssize_t n = recvfrom(fd, answer, sizeof(answer), 0, (struct sockaddr *)&from, &from_len);
        CHECK(n >= (ssize_t)len && answer[0] == 0x12 && answer[1] == 0x34 && (answer[2] & 0x80));
        CHECK(from_len == sizeof(from) && from.sin_port == server->sin_port &&
              from.sin_addr.s_addr == server->sin_addr.s_addr);
        CHECK(answer[7] == asks[i].count);
        CHECK(!asks[i].count ||
              (answer[len + 11] == asks[i].length && t_is_reserved_v4(answer + n - 4)));
    }
    return 0;
}

static struct sockaddr_in name_server(void)
{
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(53)};
    server.sin_addr.s_addr = htonl(0x7f000035);
    return server;
}

static int dns_connected(void)
{
    struct sockaddr_in server = name_server();
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | (t_nonblock ? SOCK_NONBLOCK : 0), 0);
    CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&server, sizeof(server)) == 0);
    CHECK(check_answers(fd, &server, false) == 0);
    CHECK(close(fd) == 0);
    return 0;
}

static int dns_unconnected(void)
{
    struct sockaddr_in server = name_server();
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && check_answers(fd, &server, true) == 0);
    CHECK(close(fd) == 0);
    return 0;
}

/* A query behind messages that are for others. */
static int dns_in_a_row(void)
{
    struct sockaddr_in server = name_server();
    struct sockaddr_in other = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t other_len = sizeof(other);
    int sink = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(bind(sink, (struct sockaddr *)&other, sizeof(other)) == 0);
    CHECK(getsockname(sink, (struct sockaddr *)&other, &other_len) == 0);

    unsigned char query[300];
    unsigned char answer[512];
    char seen[2];
    char letters[] = "ab";
    size_t len = make_query(query, "dynamodb.us-east-1.amazonaws.com", 1);
    struct iovec parts[] = {{letters, 1}, {query, len}, {letters + 1, 1}};
    struct mmsghdr row[3];
    memset(row, 0, sizeof(row));
    for (size_t i = 0; i < 3; i++) {
        row[i].msg_hdr.msg_name = i == 1 ? &server : &other;
        row[i].msg_hdr.msg_namelen = sizeof(server);
        row[i].msg_hdr.msg_iov = &parts[i];
        row[i].msg_hdr.msg_iovlen = 1;
    }
    CHECK(sendmmsg(fd, row, 2, 0) == 2);
    CHECK(row[0].msg_len == 1 && row[1].msg_len == len);
    CHECK(recv(sink, seen, 2, 0) == 1 && *seen == 'a');
    ssize_t n = recv(fd, answer, sizeof(answer), 0);
    CHECK(n == (ssize_t)len + 16 && t_is_reserved_v4(answer + n - 4));
    CHECK(sendmmsg(fd, row + 1, 2, 0) == 2);
    CHECK(recv(sink, seen, 2, 0) == 1 && *seen == 'b');
    close(fd);
    close(sink);
    return 0;
}

static int by_library(void)
{
    unsigned char answer[512];
    int n = res_query("ssm.us-east-1.amazonaws.com", 1, 1, answer, sizeof(answer));
    CHECK(n > 40 && answer[7] == 1 && t_is_reserved_v4(answer + n - 4));
    n = res_search("ssm.us-east-1.amazonaws.com", 1, 28, answer, sizeof(answer));
    CHECK(n > 50 && answer[7] == 1 && t_is_reserved_v6(answer + n - 16));
    unsigned char query[300];
    size_t len = make_query(query, "ssm.us-east-1.amazonaws.com", 1);
    n = res_send(query, (int)len, answer, sizeof(answer));
    CHECK(n == (int)len + 16 && answer[0] == 0x12 && answer[1] == 0x34);
    CHECK(res_query("ssm.us-east-1.amazonaws.com", 1, 16, answer, sizeof(answer)) == -1);
    CHECK(h_errno == NO_DATA);
    return 0;
}

static int by_parts(void)
{
    unsigned char answer[512];
    int n = res_querydomain("ssm", "us-east-1.amazonaws.com", 1, 1, answer, sizeof(answer));
    CHECK(n > 40 && answer[7] == 1 && t_is_reserved_v4(answer + n - 4));
    CHECK(res_query("ssm.us-east-1.amazonaws.com", 3, 1, answer, sizeof(answer)) == -1);
    CHECK(h_errno == NO_RECOVERY);
    return 0;
}

/* What a resolver reads as a name of ours is one. */
static int disguised(void)
{
    static const char *const names[] = {"ssm.us-east-1.amazonaws.co\\109",
                                        "ssm\\.us-east-1\\.amazonaws\\.com",
                                        "\\115\\115\\109.us-east-1.amazonaws.com."};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
        struct addrinfo *list = NULL;
        CHECK(getaddrinfo(names[i], NULL, &hints, &list) == 0);
        CHECK(t_is_reserved_v4(&((struct sockaddr_in *)list->ai_addr)->sin_addr));
        freeaddrinfo(list);
    }
    return 0;
}

static int asynchronous(void)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct gaicb ours = {.ar_name = "ecs.us-east-1.amazonaws.com", .ar_request = &hints};
    struct gaicb other = {.ar_name = "127.0.0.9", .ar_request = &hints};
    struct gaicb *list[3] = {&ours, NULL, &other};
    struct sigevent none = {.sigev_notify = SIGEV_NONE};
    for (int mode = 0; mode < 2; mode++) {
        CHECK(getaddrinfo_a(mode ? GAI_WAIT : GAI_NOWAIT, list, 3, &none) == 0);
        const struct gaicb *wait[2] = {&ours, &other};
        while (gai_error(&ours) == EAI_INPROGRESS || gai_error(&other) == EAI_INPROGRESS) {
            gai_suspend(wait, 2, NULL);
        }
        CHECK(gai_error(&ours) == 0 && gai_error(&other) == 0);
        struct sockaddr_in *in = (struct sockaddr_in *)ours.ar_result->ai_addr;
        CHECK(t_is_reserved_v4(&in->sin_addr));
        in = (struct sockaddr_in *)other.ar_result->ai_addr;
        CHECK(in->sin_addr.s_addr == htonl(0x7f000009));
        freeaddrinfo(ours.ar_result);
        freeaddrinfo(other.ar_result);
    }
    return 0;
}

/* A real name server on the loopback gets the queries that are not ours, before and after one that
 * is, and none that is. */
static int dns_others(void)
{
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(53)};
    server.sin_addr.s_addr = htonl(0x7f100000u | ((uint32_t)getpid() & 0xfffff));
    int real = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(real, (struct sockaddr *)&server, sizeof(server)) < 0) {
        return errno == EACCES || errno == EADDRINUSE ? close(real) : __LINE__;
    }
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(connect(fd, (struct sockaddr *)&server, sizeof(server)) == 0);
    unsigned char query[300];
    unsigned char seen[300];
    size_t len = make_query(query, "example.org", 1);
    for (int round = 0; round < 2; round++) {
        struct pollfd pollfd = {.fd = real, .events = POLLIN};
        CHECK(send(fd, query, len, 0) == (ssize_t)len);
        CHECK(poll(&pollfd, 1, 5000) == 1);
        CHECK(recv(real, seen, sizeof(seen), 0) == (ssize_t)len && !memcmp(seen, query, len));
        CHECK(check_answers(fd, &server, false) == 0);
        CHECK(poll(&pollfd, 1, 0) == 0);
    }
    close(fd);
    close(real);
    return 0;
}

const struct snippet dns_snippets[] = {
    {"dns_connected", dns_connected, PRELOAD},
    {"dns_unconnected", dns_unconnected, PRELOAD},
    {"dns_in_a_row", dns_in_a_row, PRELOAD},
    {"res_query", by_library, PRELOAD},
    {"res_querydomain", by_parts, PRELOAD},
    {"disguised", disguised, PRELOAD},
    {"getaddrinfo_a", asynchronous, PRELOAD | NOT_FORKED},
    {"dns_others", dns_others, PRELOAD | ALONE},
    {NULL, NULL, 0},
};

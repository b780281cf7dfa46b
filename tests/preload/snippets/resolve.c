/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets of name resolution.
 */
#include "snippet.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <resolv.h>
#include <signal.h>
#include <stdlib.h>

static bool is_reserved_v4(const void *addr)
{
    const unsigned char *ip = addr;
    return ip[0] == 127 && ip[1] == 97;
}

static bool is_reserved_v6(const void *addr)
{
    const unsigned char *ip = addr;
    return ip[0] == 1 && ip[1] == 0 && is_reserved_v4(ip + 12);
}

static int getaddrinfo_unspec(void)
{
    struct addrinfo *list;
    int v4 = 0;
    int v6 = 0;
    CHECK(getaddrinfo("sts.amazonaws.com", "443", NULL, &list) == 0);
    for (struct addrinfo *ai = list; ai; ai = ai->ai_next) {
        struct sockaddr_in *in = (struct sockaddr_in *)ai->ai_addr;
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ai->ai_addr;
        v4 += ai->ai_family == AF_INET && is_reserved_v4(&in->sin_addr);
        v6 += ai->ai_family == AF_INET6 && is_reserved_v6(&in6->sin6_addr);
        CHECK(ntohs(in->sin_port) == 443);
    }
    freeaddrinfo(list);
    CHECK(v4 == 3 && v6 == 3);
    return 0;
}

static int getaddrinfo_inet6(void)
{
    struct addrinfo hints = {.ai_family = AF_INET6, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo("bucket.s3.dualstack.us-east-1.amazonaws.com", "https", &hints, &list) == 0);
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)list->ai_addr;
    CHECK(list->ai_family == AF_INET6 && !list->ai_next);
    CHECK(is_reserved_v6(&in6->sin6_addr) && ntohs(in6->sin6_port) == 443);
    freeaddrinfo(list);
    return 0;
}

static int getaddrinfo_canonical(void)
{
    struct addrinfo hints = {.ai_flags = AI_CANONNAME | AI_ADDRCONFIG, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo("S3.Amazonaws.com.", NULL, &hints, &list) == 0);
    CHECK(list->ai_canonname && !strcmp(list->ai_canonname, "S3.Amazonaws.com."));
    freeaddrinfo(list);
    return 0;
}

static int getaddrinfo_numeric(void)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST};
    struct addrinfo *list;
    CHECK(getaddrinfo("sts.amazonaws.com", NULL, &hints, &list) == EAI_NONAME);
    return 0;
}

static int getaddrinfo_bad_service(void)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo("sts.amazonaws.com", "no-such-service", &hints, &list) == EAI_SERVICE);
    return 0;
}

static int getaddrinfo_others(void)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo("localhost", "80", &hints, &list) == 0);
    CHECK(((struct sockaddr_in *)list->ai_addr)->sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    freeaddrinfo(list);
    /* The suffix must be a whole one. */
    CHECK(getaddrinfo("notamazonaws.com.invalid", "80", &hints, &list) != 0);
    return 0;
}

static int getaddrinfo_below_localhost(void)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    CHECK(getaddrinfo("bucket.localhost", "5000", &hints, &list) == 0);
    CHECK(((struct sockaddr_in *)list->ai_addr)->sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    freeaddrinfo(list);
    return 0;
}

static int every_partition(void)
{
    static const char *const names[] = {
        "sts.amazonaws.com",
        "123456789012.ddb.us-east-1.amazonaws.com",
        "s3.cn-north-1.amazonaws.com.cn",
        "sts.eusc-de-east-1.amazonaws.eu",
        "sts.us-iso-east-1.c2s.ic.gov",
        "sts.us-isob-east-1.sc2s.sgov.gov",
        "sts.eu-isoe-west-1.cloud.adc-e.uk",
        "sts.us-isof-south-1.csp.hci.ic.gov",
        "lambda.us-east-1.api.aws",
        "abc.lambda-url.us-east-1.on.aws",
        "sts.cn-north-1.api.amazonwebservices.com.cn",
        "awsintercept.internal",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
        struct addrinfo *list;
        CHECK(getaddrinfo(names[i], "443", &hints, &list) == 0);
        CHECK(is_reserved_v4(&((struct sockaddr_in *)list->ai_addr)->sin_addr));
        freeaddrinfo(list);
    }
    return 0;
}

static int gethostbyname_plain(void)
{
    struct hostent *host = gethostbyname("sqs.us-east-1.amazonaws.com");
    CHECK(host && host->h_addrtype == AF_INET && host->h_length == 4);
    CHECK(is_reserved_v4(host->h_addr_list[0]) && !host->h_addr_list[1]);
    CHECK(!strcmp(host->h_name, "sqs.us-east-1.amazonaws.com") && !host->h_aliases[0]);
    return 0;
}

static int gethostbyname2_v6(void)
{
    struct hostent *host = gethostbyname2("sqs.us-east-1.amazonaws.com", AF_INET6);
    CHECK(host && host->h_addrtype == AF_INET6 && host->h_length == 16);
    CHECK(is_reserved_v6(host->h_addr_list[0]));
    return 0;
}

static int gethostbyname_reentrant(void)
{
    struct hostent host;
    struct hostent *result = NULL;
    char buf[512];
    int err = 0;
    CHECK(gethostbyname_r("iam.amazonaws.com", &host, buf, 20, &result, &err) == ERANGE);
    CHECK(!result && err == NETDB_INTERNAL);
    CHECK(gethostbyname_r("iam.amazonaws.com", &host, buf + 1, 500, &result, &err) == 0);
    CHECK(result == &host && is_reserved_v4(host.h_addr_list[0]));
    CHECK(gethostbyname2_r("iam.amazonaws.com", AF_INET6, &host, buf, 512, &result, &err) == 0);
    CHECK(result == &host && is_reserved_v6(host.h_addr_list[0]));
    return 0;
}

static int backwards(void)
{
    char name[256];
    char service[32];
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(443)};
    struct hostent *host = gethostbyname("kms.us-east-1.amazonaws.com");
    CHECK(host);
    memcpy(&in.sin_addr, host->h_addr_list[0], 4);
    CHECK(getnameinfo((struct sockaddr *)&in, sizeof(in), name, sizeof(name), service, 32, 0) == 0);
    CHECK(!strcmp(name, "kms.us-east-1.amazonaws.com") && !strcmp(service, "https"));
    CHECK(getnameinfo(
              (struct sockaddr *)&in, sizeof(in), name, sizeof(name), NULL, 0, NI_NUMERICHOST) ==
          0);
    CHECK(!strncmp(name, "127.97.", 7));
    CHECK(getnameinfo((struct sockaddr *)&in, sizeof(in), name, 4, NULL, 0, 0) == EAI_OVERFLOW);
    host = gethostbyaddr(&in.sin_addr, 4, AF_INET);
    CHECK(host && !strcmp(host->h_name, "kms.us-east-1.amazonaws.com"));
    return 0;
}

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
              (answer[len + 11] == asks[i].length && is_reserved_v4(answer + n - 4)));
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
    CHECK(n == (ssize_t)len + 16 && is_reserved_v4(answer + n - 4));
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
    CHECK(n > 40 && answer[7] == 1 && is_reserved_v4(answer + n - 4));
    n = res_search("ssm.us-east-1.amazonaws.com", 1, 28, answer, sizeof(answer));
    CHECK(n > 50 && answer[7] == 1 && is_reserved_v6(answer + n - 16));
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
    CHECK(n > 40 && answer[7] == 1 && is_reserved_v4(answer + n - 4));
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
        CHECK(is_reserved_v4(&((struct sockaddr_in *)list->ai_addr)->sin_addr));
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
        CHECK(is_reserved_v4(&in->sin_addr));
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

const struct snippet resolve_snippets[] = {
    {"getaddrinfo_unspec", getaddrinfo_unspec, PRELOAD},
    {"getaddrinfo_inet6", getaddrinfo_inet6, PRELOAD},
    {"getaddrinfo_canonical", getaddrinfo_canonical, PRELOAD},
    {"getaddrinfo_numeric", getaddrinfo_numeric, ANYWHERE},
    {"getaddrinfo_bad_service", getaddrinfo_bad_service, PRELOAD},
    {"getaddrinfo_others", getaddrinfo_others, ANYWHERE},
    {"getaddrinfo_below_localhost", getaddrinfo_below_localhost, PRELOAD},
    {"every_partition", every_partition, PRELOAD},
    {"gethostbyname", gethostbyname_plain, PRELOAD},
    {"gethostbyname2", gethostbyname2_v6, PRELOAD},
    {"gethostbyname_r", gethostbyname_reentrant, PRELOAD},
    {"backwards", backwards, PRELOAD},
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

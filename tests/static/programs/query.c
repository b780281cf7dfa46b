/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For static linking: query WAY SERVER NAME asks a name server for an IPv4 address as no C library
 * would do it for this program, and prints the address, "none", or what went wrong. Ways: tcp, udp,
 * sendto, sendmsg, sendmmsg, sendlater (behind another message), and as 32-bit programs call these
 * narrow-sendto, narrow-sendmsg, narrow-sendmmsg and narrow-socketcall.
 */
#include "narrow.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The header of a query with one question. */
static const unsigned char head[] = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};

/* A query behind two bytes of length, as TCP wants it; returns the bytes without these. */
static size_t make(unsigned char *to, const char *name)
{
    unsigned char *at = to + 2 + sizeof(head);

    memcpy(to + 2, head, sizeof(head));
    while (*name) {
        size_t len = strcspn(name, ".");
        *at++ = (unsigned char)len;
        memcpy(at, name, len);
        at += len;
        name += len + (name[len] == '.');
    }
    memcpy(at, "\0\0\1\0\1", 5); /* the root, A, IN */
    size_t size = (size_t)(at + 5 - to - 2);
    to[0] = (unsigned char)(size >> 8);
    to[1] = (unsigned char)size;
    return size;
}

static int say(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    return 1;
}

static unsigned char query[512];
static struct sockaddr_in server = {.sin_family = AF_INET};

/* The same, all of it in the first 4 GiB. */
static ssize_t send_narrow(int fd, const char *way, size_t len)
{
    static struct narrow_part parts[2];
    static struct narrow_message message;
    static uint32_t packed[6];
    uint32_t number = (uint32_t)fd, to = narrow(&server), to_len = sizeof(server);

    if (strcmp(way, "sendto") == 0) {
        return narrow_call(NARROW_SENDTO, number, narrow(query + 2), (uint32_t)len, 0, to, to_len);
    }
    if (strcmp(way, "socketcall") == 0) {
        memcpy(packed,
               (uint32_t[]){number, narrow(query + 2), (uint32_t)len, 0, to, to_len},
               sizeof(packed));
        return narrow_call(NARROW_SOCKETCALL, 11, narrow(packed), 0, 0, 0, 0);
    }
    parts[0] = (struct narrow_part){narrow(query + 2), 5};
    parts[1] = (struct narrow_part){narrow(query + 7), (uint32_t)len - 5};
    message =
        (struct narrow_message){.name = to, .name_len = to_len, .parts = narrow(parts), .n = 2};
    if (strcmp(way, "sendmsg") == 0) {
        return narrow_call(NARROW_SENDMSG, number, narrow(&message), 0, 0, 0, 0);
    }
    return narrow_call(NARROW_SENDMMSG, number, narrow(&message), 1, 0, 0, 0) == 1
               ? (ssize_t)message.sent
               : -1;
}

/* Behind a message to nobody, by as few calls as it takes. */
static ssize_t send_later(int fd, struct mmsghdr *message)
{
    struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct iovec part = {.iov_base = "x", .iov_len = 1};
    struct mmsghdr row[2] = {{.msg_hdr = {.msg_name = &nobody,
                                          .msg_namelen = sizeof(nobody),
                                          .msg_iov = &part,
                                          .msg_iovlen = 1}},
                             *message};
    int done = 0;

    nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    while (done < 2) {
        int n = sendmmsg(fd, row + done, 2 - done, 0);
        if (n <= 0) {
            return -1;
        }
        done += n;
    }
    return (ssize_t)row[1].msg_len;
}

/* To an address, in one of the ways there are. */
static ssize_t send_loose(int fd, const char *way, size_t len)
{
    unsigned char *data = query + 2;
    struct iovec parts[] = {{.iov_base = data, .iov_len = 5},
                            {.iov_base = data + 5, .iov_len = len - 5}};
    struct mmsghdr message = {
        .msg_hdr = {
            .msg_name = &server, .msg_namelen = sizeof(server), .msg_iov = parts, .msg_iovlen = 2}};

    if (strncmp(way, "narrow-", 7) == 0) {
        return send_narrow(fd, way + 7, len);
    }
    if (strcmp(way, "sendmsg") == 0) {
        return sendmsg(fd, &message.msg_hdr, 0);
    }
    if (strcmp(way, "sendlater") == 0) {
        return send_later(fd, &message);
    }
    if (strcmp(way, "sendmmsg") == 0) {
        return sendmmsg(fd, &message, 1, 0) == 1 ? (ssize_t)message.msg_len : -1;
    }
    return sendto(fd, data, len, 0, (struct sockaddr *)&server, sizeof(server));
}

int main(int argc, char **argv)
{
    unsigned char answer[1024];

    server.sin_port = htons(53);
    if (argc < 4 || strlen(argv[3]) > 250 || inet_pton(AF_INET, argv[2], &server.sin_addr) != 1) {
        return 2;
    }
    int stream = strcmp(argv[1], "tcp") == 0, loose = !stream && strcmp(argv[1], "udp") != 0;
    int fd = socket(AF_INET, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
    size_t size = make(query, argv[3]);
    void *data = stream ? query : query + 2;
    size_t len = stream ? size + 2 : size;

    if (!loose && connect(fd, (struct sockaddr *)&server, sizeof(server)) < 0) {
        return say("connect");
    }
    ssize_t n = loose ? send_loose(fd, argv[1], len) : write(fd, data, len);
    if (n != (ssize_t)len) {
        return say("write");
    }
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (poll(&wait, 1, 20000) != 1) {
        puts("silence");
        return 1;
    }
    n = read(fd, answer, sizeof(answer));
    if (n <= 0) {
        return say(n ? "read" : "end");
    }
    size_t skip = stream ? 2 : 0;
    if ((size_t)n < skip + size + 16 || answer[skip + 7] == 0) {
        puts("none");
        return 0;
    }
    unsigned char *ip = answer + n - 4;
    printf("%d.%d.%d.%d\n", ip[0], ip[1], ip[2], ip[3]);
    return 0;
}

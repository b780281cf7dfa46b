/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that exports functions under the names of the core's libraries, each of another kind: were
 * one of them called by the core, the process would die. Makes plain requests that need each of
 * them, then sends the TLS client hello that lies on its standard input. Exit status 0: 200 for the
 * first, a server hello for the last.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STRANGER(name)                                                                             \
    void name(void);                                                                               \
    void name(void)                                                                                \
    {                                                                                              \
        fprintf(stderr, "host: the core called our " #name "\n");                                  \
        abort();                                                                                   \
    }

/* OpenSSL 1.1 and 3, jansson and json-c, libxml2, LMDB, libyaml, zlib, cJSON, llhttp, our own: all
 * names that they have (list-strangers). */
#include "strangers.h"

static int dial(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list;

    if (getaddrinfo(host, port, &hints, &list) != 0) {
        return -1;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, list->ai_addr, list->ai_addrlen) < 0) {
        fd = -1;
    }
    freeaddrinfo(list);
    return fd;
}

/* The first bytes of the answer. */
static ssize_t
ask(const char *host, const char *port, const char *request, size_t len, char *answer, size_t room)
{
    int fd = dial(host, port);
    ssize_t n =
        fd < 0 || send(fd, request, len, 0) != (ssize_t)len ? -1 : recv(fd, answer, room, 0);

    close(fd);
    return n;
}

#define S3 "s3.us-east-1.amazonaws.com"
#define SIGNED                                                                                     \
    "Host: " S3 "\r\nX-Amz-Date: 20260101T000000Z\r\n"                                             \
    "Authorization: AWS4-HMAC-SHA256 Credential=222222222222/20260101/us-east-1/s3/aws4_request, " \
    "SignedHeaders=host;x-amz-date, Signature=00\r\n"
#define TAGGING "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"

/* The configuration is YAML, the records are LMDB's, the tags XML, the log of calls JSON. */
static const struct {
    const char *host, *request;
} plain[] = {
    {S3, "PUT /isolated HTTP/1.1\r\n" SIGNED "Content-Length: 0\r\n\r\n"},
    {S3, "PUT /isolated?tagging HTTP/1.1\r\n" SIGNED "Content-Length: 75\r\n\r\n" TAGGING},
    {S3, "GET /isolated?tagging HTTP/1.1\r\n" SIGNED "\r\n"},
    {"awsintercept.internal", "GET /calls HTTP/1.1\r\nHost: awsintercept.internal\r\n\r\n"},
};

int main(void)
{
    char hello[4096], answer[4096];
    ssize_t len = read(STDIN_FILENO, hello, sizeof(hello));

    for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
        const char *request = plain[i].request;
        if (ask(plain[i].host, "80", request, strlen(request), answer, sizeof(answer)) < 12 ||
            answer[9] != '2') {
            fprintf(stderr, "host: request %zu: %.400s\n", i, answer);
            return 1;
        }
    }
    if (len <= 0 || ask(S3, "443", hello, (size_t)len, answer, sizeof(answer)) < 6 ||
        answer[0] != 0x16 || answer[5] != 2) {
        fprintf(stderr, "host: no server hello\n");
        return 1;
    }
    return 0;
}

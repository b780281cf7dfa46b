/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of the C writer: one connection a service, kept while it works. */
#include "tests/soak/writer.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const services[] = {"dynamodb", "s3"};

int dial(const char *host)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int fd = -1;

    if (getaddrinfo(host, "80", &hints, &found) != 0) {
        return -1;
    }
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) < 0) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

bool send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* Reads one answer; *body is in w->answer. The status, or -1 when the connection ended before. */
static int receive(struct writer *w, int fd, char **body, size_t *body_len)
{
    size_t have = 0, want = 0;

    *body = NULL;
    while (!*body || have < want) {
        ssize_t n = recv(fd, w->answer + have, ROOM - 1 - have, 0);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return -1;
        }
        have += (size_t)n;
        w->answer[have] = '\0';
        char *end = *body ? NULL : strstr(w->answer, "\r\n\r\n");
        if (end) {
            const char *length = strcasestr(w->answer, "\r\nContent-Length:");
            *body = end + 4;
            *body_len = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
            want = (size_t)(*body - w->answer) + *body_len;
            if (want >= ROOM) {
                return -1;
            }
        }
    }
    w->answer_len = have;
    return (int)strtol(w->answer + 9, NULL, 10);
}

size_t make_request(struct writer *w,
                    enum kind kind,
                    const char *method,
                    const char *path,
                    const char *target,
                    size_t body)
{
    return (size_t)snprintf(
        w->request,
        4096,
        "%s %s HTTP/1.1\r\nHost: %s.us-east-1.amazonaws.com\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=%s/20260101/us-east-1/%s/"
        "aws4_request, SignedHeaders=host, Signature=00\r\n"
        "X-Amz-Date: 20260101T000000Z\r\n"
        "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\n%s%s%s"
        "Content-Length: %zu\r\n\r\n",
        method,
        path,
        services[kind],
        w->account,
        services[kind],
        target ? "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: DynamoDB_20120810."
               : "",
        target ? target : "",
        target ? "\r\n" : "",
        body);
}

int ask(struct writer *w,
        enum kind kind,
        const char *method,
        const char *path,
        const char *target,
        const char *data,
        size_t len,
        char **body,
        size_t *body_len)
{
    char host[64];
    size_t head = make_request(w, kind, method, path, target, len);

    memcpy(w->request + head, data, len);
    if (w->fd[kind] < 0) {
        snprintf(host, sizeof(host), "%s.us-east-1.amazonaws.com", services[kind]);
        w->fd[kind] = dial(host);
    }
    int status = -1;
    if (w->fd[kind] >= 0 && send_all(w->fd[kind], w->request, head + len)) {
        status = receive(w, w->fd[kind], body, body_len);
    }
    if (status < 0) {
        note(w, "bad connection %s %s: %s", services[kind], path, strerror(errno));
        close(w->fd[kind]);
        w->fd[kind] = -1;
    }
    return status;
}

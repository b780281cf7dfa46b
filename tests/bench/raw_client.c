/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client with send and recv alone: one kept connection, the same request again and again.
 *
 *     raw_client HOST PORT plain|tls REPETITIONS [dup]
 *
 * Prints median and 90th percentile of a request in microseconds, and on a second line by how many
 * KiB the process grew from before the host was looked up to the last answer. "dup" duplicates the
 * descriptor first, which moves the connection to the core's loop thread: the cost of a server
 * thread.
 */
#include "memory.h"
#include "timing.h"

#include <netdb.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
    int fd;
    SSL *ssl;
};

static int dial(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;

    if (getaddrinfo(host, port, &hints, &list) != 0) {
        return -1;
    }
    int fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, list->ai_addr, list->ai_addrlen) < 0) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    return fd;
}

static ssize_t put(struct client *client, const char *data, size_t len)
{
    return client->ssl ? SSL_write(client->ssl, data, (int)len)
                       : send(client->fd, data, len, MSG_NOSIGNAL);
}

static ssize_t take(struct client *client, char *data, size_t len)
{
    return client->ssl ? SSL_read(client->ssl, data, (int)len) : recv(client->fd, data, len, 0);
}

/* One answer with a Content-Length; its status, or -1. */
static int answer(struct client *client)
{
    char text[16384];
    size_t len = 0;

    for (;;) {
        ssize_t n = take(client, text + len, sizeof(text) - 1 - len);
        if (n <= 0) {
            return -1;
        }
        len += (size_t)n;
        text[len] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        const char *length = strcasestr(text, "content-length:");
        if (end && length && len >= (size_t)(end - text) + 4 + strtoul(length + 15, NULL, 10)) {
            return (int)strtol(text + 9, NULL, 10);
        }
    }
}

static SSL *handshake(int fd, const char *host)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(ctx);

    SSL_set_tlsext_host_name(ssl, host);
    SSL_set_fd(ssl, fd);
    return SSL_connect(ssl) == 1 ? ssl : NULL;
}

int main(int argc, char **argv)
{
    static const char body[] = "Action=GetCallerIdentity&Version=2011-06-15";
    char request[1024];

    if (argc < 5) {
        fprintf(stderr, "usage: raw_client HOST PORT plain|tls REPETITIONS [dup]\n");
        return 2;
    }
    size_t n = strtoul(argv[4], NULL, 10);
    int64_t *times = malloc(n * sizeof(*times));
    if (times) {
        memset(times, 0xff, n * sizeof(*times)); /* so that it counts before */
    }
    long before = resident();
    struct client client = {.fd = dial(argv[1], argv[2])};
    if (client.fd < 0 || !times || n == 0) {
        perror("raw_client: connect");
        return 1;
    }
    if (argc > 5 && dup(client.fd) < 0) {
        return 1;
    }
    if (strcmp(argv[3], "tls") == 0 && !(client.ssl = handshake(client.fd, argv[1]))) {
        fprintf(stderr, "raw_client: no TLS\n");
        return 1;
    }
    int len = snprintf(request,
                       sizeof(request),
                       "POST / HTTP/1.1\r\nHost: %s\r\n"
                       "Authorization: AWS4-HMAC-SHA256 Credential=222222222222/20260101/us-east-1/"
                       "sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=%064d\r\n"
                       "X-Amz-Date: 20260101T000000Z\r\n"
                       "Content-Type: application/x-www-form-urlencoded\r\n"
                       "Content-Length: %zu\r\n\r\n%s",
                       argv[1],
                       0,
                       sizeof(body) - 1,
                       body);
    for (size_t i = 0; i < n; i++) {
        int64_t start = now_ns();
        if (put(&client, request, (size_t)len) != len || answer(&client) != 200) {
            fprintf(stderr, "raw_client: request %zu failed\n", i);
            return 1;
        }
        times[i] = now_ns() - start;
    }
    long after = resident();
    print_times(times, n);
    printf("%ld\n", (after - before) / 1024);
    return 0;
}

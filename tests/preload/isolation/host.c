/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that exports functions under the names of the core's libraries, each of another kind: were
 * one of them called by the core, the process would die. Makes a plain request, then sends the TLS
 * client hello that lies on its standard input. Exit status 0: 200 for the first, a server hello
 * for the second.
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

/* OpenSSL 1.1 and 3, jansson and json-c, libxml2, LMDB, libyaml, zlib, cJSON, llhttp. */
STRANGER(SSL_CTX_new)
STRANGER(SSL_CTX_new_ex)
STRANGER(SSL_new)
STRANGER(SSL_read)
STRANGER(SSL_write)
STRANGER(SSL_accept)
STRANGER(OPENSSL_init_ssl)
STRANGER(OPENSSL_init_crypto)
STRANGER(CRYPTO_malloc)
STRANGER(EVP_MD_CTX_new)
STRANGER(EVP_DigestInit_ex)
STRANGER(EVP_sha256)
STRANGER(X509_sign)
STRANGER(json_loads)
STRANGER(json_object_get)
STRANGER(json_object_set_new)
STRANGER(json_dumps)
STRANGER(json_string)
STRANGER(cJSON_Parse)
STRANGER(xmlReaderForMemory)
STRANGER(xmlTextReaderRead)
STRANGER(mdb_env_create)
STRANGER(mdb_env_open)
STRANGER(mdb_txn_begin)
STRANGER(mdb_get)
STRANGER(mdb_put)
STRANGER(yaml_parser_initialize)
STRANGER(yaml_parser_parse)
STRANGER(inflateInit2_)
STRANGER(inflate)
STRANGER(llhttp_init)
STRANGER(llhttp_execute)
STRANGER(awi_request_run)
STRANGER(awi_get)

static int dial(const char *port)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list;

    if (getaddrinfo("s3.us-east-1.amazonaws.com", port, &hints, &list) != 0) {
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
static ssize_t ask(const char *port, const char *request, size_t len, char *answer, size_t room)
{
    int fd = dial(port);
    ssize_t n =
        fd < 0 || send(fd, request, len, 0) != (ssize_t)len ? -1 : recv(fd, answer, room, 0);

    close(fd);
    return n;
}

int main(void)
{
    static const char plain[] =
        "PUT /isolated HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=222222222222/20260101/"
        "us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=00\r\n"
        "X-Amz-Date: 20260101T000000Z\r\n"
        "Content-Length: 0\r\n\r\n";
    char hello[4096], answer[4096];
    ssize_t len = read(STDIN_FILENO, hello, sizeof(hello));

    if (ask("80", plain, sizeof(plain) - 1, answer, sizeof(answer)) < 12 ||
        memcmp(answer, "HTTP/1.1 200", 12) != 0) {
        fprintf(stderr, "host: no plain answer: %.60s\n", answer);
        return 1;
    }
    if (len <= 0 || ask("443", hello, (size_t)len, answer, sizeof(answer)) < 6 ||
        answer[0] != 0x16 || answer[5] != 2) {
        fprintf(stderr, "host: no server hello\n");
        return 1;
    }
    return 0;
}

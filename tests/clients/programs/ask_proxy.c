/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask_proxy PORT REQUEST: says a request line to a proxy on this machine, in TLS by GnuTLS, and
 * prints the answer. Exit status 3: the line could not be sent.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Of libgnutls.so.30, whose headers need not be here. */
typedef void *gnutls_session_t;
typedef void *gnutls_certificate_credentials_t;
enum { GNUTLS_CLIENT = 2, GNUTLS_CRD_CERTIFICATE = 1, E_AGAIN = -28 };
int gnutls_certificate_allocate_credentials(gnutls_certificate_credentials_t *credentials);
int gnutls_init(gnutls_session_t *session, unsigned int flags);
int gnutls_set_default_priority(gnutls_session_t session);
int gnutls_credentials_set(gnutls_session_t session, int type, void *credentials);
void gnutls_transport_set_int2(gnutls_session_t session, int in, int out);
int gnutls_handshake(gnutls_session_t session);
ssize_t gnutls_record_send(gnutls_session_t session, const void *data, size_t size);
ssize_t gnutls_record_recv(gnutls_session_t session, void *data, size_t size);

int main(int argc, char **argv)
{
    gnutls_certificate_credentials_t credentials;
    gnutls_session_t session;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char text[2048];

    if (argc != 3) {
        return 2;
    }
    to.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
        return 4;
    }
    gnutls_certificate_allocate_credentials(&credentials);
    gnutls_init(&session, GNUTLS_CLIENT);
    gnutls_set_default_priority(session);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_int2(session, fd, fd);
    if (gnutls_handshake(session) < 0) {
        return 5;
    }
    int n = snprintf(text, sizeof(text), "%s\r\nHost: x\r\nConnection: close\r\n\r\n", argv[2]);
    if (gnutls_record_send(session, text, (size_t)n) != n) {
        return 3;
    }
    ssize_t got;
    /* A ticket for the next session is read as GNUTLS_E_AGAIN. */
    while ((got = gnutls_record_recv(session, text, sizeof(text))) > 0 || got == E_AGAIN) {
        fwrite(text, 1, got > 0 ? (size_t)got : 0, stdout);
    }
    return 0;
}

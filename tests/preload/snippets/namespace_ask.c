/* SPDX-License-Identifier: Apache-2.0 */
#include "namespace_ask.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail(char *said, size_t size, const char *what)
{
    snprintf(said, size, "%s", what);
    return 1;
}

int ask_there(char *said, size_t size)
{
    static const char request[] =
        "GET / HTTP/1.1\r\nHost: sts.us-east-1.amazonaws.com\r\nConnection: close\r\n\r\n";
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list;

    int r = getaddrinfo("sts.us-east-1.amazonaws.com", "80", &hints, &list);
    if (r) {
        return fail(said, size, gai_strerror(r));
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    r = connect(fd, list->ai_addr, list->ai_addrlen);
    freeaddrinfo(list);
    if (r < 0 || send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0) {
        close(fd);
        return fail(said, size, "cannot connect or send");
    }
    ssize_t n = recv(fd, said, size - 1, 0);
    said[n < 0 ? 0 : n] = '\0';
    close(fd);
    return strncmp(said, "HTTP/1.1 ", 9) != 0;
}

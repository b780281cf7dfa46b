/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For static linking: resolve HOST PORT [PATH] asks the C library for the name, connects, and with
 * a path prints the status line of the answer.
 */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    char text[1024];
    size_t len = 0;
    ssize_t n;

    if (argc < 3) {
        return 2;
    }
    int r = getaddrinfo(argv[1], argv[2], &hints, &found);
    if (r) {
        printf("getaddrinfo: %s\n", gai_strerror(r));
        return 3;
    }
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0) {
        perror("connect");
        return 4;
    }
    freeaddrinfo(found);
    if (argc == 3) {
        return 0;
    }
    int want = snprintf(text,
                        sizeof(text),
                        "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
                        argv[3],
                        argv[1]);
    if (want < 0 || write(fd, text, (size_t)want) != want) {
        perror("write");
        return 5;
    }
    while (len < sizeof(text) - 1 && (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0) {
        len += (size_t)n;
    }
    text[len] = '\0';
    printf("%.*s\n", (int)strcspn(text, "\r\n"), text);
    close(fd);
    return 0;
}

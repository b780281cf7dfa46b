/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says that it is ready, connects so many times, one after the other, and says what went wrong. For
 * a caller that stops and continues it meanwhile.
 *
 *     connects HOST PORT TIMES
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    long failed = 0;

    if (argc != 4 || getaddrinfo(argv[1], argv[2], &hints, &found) != 0) {
        return 2;
    }
    puts("ready");
    fflush(stdout);
    for (long i = strtol(argv[3], NULL, 10); i > 0; i--) {
        int fd = socket(found->ai_family, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0) {
            printf("%s\n", strerror(errno));
            failed++;
        }
        close(fd);
    }
    freeaddrinfo(found);
    return failed > 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the first AWS call of a process takes, and the second on a new connection: name resolution,
 * connect, a request, its answer. The difference is what loading the core and opening the state
 * costs.
 *
 *     first_call HOST PORT     prints microseconds: first, second
 */
#include "timing.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int64_t call(const char *host, const char *port)
{
    static const char request[] = "POST / HTTP/1.1\r\nHost: sts.amazonaws.com\r\nContent-Type: "
                                  "application/x-www-form-urlencoded\r\nContent-Length: 43\r\n\r\n"
                                  "Action=GetCallerIdentity&Version=2011-06-15";
    char answer[8192];
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int64_t start = now_ns();

    if (getaddrinfo(host, port, &hints, &list) != 0) {
        return -1;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int r = connect(fd, list->ai_addr, list->ai_addrlen);
    freeaddrinfo(list);
    if (r < 0 || send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0 ||
        recv(fd, answer, sizeof(answer), 0) <= 0) {
        return -1;
    }
    int64_t taken = now_ns() - start;
    close(fd);
    return taken;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: first_call HOST PORT\n");
        return 2;
    }
    int64_t first = call(argv[1], argv[2]);
    int64_t second = call(argv[1], argv[2]);
    if (first < 0 || second < 0) {
        fprintf(stderr, "first_call: failed\n");
        return 1;
    }
    printf("%.2f %.2f\n", (double)first / 1e3, (double)second / 1e3);
    return 0;
}

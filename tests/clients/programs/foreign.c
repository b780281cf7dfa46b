/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of another libc, whose process the core cannot enter. Exit status 0: AWS names fail for
 * good, reserved addresses refuse at once, files and other names are as ever.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

static int refused(unsigned address)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(80)};
    in.sin_addr.s_addr = htonl(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return connect(fd, (struct sockaddr *)&in, sizeof(in)) == -1 && errno == ECONNREFUSED;
}

int main(void)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list;
    if (getaddrinfo("sts.amazonaws.com", "443", &hints, &list) != EAI_FAIL) {
        return 1;
    }
    if (!refused(0x7f610101) || !refused(0xa9fea9fe)) {
        return 2;
    }
    return getaddrinfo("localhost", "80", &hints, &list) || !fopen("/etc/passwd", "r") ? 3 : 0;
}

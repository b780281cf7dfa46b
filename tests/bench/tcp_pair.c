/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alternative to in-process diversion, for comparison: the same core behind a loopback TCP
 * listener, its connections carried by the loop thread.
 *
 *     tcp_pair CLIENT plain|tls REPETITIONS     runs CLIENT 127.0.0.1 PORT plain|tls REPETITIONS
 *
 * Passes on what CLIENT prints. The core is the built libawsintercept-core.so.
 */
#include "core_loader.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int serve(int listener, const struct awi_core_api *core)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f610101)};
    struct awi_peer peer = {.addr = (struct sockaddr *)&addr, .addr_len = sizeof(addr)};
    int one = 1;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return core->loop_adopt(core->conn_open(&peer), fd);
}

int main(int argc, char **argv)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(addr);
    char port[8];
    int status = 1;

    if (argc != 4) {
        fprintf(stderr, "usage: tcp_pair CLIENT plain|tls REPETITIONS\n");
        return 2;
    }
    const struct awi_core_api *core = core_load();
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!core || bind(listener, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
        listen(listener, 4) < 0 || getsockname(listener, (struct sockaddr *)&addr, &len) < 0) {
        perror("tcp_pair");
        return 1;
    }
    snprintf(port, sizeof(port), "%u", ntohs(addr.sin_port));
    pid_t child = fork();
    if (child == 0) {
        execl(argv[1], argv[1], "127.0.0.1", port, argv[2], argv[3], (char *)NULL);
        _exit(127);
    }
    if (child < 0 || serve(listener, core) < 0 || waitpid(child, &status, 0) < 0) {
        return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

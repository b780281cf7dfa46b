/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For static linking: past WAY IP PORT PATH connects by another way than connect(), asks for PATH
 * and prints the status line of the answer, or what went wrong.
 *
 *     narrow   the call of 32-bit programs
 *     packed   their socketcall()
 *     ring     io_uring
 *     open     a first write that connects
 */
#include "narrow.h"

#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct sockaddr_in to; /* in the first 4 GiB, as the other one */
static uint32_t packed[3];
static char request[512];

/* One operation on a ring of its own: its result, or -1 with errno. */
static int connect_by_ring(int fd)
{
    struct io_uring_params params = {.flags = 0};
    int ring = (int)syscall(__NR_io_uring_setup, 1, &params);
    if (ring < 0) {
        return -1;
    }
    size_t size = params.sq_off.array + params.sq_entries * sizeof(unsigned);
    size_t ready = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    int mode = PROT_READ | PROT_WRITE;
    char *asked = mmap(NULL, size, mode, MAP_SHARED, ring, IORING_OFF_SQ_RING);
    char *done = mmap(NULL, ready, mode, MAP_SHARED, ring, IORING_OFF_CQ_RING);
    struct io_uring_sqe *entry =
        mmap(NULL, sizeof(*entry), mode, MAP_SHARED, ring, IORING_OFF_SQES);
    if (asked == MAP_FAILED || done == MAP_FAILED || entry == MAP_FAILED) {
        return -1;
    }
    memset(entry, 0, sizeof(*entry));
    entry->opcode = IORING_OP_CONNECT;
    entry->fd = fd;
    entry->addr = (uintptr_t)&to;
    entry->off = sizeof(to);
    *(unsigned *)(void *)(asked + params.sq_off.array) = 0;
    __atomic_store_n((unsigned *)(void *)(asked + params.sq_off.tail), 1, __ATOMIC_RELEASE);
    if (syscall(__NR_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) {
        return -1;
    }
    struct io_uring_cqe *answer = (struct io_uring_cqe *)(void *)(done + params.cq_off.cqes);
    errno = answer->res < 0 ? -answer->res : 0;
    return answer->res < 0 ? -1 : 0;
}

/* 0, with *ret_sent: the request is on its way already; or -1. */
static int connect_by(const char *way, int fd, size_t len, int *ret_sent)
{
    if (strcmp(way, "narrow") == 0) {
        return (int)narrow_call(
            NARROW_CONNECT, (uint32_t)fd, narrow(&to), (uint32_t)sizeof(to), 0, 0, 0);
    }
    if (strcmp(way, "packed") == 0) {
        packed[0] = (uint32_t)fd;
        packed[1] = narrow(&to);
        packed[2] = sizeof(to);
        return (int)narrow_call(NARROW_SOCKETCALL, 3, narrow(packed), 0, 0, 0, 0);
    }
    if (strcmp(way, "open") == 0) {
        *ret_sent = 1;
        return sendto(fd, request, len, MSG_FASTOPEN, (struct sockaddr *)&to, sizeof(to)) < 0 ? -1
                                                                                              : 0;
    }
    return connect_by_ring(fd);
}

int main(int argc, char **argv)
{
    char text[1024];
    size_t len = 0;
    ssize_t n;
    int sent = 0;

    if (argc != 5 || inet_pton(AF_INET, argv[2], &to.sin_addr) != 1) {
        return 2;
    }
    to.sin_family = AF_INET;
    to.sin_port = htons((uint16_t)strtol(argv[3], NULL, 10));
    int want = snprintf(request,
                        sizeof(request),
                        "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
                        argv[4],
                        argv[2]);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect_by(argv[1], fd, (size_t)want, &sent) < 0) {
        printf("%s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    if (!sent && write(fd, request, (size_t)want) != want) {
        printf("write: %s\n", strerror(errno));
        return 1;
    }
    while (len < sizeof(text) - 1 && (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0) {
        len += (size_t)n;
    }
    text[len] = '\0';
    printf("%.*s\n", (int)strcspn(text, "\r\n"), text);
    return 0;
}

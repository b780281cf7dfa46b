/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snippet is one small use of one hooked function, as an unmodified program would write it. It
 * returns 0, or the line that failed. The runner (main.c) runs it plainly, from a constructor,
 * after fork() and in eight threads, with blocking and with non-blocking sockets; run-snippets runs
 * most of them also without the preload, against a real server that answers alike.
 */
#pragma once

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ANYWHERE = 0,
    /* Asks for what only the preload can give (names, reserved addresses). */
    PRELOAD = 1,
    /* Changes the whole process (closes everything, sets handlers): not in threads. */
    ALONE = 2,
    /* libc's own part of it does not survive fork(). */
    NOT_FORKED = 4,
};

struct snippet {
    const char *name;
    int (*run)(void);
    int flags;
};

extern const struct snippet dns_snippets[];
extern const struct snippet resolve_snippets[];
extern const struct snippet socket_snippets[];
extern const struct snippet io_snippets[];
extern const struct snippet fd_snippets[];
extern const struct snippet file_snippets[];
extern const struct snippet trap_snippets[];
extern const struct snippet flag_snippets[];
extern const struct snippet wait_snippets[];
extern const struct snippet thread_snippets[];

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            int check_errno = errno;                                                               \
            fprintf(stderr,                                                                        \
                    "%s:%d: %s (errno %s)\n",                                                      \
                    __FILE__,                                                                      \
                    __LINE__,                                                                      \
                    #condition,                                                                    \
                    strerror(check_errno));                                                        \
            return __LINE__;                                                                       \
        }                                                                                          \
    } while (0)

/* Sockets are to be non-blocking in this run. */
extern bool t_nonblock;

#define T_HOST "hooks.us-east-1.amazonaws.com"

/* Raw addresses of ours. */
bool t_is_reserved_v4(const void *addr);
bool t_is_reserved_v6(const void *addr);

/* The server's address: a reserved one under the preload, SNIPPET_SERVER's port else. */
socklen_t t_address(struct sockaddr_storage *out);

/* A socket as this run wants it, and one that is connected to the server. */
int t_socket(int family);
int t_connect(void);

/* Whole transfers, on blocking and non-blocking descriptors alike. */
int t_send(int fd, const void *data, size_t len);
ssize_t t_recv(int fd, void *buf, size_t len);
int t_request(int fd, const char *path);

/* Reads one answer: its body's length, -1 if it is no answer. The first bytes are put into body. */
long t_answer(int fd, char *body, size_t size);

/* A request and its answer, whose body must begin with "GET PATH 0 ". */
int t_exchange(int fd, const char *path);

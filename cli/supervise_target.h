/* SPDX-License-Identifier: Apache-2.0 */
/* One system call of a target that waits for the supervisor's answer, and the target's side of it:
 * its memory, its socket. */
#pragma once

#include "cli/filter.h"

#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

union awi_address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_storage storage;
};

struct awi_call {
    uint64_t id;
    enum awi_ask ask;
    bool narrow;      /* of a 32-bit program, or in its way */
    uint64_t args[6]; /* also of a socketcall() */
    uint64_t at;      /* the instruction */
    pid_t thread;     /* whose memory is read */
    pid_t pid;        /* of the process, not the thread */
    int fd;
    union awi_address to; /* connect(), sendto() */
    socklen_t len;
    int type; /* of the target's socket */
    int domain;
    int status; /* its O_ flags */
};

#define AWI_CALL_ACCOUNT 16 /* bytes: an account id, or what is told from one */

/* Takes what every call has. 1; 0: it is none to care about; -EACCES, as below. */
int awi_call_begin(struct awi_call *call, const struct seccomp_notif *asked);

/*
 * Reads the address at `at`. 1: it is one of the internet; 0: none to care about; -EACCES: the
 * target cannot be looked at, so nobody knows where it wants to go, and it must not.
 */
int awi_call_address(struct awi_call *call, uint64_t at, uint64_t len);

/* Looks at the target's socket; returns another descriptor of it, the caller's, or -errno. */
int awi_call_socket(struct awi_call *call);

/*
 * The account that the target's environment names, as it was when its program was started: "" for
 * none, "?" for a value that is no account id. After awi_call_socket().
 */
void awi_call_account(const struct awi_call *call, char account[AWI_CALL_ACCOUNT]);

/* Bytes of the target's memory; what was moved, or -errno. */
ssize_t awi_call_read(const struct awi_call *call, uint64_t at, void *data, size_t len);
ssize_t awi_call_write(const struct awi_call *call, uint64_t at, const void *data, size_t len);

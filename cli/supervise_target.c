/* SPDX-License-Identifier: Apache-2.0 */
/* What a target is doing: read from /proc, its memory and a copy of its socket. */
#include "cli/supervise_target.h"

#include "core/util/cleanup.h"
#include "core/util/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pid_t process_of(pid_t thread)
{
    char path[64], line[256];
    pid_t pid = -1;

    snprintf(path, sizeof(path), "/proc/%d/status", thread);
    AWI_AUTO(file) FILE *file = fopen(path, "re");
    while (file && pid < 0 && fgets(line, sizeof(line), file)) {
        if (strncmp(line, "Tgid:", 5) == 0) {
            pid = (pid_t)strtol(line + 5, NULL, 10);
        }
    }
    return pid;
}

/* A socketcall() has its number first, then the address of the arguments. */
static int unpack(struct awi_call *call)
{
    uint32_t packed[6] = {0};

    call->ask = awi_filter_ask_socketcall((uint32_t)call->args[0]);
    /* Six for none but those that want an address: what others have behind theirs does not count.
     */
    bool six = call->ask == AWI_ASK_SENDTO || call->ask == AWI_ASK_RECVFROM;
    size_t want = sizeof(uint32_t) * (six ? 6 : 3);
    ssize_t n = awi_call_read(call, call->args[1], packed, want);
    for (size_t i = 0; i < 6; i++) {
        call->args[i] = packed[i];
    }
    call->fd = (int)call->args[0];
    if (n == -EPERM) {
        return -EACCES;
    }
    return n == (ssize_t)want && call->ask != AWI_ASK_NOTHING;
}

int awi_call_begin(struct awi_call *call, const struct seccomp_notif *asked)
{
    memset(call, 0, sizeof(*call));
    call->id = asked->id;
    call->thread = (pid_t)asked->pid;
    call->at = asked->data.instruction_pointer;
    call->ask = awi_filter_ask(&asked->data, &call->narrow);
    for (size_t i = 0; i < 6; i++) {
        call->args[i] = call->narrow ? (uint32_t)asked->data.args[i] : asked->data.args[i];
    }
    call->fd = (int)call->args[0];
    return call->ask == AWI_ASK_SOCKETCALL ? unpack(call) : call->ask != AWI_ASK_NOTHING;
}

ssize_t awi_call_read(const struct awi_call *call, uint64_t at, void *data, size_t len)
{
    struct iovec here = {.iov_base = data, .iov_len = len};
    struct iovec there = {.iov_base = (void *)(uintptr_t)at, .iov_len = len};
    ssize_t n = process_vm_readv(call->thread, &here, 1, &there, 1, 0);

    return n < 0 ? -errno : n;
}

ssize_t awi_call_write(const struct awi_call *call, uint64_t at, const void *data, size_t len)
{
    struct iovec here = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
    struct iovec there = {.iov_base = (void *)(uintptr_t)at, .iov_len = len};
    ssize_t n = process_vm_writev(call->thread, &here, 1, &there, 1, 0);

    return n < 0 ? -errno : n;
}

int awi_call_address(struct awi_call *call, uint64_t at, uint64_t len)
{
    size_t room = len > sizeof(call->to) ? sizeof(call->to) : (size_t)len;
    ssize_t n = at ? awi_call_read(call, at, &call->to, room) : 0;

    if (n == -EPERM) {
        return -EACCES;
    }
    call->len = n > 0 ? (socklen_t)n : 0;
    return n >= (ssize_t)sizeof(struct sockaddr_in) &&
           (call->to.any.sa_family == AF_INET ||
            (call->to.any.sa_family == AF_INET6 && n >= (ssize_t)sizeof(struct sockaddr_in6)));
}

int awi_call_socket(struct awi_call *call)
{
    socklen_t len = sizeof(int);

    call->pid = process_of(call->thread);
    if (call->pid < 0) {
        return -ESRCH;
    }
    AWI_AUTO(fd) int pidfd = (int)syscall(SYS_pidfd_open, call->pid, 0);
    AWI_AUTO(fd) int copy = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, call->fd, 0);
    if (copy < 0) {
        return -errno;
    }
    call->status = fcntl(copy, F_GETFL);
    if (call->status < 0 || getsockopt(copy, SOL_SOCKET, SO_TYPE, &call->type, &len) < 0 ||
        getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &call->domain, &len) < 0) {
        return -errno;
    }
    return AWI_STEAL(copy, -1);
}

static void take_account(const char *value, char account[AWI_CALL_ACCOUNT])
{
    bool good = awi_str_is_account(awi_str_from(value));

    snprintf(account, AWI_CALL_ACCOUNT, "%s", good ? value : "?");
}

void awi_call_account(const struct awi_call *call, char account[AWI_CALL_ACCOUNT])
{
    static const char *const names[] = {"MOTO_ACCOUNT_ID=", "AWSINTERCEPT_ACCOUNT_ID="};
    AWI_AUTO(free) char *entry = NULL;
    char path[64];
    size_t room = 0, best = 0;

    account[0] = '\0';
    snprintf(path, sizeof(path), "/proc/%d/environ", call->pid);
    AWI_AUTO(file) FILE *file = fopen(path, "re");
    while (file && getdelim(&entry, &room, '\0', file) > 0) {
        for (size_t i = best; i < sizeof(names) / sizeof(names[0]); i++) {
            size_t len = strlen(names[i]);
            if (strncmp(entry, names[i], len) == 0 && entry[len]) {
                take_account(entry + len, account);
                best = i + 1;
            }
        }
    }
}

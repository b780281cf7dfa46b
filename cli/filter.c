/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter. The kernel (5.11 and newer) runs it once for each system call number and remembers
 * those that it allows by number and architecture alone: for these, which are all but the few that
 * are asked about, no instruction runs. So nothing but the number and the architecture is loaded
 * before a call is one of the few.
 */
#include "cli/filter.h"

#include "core/util/cleanup.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#else
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#define FLAGS              (SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW)
#define FLAGS_WAIT         (FLAGS | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
#define FIELD(name)        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))

/* A kernel that knows the flag goes on to look for a filter, at no address. */
bool awi_filter_waits(void)
{
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, FLAGS_WAIT, NULL) < 0 && errno == EFAULT;
}

/* Go's resolver connects its sockets. Other C libraries' may not. */
int awi_filter_install(bool connects_only)
{
    struct sock_filter program[] = {
        FIELD(nr),
        IS(SYS_connect, 12, 0),
        IS(connects_only ? SYS_connect : SYS_recvmsg, 11, 0),
        IS(connects_only ? SYS_connect : SYS_sendmmsg, 10, 0),
        IS(connects_only ? SYS_connect : SYS_sendmsg, 3, 0),
        IS(connects_only ? SYS_connect : SYS_sendto, 4, 0),
        IS(connects_only ? SYS_connect : SYS_recvfrom, 3, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        FIELD(args[2]), /* the flags */
        IS(AWI_FILTER_PASS, 6, 4),
        FIELD(args[4]), /* the address */
        IS(0, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[4]) + 4),
        IS(0, 2, 0),
        FIELD(arch),
        IS(OUR_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
    };
    struct sock_fprog filter = {sizeof(program) / sizeof(program[0]), program};

    int flags = awi_filter_waits() ? FLAGS_WAIT : FLAGS;
    int fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
    if (fd < 0 && errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
    }
    return fd < 0 ? -errno : fd;
}

/* A child tries, since what was installed cannot be taken off again. */
bool awi_filter_is_there(void)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        _exit(awi_filter_install(true) == -EBUSY);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 1;
}

/* The system calls themselves: the launcher may be preloaded. A supervisor connects the socket to
 * another address than the one it was asked for, a stranger's server does not. */
bool awi_filter_is_ours(void)
{
    const in_addr_t reserved = 127u << 24 | 97u << 16 | 1;
    struct sockaddr_in addr = {
        .sin_family = AF_INET, .sin_port = htons(80), .sin_addr.s_addr = htonl(reserved)};
    socklen_t len = sizeof(addr);
    AWI_AUTO(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return fd >= 0 && syscall(SYS_connect, fd, &addr, sizeof(addr)) == 0 &&
           syscall(SYS_getpeername, fd, &addr, &len) == 0 &&
           addr.sin_addr.s_addr != htonl(reserved);
}

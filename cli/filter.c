/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter. The kernel (5.11 and newer) runs it once for each system call number and remembers
 * those that it allows by number and architecture alone: for these, which are all but the few of
 * the table, no instruction runs. So nothing but the number and the architecture is loaded before a
 * call is one of the few.
 */
#include "cli/filter.h"

#include "core/util/cleanup.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FLAGS      (SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW)
#define FLAGS_WAIT (FLAGS | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)

/* --- The calls -------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#define OUR_ARCH   AUDIT_ARCH_X86_64
#define OTHER_ARCH AUDIT_ARCH_I386
#define X32(nr)    (0x40000000 + (nr)) /* pointers of 32 bits in our own architecture */
#else
#define OUR_ARCH   AUDIT_ARCH_AARCH64
#define OTHER_ARCH AUDIT_ARCH_ARM
#endif

static const struct row {
    uint32_t arch;
    uint32_t nr;
    enum awi_ask ask;
} rows[] = {
    {OUR_ARCH, SYS_recvfrom, AWI_ASK_RECVFROM}, {OUR_ARCH, SYS_sendto, AWI_ASK_SENDTO},
    {OUR_ARCH, SYS_recvmsg, AWI_ASK_RECVMSG},   {OUR_ARCH, SYS_sendmsg, AWI_ASK_SENDMSG},
    {OUR_ARCH, SYS_sendmmsg, AWI_ASK_SENDMMSG}, {OUR_ARCH, SYS_connect, AWI_ASK_CONNECT},
#if defined(__x86_64__)
    {OUR_ARCH, X32(42), AWI_ASK_CONNECT},       {OUR_ARCH, X32(44), AWI_ASK_SENDTO},
    {OUR_ARCH, X32(517), AWI_ASK_RECVFROM},     {OUR_ARCH, X32(518), AWI_ASK_SENDMSG},
    {OUR_ARCH, X32(519), AWI_ASK_RECVMSG},      {OUR_ARCH, X32(538), AWI_ASK_SENDMMSG},
    {OTHER_ARCH, 102, AWI_ASK_SOCKETCALL},      {OTHER_ARCH, 345, AWI_ASK_SENDMMSG},
    {OTHER_ARCH, 362, AWI_ASK_CONNECT},         {OTHER_ARCH, 369, AWI_ASK_SENDTO},
    {OTHER_ARCH, 370, AWI_ASK_SENDMSG},         {OTHER_ARCH, 371, AWI_ASK_RECVFROM},
    {OTHER_ARCH, 372, AWI_ASK_RECVMSG},
#else
    {OTHER_ARCH, 283, AWI_ASK_CONNECT},
    {OTHER_ARCH, 290, AWI_ASK_SENDTO},
    {OTHER_ARCH, 292, AWI_ASK_RECVFROM},
    {OTHER_ARCH, 296, AWI_ASK_SENDMSG},
    {OTHER_ARCH, 297, AWI_ASK_RECVMSG},
    {OTHER_ARCH, 374, AWI_ASK_SENDMMSG},
#endif
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

enum awi_ask awi_filter_ask(const struct seccomp_data *data, bool *ret_narrow)
{
    *ret_narrow = data->arch != OUR_ARCH || data->nr >= 0x40000000;
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].arch == data->arch && rows[i].nr == (uint32_t)data->nr) {
            return rows[i].ask;
        }
    }
    return AWI_ASK_NOTHING;
}

enum awi_ask awi_filter_ask_socketcall(uint32_t call)
{
    switch (call) {
    case SYS_CONNECT:
        return AWI_ASK_CONNECT;
    case SYS_SENDTO:
        return AWI_ASK_SENDTO;
    case SYS_RECVFROM:
        return AWI_ASK_RECVFROM;
    case SYS_SENDMSG:
        return AWI_ASK_SENDMSG;
    case SYS_RECVMSG:
        return AWI_ASK_RECVMSG;
    case SYS_SENDMMSG:
        return AWI_ASK_SENDMMSG;
    default:
        return AWI_ASK_NOTHING;
    }
}

/* --- The program ------------------------------------------------------------------------------ */

#define LOAD(offset)     BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define FIELD(name)      LOAD(offsetof(struct seccomp_data, name))
#define HIGH(name)       LOAD(offsetof(struct seccomp_data, name) + 4)
#define RETURN(value)    BPF_STMT(BPF_RET | BPF_K, (value))
#define UNLESS(value, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (n)) /* skip n */
#define WHEN(value, n)   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (n), 0)

#define ROOM         256
#define LENGTH(part) ((uint8_t)(sizeof(part) / sizeof((part)[0])))

struct program {
    struct sock_filter steps[ROOM];
    uint16_t n;
};

static void add(struct program *program, const struct sock_filter *steps, size_t n)
{
    for (size_t i = 0; i < n && program->n < ROOM; i++) {
        program->steps[program->n++] = steps[i];
    }
}

/* What is done with one of the calls: each of these ends in a return. */
static void add_call(struct program *program, uint32_t nr, enum awi_ask ask)
{
    static const struct sock_filter always[] = {RETURN(SECCOMP_RET_USER_NOTIF)};
    static const struct sock_filter addressed[] = {
        FIELD(args[4]),
        UNLESS(0, 3),
        HIGH(args[4]),
        UNLESS(0, 1),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(SECCOMP_RET_USER_NOTIF),
    };
    static const struct sock_filter unless_passed[] = {
        FIELD(args[2]), /* the flags */
        UNLESS(AWI_FILTER_PASS, 1),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(SECCOMP_RET_USER_NOTIF),
    };
    static const struct sock_filter multiplexed[] = {
        FIELD(args[0]),
        WHEN(SYS_CONNECT, 6),
        WHEN(SYS_SENDTO, 5),
        WHEN(SYS_RECVFROM, 4),
        WHEN(SYS_SENDMSG, 3),
        WHEN(SYS_RECVMSG, 2),
        WHEN(SYS_SENDMMSG, 1),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(SECCOMP_RET_USER_NOTIF),
    };
    static const struct {
        const struct sock_filter *steps;
        uint8_t n;
    } parts[] = {
        [AWI_ASK_CONNECT] = {always, LENGTH(always)},
        [AWI_ASK_SENDTO] = {addressed, LENGTH(addressed)},
        [AWI_ASK_RECVFROM] = {addressed, LENGTH(addressed)},
        [AWI_ASK_SENDMSG] = {unless_passed, LENGTH(unless_passed)},
        [AWI_ASK_SENDMMSG] = {always, LENGTH(always)},
        [AWI_ASK_RECVMSG] = {always, LENGTH(always)},
        [AWI_ASK_SOCKETCALL] = {multiplexed, LENGTH(multiplexed)},
    };
    const struct sock_filter test = UNLESS(nr, parts[ask].n);

    add(program, &test, 1);
    add(program, parts[ask].steps, parts[ask].n);
}

/* A ring submits connect() and messages past any filter, so there is none, as in most containers:
 * io_uring_setup(), _enter() and _register() have the same numbers everywhere. */
static void add_no_rings(struct program *program, uint32_t base)
{
    const struct sock_filter refuse[] = {
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, base + 425, 0, 2),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, base + 427, 1, 0),
        RETURN(SECCOMP_RET_ERRNO | ENOSYS),
    };

    add(program, refuse, LENGTH(refuse));
}

static void add_arch(struct program *program, uint32_t arch)
{
    static const struct sock_filter end[] = {RETURN(SECCOMP_RET_ALLOW)};
    const struct sock_filter begin[] = {FIELD(arch), UNLESS(arch, 0), FIELD(nr)};
    uint16_t first = program->n;

    add(program, begin, LENGTH(begin));
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].arch == arch) {
            add_call(program, rows[i].nr, rows[i].ask);
        }
    }
    add_no_rings(program, 0);
#if defined(__x86_64__)
    add_no_rings(program, X32(0));
#endif
    add(program, end, LENGTH(end));
    program->steps[first + 1].jf = (uint8_t)(program->n - first - 2);
}

/* A kernel that knows the flag goes on to look for a filter, at no address. */
bool awi_filter_waits(void)
{
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, FLAGS_WAIT, NULL) < 0 && errno == EFAULT;
}

/* It fetches the sockets of its targets (Linux 5.6). Asked about no process. */
static bool supervisor_can_work(void)
{
    return !(syscall(SYS_pidfd_open, -1, 0) < 0 && errno == ENOSYS) &&
           !(syscall(SYS_pidfd_getfd, -1, -1, 0) < 0 && errno == ENOSYS);
}

int awi_filter_install(void)
{
    static const struct sock_filter none[] = {RETURN(SECCOMP_RET_ERRNO | ENOSYS)};
    struct program program = {.n = 0};

    add_arch(&program, OUR_ARCH);
    add_arch(&program, OTHER_ARCH);
    add(&program, none, LENGTH(none)); /* there is no third */
    struct sock_fprog filter = {program.n, program.steps};
    if (!supervisor_can_work()) {
        return -ENOSYS;
    }
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
        _exit(awi_filter_install() == -EBUSY);
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

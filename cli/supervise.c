/* SPDX-License-Identifier: Apache-2.0 */
/* The launcher's side of supervision: starts the supervisor, installs the filter, becomes the
 * command. */
#include "cli/supervise.h"

#include "cli/cli.h"
#include "cli/exec_file.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Marks the processes under a filter: a second one would get no listener. */
#define MARK "AWSINTERCEPT_SUPERVISED"

bool awi_cli_needs_supervisor(const char *file)
{
    struct awi_exec exec;

    return awi_exec_look(file, &exec) == 0 && !exec.foreign &&
           (exec.kind == AWI_EXEC_STATIC || (exec.kind == AWI_EXEC_DYNAMIC && exec.go));
}

#define FLAGS              (SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW)
#define FIELD(name)        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))

/*
 * connect() asks the supervisor; everything else goes on after a few instructions. Go's resolver
 * connects its sockets. Other C libraries' may not: there, datagrams to an address and receive
 * calls that want the sender's are asked about too.
 */
static int install_filter(bool connects_only)
{
    struct sock_filter program[] = {
        FIELD(nr),
        IS(SYS_connect, 8, 0),
        IS(connects_only ? SYS_connect : SYS_recvmsg, 7, 0),
        IS(connects_only ? SYS_connect : SYS_sendto, 2, 0),
        IS(connects_only ? SYS_connect : SYS_recvfrom, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        FIELD(args[4]),
        IS(0, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[4]) + 4),
        IS(0, 2, 0),
        FIELD(arch),
        IS(OUR_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
    };
    struct sock_fprog filter = {sizeof(program) / sizeof(program[0]), program};

    int fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, FLAGS, &filter);
    if (fd < 0 && errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, FLAGS, &filter);
    }
    return fd < 0 ? -errno : fd;
}

/* Its own grandchild, so that the command never sees a child that it did not start. */
static int start_supervisor(int control)
{
    AWI_AUTO(free) char *library = awi_cli_find_library(NULL);
    char number[16];
    int status;
    pid_t child = library ? fork() : -1;

    if (child == 0) {
        if (fork() != 0) {
            _exit(0);
        }
        snprintf(number, sizeof(number), "%d", control);
        setenv("LD_PRELOAD", library, 1);
        execl("/proc/self/exe", "awsintercept", "supervise", number, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        return -ECHILD;
    }
    return 0;
}

static int send_listener(int control, int fd)
{
    char byte = 0, room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec iov = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);

    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(part), &fd, sizeof(int));
    return sendmsg(control, &message, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

static int point(const char *variable, const char *directory, const char *file)
{
    AWI_AUTO(free) char *path = NULL;

    if (asprintf(&path, "%s/%s", directory, file) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    return setenv(variable, path, 1) < 0 ? -errno : 0;
}

/* Programs that read CA files by themselves find ours there; the others need no variable. */
static int point_to_ca(const char *directory)
{
    const char *bundle = getenv("AWS_CA_BUNDLE");
    int r = bundle && *bundle ? point("AWS_CA_BUNDLE", directory, AWI_SUPERVISED_BUNDLE) : 0;

    return r < 0 ? r : point("SSL_CERT_FILE", directory, AWI_SUPERVISED_CA);
}

static int supervised(bool connects_only)
{
    char directory[256];
    char byte;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0) {
        return -errno;
    }
    AWI_AUTO(fd) int control = ends[0];
    int r = start_supervisor(ends[1]);
    close(ends[1]);
    if (r < 0) {
        return r;
    }
    ssize_t n = recv(control, directory, sizeof(directory) - 1, 0);
    if (n <= 0) {
        return -EPIPE;
    }
    directory[n] = '\0';
    /* Whatever the supervisor may look at, where Yama asks for leave. */
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    AWI_AUTO(fd) int listener = install_filter(connects_only);
    if (listener < 0) {
        return listener;
    }
    r = send_listener(control, listener);
    if (r < 0 || recv(control, &byte, 1, 0) != 1) {
        return r < 0 ? r : -EPIPE;
    }
    return point_to_ca(directory);
}

int awi_cli_supervise(const char *file, char **argv)
{
    const char *marked = getenv(MARK);
    struct awi_exec exec;
    bool go = awi_exec_look(file, &exec) == 0 && exec.go;
    int r = marked && *marked ? 0 : supervised(go);

    if (r < 0) {
        awi_cli_error("the kernel must offer seccomp user notification (Linux 5.9 or newer)",
                      "%s cannot be supervised: %s",
                      file,
                      strerror(-r));
        return 1;
    }
    setenv(MARK, "1", 1);
    execv(file, argv);
    awi_cli_error(NULL, "%s: %s", file, strerror(errno));
    return 126;
}

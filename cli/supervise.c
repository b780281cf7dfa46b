/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The launcher's side of supervision: starts the supervisor, installs the filter, becomes the
 * command. The supervisor gets ready while the command starts: until then a connect() of the
 * command's waits.
 */
#include "cli/supervise.h"

#include "cli/cli.h"
#include "cli/exec_file.h"
#include "cli/filter.h"
#include "cli/supervise_ca.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Marks the processes under a filter: a second one would get no listener. */
#define MARK "AWSINTERCEPT_SUPERVISED"

/* What the supervisor says first: its files are there, or will be when it speaks again; then their
 * directory. */
#define FILES_THERE 'T'
#define FILES_LATER 'L'

bool awi_cli_needs_supervisor(const char *file)
{
    struct awi_exec exec;

    return awi_exec_look(file, &exec) == 0 && !exec.foreign &&
           (exec.kind == AWI_EXEC_STATIC || (exec.kind == AWI_EXEC_DYNAMIC && exec.go));
}

/* --- The supervisor, until it is a program of its own ----------------------------------------- */

/* Nothing of the terminal or of pipes that others wait on is held; a few descriptors are. */
static void detach(const int *kept, size_t n)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    setsid();
    for (int fd = 0; null >= 0 && fd < 3; fd++) {
        dup2(null, fd);
    }
    syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
    for (size_t i = 0; i < n; i++) {
        if (kept[i] >= 0) {
            fcntl(kept[i], F_SETFD, 0);
        }
    }
}

static int introduce(int control, const struct awi_ca *ca)
{
    char message[sizeof(ca->directory) + 1];
    int n = snprintf(
        message, sizeof(message), "%c%s", ca->lazy ? FILES_THERE : FILES_LATER, ca->directory);

    return send(control, message, (size_t)n, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void become_supervisor(int control, const char *library)
{
    struct awi_ca ca;
    char numbers[3][16];

    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    if (awi_ca_make(&ca) == 0 && introduce(control, &ca) == 0) {
        const int kept[] = {control, ca.files[0], ca.files[1]};
        detach(kept, sizeof(kept) / sizeof(kept[0]));
        for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
            snprintf(numbers[i], sizeof(numbers[i]), "%d", kept[i]);
        }
        setenv("LD_PRELOAD", library, 1);
        execl("/proc/self/exe",
              "awsintercept",
              "supervise",
              ca.directory,
              numbers[0],
              numbers[1],
              numbers[2],
              (char *)NULL);
    }
    awi_ca_remove(&ca);
}

/* Its own grandchild, so that the command never sees a child that it did not start. */
static int start_supervisor(int control)
{
    AWI_AUTO(free) char *library = awi_cli_find_library(NULL);
    int status;
    pid_t child = library ? fork() : -1;

    if (child == 0) {
        pid_t supervisor = fork();
        if (supervisor == 0) {
            become_supervisor(control, library);
        }
        _exit(supervisor <= 0);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
        return -ECHILD;
    }
    return 0;
}

/* --- The launcher ----------------------------------------------------------------------------- */

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

/* Above the standard descriptors, some of which the user may have closed. */
static int control_pair(int ends[2])
{
    int low[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, low) < 0) {
        return -errno;
    }
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
        close(low[i]);
    }
    return ends[0] < 0 || ends[1] < 0 ? -EMFILE : 0;
}

static int supervised(bool connects_only)
{
    char message[256];
    char byte;
    int ends[2] = {-1, -1};
    int r = control_pair(ends);

    if (r < 0) {
        return r;
    }
    AWI_AUTO(fd) int control = ends[0];
    r = start_supervisor(ends[1]);
    close(ends[1]);
    if (r < 0) {
        return r;
    }
    ssize_t n = recv(control, message, sizeof(message) - 1, 0);
    if (n <= 1 || (message[0] == FILES_LATER && recv(control, &byte, 1, 0) != 1)) {
        return -EPIPE;
    }
    message[n] = '\0';
    /* Whatever the supervisor may look at, where Yama asks for leave. */
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    AWI_AUTO(fd) int listener = awi_filter_install(connects_only);
    if (listener < 0) {
        return listener;
    }
    r = send_listener(control, listener);
    return r < 0 ? r : awi_ca_point(message + 1);
}

int awi_cli_supervise(const char *file, char **argv)
{
    const char *marked = getenv(MARK);
    struct awi_exec exec;
    bool go = awi_exec_look(file, &exec) == 0 && exec.go;
    int r = marked && *marked && awi_filter_is_there() ? 0 : supervised(go);

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

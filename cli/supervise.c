/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The launcher's side of supervision: starts the supervisor, installs the filter, becomes the
 * command. The supervisor gets ready when it is first asked for something, which waits so long.
 *
 * The supervisor is a process beside the command, which keeps the launcher's id. Where Yama lets a
 * process look at its descendants only, it is the command's parent, and the launcher stays behind.
 */
#include "cli/supervise.h"

#include "cli/cli.h"
#include "cli/exec_file.h"
#include "cli/filter.h"
#include "cli/ptrace_scope.h"
#include "cli/stay.h"
#include "cli/supervise_ca.h"
#include "cli/supervise_listener.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
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

    return awi_exec_look(file, &exec) == 0 && !exec.privileged &&
           (exec.kind == AWI_EXEC_STATIC || (exec.kind == AWI_EXEC_DYNAMIC && exec.go));
}

/* --- The supervisor, until it is a program of its own ----------------------------------------- */

/* Nothing of the terminal is held. The standard descriptors are taken even if the user closed them,
 * so that no file of ours gets their numbers. */
static void let_go(void)
{
    int null = open("/dev/null", O_RDWR);

    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    for (int fd = 0; null >= 0 && fd < 3; fd++) {
        dup2(null, fd);
    }
    if (null > 2) {
        close(null);
    }
}

/* Nor any pipe that others wait on. */
static void close_others(const int *kept, size_t n)
{
    unsigned from = 3;

    /* Below each that is kept, in rising order. */
    for (;;) {
        unsigned next = ~0U;
        for (size_t i = 0; i < n; i++) {
            if (kept[i] >= (int)from && (unsigned)kept[i] < next) {
                next = (unsigned)kept[i];
            }
        }
        if (next > from) {
            syscall(SYS_close_range, from, next == ~0U ? next : next - 1, 0U);
        }
        if (next == ~0U) {
            return;
        }
        from = next + 1;
    }
}

/* A few descriptors outlive exec. */
static void keep(const int *kept, size_t n)
{
    close_others(kept, n);
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

/*
 * Most programs never connect: until the first asks for something, or wants a file of certificates,
 * this process waits as it is. Signals are left for the program that it becomes. False: the last of
 * them is gone.
 */
static bool has_work(int listener, const sigset_t *told)
{
    AWI_AUTO(fd) int signals = signalfd(-1, told, SFD_CLOEXEC);
    struct pollfd wait[] = {{.fd = listener, .events = POLLIN}, {.fd = signals, .events = POLLIN}};

    while (listener >= 0 && poll(wait, 2, -1) < 0 && errno == EINTR) {
        continue;
    }
    return (wait[0].revents | wait[1].revents) & POLLIN;
}

static void
become_program(const struct awi_ca *ca, const char *library, const int given[3], pid_t command)
{
    const int kept[] = {given[0], given[1], ca->lock, ca->files[0], ca->files[1], given[2]};
    char numbers[sizeof(kept) / sizeof(kept[0])][16], pid[16];

    keep(kept, sizeof(kept) / sizeof(kept[0]));
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        snprintf(numbers[i], sizeof(numbers[i]), "%d", kept[i]);
    }
    snprintf(pid, sizeof(pid), "%d", command);
    setenv("LD_PRELOAD", library, 1);
    execl("/proc/self/exe",
          "awsintercept",
          "supervise",
          ca->directory,
          numbers[0],
          numbers[1],
          numbers[2],
          numbers[3],
          numbers[4],
          numbers[5],
          pid,
          (char *)NULL);
}

/* command, reports: for a supervisor that is the command's parent; else 0, -1. Returns when there
 * is nothing to do, or nothing can be done. */
static void become_supervisor(int control, const char *library, pid_t command, int reports)
{
    struct awi_ca ca;
    sigset_t told;

    /* Blocked from here on: the program reads them from a descriptor. */
    sigemptyset(&told);
    sigaddset(&told, SIGIO);
    sigaddset(&told, SIGCHLD);
    sigprocmask(SIG_SETMASK, &told, NULL);
    let_go();
    prctl(PR_SET_NAME, AWI_SUPERVISOR_NAME);
    if (awi_ca_make(&ca) == 0 && introduce(control, &ca) == 0) {
        setsid(); /* the command goes on already: a new session may have to wait for a processor */
        if (command || !ca.lazy) {
            become_program(&ca, library, (int[]){control, -1, reports}, command);
        } else {
            const int kept[] = {control, ca.lock, ca.files[0], ca.files[1]};
            close_others(kept, sizeof(kept) / sizeof(kept[0]));
            int listener = awi_listener_receive(control);
            if (has_work(listener, &told)) {
                become_program(&ca, library, (int[]){-1, listener, -1}, 0);
            }
        }
    }
    awi_ca_remove(&ca);
}

/* Its own grandchild, so that the command never sees a child that it did not start. */
static int start_beside(int control, const char *library)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        pid_t supervisor = fork();
        if (supervisor == 0) {
            become_supervisor(control, library, 0, -1);
        }
        _exit(supervisor <= 0);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
        return -ECHILD;
    }
    return 0;
}

/* --- The launcher ----------------------------------------------------------------------------- */

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

/* In the process that is to be the command, once a supervisor has been started. */
static int join(int control)
{
    char message[256];
    char byte;
    ssize_t n = recv(control, message, sizeof(message) - 1, 0);

    if (n <= 1 || (message[0] == FILES_LATER && recv(control, &byte, 1, 0) != 1)) {
        return -EPIPE;
    }
    message[n] = '\0';
    AWI_AUTO(fd) int listener = awi_filter_install();
    if (listener == -EBUSY && awi_filter_is_ours()) {
        return 0; /* someone emptied the environment on the way here */
    }
    if (listener < 0) {
        return listener;
    }
    int r = awi_listener_send(control, listener);
    return r < 0 ? r : awi_ca_point(message + 1);
}

/* A program without a name was left open for the launcher only. */
static void close_at_exec(const char *file)
{
    static const char open[] = "/proc/self/fd/";

    if (strncmp(file, open, sizeof(open) - 1) == 0) {
        fcntl((int)strtol(file + sizeof(open) - 1, NULL, 10), F_SETFD, FD_CLOEXEC);
    }
}

/* Returns only on failure, with an exit status. */
static int become(const char *file, char **argv, int r)
{
    if (r < 0) {
        awi_cli_error(r == -EBUSY
                          ? "another program watches this one's system calls already"
                          : "the kernel must offer seccomp user notification (Linux 5.9 or newer)",
                      "%s cannot be supervised: %s",
                      file,
                      strerror(-r));
        return 1;
    }
    setenv(MARK, "1", 1);
    close_at_exec(file);
    execv(file, argv);
    awi_cli_error(NULL, "%s: %s", file, strerror(errno));
    return 126;
}

static int go_beside(const char *library, const char *file, char **argv)
{
    int ends[2] = {-1, -1};
    int r = control_pair(ends);
    AWI_AUTO(fd) int control = ends[0];

    if (r == 0) {
        r = start_beside(ends[1], library);
        close(ends[1]);
    }
    return become(file, argv, r < 0 ? r : join(control));
}

/* In the child that is to be the supervisor: starts the command first. */
static void start_below(
    const struct awi_stay *stay, const char *library, const char *file, char **argv, int reports)
{
    int ends[2] = {-1, -1};

    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    pid_t command = control_pair(ends) < 0 ? -1 : fork();
    if (command == 0) {
        close(ends[1]);
        close(reports);
        sigprocmask(SIG_SETMASK, &stay->before, NULL);
        _exit(become(file, argv, join(ends[0])));
    }
    close(ends[0]);
    if (command > 0 && send(reports, &command, sizeof(command), MSG_NOSIGNAL) > 0) {
        become_supervisor(ends[1], library, command, reports);
    }
    _exit(1);
}

static int go_below(const char *library, const char *file, char **argv)
{
    struct awi_stay stay = {.reports = -1};
    int ends[2] = {-1, -1};

    awi_stay_begin(&stay);
    pid_t child = control_pair(ends) < 0 ? -1 : fork();
    if (child == 0) {
        close(ends[0]);
        start_below(&stay, library, file, argv, ends[1]);
    }
    close(ends[1]);
    AWI_AUTO(fd) int reports = stay.reports = ends[0];
    if (child < 0 ||
        recv(reports, &stay.command, sizeof(stay.command), 0) != (ssize_t)sizeof(stay.command)) {
        return become(file, argv, -ECHILD);
    }
    int status = awi_stay_wait(&stay);
    if (status == -1) {
        kill(stay.command, SIGKILL); /* its supervisor was killed: it could connect nowhere */
    }
    return awi_stay_end(status);
}

int awi_cli_supervise(const char *file, char **argv)
{
    const char *marked = getenv(MARK);
    AWI_AUTO(free) char *library = awi_cli_find_library(NULL);
    enum awi_ptrace_scope scope = awi_ptrace_scope();

    if (marked && *marked && awi_filter_is_there()) {
        return become(file, argv, 0);
    }
    if (!library) {
        return become(file, argv, -ENOENT);
    }
    if (scope == AWI_PTRACE_NONE) {
        awi_cli_error("set kernel.yama.ptrace_scope to 0 or 1",
                      "%s cannot be supervised: Yama lets nobody look at other processes",
                      file);
        return 1;
    }
    return scope == AWI_PTRACE_OWN ? go_beside(library, file, argv) : go_below(library, file, argv);
}

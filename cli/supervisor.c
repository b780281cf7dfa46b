/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor of programs that cannot be preloaded: its beginning, its one loop, and its end,
 * when the last process under the filter is gone. What it is asked, supervise_judge.c answers.
 */
#include "cli/cli.h"
#include "cli/supervise.h"
#include "cli/supervise_ca.h"
#include "cli/supervise_judge.h"
#include "cli/supervise_listener.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENTS 64

struct supervisor {
    int control;
    int notify;  /* the filter's listener */
    int signals; /* SIGIO: someone waits for a file of certificates; SIGCHLD */
    int epoll_fd;
    struct awi_relays *relays;
    struct awi_judge *judge;
    struct awi_ca ca;
    pid_t command; /* 0, or our child, of which the launcher is told: */
    int reports;   /* -1, or the launcher's socket; closed when it was told of the end */
};

/* --- The loop -------------------------------------------------------------------------------- */

static void answer_one(struct supervisor *s)
{
    struct seccomp_notif asked;
    struct seccomp_notif_resp answer = {0};
    int64_t value = 0;

    memset(&asked, 0, sizeof(asked));
    if (ioctl(s->notify, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0) {
        return;
    }
    int r = awi_judge(s->judge, s->notify, &asked, &value);
    answer.id = asked.id;
    answer.error = r < 0 ? r : 0;
    answer.val = r > 0 ? value : 0;
    if (r == 0) {
        answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    ioctl(s->notify, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

/* Our children are the command, and processes below it whose parents are gone. */
static void report(struct supervisor *s, int status)
{
    send(s->reports, &status, sizeof(status), MSG_NOSIGNAL);
    if (!WIFSTOPPED(status)) {
        close(AWI_STEAL(s->reports, -1));
    }
}

static void reap(struct supervisor *s)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
        if (pid == s->command && s->reports >= 0) {
            report(s, status);
        }
    }
}

/* Processes leave the filter before they can be waited for. */
static void reap_last(struct supervisor *s)
{
    int status;

    if (s->reports >= 0 && waitpid(s->command, &status, 0) == s->command) {
        report(s, status);
    }
}

static void take_signals(struct supervisor *s)
{
    struct signalfd_siginfo signal;

    while (read(s->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
        if (signal.ssi_signo == SIGIO) {
            awi_ca_fill(&s->ca);
        } else {
            reap(s);
        }
    }
}

/* The launcher was killed, which cannot be passed on otherwise. */
static void launcher_died(struct supervisor *s)
{
    if (s->reports >= 0) {
        kill(s->command, SIGKILL);
        close(AWI_STEAL(s->reports, -1));
    }
}

static void loop(struct supervisor *s)
{
    struct epoll_event events[EVENTS];

    for (;;) {
        int n = epoll_wait(s->epoll_fd, events, EVENTS, awi_relays_patience(s->relays));
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &s->signals) {
                take_signals(s);
            } else if (events[i].data.ptr == &s->reports) {
                launcher_died(s);
            } else if (events[i].data.ptr != NULL) {
                awi_relays_event(s->relays, events[i].data.ptr, events[i].events);
            } else if (events[i].events & EPOLLIN) {
                answer_one(s);
            } else if (events[i].events & (EPOLLHUP | EPOLLERR)) {
                reap_last(s);
                return; /* nobody is left under the filter */
            }
        }
        awi_relays_sweep(s->relays);
    }
}

/* --- Beginning and end ----------------------------------------------------------------------- */

/* Each connection of a target takes three descriptors here. */
static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool watch(struct supervisor *s, int fd, uint32_t events, void *data)
{
    struct epoll_event event = {.events = events, .data.ptr = data};

    return fd >= 0 && epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static int prepare(struct supervisor *s)
{
    sigset_t told;

    raise_limit();
    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    sigemptyset(&told);
    sigaddset(&told, SIGIO);
    sigaddset(&told, SIGCHLD);
    s->signals = signalfd(-1, &told, SFD_CLOEXEC | SFD_NONBLOCK);
    s->relays = awi_relays_new(s->epoll_fd);
    s->judge = awi_judge_new(s->relays);
    if (!s->relays || !s->judge || !watch(s, s->signals, EPOLLIN, &s->signals) ||
        (s->command && !watch(s, s->reports, 0, &s->reports))) {
        return -ENOSYS;
    }
    /* The targets' environments say in which account they act, not this one's. */
    unsetenv("AWSINTERCEPT_ACCOUNT_ID");
    unsetenv("MOTO_ACCOUNT_ID");
    return 0;
}

/* Without leases, the command waits for the files. Then it sends the listener. */
static int meet(struct supervisor *s)
{
    if (s->notify >= 0) {
        return watch(s, s->notify, EPOLLIN, NULL) ? 0 : -EPIPE;
    }
    if (!s->ca.lazy) {
        awi_ca_fill(&s->ca);
        if (send(s->control, "", 1, MSG_NOSIGNAL) < 0) {
            return -errno;
        }
    }
    s->notify = awi_listener_receive(s->control);
    if (!watch(s, s->notify, EPOLLIN, NULL)) {
        return -EPIPE;
    }
    close(s->control);
    reap(s);
    return 0;
}

static int number(const char *text)
{
    int fd = (int)strtol(text, NULL, 10);

    return fd >= 3 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? fd : -1;
}

int awi_cli_supervisor(int argc, char **argv)
{
    struct supervisor s = {.control = -1};

    if (argc != 9) {
        awi_cli_error("use `awsintercept run`", "supervise is not for people");
        return 2;
    }
    snprintf(s.ca.directory, sizeof(s.ca.directory), "%s", argv[1]);
    s.control = number(argv[2]);
    s.notify = number(argv[3]);
    s.ca.lock = number(argv[4]);
    s.ca.lazy = true;
    for (int i = 0; i < AWI_CA_FILES; i++) {
        s.ca.files[i] = number(argv[5 + i]);
        s.ca.lazy = s.ca.lazy && (s.ca.files[i] < 0 || fcntl(s.ca.files[i], F_GETLEASE) != F_UNLCK);
    }
    s.reports = number(argv[7]);
    s.command = (pid_t)strtol(argv[8], NULL, 10);
    prctl(PR_SET_NAME, AWI_SUPERVISOR_NAME);
    int r = prepare(&s);
    if (r == 0) {
        r = meet(&s);
    }
    if (r == 0) {
        loop(&s);
    }
    awi_ca_remove(&s.ca);
    return r < 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor of programs that cannot be preloaded. It is told of each connect() they make. A
 * socket that is for an address of ours, or for a name server, is connected over the loopback to
 * one of the supervisor's, and that is relayed to another which goes where the target wanted to: it
 * is under the preload library, which answers. The target keeps its own socket with all that was
 * set on it.
 *
 * It ends when the last process under the filter is gone.
 */
#include "cli/cli.h"
#include "cli/filter.h"
#include "cli/supervise.h"
#include "cli/supervise_ca.h"
#include "cli/supervise_dns.h"
#include "cli/supervise_listener.h"
#include "cli/supervise_pair.h"
#include "core/util/cleanup.h"

#include <dlfcn.h>
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENTS      64
#define MADE        16
#define SOCKET_KEPT (SOCK_CLOEXEC | SOCK_NONBLOCK)

typedef int is_ours_fn(const struct sockaddr *addr, socklen_t len);
typedef int
connect_as_fn(int fd, const struct sockaddr *addr, socklen_t len, pid_t pid, const char *account);

/* A call that connected a socket. */
struct made {
    ino_t socket;
    uint32_t thread;
    uint64_t at; /* the instruction */
};

struct supervisor {
    int control;
    int notify;   /* the filter's listener */
    int signals;  /* SIGIO: someone waits for a file of certificates; SIGCHLD */
    int accepter; /* listens on loopback for the targets' sockets */
    int epoll_fd;
    /* Where the kernel lets a signal interrupt a call that is being answered, the same call comes
     * again: the last ones that were. */
    bool interrupted;
    struct made made[MADE];
    size_t next_made;
    struct awi_relays *relays;
    struct awi_dns *dns;
    struct awi_ca ca;
    pid_t command; /* 0, or our child, of which the launcher is told: */
    int reports;   /* -1, or the launcher's socket; closed when it was told of the end */
    is_ours_fn *is_ours;
    connect_as_fn *connect_as;
};

/* --- The socket that goes where the target wanted to ------------------------------------------ */

/* The preload library answers it, as the target that it stands for; at a name server, it answers
 * for names of ours. */
static int dial_through(const struct supervisor *s, const struct awi_call *call, bool ours)
{
    AWI_AUTO(fd) int fd = socket(call->to.any.sa_family, call->type | SOCKET_KEPT, 0);
    char account[AWI_CALL_ACCOUNT];
    int r = 0;

    if (fd < 0) {
        return -errno;
    }
    if (ours) {
        awi_call_account(call, account);
        r = s->connect_as(fd, &call->to.any, call->len, call->pid, account);
    } else if (connect(fd, &call->to.any, call->len) < 0 && errno != EINPROGRESS) {
        r = -errno;
    }
    return r < 0 ? r : AWI_STEAL(fd, -1);
}

static int divert(struct supervisor *s, const struct awi_call *call, int theirs, bool is_ours)
{
    bool datagrams = call->type == SOCK_DGRAM;
    AWI_AUTO(fd) int ours = -1;
    AWI_AUTO(fd) int through = dial_through(s, call, is_ours);
    if (through < 0) {
        return through;
    }
    int r = datagrams ? awi_datagram_pair(theirs, call, &ours)
                      : awi_stream_pair(s->accepter, theirs, call, &ours);

    if (r < 0) {
        return r;
    }
    return awi_relays_add(s->relays, AWI_STEAL(ours, -1), AWI_STEAL(through, -1), datagrams);
}

/* --- The loop -------------------------------------------------------------------------------- */

static struct made made_by(const struct seccomp_notif *asked, int theirs)
{
    struct stat st;

    return (struct made){.socket = fstat(theirs, &st) < 0 ? 0 : st.st_ino,
                         .thread = asked->pid,
                         .at = asked->data.instruction_pointer};
}

/* Has this call been answered, and perhaps did not live to hear of it? Once. */
static bool take_made(struct supervisor *s, const struct made *call)
{
    for (size_t i = 0; s->interrupted && i < MADE; i++) {
        if (s->made[i].socket == call->socket && s->made[i].thread == call->thread &&
            s->made[i].at == call->at) {
            s->made[i].socket = 0;
            return true;
        }
    }
    return false;
}

/* connect(): 0: it goes on as it is; 1: it was answered; -errno for the target. */
static int judge(struct supervisor *s, const struct seccomp_notif *asked, struct awi_call *call)
{
    int r = awi_call_address(call, asked->data.args[1], asked->data.args[2]);

    if (r <= 0) {
        return r;
    }
    bool ours = s->is_ours(&call->to.any, call->len), server = awi_dns_is_server(call);
    if (!ours && !server) {
        return 0;
    }
    AWI_AUTO(fd) int theirs = awi_call_socket(call);
    if (theirs < 0) {
        return theirs;
    }
    /* Nobody else has this number now: what was looked at is the caller's. */
    if (ioctl(s->notify, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) < 0) {
        return -ESRCH;
    }
    if ((call->domain != AF_INET && call->domain != AF_INET6) ||
        (call->type == SOCK_DGRAM ? !server : call->type != SOCK_STREAM)) {
        return 0;
    }
    if (call->domain != call->to.any.sa_family) {
        return call->domain == AF_INET ? -EAFNOSUPPORT : -EINVAL;
    }
    r = divert(s, call, theirs, ours && call->type == SOCK_STREAM);
    struct made made = made_by(asked, theirs);
    if (r == -EISCONN && take_made(s, &made)) {
        return 1;
    }
    if (r == 0) {
        s->made[s->next_made++ % MADE] = made;
    }
    return r < 0 ? r : 1;
}

static void answer_one(struct supervisor *s)
{
    struct seccomp_notif asked;
    struct seccomp_notif_resp answer = {0};
    struct awi_call call;
    int64_t value = 0;
    int r;

    memset(&asked, 0, sizeof(asked));
    if (ioctl(s->notify, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0) {
        return;
    }
    awi_call_begin(&call, &asked);
    if (asked.data.nr == SYS_connect) {
        r = judge(s, &asked, &call);
    } else if (asked.data.nr != SYS_recvfrom && asked.data.nr != SYS_recvmsg) {
        r = awi_dns_send(s->dns, &asked, &call, &value);
    } else {
        r = awi_dns_receive(s->dns, &asked, &call, &value);
    }
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

    *(void **)&s->is_ours = dlsym(RTLD_DEFAULT, "awsintercept_is_intercepted");
    *(void **)&s->connect_as = dlsym(RTLD_DEFAULT, "awsintercept_connect_as");
    raise_limit();
    s->interrupted = !awi_filter_waits();
    s->accepter = awi_loopback(SOCK_STREAM);
    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    sigemptyset(&told);
    sigaddset(&told, SIGIO);
    sigaddset(&told, SIGCHLD);
    s->signals = signalfd(-1, &told, SFD_CLOEXEC | SFD_NONBLOCK);
    s->relays = awi_relays_new(s->epoll_fd);
    s->dns = awi_dns_new(s->relays);
    if (!s->is_ours || !s->connect_as || s->accepter < 0 || listen(s->accepter, EVENTS) < 0 ||
        !s->relays || !s->dns || !watch(s, s->signals, EPOLLIN, &s->signals) ||
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

    if (argc != 8) {
        awi_cli_error("use `awsintercept run`", "supervise is not for people");
        return 2;
    }
    snprintf(s.ca.directory, sizeof(s.ca.directory), "%s", argv[1]);
    s.control = number(argv[2]);
    s.notify = number(argv[3]);
    s.ca.lazy = true;
    for (int i = 0; i < AWI_CA_FILES; i++) {
        s.ca.files[i] = number(argv[4 + i]);
        s.ca.lazy = s.ca.lazy && (s.ca.files[i] < 0 || fcntl(s.ca.files[i], F_GETLEASE) != F_UNLCK);
    }
    s.reports = number(argv[6]);
    s.command = (pid_t)strtol(argv[7], NULL, 10);
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

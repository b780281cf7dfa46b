/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/stay.h"

#include "core/util/cleanup.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_YET (-2) /* no wait status, and not -1 */

void awi_stay_begin(struct awi_stay *stay)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &stay->before);
}

void awi_stay_enter(const struct awi_stay *stay, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        raise(SIGKILL); /* it died before this was said */
    }
    sigprocmask(SIG_SETMASK, &stay->before, NULL);
}

static void pass_on(const struct awi_stay *stay, const struct signalfd_siginfo *signal)
{
    if (signal->ssi_signo != SIGCHLD && signal->ssi_signo != SIGCONT &&
        signal->ssi_code != SI_KERNEL) {
        kill(stay->command, (int)signal->ssi_signo);
    }
}

/* What is new about the command: a wait status, NOT_YET, or -1. */
static int news(const struct awi_stay *stay)
{
    int status;

    if (stay->reports >= 0) {
        ssize_t n = recv(stay->reports, &status, sizeof(status), MSG_DONTWAIT);
        if (n < 0) {
            return errno == EAGAIN || errno == EINTR ? NOT_YET : -1;
        }
        return n == (ssize_t)sizeof(status) ? status : -1;
    }
    pid_t pid = waitpid(stay->command, &status, WNOHANG | WUNTRACED);
    if (pid == 0 || (pid < 0 && errno == EINTR)) {
        return NOT_YET;
    }
    return pid < 0 ? -1 : status;
}

int awi_stay_wait(const struct awi_stay *stay)
{
    sigset_t all;
    struct signalfd_siginfo signal;

    sigfillset(&all);
    AWI_AUTO(fd) int signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    for (;;) {
        int status = news(stay);
        if (status != NOT_YET && !WIFSTOPPED(status)) {
            return status;
        }
        if (status != NOT_YET) {
            /* Whoever watches the launcher sees it stop, and continues both. */
            raise(SIGSTOP);
            kill(stay->command, SIGCONT);
            continue;
        }
        struct pollfd wait[] = {{.fd = signals, .events = POLLIN},
                                {.fd = stay->reports, .events = POLLIN}};
        poll(wait, 2, -1);
        while (read(signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
            pass_on(stay, &signal);
        }
    }
}

int awi_stay_end(int status)
{
    struct rlimit none = {0};
    sigset_t one;

    if (status == -1) {
        return 1;
    }
    if (WIFEXITED(status)) {
        return WEXITSTATUS(status);
    }
    int number = WTERMSIG(status);
    setrlimit(RLIMIT_CORE, &none); /* the command has left one, if any */
    signal(number, SIG_DFL);
    sigemptyset(&one);
    sigaddset(&one, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
    return 128 + number;
}

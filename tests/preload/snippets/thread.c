/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that end in the middle of a call, handlers that jump out of one, descriptors that another
 * process is given: what was taken must be given back, and the others go on.
 */
#include "snippet.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

static int count_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 1024; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

/* Nothing is held: this thread is served, and so is a child. */
static int all_is_well(void)
{
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/well") == 0 && close(fd) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        fd = t_connect();
        _exit(fd < 0 || t_exchange(fd, "/child") ? 1 : 0);
    }
    int status = -1;
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
    return 0;
}

struct victim {
    int (*body)(struct victim *victim);
    int kind; /* PTHREAD_CANCEL_DEFERRED or _ASYNCHRONOUS */
    _Atomic int fd;
    atomic_bool ready;
    struct sockaddr_storage addr;
    socklen_t len;
};

static void *run_victim(void *arg)
{
    struct victim *victim = arg;
    pthread_setcanceltype(victim->kind, NULL);
    return victim->body(victim) ? arg : NULL;
}

/* Cancelled after `delay` microseconds. The thread's own descriptor is ours to close. */
static int cancel_after(int (*body)(struct victim *victim), int kind, useconds_t delay)
{
    struct victim victim = {.body = body, .kind = kind, .fd = -1};
    pthread_t thread;
    void *result = NULL;
    victim.len = t_address(&victim.addr);
    CHECK(pthread_create(&thread, NULL, run_victim, &victim) == 0);
    while (!atomic_load(&victim.ready)) {
        usleep(100);
    }
    usleep(delay);
    CHECK(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0);
    CHECK(result == PTHREAD_CANCELED);
    if (victim.fd >= 0) {
        close(victim.fd);
    }
    return 0;
}

static int dial(struct victim *victim)
{
    victim->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(connect(victim->fd, (struct sockaddr *)&victim->addr, victim->len) == 0);
    return 0;
}

static int waits_in_recv(struct victim *victim)
{
    char byte;
    CHECK(dial(victim) == 0);
    atomic_store(&victim->ready, true);
    return recv(victim->fd, &byte, 1, 0) < 0;
}

static int waits_in_poll(struct victim *victim)
{
    CHECK(dial(victim) == 0);
    struct pollfd pollfd = {.fd = victim->fd, .events = POLLIN};
    atomic_store(&victim->ready, true);
    return poll(&pollfd, 1, -1) < 0;
}

/* No call of these waits: they must be points of cancellation all the same. */
static int only_sends(struct victim *victim)
{
    static const char text[] = "GET /cancelled HTTP/1.1\r\n\r\n";
    CHECK(dial(victim) == 0);
    atomic_store(&victim->ready, true);
    for (;;) {
        CHECK(send(victim->fd, text, sizeof(text) - 1, MSG_NOSIGNAL) > 0);
    }
}

/* Everything in turn, without a function that takes memory. */
static int does_all(struct victim *victim)
{
    static const char text[] = "GET /cancelled HTTP/1.1\r\n\r\n";
    char answer[200];
    for (;;) {
        CHECK(dial(victim) == 0);
        atomic_store(&victim->ready, true);
        for (int i = 0; i < 3; i++) {
            CHECK(send(victim->fd, text, sizeof(text) - 1, MSG_NOSIGNAL) > 0);
            CHECK(recv(victim->fd, answer, sizeof(answer), 0) > 0);
        }
        int fd = atomic_exchange(&victim->fd, -1);
        close(fd);
    }
}

static int cancel_waiting(void)
{
    int before = (all_is_well(), count_descriptors());
    for (int i = 0; i < 5; i++) {
        CHECK(cancel_after(waits_in_recv, PTHREAD_CANCEL_DEFERRED, 500) == 0);
        CHECK(cancel_after(waits_in_poll, PTHREAD_CANCEL_DEFERRED, 500) == 0);
        CHECK(cancel_after(waits_in_recv, PTHREAD_CANCEL_ASYNCHRONOUS, 500) == 0);
        CHECK(cancel_after(waits_in_poll, PTHREAD_CANCEL_ASYNCHRONOUS, 500) == 0);
    }
    CHECK(all_is_well() == 0 && count_descriptors() == before);
    return 0;
}

static int cancel_sending(void)
{
    int before = (all_is_well(), count_descriptors());
    for (int i = 0; i < 20; i++) {
        CHECK(cancel_after(only_sends, PTHREAD_CANCEL_DEFERRED, (useconds_t)(i * 37)) == 0);
    }
    CHECK(all_is_well() == 0 && count_descriptors() == before);
    return 0;
}

static void *goes_on(void *arg)
{
    atomic_bool *stop = arg;
    while (!atomic_load(stop)) {
        int fd = t_connect();
        if (fd < 0 || t_exchange(fd, "/goes-on")) {
            return arg;
        }
        close(fd);
    }
    return NULL;
}

/* At any instruction. A descriptor may be lost between socket() and its note: at most one each. */
static int cancel_anywhere(void)
{
    enum { TIMES = 60 };
    atomic_bool stop = false;
    pthread_t other;
    void *result = NULL;
    all_is_well();
    CHECK(pthread_create(&other, NULL, goes_on, &stop) == 0);
    for (int i = 0; i < TIMES; i++) {
        int kind = i % 3 ? PTHREAD_CANCEL_ASYNCHRONOUS : PTHREAD_CANCEL_DEFERRED;
        CHECK(cancel_after(does_all, kind, (useconds_t)(i * 53 % 900)) == 0);
    }
    atomic_store(&stop, true);
    CHECK(pthread_join(other, &result) == 0 && !result);
    CHECK(all_is_well() == 0);
    return 0;
}

static sigjmp_buf out;

static void jump_out(int signo)
{
    siglongjmp(out, 1);
}

/* The fake core raises SIGUSR1 while it works on "/signal". */
static int jump_out_of_core(void)
{
    struct sigaction action = {.sa_handler = jump_out};
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    for (int i = 0; i < 3; i++) {
        int fd = t_connect();
        CHECK(fd >= 0);
        if (sigsetjmp(out, 1) == 0) {
            t_request(fd, "/signal");
            CHECK(!"the handler has jumped");
        }
        CHECK(t_answer(fd, NULL, 0) > 0 && t_exchange(fd, "/still") == 0);
        CHECK(close(fd) == 0 && all_is_well() == 0);
    }
    return 0;
}

/* A time-out in the old way, at any moment of a call. */
static int jump_out_anywhere(void)
{
    struct sigaction action = {.sa_handler = jump_out};
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    static volatile int fd;
    for (volatile int i = 0; i < 50; i++) {
        fd = t_connect();
        CHECK(fd >= 0);
        if (sigsetjmp(out, 1) == 0) {
            static const char text[] = "GET /alarm HTTP/1.1\r\n\r\n";
            ualarm((useconds_t)(50 + i * 11), 0);
            for (;;) {
                CHECK(send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL) != 0);
            }
        }
        CHECK(close(fd) == 0);
    }
    return all_is_well();
}

/* A descriptor that another process is given is served on. */
static int passed_on(void)
{
    int ends[2];
    char room[CMSG_SPACE(sizeof(int))];
    char byte = 'x';
    struct iovec iov = {&byte, 1};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        close(ends[0]);
        int got = -1;
        if (recvmsg(ends[1], &msg, 0) == 1 && CMSG_FIRSTHDR(&msg)) {
            memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(got));
        }
        _exit(t_exchange(got, "/passed") || t_exchange(got, "/again") ? 1 : 0);
    }
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/mine") == 0);
    struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
    CHECK(head);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(head), &fd, sizeof(fd));
    CHECK(sendmsg(ends[0], &msg, 0) == 1);
    CHECK(close(fd) == 0);
    int status = -1;
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

const struct snippet thread_snippets[] = {
    {"cancel_waiting", cancel_waiting, ALONE},
    {"cancel_sending", cancel_sending, PRELOAD | ALONE},
    {"cancel_anywhere", cancel_anywhere, ALONE},
    {"jump_out_of_core", jump_out_of_core, PRELOAD | ALONE},
    {"jump_out_anywhere", jump_out_anywhere, PRELOAD | ALONE},
    {"passed_on", passed_on, ANYWHERE},
    {NULL, NULL, 0},
};

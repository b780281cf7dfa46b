/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/loop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/net/carry.h"

#define STACK_SIZE  (512u << 10)
#define IDLE_MS     3000 /* the thread ends after so long without a connection */
#define MOST_EVENTS 64

struct awi_loop {
    struct awi_loop_host host;

    /* Held by the thread between two waits, and by a fork: whoever has it sees no connection half
     * way. Taken before lock. */
    pthread_mutex_t busy;
    struct awi_carry *entries; /* the thread's */
    char *buffer;

    pthread_mutex_t lock; /* everything below */
    pthread_cond_t ended;
    struct awi_carry *incoming;
    size_t size;
    bool running;
    bool stop;
    int epoll;
    int wake;
};

static void close_fd(struct awi_loop *loop, int fd)
{
    if (fd < 0) {
        return;
    }
    if (loop->host.fd_close) {
        loop->host.fd_close(fd);
    } else {
        close(fd);
    }
}

/* Out of the host's way, where that is possible. */
static int hide_fd(struct awi_loop *loop, int fd)
{
    int hidden = fd >= 0 && loop->host.fd_hide ? loop->host.fd_hide(fd) : -1;

    return hidden >= 0 ? hidden : fd;
}

static void link_entry(struct awi_carry **head, struct awi_carry *entry)
{
    entry->next = *head;
    entry->at = head;
    if (entry->next) {
        entry->next->at = &entry->next;
    }
    *head = entry;
}

static void drop(struct awi_loop *loop, struct awi_carry *entry)
{
    *entry->at = entry->next;
    if (entry->next) {
        entry->next->at = entry->at;
    }
    awi_conn_close(entry->conn);
    close_fd(loop, entry->fd);
    free(entry);
    pthread_mutex_lock(&loop->lock);
    loop->size--;
    pthread_mutex_unlock(&loop->lock);
}

static void drive(struct awi_loop *loop, struct awi_carry *entry)
{
    awi_carry_drive(entry, loop->epoll, loop->buffer);
    if (entry->gone) {
        drop(loop, entry);
    }
}

/* --- The thread ------------------------------------------------------------------------------- */

/* Calls what is due and says how long to wait for the rest. */
static int run_due(struct awi_loop *loop)
{
    int64_t now = awi_carry_now();
    int64_t next = AWI_CARRY_NEVER;
    struct awi_carry *following;

    for (struct awi_carry *entry = loop->entries; entry; entry = following) {
        following = entry->next;
        if (entry->due_ms <= now) {
            awi_carry_due(entry, loop->epoll, loop->buffer, now);
            if (entry->gone) {
                drop(loop, entry);
            }
        }
    }
    for (struct awi_carry *entry = loop->entries; entry; entry = entry->next) {
        next = entry->due_ms < next ? entry->due_ms : next;
    }
    if (next == AWI_CARRY_NEVER) {
        return loop->entries ? -1 : IDLE_MS;
    }
    return next > now ? (int)(next - now) : 0;
}

static void take_incoming(struct awi_loop *loop)
{
    struct awi_carry *entry;

    pthread_mutex_lock(&loop->lock);
    struct awi_carry *incoming = loop->incoming;
    loop->incoming = NULL;
    pthread_mutex_unlock(&loop->lock);
    while ((entry = incoming)) {
        incoming = entry->next;
        link_entry(&loop->entries, entry);
        drive(loop, entry);
    }
}

static void handle(struct awi_loop *loop, const struct epoll_event *event)
{
    struct awi_carry *entry = event->data.ptr;
    uint64_t count;

    if (!entry) {
        ssize_t n = read(loop->wake, &count, sizeof(count));
        (void)n;
        return;
    }
    /* Both directions are closed: nobody is left to answer, also not later. */
    if ((event->events & (EPOLLHUP | EPOLLERR)) && (entry->eof || entry->goodbye)) {
        drop(loop, entry);
        return;
    }
    drive(loop, entry);
}

static void release(struct awi_loop *loop)
{
    close_fd(loop, loop->epoll);
    close_fd(loop, loop->wake);
    free(loop->buffer);
    loop->buffer = NULL;
    loop->epoll = loop->wake = -1;
}

/* Ends the thread unless something came in meanwhile. */
static bool end(struct awi_loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    bool ends = loop->stop || (!loop->incoming && !loop->entries);
    if (ends) {
        release(loop);
        loop->running = false;
        pthread_cond_broadcast(&loop->ended);
    }
    pthread_mutex_unlock(&loop->lock);
    return ends;
}

static bool must_stop(struct awi_loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    bool stop = loop->stop;
    pthread_mutex_unlock(&loop->lock);
    return stop;
}

static void *run(void *arg)
{
    struct awi_loop *loop = arg;
    struct epoll_event events[MOST_EVENTS];

    for (;;) {
        pthread_mutex_lock(&loop->busy);
        take_incoming(loop);
        int timeout = run_due(loop);
        int epoll = loop->epoll;
        pthread_mutex_unlock(&loop->busy);

        int n = epoll_wait(epoll, events, MOST_EVENTS, timeout);

        pthread_mutex_lock(&loop->busy);
        for (int i = 0; i < n; i++) {
            handle(loop, &events[i]);
        }
        bool ended = (must_stop(loop) || (n == 0 && !loop->entries)) && end(loop);
        pthread_mutex_unlock(&loop->busy);
        if (ended) {
            return NULL;
        }
    }
}

/* Every signal is blocked in the thread: they are the host's. */
static int start_thread(struct awi_loop *loop)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all;
    sigset_t old;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int r = pthread_create(&thread, &attributes, run, loop);
    if (r == 0) {
        pthread_setname_np(thread, "awsintercept");
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attributes);
    return -r;
}

static int open_descriptors(struct awi_loop *loop)
{
    struct epoll_event event = {.events = EPOLLIN};

    int fd = epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    loop->epoll = hide_fd(loop, fd);
    fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        return -errno;
    }
    loop->wake = hide_fd(loop, fd);
    return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->wake, &event) < 0 ? -errno : 0;
}

/* With lock held. */
static int start(struct awi_loop *loop)
{
    loop->buffer = malloc(AWI_CARRY_PIECE);

    int r = loop->buffer ? open_descriptors(loop) : -ENOMEM;
    if (r == 0) {
        r = start_thread(loop);
    }
    if (r < 0) {
        release(loop);
        return r;
    }
    loop->running = true;
    return 0;
}

/* --- Outside ---------------------------------------------------------------------------------- */

struct awi_loop *awi_loop_new(const struct awi_loop_host *host)
{
    struct awi_loop *loop = calloc(1, sizeof(*loop));

    if (loop) {
        loop->host = host ? *host : (struct awi_loop_host){0};
        pthread_mutex_init(&loop->busy, NULL);
        pthread_mutex_init(&loop->lock, NULL);
        pthread_cond_init(&loop->ended, NULL);
        loop->epoll = loop->wake = -1;
    }
    return loop;
}

static void wake(struct awi_loop *loop)
{
    const uint64_t one = 1;
    ssize_t n = write(loop->wake, &one, sizeof(one));

    (void)n; /* a full counter wakes as well */
}

int awi_loop_adopt(struct awi_loop *loop, struct awi_conn *conn, int fd)
{
    struct awi_carry *entry = calloc(1, sizeof(*entry));
    int r = entry ? 0 : -ENOMEM;

    if (entry) {
        *entry = (struct awi_carry){.conn = conn, .fd = fd, .due_ms = AWI_CARRY_NEVER};
        pthread_mutex_lock(&loop->lock);
        r = loop->stop ? -ESHUTDOWN : loop->running ? 0 : start(loop);
        if (r == 0) {
            entry->next = loop->incoming;
            loop->incoming = entry;
            loop->size++;
            wake(loop);
        }
        pthread_mutex_unlock(&loop->lock);
    }
    if (r < 0) {
        awi_conn_close(conn);
        close_fd(loop, fd);
        free(entry);
    }
    return r;
}

size_t awi_loop_size(struct awi_loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    size_t size = loop->size;
    pthread_mutex_unlock(&loop->lock);
    return size;
}

void awi_loop_free(struct awi_loop *loop)
{
    if (!loop) {
        return;
    }
    pthread_mutex_lock(&loop->lock);
    loop->stop = true;
    if (loop->running) {
        wake(loop);
    }
    while (loop->running) {
        pthread_cond_wait(&loop->ended, &loop->lock);
    }
    pthread_mutex_unlock(&loop->lock);
    /* The thread's last act is to let go of busy. */
    pthread_mutex_lock(&loop->busy);
    pthread_mutex_unlock(&loop->busy);
    take_incoming(loop);
    while (loop->entries) {
        drop(loop, loop->entries);
    }
    pthread_mutex_destroy(&loop->busy);
    pthread_mutex_destroy(&loop->lock);
    pthread_cond_destroy(&loop->ended);
    free(loop);
}

void awi_loop_fork_prepare(struct awi_loop *loop)
{
    pthread_mutex_lock(&loop->busy);
    pthread_mutex_lock(&loop->lock);
}

void awi_loop_fork_parent(struct awi_loop *loop)
{
    pthread_mutex_unlock(&loop->lock);
    pthread_mutex_unlock(&loop->busy);
}

/* The connections themselves are left to lie: letting go of one might touch what it shares with the
 * parent's (the file of a body on its way). */
static void forget(struct awi_loop *loop, struct awi_carry **list)
{
    for (struct awi_carry *entry = *list; entry; entry = entry->next) {
        close_fd(loop, entry->fd);
    }
    *list = NULL;
}

void awi_loop_fork_child(struct awi_loop *loop)
{
    pthread_mutex_init(&loop->busy, NULL);
    pthread_mutex_init(&loop->lock, NULL);
    pthread_cond_init(&loop->ended, NULL);
    forget(loop, &loop->entries);
    forget(loop, &loop->incoming);
    release(loop);
    loop->size = 0;
    loop->running = false;
}

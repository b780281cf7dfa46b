/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of sockets: what one receives the other sends, with one buffer a direction. */
#include "cli/supervise.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER  65536
#define IDLE_MS 2000 /* after which a datagram relay looks whether it is needed */

struct relay;

struct side {
    struct relay *relay;
    struct side *other;
    int fd;
    bool ended; /* nothing more comes from it, and the other side was told */
    size_t at, len;
    char data[BUFFER]; /* received here, not yet sent there */
};

struct relay {
    struct relay *next;
    bool datagrams;
    bool over;
    int64_t used; /* when a datagram passed last, in milliseconds */
    struct side sides[2];
};

struct awi_relays {
    int epoll_fd;
    size_t datagrams; /* how many relays are of this kind */
    struct relay *list;
};

static int64_t now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct awi_relays *awi_relays_new(int epoll_fd)
{
    struct awi_relays *relays = calloc(1, sizeof(*relays));

    if (relays) {
        relays->epoll_fd = epoll_fd;
    }
    return relays;
}

/* Ask for input only while there is room, for room only while something waits for it. */
static void watch(struct awi_relays *relays, struct side *side, int operation)
{
    struct epoll_event event = {.data.ptr = side};

    if (!side->ended && side->len == 0) {
        event.events |= EPOLLIN;
    }
    if (side->other->len) {
        event.events |= EPOLLOUT;
    }
    epoll_ctl(relays->epoll_fd, operation, side->fd, &event);
}

int awi_relays_add(struct awi_relays *relays, int here, int there, bool datagrams)
{
    struct relay *relay = calloc(1, sizeof(*relay));

    if (!relay) {
        close(here);
        close(there);
        return -ENOMEM;
    }
    relay->datagrams = datagrams;
    relay->used = datagrams ? now() : 0;
    relays->datagrams += datagrams;
    for (int i = 0; i < 2; i++) {
        relay->sides[i].relay = relay;
        relay->sides[i].other = &relay->sides[1 - i];
        relay->sides[i].fd = i ? there : here;
    }
    relay->next = relays->list;
    relays->list = relay;
    watch(relays, &relay->sides[0], EPOLL_CTL_ADD);
    watch(relays, &relay->sides[1], EPOLL_CTL_ADD);
    return 0;
}

static bool is_for_later(int error)
{
    return error == EAGAIN || error == EINTR;
}

static void receive(struct side *side)
{
    ssize_t n = recv(side->fd, side->data, BUFFER, MSG_DONTWAIT);

    if (n > 0) {
        side->at = 0;
        side->len = (size_t)n;
    } else if (side->relay->datagrams) {
        return; /* an error of an earlier datagram; the resolver asks again */
    } else if (n == 0) {
        side->ended = true;
        shutdown(side->other->fd, SHUT_WR);
    } else if (!is_for_later(errno)) {
        side->relay->over = true;
    }
}

/* What this side received goes to the other. */
static void forward(struct side *side)
{
    while (side->len) {
        ssize_t n =
            send(side->other->fd, side->data + side->at, side->len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && side->relay->datagrams) {
            side->len = 0;
        } else if (n < 0) {
            side->relay->over = !is_for_later(errno);
            return;
        } else {
            side->at += (size_t)n;
            side->len -= (size_t)n;
        }
    }
}

/* UDP does not say that the other end was closed; but then its port can be had. */
static bool is_deserted(const struct relay *relay)
{
    struct sockaddr_in addr;
    socklen_t len = sizeof(addr);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool free = getpeername(relay->sides[0].fd, (struct sockaddr *)&addr, &len) == 0 && fd >= 0 &&
                bind(fd, (struct sockaddr *)&addr, len) == 0;

    if (fd >= 0) {
        close(fd);
    }
    return free;
}

int awi_relays_patience(const struct awi_relays *relays)
{
    return relays->datagrams ? IDLE_MS : -1;
}

void awi_relays_event(struct awi_relays *relays, void *data, unsigned events)
{
    struct side *side = data;
    struct relay *relay = side->relay;

    if (relay->over) {
        return;
    }
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && side->len == 0 && !side->ended) {
        receive(side);
    }
    forward(side);
    forward(side->other);
    relay->used = relay->datagrams ? now() : 0;
    if ((side->ended && side->other->ended) || (side->ended && (events & EPOLLERR))) {
        relay->over = true;
    }
    if (!relay->over) {
        watch(relays, side, EPOLL_CTL_MOD);
        watch(relays, side->other, EPOLL_CTL_MOD);
    }
}

void awi_relays_sweep(struct awi_relays *relays)
{
    int64_t limit = relays->datagrams ? now() - IDLE_MS : 0;

    for (struct relay **at = &relays->list; *at;) {
        struct relay *relay = *at;
        if (relay->datagrams && relay->used <= limit) {
            relay->used = now();
            relay->over = is_deserted(relay);
        }
        if (!relay->over) {
            at = &relay->next;
            continue;
        }
        *at = relay->next;
        relays->datagrams -= relay->datagrams;
        close(relay->sides[0].fd);
        close(relay->sides[1].fd);
        free(relay);
    }
}

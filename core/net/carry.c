/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/carry.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#define GOODBYE_MS  1000 /* how long a closed stream may still take what the client sends */
#define MOST_PIECES 16   /* of one connection, before the others' turn */

int64_t awi_carry_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Sends what there is. True: the socket takes no more now. */
static bool send_pending(struct awi_carry *carry)
{
    const void *data;
    size_t len;

    while ((len = awi_conn_pending(carry->conn, &data)) > 0) {
        ssize_t n = send(carry->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            carry->gone = errno != EAGAIN;
            return true;
        }
        awi_conn_sent(carry->conn, (size_t)n);
    }
    return false;
}

/* Receives one piece. False: there is none now. */
static bool receive(struct awi_carry *carry, char *buffer)
{
    ssize_t n = recv(carry->fd, buffer, AWI_CARRY_PIECE, MSG_DONTWAIT);

    if (n < 0) {
        carry->gone = errno != EAGAIN && errno != EINTR;
        return errno == EINTR;
    }
    if (n == 0) {
        carry->eof = true;
        carry->gone = carry->goodbye || awi_conn_finish(carry->conn) < 0;
    } else if (!carry->goodbye) {
        carry->gone = awi_conn_feed(carry->conn, buffer, (size_t)n) < 0;
    }
    return n > 0;
}

static void say_goodbye(struct awi_carry *carry)
{
    if (carry->eof) {
        carry->gone = true;
        return;
    }
    shutdown(carry->fd, SHUT_WR);
    carry->goodbye = true;
    carry->due_ms = awi_carry_now() + GOODBYE_MS;
}

static void watch(struct awi_carry *carry, int epoll, bool full)
{
    uint32_t events = (full ? EPOLLOUT : 0) | (full || carry->eof ? 0 : EPOLLIN);
    struct epoll_event event = {.events = events, .data.ptr = carry};

    if (carry->registered && carry->events == events) {
        return;
    }
    int operation = carry->registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    carry->gone = epoll_ctl(epoll, operation, carry->fd, &event) < 0;
    carry->registered = true;
    carry->events = events;
}

void awi_carry_drive(struct awi_carry *carry, int epoll, char *buffer)
{
    bool full = send_pending(carry);
    int pieces = MOST_PIECES;

    while (!carry->gone && !full && !carry->eof && pieces-- && receive(carry, buffer)) {
        full = !carry->goodbye && send_pending(carry);
    }
    if (!carry->gone && !carry->goodbye && !full) {
        full = send_pending(carry);
        unsigned state = awi_conn_state(carry->conn);
        if (!full && (state & AWI_CONN_CLOSING)) {
            say_goodbye(carry);
        }
        if ((state & AWI_CONN_WAITING) && carry->due_ms == AWI_CARRY_NEVER) {
            carry->due_ms = awi_carry_now();
        }
    }
    if (!carry->gone) {
        watch(carry, epoll, full);
    }
}

void awi_carry_due(struct awi_carry *carry, int epoll, char *buffer, int64_t now_ms)
{
    if (carry->goodbye) {
        carry->gone = true;
        return;
    }
    int r = awi_conn_poll(carry->conn, now_ms);
    carry->due_ms = r > 0 ? now_ms + r : AWI_CARRY_NEVER;
    if (r <= 0) {
        awi_carry_drive(carry, epoll, buffer);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which epoll sets watch a descriptor, so that a registration survives diversion (watch.c).
 */
#pragma once

#include <stdint.h>
#include <sys/epoll.h>

enum { AWI_WATCH_MAX = 4 };

struct awi_watches {
    int count;
    int epfd[AWI_WATCH_MAX];
    struct epoll_event event[AWI_WATCH_MAX];
};

/* epoll_ctl(epfd, ADD or MOD, fd, event) has succeeded. */
void awi_watch_note(int epfd, int fd, const struct epoll_event *event);

/* The sets that do watch fd now. */
void awi_watch_collect(int fd, struct awi_watches *out);

/* Adds fd, which has another file behind it now, to those sets again. */
void awi_watch_restore(int fd, const struct awi_watches *watches);

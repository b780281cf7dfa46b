/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registrations of descriptors with epoll. dup3() over a registered descriptor makes epoll forget
 * it, so divert.c asks here which sets watch the descriptor and registers the pair again.
 *
 * What epoll_ctl() was told is only remembered, never trusted: before the dup3() each remembered
 * registration is repeated with EPOLL_CTL_MOD, which succeeds only where it really exists. So
 * nothing need be done when a descriptor or a set is closed.
 */
#include "preload/watch.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#include "preload/real.h"

enum { LEAF = 512, ROOT = 2048, PATIENCE = 100000 };

struct cell {
    int epfd_plus_1; /* 0: empty */
    uint32_t events;
    uint64_t data;
};

/* Few descriptors are in more than one set; those beyond the cells are not re-registered. The lock
 * is contended only where two threads register one descriptor at the same moment; one that stays
 * taken (its holder was interrupted by this very thread, or not copied by fork) is not waited for.
 */
struct row {
    atomic_flag lock;
    struct cell cells[AWI_WATCH_MAX];
};

static _Atomic(struct row *) rows[ROOT];

static struct row *row_of(int fd, bool make)
{
    if ((unsigned int)fd >= LEAF * ROOT) {
        return NULL;
    }
    _Atomic(struct row *) *root = &rows[fd / LEAF];
    struct row *leaf = atomic_load_explicit(root, memory_order_acquire);
    if (!leaf && make) {
        size_t size = LEAF * sizeof(*leaf);
        void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED) {
            return NULL;
        }
        if (atomic_compare_exchange_strong(root, &leaf, (struct row *)pages)) {
            leaf = pages;
        } else {
            munmap(pages, size);
        }
    }
    return leaf ? &leaf[fd % LEAF] : NULL;
}

static bool row_lock(struct row *row)
{
    for (int i = 0; i < PATIENCE; i++) {
        if (!atomic_flag_test_and_set_explicit(&row->lock, memory_order_acquire)) {
            return true;
        }
    }
    return false;
}

static void row_unlock(struct row *row)
{
    atomic_flag_clear_explicit(&row->lock, memory_order_release);
}

void awi_watch_note(int epfd, int fd, const struct epoll_event *event)
{
    struct row *row = row_of(fd, true);
    if (!row || !row_lock(row)) {
        return;
    }
    struct cell *cell = &row->cells[0];
    for (int i = 0; i < AWI_WATCH_MAX; i++) {
        if (row->cells[i].epfd_plus_1 == epfd + 1) {
            cell = &row->cells[i];
            break;
        }
        if (!row->cells[i].epfd_plus_1) {
            cell = &row->cells[i];
        }
    }
    cell->epfd_plus_1 = epfd + 1;
    cell->events = event->events;
    cell->data = event->data.u64;
    row_unlock(row);
}

/* An exclusive registration cannot be repeated: there, adding it a second time must fail. */
static bool is_registered(int epfd, int fd, struct epoll_event *event)
{
    if (!(event->events & EPOLLEXCLUSIVE)) {
        return AWI_REAL(epoll_ctl)(epfd, EPOLL_CTL_MOD, fd, event) == 0;
    }
    if (AWI_REAL(epoll_ctl)(epfd, EPOLL_CTL_ADD, fd, event) < 0) {
        return errno == EEXIST;
    }
    AWI_REAL(epoll_ctl)(epfd, EPOLL_CTL_DEL, fd, event);
    return false;
}

void awi_watch_collect(int fd, struct awi_watches *out)
{
    out->count = 0;
    struct row *row = row_of(fd, false);
    if (!row || !row_lock(row)) {
        return;
    }
    for (int i = 0; i < AWI_WATCH_MAX; i++) {
        struct cell *cell = &row->cells[i];
        if (!cell->epfd_plus_1) {
            continue;
        }
        struct epoll_event event = {.events = cell->events, .data.u64 = cell->data};
        int epfd = cell->epfd_plus_1 - 1;
        if (is_registered(epfd, fd, &event)) {
            out->epfd[out->count] = epfd;
            out->event[out->count] = event;
            out->count++;
        } else {
            cell->epfd_plus_1 = 0;
        }
    }
    row_unlock(row);
}

void awi_watch_restore(int fd, const struct awi_watches *watches)
{
    for (int i = 0; i < watches->count; i++) {
        struct epoll_event event = watches->event[i];
        AWI_REAL(epoll_ctl)(watches->epfd[i], EPOLL_CTL_ADD, fd, &event);
    }
}

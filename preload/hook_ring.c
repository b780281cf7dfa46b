/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liburing. What a ring carries is not seen, so from the first ring on the core's loop serves all
 * connections: bytes reach it through the kernel. What connects through the ring is seen as it is
 * submitted: a connection to us is made at once and a NOP put in its place.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "preload/divert.h"
#include "preload/guard.h"
#include "preload/match.h"
#include "preload/real.h"
#include "preload/shim.h"

#define CALLER __builtin_return_address(0)

int hook_io_uring_queue_init(unsigned int entries, void *ring, unsigned int flags)
{
    awi_fn_io_uring_queue_init real = AWI_REAL_FOR(io_uring_queue_init, CALLER);
    awi_divert_beside_hooks();
    return real ? real(entries, ring, flags) : -ENOSYS;
}

int hook_io_uring_queue_init_params(unsigned int entries, void *ring, void *params)
{
    awi_fn_io_uring_queue_init_params real = AWI_REAL_FOR(io_uring_queue_init_params, CALLER);
    awi_divert_beside_hooks();
    return real ? real(entries, ring, params) : -ENOSYS;
}

int hook_io_uring_queue_init_mem(
    unsigned int entries, void *ring, void *params, void *memory, size_t size)
{
    awi_fn_io_uring_queue_init_mem real = AWI_REAL_FOR(io_uring_queue_init_mem, CALLER);
    awi_divert_beside_hooks();
    return real ? real(entries, ring, params, memory, size) : -ENOSYS;
}

/*
 * Submissions. The kernel's entries (linux/io_uring.h), and of liburing's struct io_uring what has
 * not changed since its first version.
 */
enum { OP_NOP = 0, OP_CONNECT = 16, FIXED_FILE = 1 << 0, SETUP_SQE128 = 1 << 10 };

struct entry {
    uint8_t op;
    uint8_t flags;
    uint16_t priority;
    int32_t fd;
    uint64_t addr_len;
    uint64_t addr;
    uint32_t len;
    uint32_t op_flags;
    uint64_t user_data;
    uint64_t rest[3];
};
_Static_assert(sizeof(struct entry) == 64, "an entry of the ring");

struct queue {
    void *pointers[2];
    unsigned int *mask;
    void *more[4];
    struct entry *entries;
    unsigned int head;
    unsigned int tail;
    size_t size;
    void *pages;
    unsigned int values[4];
};

struct completions {
    void *pointers[7];
    size_t size;
    void *pages;
    unsigned int values[4];
};

struct ring {
    struct queue queue;
    struct completions completions;
    unsigned int flags;
};

/* A connection that is ours and could not be made goes where nobody listens. */
static void refuse(struct entry *entry)
{
    static const struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_port = 1};
    static const struct sockaddr_in6 nobody6 = {.sin6_family = AF_INET6, .sin6_port = 1};
    const struct sockaddr *was = (const struct sockaddr *)(uintptr_t)entry->addr;
    bool v6 = was->sa_family == AF_INET6;
    entry->addr = v6 ? (uintptr_t)&nobody6 : (uintptr_t)&nobody;
    entry->addr_len = v6 ? sizeof(nobody6) : sizeof(nobody);
}

static void connect_now(struct entry *entry)
{
    const struct sockaddr *addr = (const struct sockaddr *)(uintptr_t)entry->addr;
    socklen_t len = (socklen_t)entry->addr_len;
    if (entry->op != OP_CONNECT || !addr || len < sizeof(sa_family_t) ||
        !awi_match_addr(addr, len)) {
        return;
    }
    if ((entry->flags & FIXED_FILE) || hook_connect(entry->fd, addr, len) < 0) {
        refuse(entry);
        return;
    }
    entry->op = OP_NOP;
    entry->fd = -1;
    entry->addr = 0;
    entry->addr_len = 0;
}

/* What the host has prepared since it submitted last. */
static void look_at(void *given)
{
    const struct ring *ring = given;
    const struct queue *queue = &ring->queue;
    if (awi_inside() || awi_disabled() || !ring) {
        return;
    }
    int err = errno;
    unsigned int stride = ring->flags & SETUP_SQE128 ? 2 : 1;
    for (unsigned int at = queue->head; at != queue->tail; at++) {
        connect_now(&queue->entries[(at & *queue->mask) * stride]);
    }
    errno = err;
}

int hook_io_uring_submit(void *ring)
{
    awi_fn_io_uring_submit real = AWI_REAL_FOR(io_uring_submit, CALLER);
    look_at(ring);
    return real ? real(ring) : -ENOSYS;
}

int hook_io_uring_submit_and_wait(void *ring, unsigned int count)
{
    awi_fn_io_uring_submit_and_wait real = AWI_REAL_FOR(io_uring_submit_and_wait, CALLER);
    look_at(ring);
    return real ? real(ring, count) : -ENOSYS;
}

int hook_io_uring_submit_and_get_events(void *ring)
{
    awi_fn_io_uring_submit_and_get_events real =
        AWI_REAL_FOR(io_uring_submit_and_get_events, CALLER);
    look_at(ring);
    return real ? real(ring) : -ENOSYS;
}

int hook_io_uring_submit_and_wait_timeout(
    void *ring, void *completion, unsigned int count, void *time, void *mask)
{
    awi_fn_io_uring_submit_and_wait_timeout real =
        AWI_REAL_FOR(io_uring_submit_and_wait_timeout, CALLER);
    look_at(ring);
    return real ? real(ring, completion, count, time, mask) : -ENOSYS;
}

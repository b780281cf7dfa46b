/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which descriptors are ours. A table by number tells in a few loads, without a lock, that a
 * descriptor is not: nothing was ever diverted (the common process), or not this one.
 *
 * Two kinds of entry: a link (a descriptor of the host that we answer or watch) and the mark of a
 * hidden descriptor (one of our own, which the host must not close).
 *
 * Links live in memory that is never unmapped, so a reader that lost a race with close() finds a
 * link, locks it, and sees that it is not its own any more. awi_link_take() does all of that and
 * also proves with one fstat() that the number still names the socket we put there: a host that
 * closes by raw system call and gets the number again must not have its bytes eaten.
 *
 * Locking: the gate (guard.h) before a link's lock; at most one link's lock at a time.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "awsintercept/core_abi.h"
#include "preload/pair.h"

enum awi_link_kind {
    AWI_LINK_FREE,
    /* Its peer is the core: what the host writes is fed, the answer lies behind the descriptor. */
    AWI_LINK_CONN,
    /* A real connection to what may be a proxy: the first bytes tell whether it becomes a CONN. Or
     * one to a name server. */
    AWI_LINK_PROXY,
    /* A real datagram socket that asks a name server. */
    AWI_LINK_DNS,
    /* The same after a query for one of our names: a UNIX pair lies over it, `peer` is our end and
     * `spare` the real socket. */
    AWI_LINK_DNS_PAIR,
};

struct awi_link {
    pthread_mutex_t lock;
    atomic_int fd; /* the host's number */
    atomic_int kind;
    atomic_bool more; /* the core holds output that did not fit behind the descriptor */
    atomic_bool late; /* see awi_fd_late_run() */
    atomic_bool orphan;
    bool closing;  /* the core has said its last word; what the host still writes is dropped */
    bool spoken;   /* AWI_LINK_PROXY: SOCKS has been spoken on it */
    bool finished; /* the host has shut its writing side down */
    int peer;
    int spare;
    struct awi_pair_id pair; /* AWI_LINK_CONN */
    ino_t ino;
    dev_t dev;
    struct awi_conn *conn;
    struct sockaddr_storage remote;
    socklen_t remote_len;
    struct awi_link *next;
};

enum { AWI_FD_LEAF = 1024, AWI_FD_ROOT = 1024 };
#define AWI_FD_HIDDEN ((struct awi_link *)1)

extern _Atomic(_Atomic(struct awi_link *) *) awi_fd_root[AWI_FD_ROOT];
extern atomic_bool awi_fd_late_flag;

/* NULL: not ours. AWI_FD_HIDDEN, or a link that was this descriptor's a moment ago. */
static inline struct awi_link *awi_fd_entry(int fd)
{
    if ((unsigned int)fd >= AWI_FD_LEAF * AWI_FD_ROOT) {
        return NULL;
    }
    _Atomic(struct awi_link *) *leaf =
        atomic_load_explicit(&awi_fd_root[fd / AWI_FD_LEAF], memory_order_acquire);
    return leaf ? atomic_load_explicit(&leaf[fd % AWI_FD_LEAF], memory_order_acquire) : NULL;
}

static inline struct awi_link *awi_fd_link(int fd)
{
    struct awi_link *link = awi_fd_entry(fd);
    return link == AWI_FD_HIDDEN ? NULL : link;
}

static inline bool awi_fd_hidden(int fd)
{
    return awi_fd_entry(fd) == AWI_FD_HIDDEN;
}

/* A fresh link, locked, not yet in the table; NULL when out of memory. */
struct awi_link *awi_link_new(enum awi_link_kind kind);

/* Puts the locked link into the table as the owner of fd, which is open: -errno if not. A link that
 * stood there (its descriptor was closed behind our back) is dropped by the caller beforehand. */
int awi_link_publish(struct awi_link *link, int fd);

/* The link of fd, locked, if it still is that descriptor's; else NULL, and a link whose descriptor
 * is gone has been dropped. Between awi_enter() and awi_leave(). */
struct awi_link *awi_link_take(int fd);
void awi_link_release(struct awi_link *link);

/* Takes a locked link out of the table and frees it. Its descriptors and connection are given up
 * unless the caller has set them to -1 and NULL. Unlocks. */
void awi_link_drop(struct awi_link *link);

/* Drops whatever stands at fd. */
void awi_fd_forget(int fd);

/* Calls visit for every number in [first, last] that has an entry. */
void awi_fd_each(unsigned int first,
                 unsigned int last,
                 void (*visit)(int fd, struct awi_link *entry, void *arg),
                 void *arg);

/* See core_abi.h, struct awi_shim_api. */
int awi_fd_hide(int fd);
void awi_fd_hidden_close(int fd);

/*
 * A signal handler that runs on top of the core may write to or close a diverted descriptor. It
 * cannot be served there and then: its hook calls the real function, marks the link and sets a
 * flag, and the interrupted awi_leave() hands the link to the core's loop (or drops it).
 */
static inline bool awi_fd_late(void)
{
    return atomic_load_explicit(&awi_fd_late_flag, memory_order_relaxed);
}
void awi_fd_late_mark(struct awi_link *link, bool orphan);
void awi_fd_late_run(void);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives connections over real stream sockets where no hook does: what bypassed the hooks, answers
 * that must wait, clients of the launcher's supervisor. One thread, started by the first adoption,
 * with every signal blocked; it ends when it has owned nothing for some seconds.
 */
#pragma once

#include "core/net/conn.h"

struct awi_loop;

struct awi_loop_host {
    /* Takes a descriptor out of the host's way and gives it back; NULL: the descriptor stays as it
     * is and is closed with close(). As in struct awi_shim_api. */
    int (*fd_hide)(int fd);
    void (*fd_close)(int fd);
};

/* Starts nothing. NULL: no memory. */
struct awi_loop *awi_loop_new(const struct awi_loop_host *host);
/* Tests and the supervisor: ends the thread, closes every connection. NULL is nothing. */
void awi_loop_free(struct awi_loop *loop);

/* Owns conn and fd from here on, also on failure (-errno). */
int awi_loop_adopt(struct awi_loop *loop, struct awi_conn *conn, int fd);

/* How many connections it owns. */
size_t awi_loop_size(struct awi_loop *loop);

/*
 * The steps of a fork. From prepare to parent/child the thread is between two events. The child
 * owns none of the parent's connections: its copies of their descriptors are closed, silently for
 * the clients, who still talk to the parent.
 */
void awi_loop_fork_prepare(struct awi_loop *loop);
void awi_loop_fork_parent(struct awi_loop *loop);
void awi_loop_fork_child(struct awi_loop *loop);

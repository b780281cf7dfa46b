/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that the dynamic loader never sees (static ones, Go): a filter lets the kernel ask a
 * supervisor about each connect(), and the supervisor puts an answered connection in its place.
 *
 * The supervisor is an ordinary program under the preload library that relays bytes: between the
 * socket it gave to the target and one of its own, which the hooks divert as anywhere else. So
 * there is one core, one state and one rule about what is ours.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Does this command need a supervisor to be intercepted, and may it have one? Under a filter a
 * set-user-ID program would lose its privilege. file: as found by awi_cli_find_command(). */
bool awi_cli_needs_supervisor(const char *file);

/*
 * Becomes the command, supervised: exit status and signals are the command's own, and so is the
 * process id except where Yama restricts whom a supervisor may look at. Returns on failure, after
 * saying why, and with the status of a command of another id.
 */
int awi_cli_supervise(const char *file, char **argv);

/* How ps and top call it, from the beginning. */
#define AWI_SUPERVISOR_NAME "awi-supervisor"

/*
 * The supervisor's side: "awsintercept supervise DIRECTORY CONTROL LISTENER LOCK FILE FILE
 * REPORTS COMMAND", never for people. Descriptors (-1: none): of a socket on which the command
 * sends the listener, or that itself; of the directory and the files of certificates; of a socket
 * to a launcher that stays behind. Then the command's process id, if it is a child.
 */
int awi_cli_supervisor(int argc, char **argv);

/* Moves bytes both ways between pairs of sockets, for the supervisor's one loop. */
struct awi_relays;
struct awi_relays *awi_relays_new(int epoll_fd);
/* Owns both from here on, also when it fails (-errno). */
int awi_relays_add(struct awi_relays *relays, int here, int there, bool datagrams);
/* What epoll said about a descriptor of a relay: data is epoll_event.data.ptr. */
void awi_relays_event(struct awi_relays *relays, void *data, unsigned events);
/* How long the loop may wait, in milliseconds; -1: for ever. */
int awi_relays_patience(const struct awi_relays *relays);
/* Frees what ended; after a round of events. */
void awi_relays_sweep(struct awi_relays *relays);

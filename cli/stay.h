/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A launcher that stays behind while its command runs: signals that it is sent go on to the
 * command, it stops when the command stops, and it ends as the command ended. What a terminal sends
 * reaches the whole group, so the command has that already.
 */
#pragma once

#include <signal.h>
#include <sys/types.h>

struct awi_stay {
    pid_t command;
    int reports; /* a socket on which another tells of the command's states, as ints of waitpid();
                    -1: it is a child of this process */
    sigset_t before; /* the mask that the command shall have */
};

/* Blocks all signals, before the command is started. */
void awi_stay_begin(struct awi_stay *stay);

/* In the command, before exec: the mask as it was, and death with the launcher. parent: its id. */
void awi_stay_enter(const struct awi_stay *stay, pid_t parent);

/* Until the command has ended: its wait status. -1: nobody can tell any more. */
int awi_stay_wait(const struct awi_stay *stay);

/* Ends as that says: the exit status to return, or this process is killed by the same signal. */
int awi_stay_end(int status);

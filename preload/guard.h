/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entering and leaving our own code. While a thread's guard is raised every hook that it calls goes
 * straight to the real function: the core's own I/O is never intercepted, and a signal handler that
 * runs on top of the core never enters it a second time.
 *
 *     struct awi_entry entry;
 *     awi_enter(&entry);
 *     ... the core and the shim's own state may be used ...
 *     awi_leave(&entry);
 *
 * Between the two the fork gate is held for reading, cancellation is disabled, signals wait where
 * mask.h says so, and errno is kept: awi_leave() puts back what errno was, so a hook sets its own
 * errno after it.
 */
#pragma once

#include <stdbool.h>

#include "preload/mask.h"

extern __thread int awi_guard __attribute__((tls_model("initial-exec")));

struct awi_entry {
    int err;
    int cancel_type;
    int cancel_state;
    struct awi_mask mask;
};

void awi_enter(struct awi_entry *entry);
void awi_leave(struct awi_entry *entry);

/* True where a hook must do nothing but call the real function. */
static inline bool awi_inside(void)
{
    return awi_guard != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the clock that tests move while programs run. It is kept in the state, so every
 * process sees the same time; awi_clock_now() adds it to the configured clock.
 */
#pragma once

#include "core/store/store.h"

struct core_Move;

struct awi_moved {
    int64_t ms;                    /* in all; 0: nothing was moved */
    const struct core_Move *moves; /* the last ones, in their order */
    size_t n;
};

/* In the arena. 0 or -errno. */
int awi_clock_moved(struct awi_txn *txn, struct awi_arena *arena, struct awi_moved *ret);
/* Sets how far in all, now. */
int awi_clock_move(struct awi_txn *txn, struct awi_arena *arena, int64_t ms);
/* How far the clock was moved since then, a time of the machine's clock to the second: what was
 * moved within that second is counted. Of more than AWI_MOVES moves the first are forgotten. */
int64_t awi_moved_since(const struct awi_moved *moved, int64_t machine_ms);
#define AWI_MOVES 64

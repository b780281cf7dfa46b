/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the clock that tests move while programs run. It is kept in the state, so every
 * process sees the same time; awi_clock_now() adds it to the configured clock.
 */
#pragma once

#include "core/store/store.h"

/* Milliseconds; 0 when nothing was moved. 0 or -errno. */
int awi_clock_moved(struct awi_txn *txn, struct awi_arena *arena, int64_t *ret_ms);
/* Sets them. */
int awi_clock_move(struct awi_txn *txn, struct awi_arena *arena, int64_t ms);

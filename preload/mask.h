/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals that must not arrive while our own code runs. Ordinarily none: a handler may run on top
 * of the core, and its hooks know that. Two habits of a host change that, and each is noticed by a
 * hook:
 *
 *  - it calls setjmp() or sigsetjmp(): a handler might jump out of the core and leave its locks
 *    taken. From then on every signal but those that an instruction raises waits until we are out.
 *  - its files are limited in size: a write of ours beyond the limit would raise SIGXFSZ, which
 *    kills. The signal is held back and taken away; the write fails with EFBIG.
 *
 * A process with neither pays one load a call.
 */
#pragma once

#include <signal.h>
#include <stdatomic.h>

enum {
    AWI_MASK_JUMPS = 1 << 0,
    AWI_MASK_FILE_SIZE = 1 << 1,
};

struct awi_mask {
    int reasons; /* 0: nothing was changed */
    sigset_t before;
};

extern atomic_int awi_mask_reasons;

/* A reason has come up; reasons never go. */
void awi_mask_because(int reason);

/* Looks whether files are limited in size. */
void awi_mask_look_at_limit(void);

/* For awi_enter() and awi_leave(), where awi_mask_reasons is not 0. */
void awi_mask_raise(struct awi_mask *mask);
void awi_mask_lower(const struct awi_mask *mask);

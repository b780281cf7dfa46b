/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which signals wait while our own code runs, and why.
 */
#include "preload/mask.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/resource.h>
#include <time.h>

atomic_int awi_mask_reasons;

void awi_mask_because(int reason)
{
    if (!(atomic_load_explicit(&awi_mask_reasons, memory_order_relaxed) & reason)) {
        atomic_fetch_or(&awi_mask_reasons, reason);
    }
}

void awi_mask_look_at_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        awi_mask_because(AWI_MASK_FILE_SIZE);
    }
}

void awi_mask_raise(struct awi_mask *mask)
{
    /* Those of a fault cannot wait, those of a crash should not. */
    static const int let_through[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};
    sigset_t block;

    mask->reasons = atomic_load_explicit(&awi_mask_reasons, memory_order_relaxed);
    if (mask->reasons & AWI_MASK_JUMPS) {
        sigfillset(&block);
        for (size_t i = 0; i < sizeof(let_through) / sizeof(*let_through); i++) {
            sigdelset(&block, let_through[i]);
        }
    } else {
        sigemptyset(&block);
        sigaddset(&block, SIGXFSZ);
    }
    if (pthread_sigmask(SIG_BLOCK, &block, &mask->before) != 0) {
        mask->reasons = 0;
    }
}

void awi_mask_lower(const struct awi_mask *mask)
{
    if ((mask->reasons & AWI_MASK_FILE_SIZE) && !sigismember(&mask->before, SIGXFSZ)) {
        const struct timespec at_once = {0};
        sigset_t ours;
        sigemptyset(&ours);
        sigaddset(&ours, SIGXFSZ);
        while (sigtimedwait(&ours, NULL, &at_once) == SIGXFSZ) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &mask->before, NULL);
}

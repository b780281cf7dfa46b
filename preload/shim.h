/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process-wide state of the shim: the core (loaded once, on demand), the switch that turns
 * everything off, and what happens around fork().
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "awsintercept/core_abi.h"

/* AWSINTERCEPT_DISABLE is set to something other than "" or "0". Read once. */
bool awi_disabled(void);

/* The core, loaded now if it was not. NULL: it cannot be had, so AWS-bound calls must fail (they
 * never pass to the network). Call between awi_enter() and awi_leave(). */
const struct awi_core_api *awi_core(void);

/* The core if it is loaded already, else NULL. */
const struct awi_core_api *awi_core_loaded(void);

/* False in a child that vfork() or a raw clone() made: it may share our memory, or has no
 * consistent copy of it, so bookkeeping must be left alone. Costs one system call. */
bool awi_own_process(void);

/* The value of an environment variable, past our own getenv hook. */
const char *awi_environ(const char *name);

/* Is a library of this name preloaded with us? */
bool awi_preloads(const char *library);

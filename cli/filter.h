/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp filter under which supervised programs run. */
#pragma once

#include <stdbool.h>

/*
 * Installs the filter on this thread, for it and all that it starts. connects_only: only connect()
 * is asked about; else datagrams to an address and receive calls that want the sender's are too.
 * Returns the listener, close-on-exec, or -errno; -EBUSY: there is such a listener already.
 *
 * Sets no_new_privs where the kernel demands it of an ordinary user.
 */
int awi_filter_install(bool connects_only);

/* Does a listener watch this process already? Asked of the kernel, not of the environment. */
bool awi_filter_is_there(void);

/* Is it one of ours? It answers a connect() to an address that nobody else does. */
bool awi_filter_is_ours(void);

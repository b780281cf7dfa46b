/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liburing. What is submitted to a ring is not seen, so from the first ring on the core's loop
 * serves all connections: bytes reach it through the kernel. Connecting through the ring is
 * refused, since nobody listens at a reserved address.
 */
#include <errno.h>

#include "preload/divert.h"
#include "preload/real.h"

#define CALLER __builtin_return_address(0)

int hook_io_uring_queue_init(unsigned int entries, void *ring, unsigned int flags)
{
    awi_fn_io_uring_queue_init real = AWI_REAL_FOR(io_uring_queue_init, CALLER);
    awi_divert_beside_hooks();
    return real ? real(entries, ring, flags) : -ENOSYS;
}

int hook_io_uring_queue_init_params(unsigned int entries, void *ring, void *params)
{
    awi_fn_io_uring_queue_init_params real = AWI_REAL_FOR(io_uring_queue_init_params, CALLER);
    awi_divert_beside_hooks();
    return real ? real(entries, ring, params) : -ENOSYS;
}

int hook_io_uring_queue_init_mem(
    unsigned int entries, void *ring, void *params, void *memory, size_t size)
{
    awi_fn_io_uring_queue_init_mem real = AWI_REAL_FOR(io_uring_queue_init_mem, CALLER);
    awi_divert_beside_hooks();
    return real ? real(entries, ring, params, memory, size) : -ENOSYS;
}

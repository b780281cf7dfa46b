/* SPDX-License-Identifier: Apache-2.0 */
/* The built core without the shim, for programs that carry bytes themselves. */
#pragma once

#include "awsintercept/core_abi.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

static inline int core_keep(int fd)
{
    return fd;
}

static inline void core_drop(int fd)
{
    close(fd);
}

/* NULL, and a line on stderr, when it cannot be loaded. */
static inline const struct awi_core_api *core_load(void)
{
    static const struct awi_shim_api shim = {
        .abi = AWI_CORE_ABI, .fd_hide = core_keep, .fd_close = core_drop};
    const char *why = NULL;
    void *library = dlopen(AWI_BENCH_CORE, RTLD_NOW | RTLD_LOCAL);
    void *symbol = library ? dlsym(library, AWI_CORE_INIT_SYMBOL) : NULL;
    awi_core_init_fn *init;

    if (!symbol) {
        fprintf(stderr, "%s\n", dlerror());
        return NULL;
    }
    *(void **)&init = symbol;
    return init(&shim, AWI_CORE_ABI, &why);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cleanup by attribute. `AWI_AUTO(fd) int fd = -1;` closes on every way out of the block;
 * AWI_STEAL() hands the value on and disarms. A cleanup function takes the variable's address and
 * accepts the empty value.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AWI_AUTO(kind) __attribute__((cleanup(awi_auto_##kind)))

#define AWI_STEAL(variable, empty)                                                                 \
    ({                                                                                             \
        __typeof__(variable) awi_stolen = (variable);                                              \
        (variable) = (empty);                                                                      \
        awi_stolen;                                                                                \
    })

static inline void awi_auto_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static inline void awi_auto_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void awi_auto_file(FILE **file)
{
    if (*file) {
        fclose(*file);
    }
}

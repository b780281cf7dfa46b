/* SPDX-License-Identifier: Apache-2.0 */
/* What a process holds in memory. */
#pragma once

#include <stdio.h>
#include <unistd.h>

/* Resident bytes; -1 when they cannot be told. */
static inline long resident(void)
{
    long size, pages = -1;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file) {
        if (fscanf(file, "%ld %ld", &size, &pages) != 2) {
            pages = -1;
        }
        fclose(file);
    }
    return pages < 0 ? -1 : pages * sysconf(_SC_PAGESIZE);
}

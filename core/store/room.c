/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's limit of file sizes (RLIMIT_FSIZE, ulimit -f): a write beyond it would not only fail
 * but kill the host by SIGXFSZ, so it is not tried.
 */
#include "core/store/internal.h"

#include <errno.h>
#include <sys/resource.h>

uint64_t awi_room(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 ? limit.rlim_cur : UINT64_MAX;
}

int awi_room_for(uint64_t end)
{
    return end > awi_room() ? -EDQUOT : 0;
}

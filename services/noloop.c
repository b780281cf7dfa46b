/* SPDX-License-Identifier: Apache-2.0 */
/* A loop that adopts nothing: what bypasses the hooks is reset. */
#include "core/net/loop.h"

#include <errno.h>
#include <unistd.h>

struct awi_loop *awi_loop_new(const struct awi_loop_host *host)
{
    return (struct awi_loop *)(uintptr_t)host;
}

int awi_loop_adopt(struct awi_loop *loop, struct awi_conn *conn, int fd)
{
    awi_conn_close(conn);
    close(fd);
    return -ENOSYS;
}

void awi_loop_fork_prepare(struct awi_loop *loop)
{
}

void awi_loop_fork_parent(struct awi_loop *loop)
{
}

void awi_loop_fork_child(struct awi_loop *loop)
{
}

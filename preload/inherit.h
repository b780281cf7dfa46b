/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections that stay open across execve(), by design or since nobody marked them. The new
 * program knows nothing of them, and our end goes with the old one. But where it was forked, its
 * parent keeps our end open without ever looking at it: what the new program wrote would never be
 * answered. So it is given the end of a closed connection instead; its parent's goes on.
 *
 * Safe in a child of vfork(): memory is the caller's stack only.
 */
#pragma once

#define AWI_INHERIT_MOST 64

struct awi_inherit {
    unsigned int n;
    struct {
        int fd;
        int kept; /* what it was */
    } cut[AWI_INHERIT_MOST];
};

/* Before execve() and its kin. */
void awi_inherit_cut(struct awi_inherit *cut);

/* It has failed, with this result, which is returned; errno is kept. */
int awi_inherit_mend(const struct awi_inherit *cut, int result);

/* Before posix_spawn(), in whose child nothing of ours runs: the core's loop in this process serves
 * what the new program inherits, and this process uses. */
void awi_inherit_share(void);

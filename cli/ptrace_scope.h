/* SPDX-License-Identifier: Apache-2.0 */
/* What Yama lets a process look at: a supervisor reads its targets' memory. */
#pragma once

enum awi_ptrace_scope {
    AWI_PTRACE_OWN,         /* every process of the same user, or all of them */
    AWI_PTRACE_DESCENDANTS, /* its own descendants only */
    AWI_PTRACE_NONE,
};

/* For this process, by /proc/sys/kernel/yama/ptrace_scope and its capabilities. */
enum awi_ptrace_scope awi_ptrace_scope(void);

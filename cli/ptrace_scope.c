/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ptrace_scope.h"

#include "core/util/cleanup.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/syscall.h>

#define SETTING "/proc/sys/kernel/yama/ptrace_scope"

static bool may_trace(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

    return syscall(SYS_capget, &head, data) == 0 &&
           (data[CAP_TO_INDEX(CAP_SYS_PTRACE)].effective & CAP_TO_MASK(CAP_SYS_PTRACE));
}

enum awi_ptrace_scope awi_ptrace_scope(void)
{
    char digit = '0';
    AWI_AUTO(fd) int fd = open(SETTING, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || read(fd, &digit, 1) != 1 || digit == '0') {
        return AWI_PTRACE_OWN;
    }
    if (digit == '3') {
        return AWI_PTRACE_NONE;
    }
    if (may_trace()) {
        return AWI_PTRACE_OWN;
    }
    return digit == '1' ? AWI_PTRACE_DESCENDANTS : AWI_PTRACE_NONE;
}

# SPDX-License-Identifier: Apache-2.0
"""What a kernel must offer for supervision, on the kernels that scripts/test-yama boots: test_kernel.py GROUP."""
import ctypes
import errno
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "static"))

import supervised  # noqa: E402

import sandbox as box  # noqa: E402

SECCOMP, SET_MODE_FILTER, WAIT_KILLABLE = 317, 1, 1 << 5 | 1 << 3


class Group(supervised.Group):
    def waits(self):
        """A call that is being answered is not broken off by a signal; before Linux 5.19 it is made again."""
        self.tap.check(os.path.exists(os.environ["AWI_YAMA"]), "the kernel has Yama")
        libc = ctypes.CDLL(None, use_errno=True)
        # Who knows the flags goes on to look for a filter.
        libc.syscall(SECCOMP, SET_MODE_FILTER, WAIT_KILLABLE, None)
        new = tuple(int(number) for number in os.uname().release.split(".")[:2]) >= (5, 19)
        self.tap.equal(ctypes.get_errno(), errno.EFAULT if new else errno.EINVAL,
                       "the kernel %s SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" % ("knows" if new else "does not know"))
        self.interrupted()

    def too_old(self):
        """Nothing is started that would not be intercepted."""
        result = self.launch(self.fetch, "caller", box.SECOND)
        self.tap.check(result.returncode == 1 and "Linux 5.9 or newer" in result.stderr and result.stdout == "",
                       "a kernel that is too old: nothing is started, and why", result)


supervised.main(Group)

# SPDX-License-Identifier: Apache-2.0
"""What the tests of supervised programs share: starting one and finding its supervisor, an ordinary user, a
kernel with Yama, and that nothing is left."""
import os
import subprocess
import sys
import time

import test_static as base

import sandbox as box

MARK = "AWSINTERCEPT_SUPERVISED"
# A file system over /proc/sys/kernel stands for a kernel with Yama; who is asked has no way round it.
YAMA = ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /proc/sys/kernel && mkdir /proc/sys/kernel/yama && "
        "echo $0 > /proc/sys/kernel/yama/ptrace_scope && exec \"$@\""]
# scripts/test-yama names the file where the setting is the machine's own.
if "AWI_YAMA" in os.environ:
    YAMA = ["sh", "-c", "echo $0 > " + os.environ["AWI_YAMA"] + " && exec \"$@\""]


def alive(pid):
    """Not even a zombie, which somebody may still ask about, counts."""
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def open_files(pid):
    """What its descriptors lead to; it may open and close some meanwhile."""
    found, fds = [], "/proc/%d/fd/" % pid
    for fd in os.listdir(fds):
        try:
            found.append(os.readlink(fds + fd))
        except OSError:
            pass
    return found


def traces(pid):
    """Folders that this process was given or has files in."""
    with open("/proc/%d/cmdline" % pid, encoding="utf-8") as file:
        found = set(file.read().split("\0"))
    return found | {os.path.dirname(path) for path in open_files(pid)}


class Group(base.Group):
    def __init__(self, world, tap):
        super().__init__(world, tap)
        self.places = set()

    def yama(self, scope, user=base.NOBODY):
        """What stands before a command to run it, as an ordinary user, where Yama has this setting."""
        drop = ["setpriv", "--reuid=%d" % user, "--regid=%d" % user, "--clear-groups"]
        return [*YAMA, str(scope), *(drop if user else [])]

    def has_yama(self):
        """Can this machine show such a kernel, and can an ordinary user reach the build?"""
        probe = [*self.yama(1), "test", "-x", base.LAUNCHER]
        return os.geteuid() == 0 and subprocess.run(probe, check=False, capture_output=True).returncode == 0

    def nobody(self):
        """An environment for an ordinary user."""
        mine = self.world.path("nobody")
        if not os.path.isdir(mine):
            os.mkdir(mine)
            os.chown(mine, base.NOBODY, base.NOBODY)
        return {"AWSINTERCEPT_STATE": mine, "HOME": mine, "TMPDIR": mine}

    def start(self, *argv, before=(), options=(), env=None, **how):
        """A supervised program that goes on: (process, id of the program), once it has said its id."""
        child = subprocess.Popen([*before, base.LAUNCHER, "run", *options, "--", *argv],
                                 env=self.world.env(env, preload=False), stdout=subprocess.PIPE,
                                 stdin=subprocess.PIPE, text=True, preexec_fn=os.setpgrp, **how)
        target = int(child.stdout.readline())
        for line in self.environ(target):
            if line.startswith("SSL_CERT_FILE="):
                self.places.add(os.path.dirname(line.split("=", 1)[1]))
        return child, target

    def supervisor_of(self, target):
        """The supervisor whose files the target uses; it may just be getting ready."""
        return wait_until(lambda: self.find_supervisor(target))

    def find_supervisor(self, target):
        place = [line.split("=", 1)[1] for line in self.environ(target) if line.startswith("SSL_CERT_FILE=")]
        for pid in base.supervisors(self.world):
            try:
                if place and base.is_supervisor(pid) and os.path.dirname(place[0]) in traces(pid):
                    return pid
            except OSError:
                continue
        return None

    def nothing_left(self):
        self.tap.check(wait_until(lambda: not any(os.path.exists(place) for place in self.places)),
                       "%d directories of certificates are gone" % len(self.places), self.places)


def main(kind):
    """Runs the group that the command line names."""
    tap = box.Tap()
    with box.Sandbox() as world:
        group = kind(world, tap)
        getattr(group, sys.argv[1])()
        group.nothing_left()
        tap.check(base.is_quiet(world), "no supervisor is left", base.supervisors(world))
    tap.end()

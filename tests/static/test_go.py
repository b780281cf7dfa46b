# SPDX-License-Identifier: Apache-2.0
"""Dynamically linked Go: test_go.py KIND. Nobody's exec is seen here: the preload library notices in the
program's own process that Go made it, and starts it again under the launcher, however it was started."""
import os
import shutil
import subprocess

import supervised

import sandbox as box
import test_static as base


class Group(supervised.Group):
    def __init__(self, world, tap):
        super().__init__(world, tap)
        self.program = None

    def caller(self, name, program=None, argv=None, env=None, **how):
        """The program itself, preloaded, by a parent that is not."""
        words = argv or [self.program, "caller", box.SECOND]
        how.setdefault("stdin", subprocess.DEVNULL)
        how.setdefault("cwd", self.world.work)
        result = subprocess.run(words, executable=program or self.program, env=self.world.env() if env is None else env,
                                capture_output=True, text=True, timeout=box.PATIENCE, check=False, **how)
        self.said(result, box.SECOND, name)

    def restarts(self, kind):
        self.program, why = base.build_go(self.world, "fetch", kind)
        if not self.tap.check(self.program, "built", why):
            return
        words = ["caller", box.SECOND]
        self.caller("plainly")
        self.caller("another name", argv=["another name", *words])
        self.caller("no name", argv=["", *words])
        self.caller("a relative name", program="./" + os.path.basename(self.program), cwd=self.world.dir)
        self.caller("a closed input", stdin=None, preexec_fn=lambda: os.close(0))
        bare = {"LD_PRELOAD": box.LIBRARY, "AWSINTERCEPT_STATE": self.world.state}
        self.caller("nothing else in the environment", env=bare)
        self.caller("a mark without a supervisor", env={**self.world.env(), supervised.MARK: "1"})
        self.deleted(words)
        self.moved(words)
        result = subprocess.run([self.program, "exit", "7"], env=self.world.env(), check=False)
        self.tap.equal(result.returncode, 7, "its status")
        result = subprocess.run([self.program, "run", "sh", "-c", "ls -l /proc/$PPID/fd"], env=self.world.env(),
                                capture_output=True, text=True, check=False)
        self.tap.check("memfd" not in result.stdout and base.LAUNCHER not in result.stdout and
                       "-> " + self.program not in result.stdout, "it holds no descriptor of ours", result.stdout)
        result = self.world.run([self.program, "run", "env", "-i", "LD_PRELOAD=" + box.LIBRARY, self.program, "get",
                                 base.METADATA])
        self.tap.check(result.stdout.startswith("200 "), "a child whose environment was emptied", result)
        env = {**self.world.env(), "AWSINTERCEPT_DISABLE": "1"}
        result = subprocess.run([self.program, "env", supervised.MARK], env=env, capture_output=True, text=True,
                                check=False)
        self.tap.equal(result.stdout.strip(), "", "AWSINTERCEPT_DISABLE=1: it is left alone")

    def deleted(self, words):
        """Its file is gone before it begins: the descriptor that it is started by is all there is."""
        copy = self.world.path("copy")
        shutil.copy(self.program, copy)
        fd = os.open(copy, os.O_RDONLY)
        os.unlink(copy)
        self.caller("its file is deleted", program="/proc/self/fd/%d" % fd, argv=["gone", *words], pass_fds=[fd])
        os.close(fd)

    def moved(self, words):
        """Another file has its name by now."""
        copy = self.world.path("copy")
        shutil.copy(self.program, copy)
        fd = os.open(copy, os.O_RDONLY)
        shutil.copy("/bin/false", self.world.path("other"))
        os.rename(self.world.path("other"), copy)
        self.caller("another file has its name", program="/proc/self/fd/%d" % fd, argv=["moved", *words],
                    pass_fds=[fd])
        os.close(fd)

    def dynamic(self):
        self.restarts("dynamic")

    def netcgo(self):
        self.restarts("netcgo")


supervised.main(Group)

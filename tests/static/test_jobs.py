# SPDX-License-Identifier: Apache-2.0
"""Supervised programs and the launcher as jobs: a terminal's keys, signals that stop and end: test_jobs.py GROUP."""
import os
import pty
import signal
import subprocess

import supervised
from supervised import alive, wait_until

import sandbox as box
import test_static as base


def lead(argv, folder, env, news):
    """In the child that has the terminal, as a shell is: starts one job and tells what becomes of it."""
    try:
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.alarm(box.PATIENCE)
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            os.chdir(folder)
            os.execvpe(argv[0], argv, env)
        os.write(news, b"%d\n" % pid)
        status = 0x7f
        while os.WIFSTOPPED(status):
            _, status = os.waitpid(pid, os.WUNTRACED)
            os.write(news, b"%d\n" % status)
    finally:
        os._exit(0)


class Group(supervised.Group):
    def terminal(self):
        ways = {"exec": [], "a parent that stays": ["--fresh"]}
        for name, options in ways.items():
            self.one_terminal(name, [base.LAUNCHER, "run", *options, "--", self.fetch, "echo"], None)
        if self.has_yama():
            self.one_terminal("under Yama", [*self.yama(1), base.LAUNCHER, "run", "--", self.fetch, "echo"],
                              self.nobody())

    def one_terminal(self, name, argv, env):
        reader, writer = os.pipe()
        leader, fd = pty.fork()
        if leader == 0:
            lead(argv, self.world.work, self.world.env(env, preload=False), writer)
        os.close(writer)
        news = os.fdopen(reader, encoding="ascii")
        pid = int(news.readline())
        said = b""

        def read_until(word):
            nonlocal said
            while word not in said:
                said += os.read(fd, 4096)
        read_until(b"true")
        os.write(fd, b"before\n")
        read_until(b"read before")
        self.tap.check(b"true" in said, name + ": it has the terminal", said)
        os.write(fd, b"\x1a")
        self.tap.check(os.WIFSTOPPED(int(news.readline())), name + ": Ctrl-Z stops it")
        os.killpg(pid, signal.SIGCONT)
        os.write(fd, b"after\n")
        read_until(b"read after")
        self.tap.check(True, name + ": SIGCONT continues it")
        os.write(fd, b"\x03")
        status = int(news.readline())
        self.tap.check(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, name + ": Ctrl-C ends it",
                       status)
        news.close()
        os.waitpid(leader, 0)
        os.close(fd)

    def stops(self):
        """Signals that are sent to the launcher alone."""
        ways = [([], []), ([], ["--fresh"])] + ([(self.yama(1), [])] if self.has_yama() else [])
        for before, options in ways:
            name = "%s%s" % ("under Yama " if before else "", " ".join(options) or "exec")
            child, target = self.start(self.fetch, "wait", before=before, options=options,
                                       env=self.nobody() if before else None)

            def state(pid):
                with open("/proc/%d/stat" % pid, encoding="ascii") as file:
                    return file.read().rsplit(")", 1)[1].split()[0]
            os.kill(child.pid, signal.SIGTSTP if options or before else signal.SIGSTOP)
            self.tap.check(wait_until(lambda: state(target) == "T" and state(child.pid) == "T"),
                           name + ": both stop", (state(target), state(child.pid)))
            os.kill(child.pid, signal.SIGCONT)
            self.tap.check(wait_until(lambda: state(target) != "T" and state(child.pid) != "T"),
                           name + ": both go on", (state(target), state(child.pid)))
            child.terminate()
            self.tap.equal(child.wait(timeout=box.PATIENCE), -signal.SIGTERM, name + ": SIGTERM ends it")

    def killed(self):
        """SIGKILL to the launcher that stayed behind: its command goes, and what it made."""
        tmp = self.world.path("tmp")
        os.mkdir(tmp)
        for program in ([self.fetch, "wait"], ["sh", "-c", "echo $$; exec sleep 3600"]):
            child = subprocess.Popen([base.LAUNCHER, "run", "--fresh", "--", *program], stdout=subprocess.PIPE,
                                     env=self.world.env({"TMPDIR": tmp}, preload=False), text=True)
            target = int(child.stdout.readline())
            made = os.listdir(tmp)
            child.kill()
            child.wait(timeout=box.PATIENCE)
            self.tap.check(len(made) == 1, "a private state", made)
            self.tap.check(wait_until(lambda: not alive(target)), program[0] + ": dies with its launcher")
            self.tap.check(wait_until(lambda: not os.listdir(tmp)), program[0] + ": its state is removed",
                           os.listdir(tmp))


supervised.main(Group)

# SPDX-License-Identifier: Apache-2.0
"""What goes wrong during a soak, and when: each kind at random moments, with a mean time between."""
import errno
import os
import resource
import signal
import subprocess
import threading
import time

import soaklib as lib

ROOM = 256 << 10


class Disturbance:
    def __init__(self, soak):
        self.soak = soak
        self.random = soak.random
        self.ballast = os.path.join(soak.disk, "ballast")
        self.later = []
        self.lock = threading.Lock()
        # Mean seconds between two of a kind.
        self.kinds = [(0.9, self.kill), (5, self.stop), (12, self.reset), (2, self.clock), (7, self.limit)]
        if soak.args.inside == "mount":
            self.kinds.append((9, self.fill))
        self.due = [self.wait(mean) for mean, _ in self.kinds]

    def wait(self, mean):
        return time.monotonic() + self.random.expovariate(1 / mean)

    def after(self, seconds, undo):
        """In a thread of its own: what is undone may be what another disturbance waits for."""
        def once():
            with self.lock:
                if entry not in self.later:
                    return
                self.later.remove(entry)
            undo()
        timer = threading.Timer(seconds, once)
        timer.daemon = True
        entry = (timer, once)
        self.later.append(entry)
        timer.start()

    def tick(self):
        for number, (mean, act) in enumerate(self.kinds):
            if time.monotonic() >= self.due[number]:
                act()
                self.due[number] = self.wait(mean)

    def end(self):
        for timer, once in list(self.later):
            timer.cancel()
            once()

    def someone(self):
        found = [p for p in self.soak.people.everybody if p.alive() and not p.steady]
        return self.random.choice(found) if found else None

    def kill(self):
        person = self.someone()
        if person:
            self.soak.add("kills")
            person.process.kill()

    def stop(self):
        """Stopped in the middle of whatever it does, perhaps with the writers' lock."""
        person = self.someone()
        if person:
            self.soak.add("stops")
            person.process.send_signal(signal.SIGSTOP)
            self.after(self.random.random() * 2, lambda: person.process.send_signal(signal.SIGCONT))

    def note_reset(self, word):
        with open(os.path.join(self.soak.directory, "resets"), "a", encoding="ascii") as file:
            file.write("%s %d\n" % (word, lib.now()))

    def command(self, *argv, preload=False):
        return subprocess.run(argv, env=self.soak.people.env(preload), capture_output=True, text=True,
                              timeout=lib.LIMIT, check=False)

    def reset(self):
        self.soak.add("resets")
        full = os.path.exists(self.ballast)
        self.note_reset("begin")
        if self.random.random() < 0.5:
            done = self.command(*self.soak.people.tool("cli", "awsintercept"), "reset")
        else:
            done = self.command("curl", "-sS", "--fail-with-body", "-X", "POST",
                                "http://awsintercept.internal/reset", preload=True)
        self.note_reset("end")
        if done.returncode and not full:
            self.soak.violation("resets: status %d: %s%s" % (done.returncode, done.stdout, done.stderr))

    def clock(self):
        self.soak.add("clock jumps")
        full = os.path.exists(self.ballast)
        jump = self.random.choice(["+1s", "+1h", "-30m", "+3d", "-2d", "+90m", "-5s"])
        done = self.command("curl", "-sS", "--fail-with-body", "-d", '{"advance": "%s"}' % jump,
                            "http://awsintercept.internal/clock", preload=True)
        if done.returncode and not full:
            self.soak.violation("clock: status %d: %s%s" % (done.returncode, done.stdout, done.stderr))

    def limit(self):
        """A program's files may not grow any more, those of the state included."""
        person = self.someone()
        if person is None:
            return
        self.soak.add("file size limits")
        pid = person.process.pid
        try:
            journal = os.path.getsize(os.path.join(self.soak.directory, "journal", person.name))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (journal + ROOM, resource.RLIM_INFINITY))
        except OSError:
            return

        def lift():
            try:
                if person.process.pid == pid:
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            except OSError:
                pass
        self.after(0.5 + self.random.random() * 2, lift)

    def fill(self):
        """The disk of the state is full for a while, or almost."""
        if os.path.exists(self.ballast):
            return
        self.soak.add("times the disk was full")
        fd = os.open(self.ballast, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            free = os.fstatvfs(fd).f_bavail * os.fstatvfs(fd).f_frsize
            os.posix_fallocate(fd, 0, max(free - self.random.choice([0, 0, 4096, 65536]), 4096))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        os.close(fd)
        self.after(0.5 + self.random.random() * 2, lambda: os.unlink(self.ballast))

# SPDX-License-Identifier: Apache-2.0
"""The soak's programs: the writers, and the auditor that judges them."""
import json
import os
import signal
import subprocess
import time

import sandbox as box

HERE = os.path.dirname(os.path.abspath(__file__))
ACCOUNTS = ("111111111111", "222222222222", "333333333333")
# By kind: how many, and how many of them are left alone, to be watched for what they gather.
CROWD = {"c": (3, 1), "python": (3, 1), "static": (2, 1)}
PATIENCE = 120


class Person:
    def __init__(self, kind, number, steady):
        self.kind = kind
        self.name = "%s%d" % (kind, number)
        self.account = ACCOUNTS[number % len(ACCOUNTS)]
        self.steady = steady
        self.process = None
        self.stopped = False

    def alive(self):
        return self.process is not None and self.process.poll() is None


class People:
    def __init__(self, soak):
        self.soak = soak
        self.everybody = [Person(kind, number, number < steady) for kind, (many, steady) in CROWD.items()
                          for number in range(many)]
        self.auditor = None

    def env(self, preload, **more):
        env = {"PATH": box.search_path(), "HOME": os.path.join(self.soak.directory, "home"),
               "LANG": "C.UTF-8", "AWSINTERCEPT_STATE": self.soak.state, "PYTHONDONTWRITEBYTECODE": "1",
               "TMPDIR": os.path.join(self.soak.directory, "tmp"), **more}
        if preload:
            env["LD_PRELOAD"] = os.path.join(self.soak.args.build, "preload", "libawsintercept.so")
        return env

    def tool(self, *words):
        return [os.path.join(self.soak.args.build, *words)]

    def command(self, person):
        if person.kind == "python":
            return ["/usr/bin/python3", os.path.join(HERE, "writer.py")]
        if person.kind == "c":
            return self.tool("tests", "soak", "soak-writer")
        return self.tool("cli", "awsintercept") + ["run", "--"] + self.tool("tests", "soak", "soak-writer-static")

    def start(self, person):
        seed = str(self.soak.random.randrange(1 << 31))
        person.process = subprocess.Popen(
            self.command(person) + [self.soak.directory, person.name, person.account, seed],
            env=self.env(person.kind != "static", SOAK_NAME=person.name), stdin=subprocess.PIPE,
            cwd=os.path.join(self.soak.directory, "home"))
        self.soak.add("programs started")

    def begin(self):
        self.auditor = subprocess.Popen(
            ["/usr/bin/python3", os.path.join(HERE, "auditor.py"), self.soak.directory],
            env=self.env(True, SOAK_NAME="auditor"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for person in self.everybody:
            self.start(person)

    def marked(self, name):
        """The processes of a program, its supervisor and children included."""
        mark = b"SOAK_NAME=" + name.encode() + b"\0"
        state = b"AWSINTERCEPT_STATE=" + self.soak.state.encode() + b"\0"
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/environ" % pid, "rb") as file:
                    text = file.read()
                if (not name or mark in text) and state in text:
                    found.append(int(pid))
            except OSError:
                pass
        return found

    def quiet(self, name):
        """Nothing of a dead program goes on; given time, since the end is noticed, not waited for."""
        until = time.monotonic() + PATIENCE
        while self.marked(name) and time.monotonic() < until:
            time.sleep(0.02)
        left = self.marked(name)
        if left:
            self.soak.violation("processes: of %s, which ended, there are %s" % (name or "all", left))

    def ask(self, *words):
        try:
            self.auditor.stdin.write(" ".join(words) + "\n")
            self.auditor.stdin.flush()
            line = self.auditor.stdout.readline()
        except OSError:
            line = ""
        if not line:
            self.soak.violation("ends: the auditor, with %s" % self.auditor.poll())
            return {}
        answer = json.loads(line)
        for text in answer.get("bad", ()):
            self.soak.violation("writes: %s: %s" % (words[0], text))
        return answer

    def audit(self, person):
        answer = self.ask(person.name, person.account)
        self.soak.add("values read by the auditor", answer.get("read", 0))
        return answer

    def tick(self):
        """Who was killed is judged and comes back."""
        for person in self.everybody:
            if person.process is not None and not person.alive():
                status = person.process.returncode
                if status != -signal.SIGKILL:
                    self.soak.violation("ends: %s, with %s" % (person.name, status))
                person.process.stdin.close()
                self.quiet(person.name)
                self.audit(person)
                self.start(person)
                return

    def end(self):
        """Everybody finishes, everything is judged once more."""
        for person in self.everybody:
            person.process.stdin.close()
        for person in self.everybody:
            try:
                status = person.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                status = "no end"
            if status not in (0, -signal.SIGKILL):
                self.soak.violation("ends: %s, with %s" % (person.name, status))
        for person in self.everybody:
            self.quiet(person.name)
            answer = self.audit(person)
            self.soak.add("acknowledged writes", answer.get("acknowledged", 0))
            for status, times in answer.get("refused", {}).items():
                self.soak.add("writes refused with " + status, times)
        self.ask("count", *("%s=%s" % (p.name, p.account) for p in self.everybody))

    def big_objects(self):
        return sum(self.ask("big", account).get("big", 0) for account in ACCOUNTS)

    def end_auditor(self):
        try:
            self.auditor.stdin.close()
        except OSError:
            pass
        status = self.auditor.wait(PATIENCE)
        if status:
            self.soak.violation("ends: the auditor, with %s" % status)

    def kill_all(self):
        for process in [p.process for p in self.everybody] + [self.auditor]:
            if process and process.poll() is None:
                process.kill()
                process.wait()

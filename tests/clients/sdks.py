# SPDX-License-Identifier: Apache-2.0
"""The clients that are SDKs, and the AWS CLI as one more: run(world) -> what they saw."""
import json
import os
import re
import subprocess

import sandbox as box

BUCKET = "second-sdk"


class Failed(Exception):
    """The client ended with an error; its output is the message."""


class Program:
    """A program that does all steps in one process and prints what it saw."""

    def __init__(self, argv, services=("s3", "dynamodb"), last=""):
        self.argv = argv
        self.services = services
        self.last = [last] if last else []

    def run(self, world):
        result = world.run([*self.argv, box.SECOND, *self.last])
        if result.returncode:
            raise Failed("status %d\n%s\n%s" % (result.returncode, result.stdout, result.stderr))
        return json.loads(result.stdout)


class Cli:
    """The aws command: a process for every step."""

    services = ("s3", "dynamodb")

    def __init__(self, aws):
        self.aws = aws

    def call(self, world, *words, keys=None, stdin=""):
        env = box.credentials_env(keys) if keys else {}
        return world.run([*self.aws, *words], env=env, stdin=stdin)

    def json(self, world, *words, keys=None):
        result = self.call(world, *words, "--output", "json", keys=keys)
        return json.loads(self.good(result, words).stdout or "{}")

    @staticmethod
    def good(result, words):
        if result.returncode:
            raise Failed("%s: status %d\n%s" % (" ".join(words), result.returncode, result.stderr))
        return result

    def code(self, world, *words, keys=None):
        result = self.call(world, *words, keys=keys)
        found = re.search(r"An error occurred \((\w+)\)", result.stderr)
        return found.group(1) if found else "no error in: " + result.stdout + result.stderr

    def run(self, world):
        seen = {"who": self.json(world, "sts", "get-caller-identity")["Account"]}
        keys = self.json(world, "sts", "assume-role", "--role-session-name", "visit", "--role-arn",
                         "arn:aws:iam::%s:role/Visitor" % box.SECOND)["Credentials"]
        seen["visitor"] = self.json(world, "sts", "get-caller-identity", keys=keys)["Arn"]
        self.second_s3(world, keys, seen)
        self.second_dynamodb(world, keys, seen)
        self.first(world, seen)
        token = keys["SessionToken"]
        middle = len(token) // 2
        forged = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1:]
        seen["forged"] = self.code(world, "sts", "get-caller-identity",
                                   keys={**keys, "SessionToken": forged})
        return seen

    def second_s3(self, world, keys, seen):
        key = "s3://%s/folder/hello.txt" % BUCKET
        self.good(self.call(world, "s3", "mb", "s3://" + BUCKET, keys=keys), ["s3", "mb"])
        self.good(self.call(world, "s3", "cp", "-", key, keys=keys,
                            stdin="what the second account wrote"), ["s3", "cp", "-", key])
        got = self.good(self.call(world, "s3", "cp", key, "-", keys=keys), ["s3", "cp", key])
        seen["object"] = got.stdout
        listed = self.json(world, "s3api", "list-objects-v2", "--bucket", BUCKET, keys=keys)
        seen["keys"] = [k["Key"] for k in listed["Contents"]]
        seen["no object"] = self.code(world, "s3api", "get-object", "--bucket", BUCKET, "--key",
                                      "nothing", "/dev/null", keys=keys)
        buckets = self.json(world, "s3api", "list-buckets", keys=keys)["Buckets"]
        seen["buckets"] = [b["Name"] for b in buckets]

    def second_dynamodb(self, world, keys, seen):
        self.json(world, "dynamodb", "create-table", "--table-name", "visits", "--billing-mode",
                  "PAY_PER_REQUEST", "--attribute-definitions", "AttributeName=id,AttributeType=S",
                  "--key-schema", "AttributeName=id,KeyType=HASH", keys=keys)
        self.json(world, "dynamodb", "wait", "table-exists", "--table-name", "visits", keys=keys)
        self.json(world, "dynamodb", "put-item", "--table-name", "visits", "--item",
                  '{"id": {"S": "1"}, "n": {"N": "42"}}', keys=keys)
        seen["item"] = self.json(world, "dynamodb", "get-item", "--table-name", "visits", "--key",
                                 '{"id": {"S": "1"}}', keys=keys)["Item"]
        seen["tables"] = self.json(world, "dynamodb", "list-tables", keys=keys)["TableNames"]

    def first(self, world, seen):
        buckets = self.json(world, "s3api", "list-buckets")["Buckets"]
        seen["first buckets"] = [b["Name"] for b in buckets]
        seen["first object"] = self.code(world, "s3api", "get-object", "--bucket", BUCKET, "--key",
                                         "folder/hello.txt", "/dev/null")
        seen["first create"] = self.code(world, "s3api", "create-bucket", "--bucket", BUCKET)
        seen["first tables"] = self.json(world, "dynamodb", "list-tables")["TableNames"]
        seen["first table"] = self.code(world, "dynamodb", "describe-table", "--table-name", "visits")


def aws_command(name):
    """awscli-debian is version 2, awscli-current version 1 from PyPI."""
    if name == "awscli-debian":
        return [box.need("/usr/bin/aws", "Debian's awscli")]
    return [box.need(box.CLIENTS_PYTHON, ".venv-clients"),
            os.path.join(os.path.dirname(box.CLIENTS_PYTHON), "aws")]


def python_command(name):
    if name == "boto3-debian":
        if not os.path.isdir("/usr/lib/python3/dist-packages/boto3"):
            box.skip("Debian's python3-boto3 is not here (scripts/setup installs it)")
        return ["/usr/bin/python3"]
    return [box.need(box.CLIENTS_PYTHON, ".venv-clients")]


def node_command():
    modules = os.path.join(box.ROOT, "tests", "clients", "node")
    if not os.path.isdir(os.path.join(modules, "node_modules")):
        box.skip("the node modules are not here (scripts/setup installs them)")
    return [box.need("node", "node"), os.path.join(modules, "sdk.mjs")]


def java_command(http):
    """Compiled by the build, where the SDK's jars were there."""
    classes = os.path.join(box.BUILD, "tests", "clients")
    jars = os.path.join(box.ROOT, "tests", "clients", "java", "lib")
    java = box.need("java", "java")
    if not os.path.isdir(jars) or not os.path.exists(os.path.join(classes, "Sdk.class")):
        box.skip("the AWS SDK for Java is not here (scripts/setup brings it, before meson setup)")
    return [java, "-XX:TieredStopAtLevel=1", "-cp", "%s:%s/*" % (classes, jars), "Sdk", http]


def rust_command():
    program = os.path.join(box.ROOT, "tests", "clients", "rust", "out", "sdk")
    return [box.need(program, "the program on the AWS SDK for Rust (it needs cargo)")]


def ruby_command():
    ruby = [box.need("ruby", "ruby")]
    if subprocess.run(ruby + ["-raws-sdk-s3", "-e", "1"], capture_output=True, check=False).returncode:
        box.skip("Debian's ruby-aws-sdk-s3 is not here (scripts/setup installs it)")
    return ruby


def by_name(name):
    sdk = os.path.join(box.PROGRAMS, "sdk.py")
    if name.startswith("awscli-"):
        return Cli(aws_command(name))
    if name.startswith("boto3-"):
        return Program([*python_command(name), sdk])
    if name == "aiobotocore":
        wheels = box.need(box.WHEELS_PYTHON, ".venv-wheels")
        return Program([wheels, os.path.join(box.PROGRAMS, "sdk_async.py")], services=("s3",))
    if name.startswith("node-sdk"):
        return Program(node_command(), last=name[len("node-sdk-"):])
    if name.startswith("java-sdk-"):
        return Program(java_command(name[len("java-sdk-"):]))
    if name == "rust-sdk":
        return Program(rust_command(), services=("s3",))
    if name == "ruby-sdk":
        return Program(ruby_command() + [os.path.join(box.PROGRAMS, "sdk.rb")], services=("s3",))
    raise SystemExit("no client is called " + name)

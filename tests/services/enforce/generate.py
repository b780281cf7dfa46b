#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`policy generate`: what a program did as a role in audit mode becomes the role's policies in a
fresh state where permissions are enforced. There the same program passes, and without any one of
the statements it does not."""
import copy
import json
import os
import subprocess
import sys

from sandbox import BUILD, Sandbox, Tap, credentials_env

A, B = "111111111111", "222222222222"
ROLE = "arn:aws:iam::%s:role/Worker" % B
COMMAND = os.path.join(BUILD, "cli", "awsintercept")


def client(service, **keys):
    import boto3
    from botocore.config import Config
    return boto3.client(service, config=Config(retries={"max_attempts": 1}), **keys)


def program():
    """Buckets, objects and a table, with the credentials of the environment."""
    s3, dynamodb = client("s3"), client("dynamodb")
    s3.create_bucket(Bucket="work-in")
    s3.put_object(Bucket="work-in", Key="a*b/$c", Body=b"1")
    assert s3.get_object(Bucket="work-in", Key="a*b/$c")["Body"].read() == b"1"
    assert s3.list_objects_v2(Bucket="work-in")["KeyCount"] == 1
    assert "work-in" in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    dynamodb.create_table(TableName="jobs", BillingMode="PAY_PER_REQUEST",
                          AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                          KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
    dynamodb.put_item(TableName="jobs", Item={"id": {"S": "1"}})
    assert dynamodb.get_item(TableName="jobs", Key={"id": {"S": "1"}})["Item"]["id"]["S"] == "1"


def account(number):
    return {"aws_access_key_id": number, "aws_secret_access_key": "any"}


def assume():
    print(json.dumps(client("sts", **account(A)).assume_role(
        RoleArn=ROLE, RoleSessionName="job")["Credentials"], default=str))


def create():
    policies = json.load(sys.stdin)
    iam = client("iam", **account(B))
    iam.create_role(RoleName="Worker", AssumeRolePolicyDocument=json.dumps(policies["TrustPolicy"]))
    if policies["Policy"]["Statement"]:
        iam.put_role_policy(RoleName="Worker", PolicyName="generated",
                            PolicyDocument=json.dumps(policies["Policy"]))


def me(box, what, env=None, stdin=""):
    known = {"PYTHONPATH": ":".join(p for p in sys.path if p)}
    known.update(env or {})
    return box.run([sys.executable, __file__, what], env=known, stdin=stdin)


def attempt(policies):
    """The program under these policies: (step that failed or None, its stderr)."""
    mode = {"AWSINTERCEPT_IAM": "enforce"}
    with Sandbox() as box:
        made = me(box, "create", mode, json.dumps(policies))
        if made.returncode:
            return "create", made.stderr
        keys = me(box, "assume", mode)
        if keys.returncode:
            return "assume", keys.stderr
        done = me(box, "program", dict(mode, **credentials_env(json.loads(keys.stdout))))
        return ("program", done.stderr) if done.returncode else (None, "")


def generated(tap):
    with Sandbox() as box:
        mode = {"AWSINTERCEPT_IAM": "audit"}
        keys = me(box, "assume", mode)
        if not tap.ran(keys, "a role that was never created is assumed in audit"):
            return None
        env = dict(mode, **credentials_env(json.loads(keys.stdout)))
        if not tap.ran(me(box, "program", env), "the program passes in audit"):
            return None
        asked = [COMMAND, "policy", "generate", "--account", B, "--role", "Worker"]
        first = box.run(asked, preload=False)
        tap.ran(first, "policies are generated")
        tap.equal(box.run(asked, preload=False).stdout, first.stdout, "the same twice")
        only = box.run(asked + ["--policy"], preload=False)
        tap.equal(json.loads(only.stdout), json.loads(first.stdout)["Policy"], "--policy alone")
        wrong = box.run([COMMAND, "policy", "generate", "--rule", "x"], preload=False)
        tap.equal(wrong.returncode, 2, "a misspelt option is refused")
        report = json.loads(box.run([COMMAND, "report", "--json"], preload=False).stdout)
        roles = [(r["principal"], r["role"], r["outcome"]) for r in report["roles"]]
        tap.equal(roles, [("arn:aws:iam::%s:root" % A, ROLE, "ok")], "the report names who assumed what")
        noted = [r for r in report["refusals"] if r["action"] == "sts:AssumeRole"]
        tap.check(len(noted) == 1 and not noted[0]["refused"] and noted[0]["layer"] == "resource",
                  "and that AWS would have refused it", report["refusals"])
        follow(tap, box, env)
        return json.loads(first.stdout)


def follow(tap, box, env):
    """`log --follow` shows the call of a program that runs later."""
    with subprocess.Popen([COMMAND, "log", "--follow"], env=box.env(preload=False), text=True,
                          stdout=subprocess.PIPE) as log:
        seen = log.stdout.readline()
        before = 1
        while "GetItem" not in seen and seen:
            seen = log.stdout.readline()
            before += 1
        tap.check("GetItem" in seen, "log --follow shows what was called (%d lines)" % before)
        tap.ran(me(box, "who", env), "another program calls meanwhile")
        seen = log.stdout.readline()
        tap.check("GetCallerIdentity 200" in seen, "and it is shown", seen)
        log.terminate()


def main():
    tap = Tap()
    policies = generated(tap)
    if policies:
        step, why = attempt(policies)
        tap.equal(step, None, "the same program passes in enforce")
        if step:
            print("# " + "\n# ".join(why.split("\n")[-5:]))
        for index, statement in enumerate(policies["Policy"]["Statement"]):
            less = copy.deepcopy(policies)
            del less["Policy"]["Statement"][index]
            step, why = attempt(less)
            tap.check(step == "program" and "not authorized" in why,
                      "not without %s" % ",".join(statement["Action"]), "%s %s" % (step, why))
        other = json.loads(json.dumps(policies).replace(A, "333333333333"))
        step, why = attempt(other)
        tap.check(step == "assume" and "AccessDenied" in why, "nor with another's trust", why)
    print("1..%d" % tap.number)
    return tap.failed != 0


if __name__ == "__main__":
    inside = {"program": program, "assume": assume, "create": create,
              "who": lambda: client("sts").get_caller_identity()}
    sys.exit(inside[sys.argv[1]]() and 0 if len(sys.argv) > 1 else main())

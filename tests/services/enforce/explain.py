#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The report and the log explain: every refusal with its layer, policy, statement and missing key,
by whom which role was assumed, what is not implemented; in audit the same as what AWS would refuse.
`policy generate` asks for the ExternalId that was used."""
import json
import os
import subprocess
import sys

from sandbox import BUILD, Sandbox, Tap

A, B = "111111111111", "222222222222"
COMMAND = os.path.join(BUILD, "cli", "awsintercept")
ROLE = "arn:aws:iam::%s:role/Deploy" % B


def client(service, key, secret="x", token=None):
    import boto3
    from botocore.config import Config
    return boto3.client(service, aws_access_key_id=key, aws_secret_access_key=secret,
                        aws_session_token=token, config=Config(retries={"max_attempts": 1}))


def attempt(call, **params):
    from botocore.exceptions import ClientError
    try:
        return call(**params)
    except ClientError:
        return None


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def user(name, *statements):
    iam = client("iam", A)
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
    return iam.create_access_key(UserName=name)["AccessKey"]


def program():
    """Refusals of several layers by users of A, a role of B, and what is not implemented."""
    every = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam = client("iam", B)
    iam.create_role(RoleName="Deploy", AssumeRolePolicyDocument=document({
        "Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": ["build-42", "build-43"]}}}))
    ann = user("ann", every, {"Sid": "NoTables", "Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"})
    bob = user("bob")
    keys = [ann["AccessKeyId"], ann["SecretAccessKey"]]
    attempt(client("dynamodb", *keys).list_tables)
    attempt(client("iam", bob["AccessKeyId"], bob["SecretAccessKey"]).list_users)
    sts = client("sts", *keys)
    asked = {"RoleArn": ROLE, "RoleSessionName": "build"}
    if os.environ["AWSINTERCEPT_IAM"] == "enforce":
        attempt(sts.assume_role, **asked)
    for number in ("42", "43", "42"):
        sts.assume_role(ExternalId="build-" + number, **asked)
    attempt(client("sts", ann["AccessKeyId"], "wrong").get_caller_identity)
    attempt(client("sqs", A).list_queues)


def me(box, mode):
    return box.run([sys.executable, __file__, "inside"], env={
        "PYTHONPATH": ":".join(p for p in sys.path if p), "AWSINTERCEPT_IAM": mode,
        "AWSINTERCEPT_CREDENTIALS": "signed" if mode == "audit" else "any"})


def command(box, *words):
    return box.run([COMMAND, *words], preload=False).stdout


IDENTITY = ("dynamodb:ListTables", "identity", "explicitDeny", "own", "NoTables", None)
NOTHING = ("iam:ListUsers", "identity", "implicitDeny", None, None, None)
MISSING = ("sts:AssumeRole", "resource", "implicitDeny", None, None, "sts:ExternalId")
UNPROVEN = ("sts:GetCallerIdentity", "credentials", "unauthenticated", None, None, None)


def refusals(tap, report, mode):
    seen = {(r["action"], r["layer"], r["decision"], r.get("policy"), r.get("statement"),
             r.get("missing_key")): r for r in report["refusals"]}
    wanted = [IDENTITY, NOTHING, UNPROVEN] + ([MISSING] if mode == "enforce" else [])
    tap.equal(sorted(seen, key=str), sorted(wanted, key=str), mode + ": every refusal and its reason")
    made = {UNPROVEN} if mode == "audit" else set(wanted)
    for key in set(seen) & set(wanted):
        tap.equal(seen[key]["refused"], key in made, "%s: %s was %s" % (
            mode, key[0], "refused" if key in made else "let through"))
    return {key: (one["message"], one["principal"]) for key, one in seen.items()}


def explained(tap, mode):
    """The messages of the refusals, and what `policy generate` says of the role."""
    with Sandbox() as box:
        if not tap.ran(me(box, mode), mode + ": the program"):
            return {}
        report = json.loads(command(box, "report", "--json"))
        messages = refusals(tap, report, mode)
        ann = "arn:aws:iam::%s:user/ann" % A
        roles = {(r["principal"], r["role"], r["outcome"]): r["calls"] for r in report["roles"]}
        wanted = {(ann, ROLE, "ok"): 3, (ann, ROLE, "AccessDenied"): 1}
        tap.equal(roles, {k: n for k, n in wanted.items() if mode == "enforce" or k[2] == "ok"},
                  mode + ": who assumed the role")
        tap.equal([(m["service"], m["operation"]) for m in report["not_implemented"]],
                  [("sqs", "ListQueues")], mode + ": what is not implemented")
        text(tap, box, mode)
        trust = json.loads(command(box, "policy", "generate", "--role", "Deploy", "--trust"))
        tap.equal(trust["Statement"], [{
            "Effect": "Allow", "Principal": {"AWS": [ann]}, "Action": ["sts:AssumeRole"],
            "Condition": {"StringEquals": {"sts:ExternalId": ["build-42", "build-43"]}}}],
            mode + ": the generated trust policy asks for the ExternalIds")
        feed_back(tap, box, mode, trust)
        return messages


def text(tap, box, mode):
    said = " ".join(command(box, "report").split())
    for words in (("permission dynamodb:ListTables on * decided by identity: an explicit deny policy "
                   "own, statement NoTables"),
                  "decided by identity: nothing allows it", "decided by credentials: who calls is not "
                  "proven", "Not implemented by awsintercept 1 sqs ListQueues"):
        tap.check(words in said, "%s: the text says: %s" % (mode, words), said)
    if mode == "enforce":
        tap.check("missing condition key sts:ExternalId" in said, "enforce: the text names the key", said)
    tap.equal("AWS would refuse" in said, mode == "audit", mode + ": would be, or was, refused")


def feed_back(tap, box, mode, trust):
    """The trust policy as it was generated admits the same call, with the id and not without."""
    asking = """
import json, sys, boto3
iam = boto3.client("iam", aws_access_key_id=%r, aws_secret_access_key="x")
iam.update_assume_role_policy(RoleName="Deploy", PolicyDocument=sys.stdin.read())
key = boto3.client("iam", aws_access_key_id=%r, aws_secret_access_key="x").create_access_key(
    UserName="ann")["AccessKey"]
sts = boto3.client("sts", aws_access_key_id=key["AccessKeyId"],
                   aws_secret_access_key=key["SecretAccessKey"])
for more in ({"ExternalId": "build-43"}, {"ExternalId": "build-44"}, {}):
    try:
        sts.assume_role(RoleArn=%r, RoleSessionName="build", **more)
        print("in")
    except sts.exceptions.ClientError as error:
        print(error.response["Error"]["Code"])
""" % (B, A, ROLE)
    done = box.run([sys.executable, "-c", asking], stdin=json.dumps(trust), env={
        "PYTHONPATH": ":".join(p for p in sys.path if p), "AWSINTERCEPT_IAM": "enforce"})
    tap.equal(done.stdout.split(), ["in", "AccessDenied", "AccessDenied"],
              mode + ": fed back it lets the ids in, and nobody else")
    tap.check(not done.stderr, mode + ": without an error", done.stderr)


def follow(tap):
    """Two programs at once: each of their calls is shown, once."""
    calling = ("import boto3, sys\n"
               "d = boto3.client('dynamodb', aws_access_key_id=sys.argv[1], aws_secret_access_key='x')\n"
               "for _ in range(20): d.list_tables()\n")
    with Sandbox() as box:
        box.run([COMMAND, "log"], preload=False)
        env = box.env({"PYTHONPATH": ":".join(p for p in sys.path if p)})
        with subprocess.Popen([COMMAND, "log", "--follow", "--json"], env=box.env(preload=False),
                              text=True, stdout=subprocess.PIPE) as log:
            programs = [subprocess.Popen([sys.executable, "-c", calling, account], env=env)
                        for account in (A, B)]
            seen = [json.loads(log.stdout.readline()) for _ in range(40)]
            ended = [program.wait() for program in programs]
            log.terminate()
        tap.equal(ended, [0, 0], "two programs run")
        tap.equal([sum(c["account"] == account for c in seen) for account in (A, B)], [20, 20],
                  "log --follow shows the calls of both")
        tap.equal(len({c["request_id"] for c in seen}), 40, "each once")


def main():
    tap = Tap()
    enforced, audited = explained(tap, "enforce"), explained(tap, "audit")
    for key in set(enforced) & set(audited):
        if key != UNPROVEN:
            tap.equal(audited[key], enforced[key], "%s: audit and enforce say the same" % key[0])
    follow(tap)
    tap.end()


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        program()
    else:
        main()

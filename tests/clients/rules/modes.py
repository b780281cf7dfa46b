# SPDX-License-Identifier: Apache-2.0
"""Rules 10.1 to 10.5: what is enforced, and whose keys are taken. Other modes act on the same state
by a process of their own."""
import json
import os
import subprocess
import sys
import urllib.request

from rules.table import NO_IDENTITY, allowed, refused, rule, user
from rules.world import allow

UNKNOWN = {"AccessKeyId": "AKIARZPUZDIKGB2VALC4", "SecretAccessKey": "x"}
FREE = {"AccessKeyId": "test", "SecretAccessKey": "x"}

ASKING = """
import json, sys
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
for service, operation, params, keys in json.load(sys.stdin):
    client = boto3.client(service, aws_access_key_id=keys["AccessKeyId"],
                          aws_secret_access_key=keys["SecretAccessKey"],
                          aws_session_token=keys.get("SessionToken"),
                          config=Config(retries={"max_attempts": 1}))
    try:
        got = getattr(client, operation)(**params)
        print(json.dumps([None, got.get("Arn", "")]))
    except ClientError as error:
        print(json.dumps([error.response["Error"]["Code"], error.response["Error"]["Message"]]))
"""


def elsewhere(env, *asked):
    """[code or None, message or ARN] of each call, in a process with other settings."""
    wanted = {**os.environ, **env}
    done = subprocess.run([sys.executable, "-c", ASKING], text=True, capture_output=True, check=False,
                          input=json.dumps(asked, default=str),
                          env={k: v for k, v in wanted.items() if v is not None})
    return [json.loads(line) for line in done.stdout.splitlines()] or [[done.stderr, ""]]


def who(keys):
    return ["sts", "get_caller_identity", {}, keys]


def everywhere(keys):
    """The same question by three protocols."""
    return [who(keys), ["dynamodb", "list_tables", {}, keys], ["s3", "list_buckets", {}, keys]]


allowed("10.1", "enforce lets through what is allowed", user(allow("s3:GetObject")), cli=True)
refused("10.1", "and refuses the rest", user(), NO_IDENTITY, cli=True)


@rule("10.1")
def modes(run):
    """off and audit let every call proceed; audit is the default"""
    plain = run.world.user()
    listing = ["dynamodb", "list_tables", {}, plain.keys]
    for title, env, want in (
            ("off", {"AWSINTERCEPT_IAM": "off"}, None), ("audit", {"AWSINTERCEPT_IAM": "audit"}, None),
            ("not set", {"AWSINTERCEPT_IAM": None}, None),
            ("enforce", {"AWSINTERCEPT_IAM": "enforce"}, "AccessDeniedException")):
        got = elsewhere(env, listing)[0]
        run.equal(got[0], want, ("refused: " if want else "allowed: ") + title)


@rule("10.2")
def credentials(run):
    """any, known, signed; what enforce implies"""
    world = run.world
    plain = world.user([allow("*")])
    wrong = dict(plain.keys, SecretAccessKey="wrong")
    digits = {"AccessKeyId": world.names["beta"], "SecretAccessKey": "x"}
    passes = [None] * 3
    invalid = ["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"]
    match = ["SignatureDoesNotMatch", "InvalidSignatureException", "SignatureDoesNotMatch"]
    everybody = (UNKNOWN, FREE, digits, plain.keys, wrong)
    for iam, credentials_, want in (
            ("audit", "any", (passes, passes, passes, passes, passes)),
            ("audit", "known", (invalid, invalid, passes, passes, passes)),
            ("audit", "signed", (invalid, invalid, passes, passes, match)),
            ("off", "signed", (invalid, invalid, passes, passes, match)),
            ("enforce", "any", (invalid, passes, passes, passes, match)),
            ("enforce", "known", (invalid, invalid, passes, passes, match)),
            ("enforce", "signed", (invalid, invalid, passes, passes, match))):
        got = elsewhere({"AWSINTERCEPT_IAM": iam, "AWSINTERCEPT_CREDENTIALS": credentials_},
                        *[asked for keys in everybody for asked in everywhere(keys)])
        names = ("unknown", "test", "12 digits", "issued", "wrong secret")
        for at, (key, codes) in enumerate(zip(names, want)):
            said = [code for code, _ in got[3 * at:3 * at + 3]]
            run.equal(said, codes, "%s: %s, %s: %s" % ("refused" if codes[0] else "allowed", iam,
                                                       credentials_, key))


def move_clock(by):
    request = urllib.request.Request("http://awsintercept.internal/clock", method="POST",
                                     data=json.dumps({"advance": by}).encode())
    urllib.request.urlopen(request).read()


@rule("10.3")
def every_mode(run):
    """expired sessions are refused in every mode; roles that nobody made"""
    world = run.world
    session = world.assume(world.role([allow("*")]), DurationSeconds=900)
    never = ["sts", "assume_role", {"RoleArn": world.fill("arn:aws:iam::<beta>:role/never"),
                                    "RoleSessionName": "try"}, world.user([allow("*")]).keys]
    for mode, code in (("off", None), ("audit", None), ("enforce", "AccessDenied")):
        run.equal(elsewhere({"AWSINTERCEPT_IAM": mode}, never)[0][0], code,
                  "%s: a role that nobody made, %s" % ("refused" if code else "allowed", mode))
    move_clock("+16m")
    for mode in ("off", "audit", "enforce"):
        got = elsewhere({"AWSINTERCEPT_IAM": mode}, *everywhere(session.keys))
        run.equal(got, [
            ["ExpiredToken", "The security token included in the request is expired"],
            ["ExpiredTokenException", "The security token included in the request is expired"],
            ["ExpiredToken", "The provided token has expired."]], "refused: an expired session, " + mode)
    move_clock("-16m")


@rule("10.4")
def unknown_settings(run):
    """a misspelt mode is an error"""
    keys = run.world.user([allow("*")]).keys
    run.equal(elsewhere({"AWSINTERCEPT_IAM": "enforce"}, who(keys))[0][0], None, "allowed: a known one")
    for name in ("AWSINTERCEPT_IAM", "AWSINTERCEPT_CREDENTIALS"):
        got = elsewhere({name: "enforced"}, who(keys))[0]
        run.check(got[0] and "enforced" in got[1] and name in got[1], "refused: a misspelt " + name,
                  got)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""STS as boto3 sees it under LD_PRELOAD: sessions of a second account, in this process and in
another one on the same state, their end by a clock that is moved, and forgeries."""
import json
import os
import subprocess
import sys
import urllib.request

from sandbox import Tap
from twoaccounts import A, B, code, start

ROLE = "arn:aws:iam::%s:role/team/Deploy" % B


def who():
    """What another process is told with the credentials of its environment."""
    import boto3
    print(json.dumps(boto3.client("sts").get_caller_identity()["Arn"]))


def main():
    import boto3
    from botocore.config import Config

    def client(service, keys):
        return boto3.client(service, config=Config(retries={"max_attempts": 1}), **keys)

    def keys_of(given):
        return {"aws_access_key_id": given["AccessKeyId"],
                "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"]}

    tap = Tap()
    a = client("sts", {"aws_access_key_id": A, "aws_secret_access_key": "x"})
    tap.equal(a.get_caller_identity()["Arn"], "arn:aws:iam::%s:root" % A, "A is A")
    given = a.assume_role(RoleArn=ROLE, RoleSessionName="ci", Tags=[{"Key": "team", "Value": "x"}])
    keys = keys_of(given["Credentials"])
    arn = "arn:aws:sts::%s:assumed-role/Deploy/ci" % B
    tap.equal(given["AssumedRoleUser"]["Arn"], arn, "the session's ARN has no path")
    tap.equal(client("sts", keys).get_caller_identity()["Arn"], arn, "the session is B's")
    tap.equal(a.get_access_key_info(AccessKeyId=keys["aws_access_key_id"])["Account"], B,
              "its key tells B")
    client("s3", keys).create_bucket(Bucket="made-by-the-session")
    b = client("s3", {"aws_access_key_id": B, "aws_secret_access_key": "x"})
    tap.equal([x["Name"] for x in b.list_buckets()["Buckets"]], ["made-by-the-session"],
              "what it makes is B's")
    tap.equal(code(client("s3", {"aws_access_key_id": A, "aws_secret_access_key": "x"}).head_bucket,
                   Bucket="made-by-the-session"), "403", "and not A's")

    env = dict(os.environ, AWS_ACCESS_KEY_ID=keys["aws_access_key_id"],
               AWS_SECRET_ACCESS_KEY=keys["aws_secret_access_key"],
               AWS_SESSION_TOKEN=keys["aws_session_token"])
    other = subprocess.run([sys.executable, __file__, "who"], env=env, capture_output=True, text=True,
                           check=False, timeout=120)
    tap.check(other.returncode == 0 and json.loads(other.stdout) == arn,
              "another process on the same state takes them", other.stdout + other.stderr)

    token = keys["aws_session_token"]
    forged = dict(keys, aws_session_token=token[:-1] + ("A" if token[-1] != "A" else "B"))
    tap.equal(code(client("sts", forged).get_caller_identity), "InvalidClientTokenId",
              "a forged token is refused")
    tap.equal(code(client("s3", forged).list_buckets), "InvalidToken", "by S3 in its own words")
    tap.equal(code(client("dynamodb", forged).list_tables), "UnrecognizedClientException",
              "by DynamoDB in its own")
    tap.equal(code(client("sts", dict(keys, aws_session_token=None)).get_caller_identity),
              "InvalidClientTokenId", "without the token it is nothing")
    tap.equal(code(client("sts", keys).assume_role, RoleArn=ROLE, RoleSessionName="ci",
                   DurationSeconds=3601), "ValidationError", "chaining ends after an hour")
    tap.equal(code(a.assume_role, RoleArn=ROLE, RoleSessionName="ci", DurationSeconds=3601), "done",
              "a first session may be longer")

    move = urllib.request.Request("http://awsintercept.internal/clock", b'{"advance": "+61m"}',
                                  method="POST")
    tap.equal(urllib.request.urlopen(move, timeout=60).status, 200, "the clock is moved")
    tap.equal(code(client("sts", keys).get_caller_identity), "ExpiredToken", "the session is over")
    tap.equal(code(client("s3", keys).list_buckets), "ExpiredToken", "for S3 too")
    tap.equal(code(client("dynamodb", keys).list_tables), "ExpiredTokenException", "and DynamoDB")
    tap.end()


if sys.argv[1:] == ["who"]:
    who()
else:
    start(__file__, main)

# SPDX-License-Identifier: Apache-2.0
# Who the caller is and what it sees, by each way of naming an account: modes.py ACCOUNT BUCKET.
# Makes BUCKET as the default account, then looks as ACCOUNT. Prints what it saw as JSON.
import base64
import json
import os
import sys

import boto3
from botocore.exceptions import ClientError

account, bucket = sys.argv[1:]


def attempt(call):
    try:
        return call()
    except ClientError as error:
        return error.response["Error"]["Code"]


def views(**keys):
    """[account by STS, names of buckets], an error's code in its place."""
    sts = boto3.client("sts", **keys)
    s3 = boto3.client("s3", **keys)
    return [attempt(lambda: sts.get_caller_identity()["Account"]),
            attempt(lambda: [b["Name"] for b in s3.list_buckets()["Buckets"]])]


def by_key(key):
    return views(aws_access_key_id=key, aws_secret_access_key="secret")


def by_role():
    keys = boto3.client("sts").assume_role(RoleArn="arn:aws:iam::%s:role/Any" % account,
                                           RoleSessionName="visit")["Credentials"]
    return views(aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                 aws_session_token=keys["SessionToken"])


def by_variable(name):
    os.environ[name] = account
    try:
        return views()
    finally:
        del os.environ[name]


bits = (1 << 47 | int(account) << 7 | 9).to_bytes(6, "big") + b"\x05\x06\x07\x08"
boto3.client("s3").create_bucket(Bucket=bucket)
print(json.dumps({
    "default": views(),
    "12 digits": by_key(account),
    "key with the account in its bits": by_key("AKIA" + base64.b32encode(bits).decode()),
    "any other key": by_key("test"),
    "role": attempt(by_role),
    "MOTO_ACCOUNT_ID": by_variable("MOTO_ACCOUNT_ID"),
    "AWSINTERCEPT_ACCOUNT_ID": by_variable("AWSINTERCEPT_ACCOUNT_ID"),
}))

# SPDX-License-Identifier: Apache-2.0
"""Documents, codes of MFA devices, clients and refusals, for the tests of IAM."""
import base64
import hashlib
import hmac
import json
import struct

A, B = "111111111111", "222222222222"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return document(dict({"Effect": "Allow", "Action": action, "Resource": resource}, **more))


def trust(principal, **more):
    return document(dict({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"},
                         **more))


def totp(seed, step):
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[at:at + 4])[0] & 0x7fffffff) % 1000000)


class World:
    def __init__(self, tap):
        self.tap = tap

    @staticmethod
    def client(service, keys):
        import boto3
        from botocore.config import Config
        if isinstance(keys, str):
            keys = {"AccessKeyId": keys, "SecretAccessKey": "secret"}
        return boto3.client(service, aws_access_key_id=keys["AccessKeyId"],
                            aws_secret_access_key=keys["SecretAccessKey"],
                            aws_session_token=keys.get("SessionToken"),
                            config=Config(retries={"max_attempts": 1}))

    def error(self, call, **args):
        from botocore.exceptions import ClientError
        try:
            call(**args)
            return ("done", "")
        except ClientError as error:
            return (error.response["Error"]["Code"], error.response["Error"]["Message"])

    def refused(self, code, words, call, **args):
        got = self.error(call, **args)
        self.tap.check(got[0] == code and words in got[1],
                       "%s: %s %s" % (call.__name__, code, words), got)

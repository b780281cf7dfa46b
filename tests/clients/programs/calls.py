# SPDX-License-Identifier: Apache-2.0
# What the programs of test_bad_input.py import: one call each, and what came of it as a value.
import json
import socket
import sys
import urllib.error
import urllib.request

KEYS = {"aws_access_key_id": "123456789012", "aws_secret_access_key": "secret"}


def call(service, operation, keys=None, **args):
    """The answer, or {"code", "message", "status"} of the error. No retries."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    client = boto3.client(service, **(keys or KEYS), config=Config(
        retries={"max_attempts": 0}, s3={"addressing_style": "path"}))
    try:
        answer = getattr(client, operation)(**args)
    except ClientError as error:
        response = error.response
        return {"code": response["Error"]["Code"], "message": response["Error"].get("Message", ""),
                "status": response["ResponseMetadata"]["HTTPStatusCode"]}
    answer.pop("ResponseMetadata", None)
    if "Body" in answer:
        answer["Body"] = answer["Body"].read()
    return answer


def session(keys):
    """The Credentials of an STS answer as call() takes them."""
    return {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"]}


def three(keys=None):
    """One call in each of three protocols."""
    return {"sts": call("sts", "get_caller_identity", keys), "s3": call("s3", "list_buckets", keys),
            "dynamodb": call("dynamodb", "list_tables", keys)}


def http(method, url, body=None, headers=None):
    """[status, body] of a request without a signature."""
    request = urllib.request.Request(url, body.encode() if body else None, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return [answer.status, answer.read().decode()]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()]


def raw(host, data):
    """[status, did the server close] of bytes as they are. The answer, if any, ends with the close."""
    seen = b""
    with socket.create_connection((host, 80), timeout=20) as sock:
        closed = False
        try:
            sock.sendall(data)
            while not closed:
                piece = sock.recv(65536)
                closed = not piece
                seen += piece
        except socket.timeout:
            pass
        except OSError:
            closed = True
    words = seen.split(b" ", 2)
    return [int(words[1]) if len(words) > 1 else 0, closed]


def show(value):
    json.dump(value, sys.stdout, default=str)
    print(flush=True)

# SPDX-License-Identifier: Apache-2.0
# What an aiobotocore user writes: nothing here knows of awsintercept. sdk_async.py SECOND prints what
# it saw as JSON; the same steps as sdk.py, and sixteen reads at once.
import asyncio
import json
import sys

from aiobotocore.session import get_session
from botocore.exceptions import ClientError

BUCKET = "second-sdk"
KEY = "folder/hello.txt"


async def code(call):
    try:
        await call
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "no error"


def client(service, keys=None, token=None):
    given = {}
    if keys:
        given = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"],
                 "aws_session_token": token or keys["SessionToken"]}
    return get_session().create_client(service, **given)


async def read(s3):
    answer = await s3.get_object(Bucket=BUCKET, Key=KEY)
    async with answer["Body"] as body:
        return (await body.read()).decode()


async def main(account):
    seen = {}
    async with client("sts") as sts:
        seen["who"] = (await sts.get_caller_identity())["Account"]
        role = "arn:aws:iam::%s:role/Visitor" % account
        keys = (await sts.assume_role(RoleArn=role, RoleSessionName="visit"))["Credentials"]
    async with client("sts", keys) as sts:
        seen["visitor"] = (await sts.get_caller_identity())["Arn"]
    async with client("s3", keys) as s3:
        await s3.create_bucket(Bucket=BUCKET)
        await s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"what the second account wrote")
        texts = set(await asyncio.gather(*[read(s3) for _ in range(16)]))
        seen["object"] = texts.pop() if len(texts) == 1 else sorted(texts)
        seen["keys"] = [k["Key"] for k in (await s3.list_objects_v2(Bucket=BUCKET))["Contents"]]
        seen["no object"] = await code(s3.get_object(Bucket=BUCKET, Key="nothing"))
        seen["buckets"] = [b["Name"] for b in (await s3.list_buckets())["Buckets"]]
    async with client("s3") as own:
        seen["first buckets"] = [b["Name"] for b in (await own.list_buckets())["Buckets"]]
        seen["first object"] = await code(own.get_object(Bucket=BUCKET, Key=KEY))
        seen["first create"] = await code(own.create_bucket(Bucket=BUCKET))
    token = keys["SessionToken"]
    middle = len(token) // 2
    forged = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1:]
    async with client("sts", keys, forged) as sts:
        seen["forged"] = await code(sts.get_caller_identity())
    print(json.dumps(seen))


asyncio.run(main(sys.argv[1]))

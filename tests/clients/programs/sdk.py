# SPDX-License-Identifier: Apache-2.0
# What a boto3 user writes: nothing here knows of awsintercept. Prints what it saw as JSON.
import json
import sys

import boto3
from botocore.exceptions import ClientError

BUCKET = "second-sdk"
BODY = b"what the second account wrote"


def code(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "no error"


def session(keys):
    return boto3.Session(aws_access_key_id=keys["AccessKeyId"],
                         aws_secret_access_key=keys["SecretAccessKey"],
                         aws_session_token=keys["SessionToken"])


def changed(token):
    middle = len(token) // 2
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1:]


seen = {}
sts = boto3.client("sts")
seen["who"] = sts.get_caller_identity()["Account"]
keys = sts.assume_role(RoleArn="arn:aws:iam::%s:role/Visitor" % sys.argv[1],
                       RoleSessionName="visit")["Credentials"]
second = session(keys)
seen["visitor"] = second.client("sts").get_caller_identity()["Arn"]

s3 = second.client("s3")
s3.create_bucket(Bucket=BUCKET)
s3.put_object(Bucket=BUCKET, Key="folder/hello.txt", Body=BODY)
seen["object"] = s3.get_object(Bucket=BUCKET, Key="folder/hello.txt")["Body"].read().decode()
seen["keys"] = [k["Key"] for k in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
seen["no object"] = code(s3.get_object, Bucket=BUCKET, Key="nothing")
seen["buckets"] = [b["Name"] for b in s3.list_buckets()["Buckets"]]

db = second.client("dynamodb")
db.create_table(TableName="visits", BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
db.get_waiter("table_exists").wait(TableName="visits", WaiterConfig={"Delay": 1})
db.put_item(TableName="visits", Item={"id": {"S": "1"}, "n": {"N": "42"}})
seen["item"] = db.get_item(TableName="visits", Key={"id": {"S": "1"}})["Item"]
seen["tables"] = db.list_tables()["TableNames"]

own = boto3.client("s3")
seen["first buckets"] = [b["Name"] for b in own.list_buckets()["Buckets"]]
seen["first object"] = code(own.get_object, Bucket=BUCKET, Key="folder/hello.txt")
seen["first create"] = code(own.create_bucket, Bucket=BUCKET)
own = boto3.client("dynamodb")
seen["first tables"] = own.list_tables()["TableNames"]
seen["first table"] = code(own.describe_table, TableName="visits")
keys["SessionToken"] = changed(keys["SessionToken"])
seen["forged"] = code(session(keys).client("sts").get_caller_identity)
print(json.dumps(seen))

# SPDX-License-Identifier: Apache-2.0
# The steps of moto's page on several accounts: the account named by an environment variable that the
# program changes while it runs, by roles that do not exist, and by their order.
import json
import os

import boto3


def names(client):
    return [b["Name"] for b in client.list_buckets()["Buckets"]]


def assume(role):
    keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="test-session-name",
                                           ExternalId="test-external-id")["Credentials"]
    return boto3.client("s3", region_name="us-east-1", aws_access_key_id=keys["AccessKeyId"],
                        aws_secret_access_key=keys["SecretAccessKey"],
                        aws_session_token=keys["SessionToken"])


seen = {}
client = boto3.client("s3", region_name="us-east-1")
client.create_bucket(Bucket="bucket-default-account")
os.environ["MOTO_ACCOUNT_ID"] = "111111111111"
client.create_bucket(Bucket="bucket-in-account-2")
seen["changed"] = names(client)
seen["changed who"] = boto3.client("sts").get_caller_identity()["Account"]
del os.environ["MOTO_ACCOUNT_ID"]
seen["changed back"] = names(client)

seen["own role"] = names(assume("arn:aws:iam::123456789012:role/my-role"))
other = assume("arn:aws:iam::333333333333:role/role-in-another-account")
seen["other role"] = names(other)
other.create_bucket(Bucket="foobar")
seen["other role after"] = names(other)
# The variable comes before the credentials.
os.environ["AWSINTERCEPT_ACCOUNT_ID"] = "111111111111"
seen["variable before keys"] = names(other)
del os.environ["AWSINTERCEPT_ACCOUNT_ID"]
seen["keys again"] = names(other)
print(json.dumps(seen))

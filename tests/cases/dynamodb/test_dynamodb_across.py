#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tables of another account by their ARN: the table's policy and the caller's own must both allow."""
import json
import os
import subprocess

from sandbox import Tap
from twoaccounts import A, B, client, code, message, start

REFUSED = "AccessDeniedException"
TABLE = "arn:aws:dynamodb:us-east-1:%s:table/shop" % A
READ = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem"]
KEY = {"pk": {"S": "1"}}


def policy(principal, actions, resource=TABLE, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        dict({"Sid": "s", "Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions,
              "Resource": resource}, **more)]})


def make_table(d):
    d.create_table(TableName="shop", BillingMode="PAY_PER_REQUEST",
                   KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                   AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "g")],
                   GlobalSecondaryIndexes=[{"IndexName": "by-g", "Projection": {"ProjectionType": "ALL"},
                                            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]}])
    d.put_item(TableName="shop", Item={"pk": {"S": "1"}, "g": {"S": "x"}, "of": {"S": "A"}})


def role(account, name, actions, resource):
    """A session of a new role whose own policy allows this much."""
    iam = client("iam", account)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}]}))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": resource}]}))
    arn = "arn:aws:iam::%s:role/%s" % (account, name)
    keys = client("sts", account).assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    return client("dynamodb", keys["AccessKeyId"], secret=keys["SecretAccessKey"],
                  token=keys["SessionToken"]), keys


def cli(keys, *words):
    env = dict(os.environ, AWS_ACCESS_KEY_ID=keys["AccessKeyId"], AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"],
               AWS_SESSION_TOKEN=keys["SessionToken"])
    env.pop("PYTHONPATH")
    return subprocess.run(["/usr/bin/aws", "dynamodb", *words], env=env, capture_output=True, text=True,
                          check=False)


def main():
    tap = Tap()
    owner = client("dynamodb", A)
    make_table(owner)
    both, keys = role(B, "both", "dynamodb:*", [TABLE, TABLE + "/index/*"])
    neither, _ = role(B, "other", "dynamodb:*", TABLE.replace("shop", "elsewhere"))

    tap.equal(code(both.get_item, TableName=TABLE, Key=KEY), REFUSED, "no policy of the table")
    said = message(both.get_item, TableName=TABLE, Key=KEY)
    tap.check("dynamodb:GetItem on resource: " + TABLE in said, "the action and the table are named", said)
    owner.put_resource_policy(ResourceArn=TABLE, Policy=policy(
        B, READ, [TABLE, TABLE + "/index/by-g"]))
    tap.equal(both.get_item(TableName=TABLE, Key=KEY)["Item"]["of"], {"S": "A"}, "both sides allow")
    tap.equal(code(neither.get_item, TableName=TABLE, Key=KEY), REFUSED, "the caller's side does not")
    tap.equal(code(both.put_item, TableName=TABLE, Item=KEY), REFUSED, "the table's side does not")
    got = both.query(TableName=TABLE, IndexName="by-g", KeyConditionExpression="g = :g",
                     ExpressionAttributeValues={":g": {"S": "x"}}, ReturnConsumedCapacity="TOTAL")
    tap.equal((got["Count"], got["ConsumedCapacity"]["TableName"]), (1, TABLE), "an index, which is its own resource")
    owner.put_resource_policy(ResourceArn=TABLE, Policy=policy(B, READ))
    tap.equal(code(both.query, TableName=TABLE, IndexName="by-g", KeyConditionExpression="g = :g",
                   ExpressionAttributeValues={":g": {"S": "x"}}), REFUSED, "the index no more")
    tap.equal(code(both.get_item, TableName=TABLE.replace("shop", "none"), Key=KEY), REFUSED,
              "a table that is not there looks forbidden")
    tap.equal(code(both.get_item, TableName="shop", Key=KEY), REFUSED, "a name is one of the caller's account")

    owner.put_resource_policy(ResourceArn=TABLE, Policy=policy(
        "arn:aws:iam::%s:role/both" % B, "dynamodb:*", Condition={
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["1", "2"]}}))
    tap.equal(code(both.put_item, TableName=TABLE, Item={"pk": {"S": "2"}}), "done", "a leading key that is allowed")
    tap.equal(code(both.put_item, TableName=TABLE, Item={"pk": {"S": "3"}}), REFUSED, "another one")
    tap.equal(code(both.transact_write_items, TransactItems=[
        {"Put": {"TableName": TABLE, "Item": {"pk": {"S": "2"}, "by": {"S": "B"}}}},
        {"ConditionCheck": {"TableName": TABLE, "Key": KEY, "ConditionExpression": "attribute_exists(pk)"}}]),
              "done", "a transaction")
    tap.equal(owner.get_item(TableName="shop", Key={"pk": {"S": "2"}})["Item"]["by"], {"S": "B"},
              "which the owner sees")
    got = both.batch_get_item(RequestItems={TABLE: {"Keys": [KEY, {"pk": {"S": "2"}}]}})
    tap.equal(len(got["Responses"][TABLE]), 2, "a batch answers under the ARN")
    tap.equal(code(both.batch_write_item, RequestItems={TABLE: [{"DeleteRequest": {"Key": {"pk": {"S": "2"}}}}]}),
              "done", "a batch of writes")
    tap.equal(both.describe_table(TableName=TABLE)["Table"]["ItemCount"], 1, "DescribeTable")
    tap.equal(both.scan(TableName=TABLE)["Count"], 1, "Scan")
    both.update_item(TableName=TABLE, Key=KEY, UpdateExpression="SET n = :n",
                     ExpressionAttributeValues={":n": {"N": "1"}})
    tap.equal(owner.get_item(TableName="shop", Key=KEY)["Item"]["n"], {"N": "1"}, "UpdateItem")
    tap.equal(code(both.tag_resource, ResourceArn=TABLE, Tags=[{"Key": "k", "Value": "v"}]), "done", "TagResource")
    tap.equal(owner.list_tags_of_resource(ResourceArn=TABLE)["Tags"], [{"Key": "k", "Value": "v"}],
              "on the owner's table")
    tap.equal(code(both.update_time_to_live, TableName=TABLE, TimeToLiveSpecification={
        "Enabled": True, "AttributeName": "t"}), REFUSED, "what policies do not open to other accounts")
    tap.equal(code(both.put_resource_policy, ResourceArn=TABLE, Policy=policy(B, "dynamodb:*")), REFUSED,
              "nor the policy itself")

    got = cli(keys, "get-item", "--table-name", TABLE, "--key", json.dumps(KEY), "--query", "Item.of.S")
    tap.equal((got.returncode, got.stdout.strip()), (0, '"A"'), "AWS CLI: allowed")
    got = cli(keys, "get-item", "--table-name", TABLE, "--key", '{"pk": {"S": "9"}}')
    tap.check(got.returncode == 254 and REFUSED in got.stderr, "AWS CLI: refused", got)
    owner.put_resource_policy(ResourceArn=TABLE, Policy=policy("*", "dynamodb:*", Effect="Deny"))
    tap.equal(code(both.get_item, TableName=TABLE, Key=KEY), REFUSED, "a deny of the table")
    tap.end()


if __name__ == "__main__":
    start(__file__, main, {"AWSINTERCEPT_IAM": "enforce"})

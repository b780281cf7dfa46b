#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where nothing is enforced: a table is another account's all the same, and its policy alone opens it."""
import json

from sandbox import FIRST, Tap
from twoaccounts import A, B, client, code, start

REFUSED = "AccessDeniedException"
TABLE = "arn:aws:dynamodb:us-east-1:%s:table/shop" % A
KEY = {"pk": {"S": "1"}}


def main():
    tap = Tap()
    owner, other, third = (client("dynamodb", account) for account in (A, B, FIRST))
    owner.create_table(TableName="shop", BillingMode="PAY_PER_REQUEST",
                       KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                       AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    owner.put_item(TableName="shop", Item=dict(KEY, of={"S": "A"}))
    tap.equal(code(other.get_item, TableName=TABLE, Key=KEY), REFUSED, "no policy of the table")
    owner.put_resource_policy(ResourceArn=TABLE, Policy=json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": B}, "Action": "dynamodb:GetItem", "Resource": TABLE}]}))
    tap.equal(other.get_item(TableName=TABLE, Key=KEY)["Item"]["of"], {"S": "A"}, "the policy opens it")
    tap.equal(code(other.put_item, TableName=TABLE, Item=KEY), REFUSED, "for what it allows")
    tap.equal(code(third.get_item, TableName=TABLE, Key=KEY), REFUSED, "to those that it names")
    tap.equal(code(owner.put_item, TableName=TABLE, Item=KEY), "done", "the owner by ARN")
    tap.equal(code(client("dynamodb", B, region="eu-west-1").get_item, TableName=TABLE, Key=KEY),
              "ValidationException", "another region")
    tap.end()


if __name__ == "__main__":
    start(__file__, main)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fine-grained access: dynamodb:LeadingKeys, dynamodb:Attributes and the like, for every way to items."""
import json

from sandbox import Tap
from twoaccounts import A, client, code, start

TABLE = "arn:aws:dynamodb:us-east-1:%s:table/game" % A
REFUSED = "AccessDeniedException"


def limited(**condition):
    """A client that may do everything with the table's items on a condition."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "dynamodb:*", "Resource": [TABLE, TABLE + "/index/*"], "Condition": condition}]})
    keys = client("sts", A).get_federation_token(Name="limited", Policy=policy)["Credentials"]
    return client("dynamodb", keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"])


def every(**keys):
    return {"ForAllValues:StringEquals": keys}


def key(user):
    return {"user": {"S": user}}


def leading(tap):
    """(how, a call for a user): allowed for me, refused for you."""
    d = limited(**every(**{"dynamodb:LeadingKeys": ["me"]}))
    ways = {
        "GetItem": lambda u: (d.get_item, {"TableName": "game", "Key": key(u)}),
        "PutItem": lambda u: (d.put_item, {"TableName": "game", "Item": key(u)}),
        "UpdateItem": lambda u: (d.update_item, {"TableName": "game", "Key": key(u)}),
        "Query": lambda u: (d.query, {"TableName": "game", "KeyConditionExpression": "#u = :u",
                                      "ExpressionAttributeNames": {"#u": "user"},
                                      "ExpressionAttributeValues": {":u": {"S": u}}}),
        "Query with KeyConditions": lambda u: (d.query, {"TableName": "game", "KeyConditions": {
            "user": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": u}]}}}),
        "Query of an index": lambda u: (d.query, {"TableName": "game", "IndexName": "by-team",
                                                  "KeyConditionExpression": "team = :u",
                                                  "ExpressionAttributeValues": {":u": {"S": u}}}),
        "BatchGetItem": lambda u: (d.batch_get_item, {"RequestItems": {"game": {"Keys": [key(u)]}}}),
        "BatchWriteItem": lambda u: (d.batch_write_item, {"RequestItems": {"game": [{"PutRequest": {"Item": key(u)}}]}}),
        "TransactGetItems": lambda u: (d.transact_get_items, {"TransactItems": [
            {"Get": {"TableName": "game", "Key": key(u)}}]}),
        "TransactWriteItems": lambda u: (d.transact_write_items, {"TransactItems": [
            {"Delete": {"TableName": "game", "Key": key(u)}}]}),
        "DeleteItem": lambda u: (d.delete_item, {"TableName": "game", "Key": key(u)}),
    }
    for how, way in ways.items():
        for user, want in (("me", "done"), ("you", REFUSED)):
            call, more = way(user)
            tap.equal(code(call, **more), want, "LeadingKeys: %s of %s" % (how, user))
    tap.equal(code(d.batch_get_item, RequestItems={"game": {"Keys": [key("me"), key("you")]}}), REFUSED,
              "LeadingKeys: one of a batch")


def attributes(tap):
    d = limited(**every(**{"dynamodb:Attributes": ["user", "score", "lvl"]}))
    names = {"#s": "score", "#x": "secret"}

    def get(expression, **more):
        used = {n: names[n] for n in names if n in expression}
        if used:
            more["ExpressionAttributeNames"] = used
        return code(d.get_item, TableName="game", Key=key("me"), ProjectionExpression=expression, **more)
    tap.equal(get("#s.secret, lvl[0].x"), "done", "Attributes: named ones")
    tap.equal((get("secret"), get("score, #x")), (REFUSED, REFUSED), "Attributes: others, by name and by alias")
    tap.equal(code(d.get_item, TableName="game", Key=key("me"), AttributesToGet=["secret"]), REFUSED,
              "Attributes: AttributesToGet")
    tap.equal(code(d.put_item, TableName="game", Item=dict(key("me"), score={"N": "1"})), "done", "Attributes: an item")
    tap.equal(code(d.put_item, TableName="game", Item=dict(key("me"), secret={"N": "1"})), REFUSED,
              "Attributes: an item with others")

    def update(expression, **more):
        return code(d.update_item, TableName="game", Key=key("me"), UpdateExpression=expression,
                    ExpressionAttributeValues={":v": {"N": "1"}}, **more)
    tap.equal(update("SET score = if_not_exists(score, :v) REMOVE lvl"), "done", "Attributes: an update")
    tap.equal(update("SET secret = :v"), REFUSED, "Attributes: an update of others")
    tap.equal(update("SET score = :v", ConditionExpression="attribute_not_exists(secret)"), REFUSED,
              "Attributes: a condition")
    tap.equal(code(d.update_item, TableName="game", Key=key("me"), AttributeUpdates={
        "secret": {"Action": "PUT", "Value": {"N": "1"}}}), REFUSED, "Attributes: AttributeUpdates")
    tap.equal(code(d.scan, TableName="game", FilterExpression="secret > :v",
                   ExpressionAttributeValues={":v": {"N": "1"}}), REFUSED, "Attributes: a filter")
    tap.equal(code(d.batch_get_item, RequestItems={"game": {"Keys": [key("me")], "ProjectionExpression": "secret"}}),
              REFUSED, "Attributes: a batch")


def others(tap):
    d = limited(StringEquals={"dynamodb:Select": "COUNT"})
    tap.equal((code(d.scan, TableName="game", Select="COUNT"), code(d.scan, TableName="game")), ("done", REFUSED), "Select")
    d = limited(StringEquals={"dynamodb:ReturnValues": "NONE"})
    tap.equal((code(d.put_item, TableName="game", Item=key("a"), ReturnValues="NONE"),
               code(d.put_item, TableName="game", Item=key("a"), ReturnValues="ALL_OLD")), ("done", REFUSED), "ReturnValues")
    d = limited(StringEquals={"dynamodb:EnclosingOperation": "TransactWriteItems"})
    tap.equal((code(d.transact_write_items, TransactItems=[{"Put": {"TableName": "game", "Item": key("a")}}]),
               code(d.put_item, TableName="game", Item=key("a"))), ("done", REFUSED), "EnclosingOperation")
    d = limited(StringEquals={"aws:ResourceTag/team": "red"})
    tap.equal((code(d.scan, TableName="game"), code(d.create_backup, TableName="game", BackupName="one")),
              ("done", "done"), "ResourceTag")


def main():
    tap = Tap()
    client("dynamodb", A).create_table(
        TableName="game", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "user", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("user", "team")],
        GlobalSecondaryIndexes=[{"IndexName": "by-team", "Projection": {"ProjectionType": "ALL"},
                                 "KeySchema": [{"AttributeName": "team", "KeyType": "HASH"}]}],
        Tags=[{"Key": "team", "Value": "red"}])
    leading(tap)
    attributes(tap)
    others(tap)
    tap.end()


if __name__ == "__main__":
    start(__file__, main, {"AWSINTERCEPT_IAM": "enforce"})

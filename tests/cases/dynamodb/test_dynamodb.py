#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""DynamoDB as boto3 sees it under LD_PRELOAD, with two accounts."""
import random
from decimal import Decimal

from sandbox import Tap
from twoaccounts import A, B, client, code, message, start

TABLE = {
    "TableName": "tab",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"},
                  {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                             {"AttributeName": "sk", "AttributeType": "N"},
                             {"AttributeName": "g", "AttributeType": "S"}],
    "GlobalSecondaryIndexes": [{"IndexName": "gix",
                                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                                "Projection": {"ProjectionType": "KEYS_ONLY"}}],
    "BillingMode": "PAY_PER_REQUEST",
}
ITEM = {"pk": {"S": "a"}, "sk": {"N": "1.50"}, "s": {"S": "x"}, "n": {"N": "1e3"},
        "b": {"B": b"\x00\xff"}, "ss": {"SS": ["p", "q"]},
        "l": {"L": [{"S": "1"}, {"M": {"k": {"BOOL": True}}}]}, "z": {"NULL": True}}


def main():
    def refusal(call, **args):
        return (code(call, **args), message(call, **args))

    tap = Tap()
    a, b = client("dynamodb", A), client("dynamodb", B)
    tap.equal(a.create_table(**TABLE)["TableDescription"]["TableStatus"], "CREATING", "creating")
    a.get_waiter("table_exists").wait(TableName="tab")
    tap.equal(a.list_tables()["TableNames"], ["tab"], "A lists its table")
    tap.equal(b.list_tables()["TableNames"], [], "B lists nothing")
    tap.equal(refusal(a.create_table, **TABLE), ("ResourceInUseException",
                                                 "Table already exists: tab"), "exists already")
    tap.equal(refusal(b.describe_table, TableName="tab"),
              ("ResourceNotFoundException", "Requested resource not found: Table: tab not found"),
              "B does not find A's table")
    wrong = dict(TABLE, TableName="wrong", AttributeDefinitions=TABLE["AttributeDefinitions"][:1])
    tap.equal(refusal(a.create_table, **wrong)[0], "ValidationException", "undefined keys")

    key = {"pk": {"S": "a"}, "sk": {"N": "1.5"}}
    used = a.put_item(TableName="tab", Item=ITEM, ReturnConsumedCapacity="TOTAL")
    tap.equal(used["ConsumedCapacity"]["CapacityUnits"], 1.0, "a write unit")
    want = dict(ITEM, sk={"N": "1.5"}, n={"N": "1000"})
    tap.equal(a.get_item(TableName="tab", Key=key)["Item"], want, "the item comes back")
    tap.equal(refusal(b.get_item, TableName="tab", Key=key)[0], "ResourceNotFoundException",
              "B does not see it")
    tap.equal(a.get_item(TableName="tab", Key=key, ProjectionExpression="l[1].k, #s",
                         ExpressionAttributeNames={"#s": "ss"})["Item"],
              {"l": {"L": [{"M": {"k": {"BOOL": True}}}]}, "ss": {"SS": ["p", "q"]}}, "projection")
    tap.equal(refusal(a.put_item, TableName="tab", Item=ITEM,
                      ConditionExpression="attribute_not_exists(pk)"),
              ("ConditionalCheckFailedException", "The conditional request failed"), "condition")
    tap.equal(refusal(a.put_item, TableName="tab", Item=ITEM,
                      Expected={"s": {"Value": {"S": "y"}}})[0],
              "ConditionalCheckFailedException", "expected")
    tap.equal(refusal(a.put_item, TableName="tab", Item={"pk": {"S": "a"}}),
              ("ValidationException",
               "One or more parameter values were invalid: Missing the key sk in the item"),
              "a key is missing")
    tap.equal(refusal(a.put_item, TableName="tab", Item=dict(ITEM, x={"S": "y" * 409600})),
              ("ValidationException", "Item size has exceeded the maximum allowed size"), "400 KiB")
    tap.equal(refusal(a.get_item, TableName="tab", Key={"pk": {"S": "a"}}),
              ("ValidationException", "The provided key element does not match the schema"),
              "half a key")
    old = a.delete_item(TableName="tab", Key=key, ReturnValues="ALL_OLD")["Attributes"]
    tap.equal(old, want, "the old item")
    tap.check("Item" not in a.get_item(TableName="tab", Key=key), "is gone")

    numbers = ["0", "-1", "1", "-1.5", "10", "9", "100", "-100", "0.001", "1e20", "-1e20", "1.25"]
    random.shuffle(numbers)
    for i, n in enumerate(numbers):
        a.put_item(TableName="tab", Item={"pk": {"S": "q"}, "sk": {"N": n}, "g": {"S": "g%d" % (i % 2)}})
    ordered = sorted(Decimal(n) for n in numbers)
    for forward in (True, False):
        for size in (1, 5, 100):
            pages = a.get_paginator("query").paginate(
                TableName="tab", KeyConditionExpression="pk = :q", ScanIndexForward=forward,
                ExpressionAttributeValues={":q": {"S": "q"}}, PaginationConfig={"PageSize": size})
            got = [Decimal(x["sk"]["N"]) for p in pages for x in p["Items"]]
            tap.equal(got, ordered if forward else ordered[::-1],
                      "query %s, pages of %d" % ("forward" if forward else "backward", size))
    between = a.query(TableName="tab", KeyConditionExpression="pk = :q AND sk BETWEEN :l AND :h",
                      ExpressionAttributeValues={":q": {"S": "q"}, ":l": {"N": "-1.5"},
                                                 ":h": {"N": "9"}})
    tap.equal([Decimal(x["sk"]["N"]) for x in between["Items"]],
              [n for n in ordered if Decimal("-1.5") <= n <= 9], "between")
    tap.equal(a.query(TableName="tab", IndexName="gix", KeyConditionExpression="g = :g",
                      ExpressionAttributeValues={":g": {"S": "g0"}})["Count"], 6, "index")
    tap.equal(sum(a.scan(TableName="tab", Segment=s, TotalSegments=3)["Count"] for s in range(3)),
              12, "parallel scan")
    new = a.update_item(TableName="tab", Key={"pk": {"S": "u"}, "sk": {"N": "1"}},
                        UpdateExpression="SET c = if_not_exists(c, :z) + :one ADD t :t",
                        ExpressionAttributeValues={":z": {"N": "0"}, ":one": {"N": "1"},
                                                   ":t": {"SS": ["x"]}},
                        ReturnValues="ALL_NEW")["Attributes"]
    tap.equal((new["c"], new["t"]), ({"N": "1"}, {"SS": ["x"]}), "update")
    tap.equal(a.describe_table(TableName="tab")["Table"]["ItemCount"], 13, "count")
    tap.equal(a.delete_table(TableName="tab")["TableDescription"]["TableStatus"], "DELETING",
              "deleting")
    tap.equal(a.list_tables()["TableNames"], [], "deleted")
    tap.end()


start(__file__, main)

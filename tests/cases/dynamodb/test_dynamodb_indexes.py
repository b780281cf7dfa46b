#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What secondary indexes hold and answer, limits of keys, and places in lists that are removed."""
from sandbox import Tap
from twoaccounts import A, client, code, message, start


def attribute(name, kind="S"):
    return {"AttributeName": name, "AttributeType": kind}


def keys(first, second=None):
    return [{"AttributeName": first, "KeyType": "HASH"}] + \
        ([{"AttributeName": second, "KeyType": "RANGE"}] if second else [])


def text(**values):
    return {k: {"S": v} for k, v in values.items()}


TABLE = {
    "TableName": "tab",
    "KeySchema": keys("pk", "sk"),
    "AttributeDefinitions": [attribute(n) for n in ("pk", "sk", "l", "g")],
    "LocalSecondaryIndexes": [{"IndexName": "local", "KeySchema": keys("pk", "l"),
                               "Projection": {"ProjectionType": "KEYS_ONLY"}}],
    "GlobalSecondaryIndexes": [{"IndexName": "global", "KeySchema": keys("g"), "Projection": {
        "ProjectionType": "INCLUDE", "NonKeyAttributes": ["inside"]}}],
    "BillingMode": "PAY_PER_REQUEST",
}
ITEM = text(pk="a", sk="1", l="x", g="y", inside="s", outside="o")


def query(a, index, name, value, **more):
    return a.query(TableName="tab", IndexName=index, KeyConditionExpression="%s = :v" % name,
                   ExpressionAttributeValues={":v": {"S": value}}, **more)["Items"]


def projections(tap, a):
    a.put_item(TableName="tab", Item=ITEM)
    tap.equal(query(a, "local", "pk", "a"), [text(pk="a", sk="1", l="x")], "a local index has its keys")
    tap.equal(query(a, "local", "pk", "a", Select="ALL_ATTRIBUTES"), [ITEM],
              "and fetches the rest when it is asked")
    tap.equal(query(a, "local", "pk", "a", ProjectionExpression="outside"), [text(outside="o")],
              "or one attribute")
    tap.equal(query(a, "global", "g", "y", ProjectionExpression="inside, pk"), [text(inside="s", pk="a")],
              "a global one has what it projects")
    wanted = dict(TableName="tab", IndexName="global", KeyConditionExpression="g = :v",
                  ExpressionAttributeValues=text(**{":v": "y"}), ProjectionExpression="inside, outside.x")
    tap.equal((code(a.query, **wanted), message(a.query, **wanted)),
              ("ValidationException", "One or more parameter values were invalid: Global secondary "
               "index global does not project [outside]"), "and nothing else")


def filling(tap, a):
    """Items that were there before an index: only those whose attribute can be a key are in it."""
    values = {"0": {"S": "yes"}, "1": {"N": "5"}, "2": {"S": ""}, "3": {"S": "x" * 70000},
              "4": {"M": {}}}
    for sort, value in values.items():
        a.put_item(TableName="tab", Item={"pk": {"S": "b"}, "sk": {"S": sort}, "late": value})
    wanted = {"TableName": "tab", "GlobalSecondaryIndexUpdates": [{"Create": {
        "IndexName": "late", "KeySchema": keys("late"), "Projection": {"ProjectionType": "ALL"}}}]}
    tap.equal([code(a.update_table, AttributeDefinitions=[attribute("late")] + more, **wanted)
               for more in ([attribute("pk", "N")], [attribute("pk")])],
              ["ValidationException", "done"], "a key keeps its type")
    got = a.scan(TableName="tab", IndexName="late")["Items"]
    tap.equal([i["sk"]["S"] for i in got], ["0"], "an index takes what can be its key")
    a.delete_item(TableName="tab", Key=text(pk="b", sk="1"))
    tap.equal(a.scan(TableName="tab", IndexName="late")["Count"], 1, "and forgets the others, too")


def limits(tap, a):
    def refusal(**more):
        wanted = dict(TableName="tab", KeyConditionExpression="pk = :p", **more)
        return code(a.query, **wanted), message(a.query, **wanted)[-40:]

    long = {":p": {"S": "x" * 70000}}
    tap.equal(refusal(ExpressionAttributeValues=long),
              ("ValidationException", "exceeded the maximum size limit of2048 bytes"[-40:]),
              "a hash key's size")
    for start_key in (text(pk="a", sk="x" * 70000), text(pk="a", sk="")):
        tap.equal(refusal(ExpressionAttributeValues=text(**{":p": "a"}), ExclusiveStartKey=start_key),
                  ("ValidationException", "The provided starting key is invalid"), "a starting key's")
    big = {"S": "x" * 390000}
    parts = [{"Put": {"TableName": "tab", "Item": {"pk": {"S": "t"}, "sk": {"S": str(i)}, "v": big}}}
             for i in range(11)]
    tap.equal([code(a.transact_write_items, TransactItems=parts[:n]) for n in (10, 11)],
              ["done", "ValidationException"], "4 MB in a transaction")
    tap.equal(a.query(TableName="tab", Select="COUNT", KeyConditionExpression="pk = :p",
                      ExpressionAttributeValues=text(**{":p": "t"}))["Count"], 3, "1 MB in a page")


def removals(tap, a):
    key = text(pk="r", sk="1")
    items = [{"M": text(b=str(i), c=str(i))} for i in range(3)]
    for expression, want in (
            ("REMOVE v[0], v[1].b", [text(c="1"), text(b="2", c="2")]),
            ("REMOVE v[1].b, v[0]", [text(c="1"), text(b="2", c="2")]),
            ("REMOVE v[0], v[2]", [text(b="1", c="1")]),
            ("SET v[2].b = :n REMOVE v[0]", [text(b="1", c="1"), text(b="n", c="2")])):
        a.put_item(TableName="tab", Item=dict(key, v={"L": items}))
        more = {"ExpressionAttributeValues": text(**{":n": "n"})} if ":n" in expression else {}
        got = a.update_item(TableName="tab", Key=key, UpdateExpression=expression,
                            ReturnValues="ALL_NEW", **more)["Attributes"]
        tap.equal([i["M"] for i in got["v"]["L"]], want, expression)


def main():
    tap = Tap()
    a = client("dynamodb", A)
    a.create_table(**TABLE)
    projections(tap, a)
    filling(tap, a)
    limits(tap, a)
    removals(tap, a)
    tap.end()


start(__file__, main)

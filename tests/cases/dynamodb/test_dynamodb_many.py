#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Batches, transactions, and the settings of tables, as boto3 sees them in two accounts."""
import json

from sandbox import Tap
from twoaccounts import A, B, client, code, message, start

TABLE = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def item(key, **more):
    return dict({"pk": {"S": key}}, **more)


def many_bytes(tap, a):
    """25 items of 390 KB: a request over what is kept in memory."""
    a.create_table(TableName="big", **TABLE)
    text = "x" * 390000
    done = a.batch_write_item(RequestItems={
        "big": [{"PutRequest": {"Item": item(str(i), v={"S": text})}} for i in range(25)]})
    tap.equal((done["UnprocessedItems"], a.get_item(TableName="big", Key=item("24"))["Item"]["v"]),
              ({}, {"S": text}), "a batch of 10 MB")


def main():
    from botocore.exceptions import ClientError

    tap = Tap()
    a, b = client("dynamodb", A), client("dynamodb", B)
    for name in ("one", "two"):
        arn = a.create_table(TableName=name, **TABLE)["TableDescription"]["TableArn"]

    many_bytes(tap, a)
    a.delete_table(TableName="big")
    done = a.batch_write_item(RequestItems={
        "one": [{"PutRequest": {"Item": item("k%02d" % i, n={"N": str(i)})}} for i in range(20)],
        "two": [{"PutRequest": {"Item": item("x")}}]}, ReturnConsumedCapacity="TOTAL")
    tap.equal((done["UnprocessedItems"], sorted((c["TableName"], c["CapacityUnits"])
                                                for c in done["ConsumedCapacity"])),
              ({}, [("one", 20.0), ("two", 1.0)]), "twenty-one items in two tables")
    got = a.batch_get_item(RequestItems={
        "one": {"Keys": [item("k03"), item("none"), item("k04")], "ProjectionExpression": "n"},
        "two": {"Keys": [item("x")]}})
    tap.equal((sorted(x["n"]["N"] for x in got["Responses"]["one"]), got["Responses"]["two"],
               got["UnprocessedKeys"]), (["3", "4"], [item("x")], {}), "and read again")
    twice = [{"DeleteRequest": {"Key": item("k03")}}] * 2
    tap.equal(message(a.batch_write_item, RequestItems={"one": twice}),
              "Provided list of item keys contains duplicates", "a key twice")
    tap.check("Item" in a.get_item(TableName="one", Key=item("k03")), "nothing of it was done")
    many = [{"PutRequest": {"Item": item("m%d" % i)}} for i in range(26)]
    tap.equal(code(a.batch_write_item, RequestItems={"one": many}), "ValidationException", "26")
    tap.equal(code(b.batch_write_item, RequestItems={"one": many[:1]}),
              "ResourceNotFoundException", "B has no such table")

    def transact(*items, **more):
        return a.transact_write_items(TransactItems=list(items), **more)

    move = [{"Update": {"TableName": "one", "Key": item("k05"), "UpdateExpression": "ADD n :d",
                        "ExpressionAttributeValues": {":d": {"N": "-5"}},
                        "ConditionExpression": "n = :d2"}},
            {"Put": {"TableName": "two", "Item": item("y", n={"N": "5"}),
                     "ConditionExpression": "attribute_not_exists(pk)"}}]
    move[0]["Update"]["ExpressionAttributeValues"][":d2"] = {"N": "5"}
    transact(*move, ClientRequestToken="t1")
    tap.equal((a.get_item(TableName="one", Key=item("k05"))["Item"]["n"],
               a.get_item(TableName="two", Key=item("y"))["Item"]["n"]),
              ({"N": "0"}, {"N": "5"}), "a transaction over two tables")
    transact(*move, ClientRequestToken="t1")
    tap.equal(a.get_item(TableName="one", Key=item("k05"))["Item"]["n"], {"N": "0"},
              "the same token: not again")
    tap.equal(code(lambda: transact(move[1], ClientRequestToken="t1")),
              "IdempotentParameterMismatchException", "the token for another request")
    try:
        transact({"Delete": {"TableName": "one", "Key": item("k06")}},
                 {"ConditionCheck": {"TableName": "two", "Key": item("y"),
                                     "ConditionExpression": "n = :z",
                                     "ExpressionAttributeValues": {":z": {"N": "9"}},
                                     "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}})
        tap.check(False, "cancelled")
    except ClientError as error:
        reasons = error.response["CancellationReasons"]
        tap.equal((error.response["Error"]["Code"], [r["Code"] for r in reasons],
                   reasons[1].get("Item")),
                  ("TransactionCanceledException", ["None", "ConditionalCheckFailed"],
                   item("y", n={"N": "5"})), "cancelled, with reasons")
        tap.check("[None, ConditionalCheckFailed]" in error.response["Error"]["Message"],
                  "which the message names")
    tap.check("Item" in a.get_item(TableName="one", Key=item("k06")), "nothing was deleted")
    tap.equal(code(lambda: transact({"Delete": {"TableName": "one", "Key": item("k06")}},
                                    {"Put": {"TableName": "one", "Item": item("k06")}})),
              "ValidationException", "one item twice")
    got = a.transact_get_items(TransactItems=[
        {"Get": {"TableName": "one", "Key": item("k07"), "ProjectionExpression": "n"}},
        {"Get": {"TableName": "two", "Key": item("none")}}])["Responses"]
    tap.equal(got, [{"Item": {"n": {"N": "7"}}}, {}], "read together")

    def reasons_of(call, *items):
        try:
            call(TransactItems=list(items))
            return "done"
        except ClientError as error:
            return [r["Code"] for r in error.response.get("CancellationReasons", [])] or error.response["Error"]["Code"]
    good = {"Update": {"TableName": "one", "Key": item("k06"), "UpdateExpression": "SET n = :v",
                       "ExpressionAttributeValues": {":v": {"S": "text"}}}}
    wrong = {"Update": {"TableName": "one", "Key": item("k07"), "UpdateExpression": "SET n = pk + :v",
                        "ExpressionAttributeValues": {":v": {"N": "1"}}}}
    tap.equal(reasons_of(a.transact_write_items, good, wrong), ["None", "ValidationError"], "operands of a part are wrong")
    tap.equal(a.get_item(TableName="one", Key=item("k06"))["Item"]["n"], {"N": "6"}, "and nothing was written")
    tap.equal(reasons_of(a.transact_write_items, good, {"Put": {"TableName": "one", "Item": {"pk": {"N": "1"}}}}),
              ["None", "ValidationError"], "a key of another type")
    tap.equal(reasons_of(a.transact_get_items, {"Get": {"TableName": "one", "Key": item("k06")}},
                         {"Get": {"TableName": "one", "Key": {"other": {"S": "x"}}}}),
              ["None", "ValidationError"], "read by another key")
    wrong["Update"]["UpdateExpression"] = "SET n = "
    tap.equal(reasons_of(a.transact_write_items, good, wrong), "ValidationException", "an expression that cannot be read")
    wrong["Update"]["TableName"] = "none"
    wrong["Update"]["UpdateExpression"] = "SET n = :v"
    tap.equal(reasons_of(a.transact_write_items, good, wrong), "ResourceNotFoundException", "no such table")

    ttl = {"Enabled": True, "AttributeName": "expires"}
    a.update_time_to_live(TableName="one", TimeToLiveSpecification=ttl)
    tap.equal(a.describe_time_to_live(TableName="one")["TimeToLiveDescription"],
              {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}, "time to live")
    tap.equal(code(a.update_time_to_live, TableName="one", TimeToLiveSpecification=ttl),
              "ValidationException", "enabled already")
    a.update_continuous_backups(TableName="one", PointInTimeRecoverySpecification={
        "PointInTimeRecoveryEnabled": True})
    backups = a.describe_continuous_backups(TableName="one")["ContinuousBackupsDescription"]
    tap.equal(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], "ENABLED",
              "point in time recovery")
    a.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    a.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "3"}])
    a.untag_resource(ResourceArn=arn, TagKeys=["b"])
    tap.equal(a.list_tags_of_resource(ResourceArn=arn)["Tags"], [{"Key": "a", "Value": "3"}],
              "tags")
    tap.equal(code(b.list_tags_of_resource, ResourceArn=arn), "AccessDeniedException",
              "B may not read them")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "dynamodb:*", "Resource": arn}]})
    tap.equal(code(a.get_resource_policy, ResourceArn=arn), "PolicyNotFoundException", "no policy")
    a.put_resource_policy(ResourceArn=arn, Policy=policy)
    tap.equal(a.get_resource_policy(ResourceArn=arn)["Policy"], policy, "the policy comes back")
    a.delete_resource_policy(ResourceArn=arn)

    a.update_table(TableName="one",
                   AttributeDefinitions=TABLE["AttributeDefinitions"] +
                   [{"AttributeName": "n", "AttributeType": "N"}],
                   GlobalSecondaryIndexUpdates=[{"Create": {
                       "IndexName": "by-n", "Projection": {"ProjectionType": "ALL"},
                       "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}]}}])
    query = {"TableName": "one", "IndexName": "by-n", "KeyConditionExpression": "n = :n",
             "ExpressionAttributeValues": {":n": {"N": "7"}}}
    tap.equal([x["pk"]["S"] for x in a.query(**query)["Items"]], ["k07"],
              "a new index holds what was there")
    a.put_item(TableName="one", Item=item("more", n={"N": "7"}))
    tap.equal(a.query(**query)["Count"], 2, "and what is new")
    a.update_table(TableName="one", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-n"}}])
    tap.equal(code(a.query, **query), "ValidationException", "deleted")
    tap.equal(a.describe_table(TableName="one")["Table"]["AttributeDefinitions"],
              TABLE["AttributeDefinitions"], "with its attribute's definition")
    a.update_table(TableName="one", DeletionProtectionEnabled=True)
    tap.equal(code(a.delete_table, TableName="one"), "ValidationException", "protected")
    tap.end()


if __name__ == "__main__":
    start(__file__, main)

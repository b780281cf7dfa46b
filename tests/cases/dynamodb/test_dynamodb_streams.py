#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Streams of tables, time to live, limits and endpoints."""
import calendar
import json
import time
import urllib.request

from sandbox import Tap
from twoaccounts import A, B, client, code, start

S = {"AttributeName": "pk", "KeyType": "HASH"}


def move_clock(by):
    urllib.request.urlopen(urllib.request.Request("http://awsintercept.internal/clock", method="POST",
                                                  data=('{"advance": "%s"}' % by).encode()))


def now():
    text = json.load(urllib.request.urlopen("http://awsintercept.internal/clock"))["now"]
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def make(d, name, **more):
    return d.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[S],
                          AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                          **more)["TableDescription"]


class Reader:
    def __init__(self, streams, arn, **how):
        self.streams = streams
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        self.at = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, **(
            how or {"ShardIteratorType": "TRIM_HORIZON"}))["ShardIterator"]

    def records(self, **more):
        got = self.streams.get_records(ShardIterator=self.at, **more)
        self.at = got.get("NextShardIterator")
        return got["Records"]


def short(record):
    change = record["dynamodb"]
    return (record["eventName"], change["Keys"]["pk"]["S"], "OldImage" in change, "NewImage" in change)


def streams(tap):
    d, s = client("dynamodb", A), client("dynamodbstreams", A)
    arn = make(d, "tab", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})["LatestStreamArn"]
    tap.equal([x["StreamArn"] for x in s.list_streams()["Streams"]], [arn], "ListStreams")
    tap.equal(s.list_streams(TableName="other")["Streams"], [], "of another table there is none")
    reader = Reader(s, arn)
    tap.equal(reader.records(), [], "nothing was written")
    d.put_item(TableName="tab", Item={"pk": {"S": "a"}, "m": {"M": {"l": {"L": [{"N": "1"}, {"NULL": True}]}}}})
    d.put_item(TableName="tab", Item={"pk": {"S": "a"}, "m": {"M": {"l": {"L": [{"N": "1"}, {"NULL": True}]}}}})
    d.update_item(TableName="tab", Key={"pk": {"S": "a"}}, UpdateExpression="SET n = :n",
                  ExpressionAttributeValues={":n": {"N": "7"}})
    d.transact_write_items(TransactItems=[{"Put": {"TableName": "tab", "Item": {"pk": {"S": "b"}}}}])
    tap.equal(code(d.put_item, TableName="tab", Item={"pk": {"S": "b"}}, ConditionExpression="attribute_not_exists(pk)"),
              "ConditionalCheckFailedException", "a write that fails")
    d.delete_item(TableName="tab", Key={"pk": {"S": "a"}})
    d.delete_item(TableName="tab", Key={"pk": {"S": "none"}})
    found = reader.records()
    tap.equal([short(r) for r in found], [("INSERT", "a", False, True), ("MODIFY", "a", True, True),
                                         ("INSERT", "b", False, True), ("REMOVE", "a", True, False)],
              "each change once, and none where nothing changed")
    tap.equal(found[1]["dynamodb"]["NewImage"]["m"], {"M": {"l": {"L": [{"N": "1"}, {"NULL": True}]}}}, "whole images")
    tap.equal(found[0]["eventSource"] + found[0]["awsRegion"], "aws:dynamodbus-east-1", "where it comes from")
    numbers = [r["dynamodb"]["SequenceNumber"] for r in found]
    tap.check(numbers == sorted(set(numbers)) and len(numbers[0]) >= 21, "numbers rise", numbers)
    tap.equal(len({r["eventID"] for r in found}), 4, "each has its id")
    after = Reader(s, arn, ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=numbers[2])
    tap.equal([short(r)[0] for r in after.records()], ["REMOVE"], "after a number")
    at = Reader(s, arn, ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=numbers[2])
    tap.equal([short(r)[1] for r in at.records(Limit=1)], ["b"], "at a number, one")
    latest = Reader(s, arn, ShardIteratorType="LATEST")
    d.batch_write_item(RequestItems={"tab": [{"PutRequest": {"Item": {"pk": {"S": "c"}}}}]})
    tap.equal([short(r)[1] for r in latest.records()], ["c"], "from now on")
    tap.equal(code(client("dynamodbstreams", B).describe_stream, StreamArn=arn), "ResourceNotFoundException",
              "not of another account")
    old = latest.at
    move_clock("+16m")
    tap.equal(code(s.get_records, ShardIterator=old), "ExpiredIteratorException", "iterators expire")
    move_clock("+24h")
    tap.equal(Reader(s, arn).records(), [], "records go after a day")
    tap.equal(code(s.get_shard_iterator, StreamArn=arn, ShardId="shardId-00000000000000000001-00000001",
                   ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=numbers[2]),
              "TrimmedDataAccessException", "and cannot be asked for")
    d.update_table(TableName="tab", StreamSpecification={"StreamEnabled": False})
    reader = Reader(s, arn)
    d.put_item(TableName="tab", Item={"pk": {"S": "d"}})
    tap.equal((reader.records(), reader.at), ([], None), "a disabled stream ends")
    tap.equal(s.describe_stream(StreamArn=arn)["StreamDescription"]["StreamStatus"], "DISABLED", "and says so")
    second = d.update_table(TableName="tab", StreamSpecification={
        "StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})["TableDescription"]["LatestStreamArn"]
    tap.check(second != arn and len(s.list_streams(TableName="tab")["Streams"]) == 2, "another one is another one")
    d.update_table(TableName="tab", AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}],
                   GlobalSecondaryIndexUpdates=[{"Create": {
                       "IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                       "Projection": {"ProjectionType": "ALL"}}}])
    d.put_item(TableName="tab", Item={"pk": {"S": "e"}})
    reader = Reader(s, second)
    tap.equal([short(r) for r in reader.records()], [("INSERT", "e", False, False)], "keys only, after an index was added")
    d.delete_table(TableName="tab")
    tap.equal(s.describe_stream(StreamArn=second)["StreamDescription"]["StreamStatus"], "DISABLED",
              "the table is gone, its stream can be read")


def expiry(tap):
    d, s = client("dynamodb", A), client("dynamodbstreams", A)
    arn = make(d, "ttl", StreamSpecification={"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"})["LatestStreamArn"]
    d.put_item(TableName="ttl", Item={"pk": {"S": "early"}, "until": {"N": str(now() + 600)}})
    d.update_time_to_live(TableName="ttl", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    d.put_item(TableName="ttl", Item={"pk": {"S": "late"}, "until": {"N": str(now() + 7200)}})
    d.put_item(TableName="ttl", Item={"pk": {"S": "never"}})
    d.put_item(TableName="ttl", Item={"pk": {"S": "text"}, "until": {"S": "1"}})
    d.put_item(TableName="ttl", Item={"pk": {"S": "ancient"}, "until": {"N": "1000"}})
    d.put_item(TableName="ttl", Item={"pk": {"S": "again"}, "until": {"N": str(now() + 600)}})
    d.update_item(TableName="ttl", Key={"pk": {"S": "again"}}, UpdateExpression="SET #u = :u", ExpressionAttributeNames={"#u": "until"},
                  ExpressionAttributeValues={":u": {"N": str(now() + 7200)}})

    def there():
        return sorted(i["pk"]["S"] for i in d.scan(TableName="ttl")["Items"])
    everything = ["again", "ancient", "early", "late", "never", "text"]
    tap.equal(there(), everything, "nothing has expired")
    move_clock("+15m")
    tap.equal(there(), [n for n in everything if n != "early"], "one has, of before time to live was set")
    tap.equal("Item" in d.get_item(TableName="ttl", Key={"pk": {"S": "early"}}), False, "GetItem")
    tap.equal(code(d.put_item, TableName="ttl", Item={"pk": {"S": "early"}},
                   ConditionExpression="attribute_not_exists(pk)"), "done", "a condition")
    tap.equal(d.describe_table(TableName="ttl")["Table"]["ItemCount"], 6, "is counted once")
    move_clock("+3h")
    tap.equal(there(), ["ancient", "early", "never", "text"], "the others")
    d.delete_item(TableName="ttl", Key={"pk": {"S": "never"}})
    tap.equal(d.describe_table(TableName="ttl")["Table"]["ItemCount"], 3, "a write removes them")
    removed = {r["dynamodb"]["Keys"]["pk"]["S"]: r.get("userIdentity") for r in Reader(s, arn).records()
               if r["eventName"] == "REMOVE"}
    service = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    tap.equal(removed, {"early": service, "late": service, "again": service, "never": None},
              "the stream tells expiry from deletion")
    d.put_item(TableName="ttl", Item={"pk": {"S": "x"}, "until": {"N": str(now() + 5)}})
    d.update_time_to_live(TableName="ttl", TimeToLiveSpecification={"Enabled": False, "AttributeName": "until"})
    move_clock("+1h")
    tap.check("x" in there(), "disabled, nothing expires")


def main():
    tap = Tap()
    d = client("dynamodb", A)
    limits = d.describe_limits()
    tap.check(limits["AccountMaxReadCapacityUnits"] >= limits["TableMaxReadCapacityUnits"] > 0, "DescribeLimits", limits)
    tap.equal(d.describe_endpoints()["Endpoints"], [{"Address": "dynamodb.us-east-1.amazonaws.com",
                                                    "CachePeriodInMinutes": 1440}], "DescribeEndpoints")
    streams(tap)
    expiry(tap)
    tap.end()


if __name__ == "__main__":
    start(__file__, main)

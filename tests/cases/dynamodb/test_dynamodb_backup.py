#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Backups: whole copies, restored as tables of their own."""
from sandbox import Tap
from twoaccounts import A, B, client, code, start


def make(d, name, **more):
    d.create_table(TableName=name, KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"},
                                              {"AttributeName": "sk", "KeyType": "RANGE"}],
                   AttributeDefinitions=[{"AttributeName": n, "AttributeType": t}
                                         for n, t in (("pk", "S"), ("sk", "N"), ("g", "S"), ("l", "S"))],
                   ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
                   LocalSecondaryIndexes=[{"IndexName": "by-l", "Projection": {"ProjectionType": "ALL"},
                                           "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"},
                                                         {"AttributeName": "l", "KeyType": "RANGE"}]}],
                   GlobalSecondaryIndexes=[{"IndexName": "by-g", "Projection": {"ProjectionType": "ALL"},
                                            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                                            "ProvisionedThroughput": {"ReadCapacityUnits": 1,
                                                                      "WriteCapacityUnits": 2}}], **more)


def item(n):
    return {"pk": {"S": "p"}, "sk": {"N": str(n)}, "g": {"S": "g%d" % (n % 2)}, "l": {"S": "l%d" % n},
            "body": {"M": {"n": {"N": str(n)}}}}


def main():
    tap = Tap()
    d = client("dynamodb", A)
    make(d, "shop", Tags=[{"Key": "team", "Value": "a"}],
         StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    for n in range(20):
        d.put_item(TableName="shop", Item=item(n))
    d.update_time_to_live(TableName="shop", TimeToLiveSpecification={"Enabled": True, "AttributeName": "t"})
    made = d.create_backup(TableName="shop", BackupName="first")["BackupDetails"]
    arn = made["BackupArn"]
    tap.check(arn.startswith("arn:aws:dynamodb:us-east-1:%s:table/shop/backup/" % A), "its ARN", made)
    got = d.describe_backup(BackupArn=arn)["BackupDescription"]
    tap.equal((got["BackupDetails"]["BackupStatus"], got["SourceTableDetails"]["ItemCount"],
               got["SourceTableDetails"]["ProvisionedThroughput"]["WriteCapacityUnits"]),
              ("AVAILABLE", 20, 4), "DescribeBackup")
    features = got["SourceTableFeatureDetails"]
    tap.equal((features["GlobalSecondaryIndexes"][0]["IndexName"], features["TimeToLiveDescription"]["AttributeName"],
               features["StreamDescription"]["StreamViewType"]), ("by-g", "t", "KEYS_ONLY"), "what the table had")

    d.delete_item(TableName="shop", Key={"pk": {"S": "p"}, "sk": {"N": "1"}})
    d.put_item(TableName="shop", Item=dict(item(2), changed={"BOOL": True}))
    d.delete_table(TableName="shop")
    restored = d.restore_table_from_backup(TargetTableName="again", BackupArn=arn)["TableDescription"]
    tap.equal(restored["RestoreSummary"]["SourceBackupArn"], arn, "where it comes from")
    items = d.query(TableName="again", KeyConditionExpression="pk = :p",
                    ExpressionAttributeValues={":p": {"S": "p"}})["Items"]
    tap.equal(items, [item(n) for n in range(20)], "the items as they were, of a table that is gone")
    by_g = d.query(TableName="again", IndexName="by-g", KeyConditionExpression="g = :g",
                   ExpressionAttributeValues={":g": {"S": "g1"}})
    tap.equal(by_g["Count"], 10, "its indexes are filled")
    table = d.describe_table(TableName="again")["Table"]
    tap.equal((table["ItemCount"], table["ProvisionedThroughput"]["ReadCapacityUnits"],
               "StreamSpecification" in table), (20, 3, False), "shape and count; no stream")
    tap.equal(d.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"], [], "no tags")
    tap.equal(d.describe_time_to_live(TableName="again")["TimeToLiveDescription"]["TimeToLiveStatus"], "DISABLED",
              "no time to live")
    tap.equal(code(d.restore_table_from_backup, TargetTableName="again", BackupArn=arn),
              "TableAlreadyExistsException", "not over another table")
    d.restore_table_from_backup(TargetTableName="lean", BackupArn=arn, BillingModeOverride="PAY_PER_REQUEST",
                                GlobalSecondaryIndexOverride=[])
    lean = d.describe_table(TableName="lean")["Table"]
    tap.equal(("GlobalSecondaryIndexes" in lean, len(lean["AttributeDefinitions"]),
               lean["BillingModeSummary"]["BillingMode"], lean["ItemCount"]),
              (False, 3, "PAY_PER_REQUEST", 20), "without an index, on demand")
    tap.equal(code(d.restore_table_from_backup, TargetTableName="odd", BackupArn=arn, GlobalSecondaryIndexOverride=[
        {"IndexName": "other", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
         "Projection": {"ProjectionType": "ALL"}}]), "ValidationException", "an index that it had not")

    d.create_backup(TableName="again", BackupName="second")
    d.create_backup(TableName="lean", BackupName="third")
    def names(**more):
        return [s["BackupName"] for s in d.list_backups(**more)["BackupSummaries"]]
    # By the millisecond, and by chance within one.
    everything = names()
    tap.equal((everything[0], sorted(everything)), ("first", ["first", "second", "third"]), "ListBackups")
    tap.equal(names(TableName="again"), ["second"], "of a table")
    tap.equal(names(BackupType="SYSTEM"), [], "of a type")
    page = d.list_backups(Limit=2)
    tap.equal(names(ExclusiveStartBackupArn=page["LastEvaluatedBackupArn"]), everything[2:], "page by page")
    other = client("dynamodb", B)
    tap.equal((other.list_backups()["BackupSummaries"], code(other.describe_backup, BackupArn=arn),
               code(other.restore_table_from_backup, TargetTableName="mine", BackupArn=arn)),
              ([], "BackupNotFoundException", "BackupNotFoundException"), "another account has none of them")
    tap.equal(d.delete_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]["BackupStatus"], "DELETED",
              "DeleteBackup")
    tap.equal((names(), code(d.restore_table_from_backup, TargetTableName="late", BackupArn=arn)),
              (everything[1:], "BackupNotFoundException"), "which is gone")
    tap.equal(code(d.create_backup, TableName="none", BackupName="none"), "TableNotFoundException", "of no table")
    tap.equal(code(d.restore_table_to_point_in_time, SourceTableName="again", TargetTableName="past",
                   UseLatestRestorableTime=True), "NotImplemented", "no point in time")
    tap.end()


if __name__ == "__main__":
    start(__file__, main)

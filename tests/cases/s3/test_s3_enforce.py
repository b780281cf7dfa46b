#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""S3 and DynamoDB where permissions are enforced: session policies as the limit of a caller."""
import json

from sandbox import Tap
from twoaccounts import A, B, client, code, message, start

REGION = "arn:aws:dynamodb:us-east-1:%s:table/" % A


def main():
    tap = Tap()
    root = client("sts", A)

    def limited(service, *statements):
        """A client of A's root user, bounded by a policy of the session."""
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        got = root.get_federation_token(Name="limited", Policy=policy)["Credentials"]
        return client(service, got["AccessKeyId"], secret=got["SecretAccessKey"],
                      token=got["SessionToken"])

    def allow(action, resource, **more):
        return dict({"Effect": "Allow", "Action": action, "Resource": resource}, **more)

    a, b = client("s3", A), client("s3", B)
    a.create_bucket(Bucket="alpha")
    a.put_object(Bucket="alpha", Key="in/x", Body=b"x", Tagging="level=open")
    a.put_object(Bucket="alpha", Key="in/y", Body=b"y", Tagging="level=closed")
    reader = limited("s3", allow("s3:GetObject", "arn:aws:s3:::alpha/in/*",
                                 Condition={"StringEquals":
                                            {"s3:ExistingObjectTag/level": "open"}}))
    tap.equal(reader.get_object(Bucket="alpha", Key="in/x")["Body"].read(), b"x", "allowed by tag")
    tap.equal(code(reader.get_object, Bucket="alpha", Key="in/y"), "AccessDenied", "another tag")
    tap.equal(code(reader.head_object, Bucket="alpha", Key="in/none"), "403",
              "a missing key looks forbidden")
    tap.equal(code(reader.put_object, Bucket="alpha", Key="in/x", Body=b""), "AccessDenied", "put")
    tap.equal(code(reader.list_buckets), "AccessDenied", "list buckets")
    lister = limited("s3", allow("s3:ListBucket", "arn:aws:s3:::alpha", Condition={
        "StringEquals": {"s3:prefix": "in/", "s3:delimiter": "/"},
        "NumericLessThanEquals": {"s3:max-keys": "10"}}))
    tap.equal(code(lister.list_objects_v2, Bucket="alpha", Prefix="in/", Delimiter="/", MaxKeys=5),
              "done", "a prefix, a delimiter and few keys")
    tap.equal(code(lister.list_objects_v2, Bucket="alpha", Prefix="in/", Delimiter="/",
                   MaxKeys=50), "AccessDenied", "too many keys")
    tap.equal(code(lister.list_objects_v2, Bucket="alpha", Prefix="", Delimiter="/", MaxKeys=5),
              "AccessDenied", "another prefix")
    writer = limited("s3", allow(["s3:PutObject", "s3:PutObjectTagging"], "arn:aws:s3:::alpha/*",
                                 Condition={"StringEquals": {"s3:RequestObjectTag/team": "a"}}))
    tap.equal(code(writer.put_object, Bucket="alpha", Key="w", Body=b"", Tagging="team=a"), "done",
              "with the tag")
    tap.equal(code(writer.put_object, Bucket="alpha", Key="w", Body=b""), "AccessDenied",
              "without it")
    tap.equal(code(b.get_object, Bucket="alpha", Key="in/x"), "AccessDenied", "B")

    d = client("dynamodb", A)
    for name in ("one", "two"):
        d.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
                       KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                       AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    mine = limited("dynamodb", allow(["dynamodb:GetItem", "dynamodb:PutItem"], REGION + "one",
                                     Condition={"ForAllValues:StringEquals":
                                                {"dynamodb:LeadingKeys": ["me"]}}))
    tap.equal(code(mine.put_item, TableName="one", Item={"pk": {"S": "me"}}), "done", "my key")
    tap.equal(code(mine.put_item, TableName="one", Item={"pk": {"S": "you"}}),
              "AccessDeniedException", "another's key")
    tap.equal(code(mine.put_item, TableName="two", Item={"pk": {"S": "me"}}),
              "AccessDeniedException", "another table")
    tap.equal(code(mine.transact_write_items, TransactItems=[
        {"Put": {"TableName": "one", "Item": {"pk": {"S": "me"}}}}]), "done", "in a transaction")
    tap.equal(code(mine.transact_write_items, TransactItems=[
        {"Delete": {"TableName": "one", "Key": {"pk": {"S": "me"}}}}]), "AccessDeniedException",
              "each part has its own action")
    tap.check("dynamodb:DeleteItem" in message(mine.delete_item, TableName="one",
                                               Key={"pk": {"S": "me"}}), "the action is named")
    tap.end()


if __name__ == "__main__":
    start(__file__, main, {"AWSINTERCEPT_IAM": "enforce"})

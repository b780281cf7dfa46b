#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Object Lock: retention, legal holds, who may bypass; DeleteObjects answers for each key."""
import datetime
import json

from sandbox import Tap
from twoaccounts import A, B, client, code, message, start

PROTECTED = "Access Denied because object protected by object lock."


def in_days(days):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)


def settings(tap, a):
    a.create_bucket(Bucket="plain")
    tap.equal(code(a.put_object, Bucket="plain", Key="k", Body=b"", ObjectLockMode="GOVERNANCE",
                   ObjectLockRetainUntilDate=in_days(1)), "InvalidRequest", "no lock, no retention")
    rule = {"ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 2}}}
    tap.equal(code(a.put_object_lock_configuration, Bucket="plain", ObjectLockConfiguration=rule),
              "InvalidBucketState", "needs versioning")
    a.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    tap.equal(a.get_bucket_versioning(Bucket="locked")["Status"], "Enabled", "brings versioning")
    tap.equal(code(a.put_bucket_versioning, Bucket="locked",
                   VersioningConfiguration={"Status": "Suspended"}), "InvalidBucketState",
              "which cannot be suspended")
    both = {"ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 2, "Years": 1}}}
    tap.equal(code(a.put_object_lock_configuration, Bucket="locked", ObjectLockConfiguration=both),
              "MalformedXML", "days and years")
    a.put_object_lock_configuration(Bucket="locked", ObjectLockConfiguration=rule)
    tap.equal(a.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"], rule,
              "the configuration")


def retention(tap, a):
    first = a.put_object(Bucket="locked", Key="k", Body=b"1")["VersionId"]
    got = a.head_object(Bucket="locked", Key="k")
    tap.check(got["ObjectLockMode"] == "GOVERNANCE" and
              got["ObjectLockRetainUntilDate"] > in_days(1.9), "the default retention", got)
    tap.equal(message(a.delete_object, Bucket="locked", Key="k", VersionId=first), PROTECTED,
              "its version cannot be deleted")
    tap.equal(code(a.delete_object, Bucket="locked", Key="k"), "done", "it can be hidden")
    tap.equal(code(a.put_object_retention, Bucket="locked", Key="k", VersionId=first, Retention={
        "Mode": "GOVERNANCE", "RetainUntilDate": in_days(1)}), "AccessDenied", "nor shortened")
    a.put_object_retention(Bucket="locked", Key="k", VersionId=first, Retention={
        "Mode": "GOVERNANCE", "RetainUntilDate": in_days(3)})
    got = a.get_object_retention(Bucket="locked", Key="k", VersionId=first)["Retention"]
    tap.check(got["RetainUntilDate"] > in_days(2.9), "but extended", got)
    tap.equal(code(a.delete_object, Bucket="locked", Key="k", VersionId=first,
                   BypassGovernanceRetention=True), "done", "governance can be bypassed")

    strict = a.put_object(Bucket="locked", Key="c", Body=b"", ObjectLockMode="COMPLIANCE",
                          ObjectLockRetainUntilDate=in_days(1))["VersionId"]
    tap.equal(message(a.delete_object, Bucket="locked", Key="c", VersionId=strict,
                      BypassGovernanceRetention=True), PROTECTED, "compliance cannot")
    tap.equal(code(a.put_object, Bucket="locked", Key="c", Body=b"", ObjectLockMode="COMPLIANCE",
                   ObjectLockRetainUntilDate=in_days(-1)), "InvalidArgument", "a date in the past")

    held = a.put_object(Bucket="locked", Key="h", Body=b"",
                        ObjectLockLegalHoldStatus="ON")["VersionId"]
    tap.equal(a.get_object_legal_hold(Bucket="locked", Key="h")["LegalHold"]["Status"], "ON", "held")
    tap.equal(message(a.delete_object, Bucket="locked", Key="h", VersionId=held,
                      BypassGovernanceRetention=True), PROTECTED, "a hold cannot be bypassed")
    a.put_object_legal_hold(Bucket="locked", Key="h", LegalHold={"Status": "OFF"})
    got = a.delete_objects(Bucket="locked", BypassGovernanceRetention=True, Delete={"Objects": [
        {"Key": "h", "VersionId": held}, {"Key": "c", "VersionId": strict}]})
    tap.equal(([d["Key"] for d in got["Deleted"]], [(e["Key"], e["Code"]) for e in got["Errors"]]),
              (["h"], [("c", "AccessDenied")]), "each of many for itself")


def permissions(tap, a, b):
    """In enforce: a caller who may delete versions but not bypass; one who may delete some keys."""
    root = client("sts", A)

    def limited(*statements):
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        got = root.get_federation_token(Name="limited", Policy=policy)["Credentials"]
        return client("s3", got["AccessKeyId"], secret=got["SecretAccessKey"],
                      token=got["SessionToken"])

    every = {"Effect": "Allow", "Action": ["s3:DeleteObject*", "s3:PutObject"], "Resource": "*"}
    bypass = {"Effect": "Allow", "Action": "s3:BypassGovernanceRetention", "Resource": "*"}
    version = a.put_object(Bucket="locked", Key="g", Body=b"")["VersionId"]
    gone = {"Bucket": "locked", "Key": "g", "VersionId": version, "BypassGovernanceRetention": True}
    tap.equal(code(limited(every).delete_object, **gone), "AccessDenied", "bypass needs permission")
    tap.equal(code(limited(every).put_object, Bucket="locked", Key="x", Body=b"",
                   ObjectLockLegalHoldStatus="ON"), "AccessDenied", "so does a hold")
    tap.equal(code(limited(every, bypass).delete_object, **gone), "done", "with it")

    a.create_bucket(Bucket="some")
    for key in ("mine/1", "mine/2", "theirs/1"):
        a.put_object(Bucket="some", Key=key, Body=b"")
    mine = limited({"Effect": "Allow", "Action": "s3:DeleteObject",
                    "Resource": "arn:aws:s3:::some/mine/*"})
    wanted = {"Objects": [{"Key": k} for k in ("mine/1", "theirs/1", "mine/2")]}
    got = mine.delete_objects(Bucket="some", Delete=wanted)
    tap.equal([d["Key"] for d in got["Deleted"]], ["mine/1", "mine/2"], "deletes what it may")
    tap.check([(e["Key"], e["Code"]) for e in got["Errors"]] == [("theirs/1", "AccessDenied")] and
              "s3:DeleteObject" in got["Errors"][0]["Message"], "is told of the rest", got)
    got = b.delete_objects(Bucket="some", Delete=wanted)
    tap.equal(([e["Code"] for e in got["Errors"]], got.get("Deleted")), (["AccessDenied"] * 3, None),
              "another account deletes none")
    tap.equal(a.list_objects_v2(Bucket="some")["KeyCount"], 1, "one is left")


def main():
    tap = Tap()
    a, b = client("s3", A), client("s3", B)
    settings(tap, a)
    retention(tap, a)
    permissions(tap, a, b)
    tap.end()


start(__file__, main, env={"AWSINTERCEPT_IAM": "enforce"})

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""When keys and roles were last used, told by real calls. Permissions enforced, two accounts."""
import datetime

from iam_world import A, B, World, allow, trust
from sandbox import Tap
from twoaccounts import client, start


def keys(w):
    tap = w.tap
    iam = w.client("iam", A)
    iam.create_user(UserName="worker")
    one, two = (iam.create_access_key(UserName="worker")["AccessKey"] for _ in range(2))

    def used(key):
        got = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
        tap.equal(got["UserName"], "worker", "whose key")
        last = got["AccessKeyLastUsed"]
        return last["ServiceName"], last["Region"], last.get("LastUsedDate")

    tap.equal(used(one), ("N/A", "N/A", None), "a key that was never used")
    w.client("sts", one).get_caller_identity()
    service, region, first = used(one)
    tap.equal((service, region), ("sts", "us-east-1"), "the service and the region")
    now = datetime.datetime.now(datetime.timezone.utc)
    tap.check(abs((now - first).total_seconds()) < 300, "the time", first)
    tap.equal(used(two), ("N/A", "N/A", None), "the user's other key was not")
    w.refused("AccessDeniedException", "", client("dynamodb", one["AccessKeyId"],
                                                  region="eu-west-1",
                                                  secret=one["SecretAccessKey"]).list_tables)
    tap.equal(used(one)[:2], ("dynamodb", "eu-west-1"), "a call that was refused counts")
    forged = dict(one, SecretAccessKey="x" * 40)
    w.refused("SignatureDoesNotMatch", "", w.client("iam", forged).list_users)
    tap.equal(used(one)[0], "dynamodb", "one with a wrong signature does not")
    w.refused("NoSuchEntity", "", w.client("iam", B).get_access_key_last_used,
              AccessKeyId=one["AccessKeyId"])
    root = iam.create_access_key()["AccessKey"]
    w.client("iam", root).list_roles()
    last = iam.get_access_key_last_used(AccessKeyId=root["AccessKeyId"])["AccessKeyLastUsed"]
    tap.equal(last["ServiceName"], "iam", "the root user's key")
    iam.delete_access_key(AccessKeyId=root["AccessKeyId"])


def roles(w):
    tap = w.tap
    iam = w.client("iam", A)
    arn = iam.create_role(RoleName="runner", AssumeRolePolicyDocument=trust({"AWS": A}))
    arn = arn["Role"]["Arn"]
    tap.equal(iam.get_role(RoleName="runner")["Role"]["RoleLastUsed"], {}, "a role never used")
    iam.put_user_policy(UserName="worker", PolicyName="p", PolicyDocument=allow("sts:AssumeRole"))
    key = iam.create_access_key
    worker = iam.list_access_keys(UserName="worker")["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.delete_access_key(UserName="worker", AccessKeyId=worker)
    session = w.client("sts", key(UserName="worker")["AccessKey"]).assume_role(
        RoleArn=arn, RoleSessionName="s1")["Credentials"]
    tap.equal(iam.get_role(RoleName="runner")["Role"]["RoleLastUsed"], {},
              "to be assumed is not to be used")
    w.refused("AccessDenied", "s3:ListAllMyBuckets",
              client("s3", session["AccessKeyId"], secret=session["SecretAccessKey"],
                     token=session["SessionToken"], region="eu-central-1").list_buckets)
    last = iam.get_role(RoleName="runner")["Role"]["RoleLastUsed"]
    tap.equal((last["Region"], "LastUsedDate" in last), ("eu-central-1", True),
              "its session was used")
    details = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    tap.equal([r["RoleLastUsed"].get("Region") for r in details if r["RoleName"] == "runner"],
              ["eu-central-1"], "in the details of the account too")
    iam.delete_role(RoleName="runner")
    iam.create_role(RoleName="runner", AssumeRolePolicyDocument=trust({"AWS": A}))
    tap.equal(iam.get_role(RoleName="runner")["Role"]["RoleLastUsed"], {},
              "a new role of that name was never used")


def main():
    tap = Tap()
    w = World(tap)
    for test in (keys, roles):
        test(w)
    tap.end()


start(__file__, main, env={"AWSINTERCEPT_IAM": "enforce"})

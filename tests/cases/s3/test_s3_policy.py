#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bucket policies between two accounts: what they admit in every mode, and what is refused."""
import json

from sandbox import Tap
from twoaccounts import A, B, client, code, message, start


def statement(action, resource, principal=None, effect="Allow", **more):
    return dict({"Effect": effect, "Action": action, "Resource": resource,
                 "Principal": principal or {"AWS": "arn:aws:iam::%s:root" % B}}, **more)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def main():
    tap = Tap()
    a, b = client("s3", A), client("s3", B)
    a.create_bucket(Bucket="shared")
    a.put_object(Bucket="shared", Key="in/x", Body=b"for B")
    a.put_object(Bucket="shared", Key="own", Body=b"for A")
    tap.equal(code(a.get_bucket_policy, Bucket="shared"), "NoSuchBucketPolicy", "none at first")
    tap.equal(code(b.get_object, Bucket="shared", Key="in/x"), "AccessDenied", "B is refused")

    policy = document(statement("s3:GetObject", "arn:aws:s3:::shared/in/*"),
                      statement("s3:PutObject", "arn:aws:s3:::shared/out/*"),
                      statement("s3:ListBucket", "arn:aws:s3:::shared",
                                Condition={"StringLike": {"s3:prefix": "in/*"}}))
    a.put_bucket_policy(Bucket="shared", Policy=policy)
    tap.equal(a.get_bucket_policy(Bucket="shared")["Policy"], policy, "the policy comes back")
    tap.equal(a.get_bucket_policy_status(Bucket="shared")["PolicyStatus"], {"IsPublic": False},
              "not public")
    tap.equal(b.get_object(Bucket="shared", Key="in/x")["Body"].read(), b"for B", "B reads in/")
    tap.equal(code(b.get_object, Bucket="shared", Key="own"), "AccessDenied", "but not the rest")
    tap.equal(code(b.delete_object, Bucket="shared", Key="in/x"), "AccessDenied",
              "nor may it delete")
    tap.equal(code(b.put_object, Bucket="shared", Key="out/y", Body=b"from B"), "done",
              "B writes to out/")
    tap.equal(a.get_object(Bucket="shared", Key="out/y")["Body"].read(), b"from B",
              "the object is A's")
    tap.equal([x["Key"] for x in b.list_objects_v2(Bucket="shared", Prefix="in/x")["Contents"]],
              ["in/x"], "B lists the prefix")
    tap.equal(code(b.list_objects_v2, Bucket="shared"), "AccessDenied", "and nothing else")
    tap.equal(code(b.get_object, Bucket="shared", Key="in/none"), "AccessDenied",
              "who may not list is not told that a key is missing")
    tap.equal(code(b.put_bucket_policy, Bucket="shared", Policy=policy), "AccessDenied",
              "B may not change the policy")
    b.create_bucket(Bucket="bees")
    tap.equal(code(b.copy_object, Bucket="bees", Key="x",
                   CopySource={"Bucket": "shared", "Key": "in/x"}), "done", "B copies from in/")
    tap.equal(code(b.copy_object, Bucket="bees", Key="x",
                   CopySource={"Bucket": "shared", "Key": "own"}), "AccessDenied",
              "a copy needs to read its source")
    tap.equal(code(a.get_object, Bucket="bees", Key="x"), "AccessDenied", "A is refused by B's")

    everybody = document(
        statement("s3:*", ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"], "*"),
        statement("s3:GetObject", "arn:aws:s3:::shared/own", "*", "Deny"))
    tap.check("BlockPublicPolicy" in message(a.put_bucket_policy, Bucket="shared",
                                             Policy=everybody), "public policies are blocked")
    a.put_public_access_block(Bucket="shared", PublicAccessBlockConfiguration={
        "RestrictPublicBuckets": True})
    a.put_bucket_policy(Bucket="shared", Policy=everybody)
    tap.equal(code(b.get_object, Bucket="shared", Key="in/x"), "AccessDenied",
              "a restricted public bucket is its own account's")
    tap.equal(code(a.get_object, Bucket="shared", Key="in/x"), "done", "which still reads it")
    a.delete_public_access_block(Bucket="shared")
    tap.equal(code(b.get_object, Bucket="shared", Key="none"), "NoSuchKey", "who may list is told")
    tap.equal(code(b.get_object, Bucket="shared", Key="own"), "AccessDenied", "a deny wins")
    tap.equal(a.get_bucket_policy_status(Bucket="shared")["PolicyStatus"], {"IsPublic": True},
              "everybody: public")
    a.put_bucket_policy(Bucket="shared", Policy=document(
        statement("s3:GetObject", "arn:aws:s3:::shared/*", "*",
                  Condition={"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}})))
    tap.equal(a.get_bucket_policy_status(Bucket="shared")["PolicyStatus"], {"IsPublic": False},
              "an organization: not public")
    tap.equal(code(b.get_object, Bucket="shared", Key="in/x"), "AccessDenied",
              "the condition does not hold")

    def put(text):
        return lambda: a.put_bucket_policy(Bucket="shared", Policy=text)

    for wrong, why in ((document(statement("s3:GetObject", "arn:aws:s3:::other/*")),
                        "Policy has invalid resource"),
                       (document(statement("sqs:SendMessage", "arn:aws:s3:::shared/*")),
                        "Policy has invalid action"),
                       ("[]", "This policy contains invalid Json or the first byte is not '{'")):
        tap.equal((code(put(wrong)), message(put(wrong))), ("MalformedPolicy", why), why)
    no_principal = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shared/*"}]})
    tap.equal(code(put(no_principal)), "MalformedPolicy", "a statement without a principal")
    a.delete_bucket_policy(Bucket="shared")
    tap.equal(code(a.get_bucket_policy, Bucket="shared"), "NoSuchBucketPolicy", "deleted")
    tap.equal(code(b.get_object, Bucket="shared", Key="in/x"), "AccessDenied", "closed again")
    tap.end()


if __name__ == "__main__":
    start(__file__, main)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a client declares about a body that is a document: looked at, and asked for where AWS does."""
import base64
import datetime
import hashlib

from sandbox import Tap
from twoaccounts import A, client, code, start

DECLARES = ("x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm", "Content-MD5")


def declaring(headers):
    """A client whose requests declare this, and nothing else."""
    def change(request, **_):
        for name in DECLARES:
            del request.headers[name]
        for name, value in headers.items():
            request.headers[name] = value

    s3 = client("s3", A, request_checksum_calculation="when_required")
    s3.meta.events.register("before-sign.s3", change)
    return s3


def md5(data):
    return {"Content-MD5": base64.b64encode(hashlib.md5(data).digest()).decode()}


def main():
    tap = Tap()
    a = client("s3", A)
    a.create_bucket(Bucket="alpha")
    tags = {"Bucket": "alpha", "Tagging": {"TagSet": [{"Key": "k", "Value": "v"}]}}
    wrong = [(md5(b"other"), "BadDigest"), ({"Content-MD5": "short"}, "InvalidDigest"),
             ({"x-amz-checksum-crc32": "AAAAAA=="}, "BadDigest"),
             ({"x-amz-checksum-sha1": "AAAAAA=="}, "InvalidRequest")]
    for headers, expected in wrong:
        tap.equal(code(declaring(headers).put_bucket_tagging, **tags), expected,
                  "a document is what %s says" % headers)
    tap.equal(code(declaring({}).put_bucket_tagging, **tags), "done", "where nothing is said it is kept")
    policy = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*",' \
        '"Action":"s3:*","Resource":"arn:aws:s3:::alpha/x"}}'
    tap.equal([code(declaring(md5(data)).put_bucket_policy, Bucket="alpha", Policy=policy)
               for data in (b"other", policy.encode())], ["BadDigest", "done"], "policies, too")

    a.put_object(Bucket="alpha", Key="k", Body=b"x")
    these = {"Bucket": "alpha", "Delete": {"Objects": [{"Key": "k"}]}}
    tap.equal([code(declaring(h).delete_objects, **these) for h in ({}, md5(b"other"))],
              ["InvalidRequest", "BadDigest"], "deleting many wants a checksum")
    tap.equal(code(a.head_object, Bucket="alpha", Key="k"), "done", "and deletes nothing without")
    tap.equal(code(a.delete_objects, **these), "done", "with it")

    a.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    held = {"Bucket": "locked", "Key": "k", "Body": b"x", "ObjectLockMode": "GOVERNANCE",
            "ObjectLockRetainUntilDate": datetime.datetime(2099, 1, 1)}
    tap.equal([code(declaring(h).put_object, **held) for h in ({}, md5(b"x"))],
              ["InvalidRequest", "done"], "so does a lock")

    key = {"Bucket": "alpha", "Key": "k"}
    a.put_object(Body=b"x", **key)
    got = a.delete_objects(Bucket="alpha", Delete={"Objects": [{"Key": "k", "Size": 5}]})
    tap.equal(([e["Code"] for e in got["Errors"]], code(a.head_object, **key)),
              (["NotImplemented"], "done"), "conditions of directory buckets are not passed over")
    tap.equal([code(a.put_object_tagging, Tagging={"TagSet": [{"Key": k, "Value": v}]}, **key)
               for k, v in (("a#b", ""), ("a", "<"), ("a b+-=._:/@1\u00e9", "\u00e9 1"))],
              ["InvalidTag", "InvalidTag", "done"], "characters of tags")
    long = [{"Key": "%04d" % i + "&" * 1000} for i in range(1000)]
    tap.equal(len(a.delete_objects(Bucket="alpha", Delete={"Objects": long})["Deleted"]), 1000,
              "a document of 5 MB")
    tap.end()


start(__file__, main)

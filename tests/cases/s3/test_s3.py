#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""S3 as boto3 sees it under LD_PRELOAD, with two accounts."""
from sandbox import Tap
from twoaccounts import A, B, client, code, start


def main():
    import boto3
    from botocore.exceptions import ClientError

    tap = Tap()
    a, b = client("s3", A), client("s3", B)
    a.create_bucket(Bucket="alpha")
    tap.equal(code(a.create_bucket, Bucket="alpha"), "done", "us-east-1 creates again")
    tap.equal(code(b.create_bucket, Bucket="alpha"), "BucketAlreadyExists", "names are global")
    tap.equal(code(a.create_bucket, Bucket="Bad_Name"), "InvalidBucketName", "name rules")
    tap.equal([x["Name"] for x in a.list_buckets()["Buckets"]], ["alpha"], "A lists its bucket")
    tap.equal(b.list_buckets()["Buckets"], [], "B lists nothing")
    tap.equal(code(b.head_bucket, Bucket="alpha"), "403", "B may not look at A's bucket")
    tap.equal(code(b.head_bucket, Bucket="nonesuch"), "404", "no such bucket")

    a.put_object(Bucket="alpha", Key="k/\u00e9 1", Body=b"hello", Metadata={"m": "v"},
                 ContentType="text/plain")
    got = a.get_object(Bucket="alpha", Key="k/\u00e9 1")
    tap.equal((got["Body"].read(), got["Metadata"], got["ContentType"], got["ETag"]),
              (b"hello", {"m": "v"}, "text/plain", '"5d41402abc4b2a76b9719d911017c592"'),
              "an object comes back")
    part = a.get_object(Bucket="alpha", Key="k/\u00e9 1", Range="bytes=1-2")
    tap.equal((part["Body"].read(), part["ContentRange"],
               part["ResponseMetadata"]["HTTPStatusCode"]), (b"el", "bytes 1-2/5", 206), "range")
    tap.equal(code(a.get_object, Bucket="alpha", Key="k/\u00e9 1", Range="bytes=9-"),
              "InvalidRange", "range beyond the end")
    tap.equal(code(a.get_object, Bucket="alpha", Key="none"), "NoSuchKey", "no such key")
    tap.equal(code(b.get_object, Bucket="alpha", Key="k/\u00e9 1"), "AccessDenied",
              "B may not read A's object")
    tap.equal(code(b.put_object, Bucket="alpha", Key="x", Body=b""), "AccessDenied",
              "B may not write into A's bucket")
    tap.equal(code(a.get_object, Bucket="alpha", Key="k/\u00e9 1", IfNoneMatch=got["ETag"]), "304",
              "not modified")
    try:
        a.head_object(Bucket="alpha", Key="k/\u00e9 1", IfModifiedSince=got["LastModified"])
        told = {}
    except ClientError as error:
        told = error.response["ResponseMetadata"]["HTTPHeaders"]
    tap.equal((told.get("etag"), told.get("last-modified")),
              (got["ETag"], got["ResponseMetadata"]["HTTPHeaders"]["last-modified"]),
              "and which it is that the client has")
    tap.equal(code(a.put_object, Bucket="alpha", Key="k/\u00e9 1", Body=b"", IfNoneMatch="*"),
              "PreconditionFailed", "conditional write")
    tap.equal(code(a.put_object, Bucket="alpha", Key="c", Body=b"abc", ChecksumCRC32="AAAAAA=="),
              "BadDigest", "wrong checksum")
    tap.equal(code(a.put_object, Bucket="alpha", Key="c", Body=b"abc", Metadata={"a": "x" * 3000}),
              "MetadataTooLarge", "metadata limit")
    tap.equal(code(a.put_object, Bucket="alpha", Key="x" * 1025, Body=b""), "KeyTooLongError",
              "key limit")
    far = "x" * 5000
    tap.equal([code(a.get_object, Bucket="alpha", Key=far),
               a.delete_objects(Bucket="alpha", Delete={"Objects": [{"Key": far}]})["Errors"][0]["Code"],
               code(a.copy_object, Bucket="alpha", Key="c", CopySource="alpha/" + far),
               code(a.list_parts, Bucket="alpha", Key="k", UploadId=far)],
              ["KeyTooLongError", "KeyTooLongError", "NoSuchKey", "NoSuchUpload"],
              "names that nothing can have")
    tap.equal([a.list_objects_v2(Bucket="alpha", **more)["KeyCount"]
               for more in ({"StartAfter": far}, {"Prefix": far}, {"StartAfter": "a" + far})],
              [0, 0, 1], "and places to go on from")
    big = bytes(range(256)) * (1 << 14)
    a.put_object(Bucket="alpha", Key="big", Body=big)
    tap.check(a.get_object(Bucket="alpha", Key="big")["Body"].read() == big, "4 MiB come back")
    a.copy_object(Bucket="alpha", Key="copy", CopySource={"Bucket": "alpha", "Key": "big"})
    tap.check(a.get_object(Bucket="alpha", Key="copy")["Body"].read() == big, "and their copy")

    for i in range(25):
        a.put_object(Bucket="alpha", Key="d%d/f%02d" % (i // 5, i), Body=b"")
    page = a.list_objects_v2(Bucket="alpha", Delimiter="/")
    tap.equal([x["Prefix"] for x in page["CommonPrefixes"]],
              ["d0/", "d1/", "d2/", "d3/", "d4/", "k/"], "common prefixes")
    for size in (1, 3, 7):
        pages = a.get_paginator("list_objects_v2").paginate(
            Bucket="alpha", PaginationConfig={"PageSize": size})
        keys = [x["Key"] for p in pages for x in p.get("Contents", [])]
        tap.check(len(keys) == 28 and keys == sorted(keys, key=lambda k: k.encode()),
                  "pages of %d hold every key once, in order" % size, keys)
    pages = a.get_paginator("list_objects").paginate(Bucket="alpha", Delimiter="/",
                                                     PaginationConfig={"PageSize": 2})
    rolled = [y for p in pages for y in [x["Prefix"] for x in p.get("CommonPrefixes", [])] +
              [x["Key"] for x in p.get("Contents", [])]]
    tap.equal(sorted(rolled), ["big", "copy", "d0/", "d1/", "d2/", "d3/", "d4/", "k/"],
              "pages of version 1 with a delimiter")
    tap.equal(len(a.list_objects_v2(Bucket="alpha", Prefix="d1/", StartAfter="d1/f06")["Contents"]),
              3, "start after")
    tap.equal(code(a.delete_bucket, Bucket="alpha"), "BucketNotEmpty", "not empty")
    keys = [{"Key": x["Key"]} for x in a.list_objects_v2(Bucket="alpha")["Contents"]]
    tap.equal(len(a.delete_objects(Bucket="alpha", Delete={"Objects": keys})["Deleted"]), 28,
              "delete many")
    tap.equal(code(a.delete_bucket, Bucket="alpha"), "done", "deleted when empty")

    e = client("s3", A, "eu-west-1")
    tap.equal(code(e.create_bucket, Bucket="euro"), "IllegalLocationConstraintException",
              "a region's endpoint wants its constraint")
    e.create_bucket(Bucket="euro", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    tap.equal(e.get_bucket_location(Bucket="euro")["LocationConstraint"], "eu-west-1", "location")
    tap.equal(code(e.create_bucket, Bucket="euro",
                   CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}),
              "BucketAlreadyOwnedByYou", "elsewhere creating again is refused")
    tap.equal(code(a.create_bucket, Bucket="mars",
                   CreateBucketConfiguration={"LocationConstraint": "mars"}),
              "InvalidLocationConstraint", "no such location")
    for style in ("path", "virtual"):
        s = client("s3", A, "eu-west-1", s3={"addressing_style": style})
        s.put_object(Bucket="euro", Key=style, Body=style.encode())
        tap.equal(s.get_object(Bucket="euro", Key=style)["Body"].read(), style.encode(),
                  "%s style" % style)
    tap.equal(a.head_object(Bucket="euro", Key="path")["ContentLength"], 4,
              "a client of another region is led to the bucket")
    g = boto3.client("s3", region_name="eu-west-1", endpoint_url="https://s3.amazonaws.com",
                     aws_access_key_id=A, aws_secret_access_key="secret")
    try:
        g.list_buckets()
        tap.check(False, "the global endpoint wants a signature for us-east-1")
    except ClientError as error:
        said = error.response["Error"]
        tap.equal((said["Code"], said["Region"], "'eu-west-1' is wrong" in said["Message"]),
                  ("AuthorizationHeaderMalformed", "us-east-1", True),
                  "the global endpoint wants a signature for us-east-1")
    tap.equal(code(a.get_object_torrent, Bucket="euro", Key="x"), "NotImplemented",
              "what is not emulated")
    tap.end()


start(__file__, main)

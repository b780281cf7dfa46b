#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Multipart uploads: what boto3's transfers do with 64 MiB, the rules of parts, two accounts."""
import hashlib
import io
import json

from sandbox import Tap
from twoaccounts import A, B, client, code, start

MIB = 1 << 20


def main():
    from boto3.s3.transfer import TransferConfig

    tap = Tap()
    a, b = client("s3", A), client("s3", B)
    a.create_bucket(Bucket="alpha")

    big = bytes(i % 251 for i in range(MIB)) * 64
    a.upload_fileobj(io.BytesIO(big), "alpha", "big", ExtraArgs={"Metadata": {"m": "v"}})
    head = a.head_object(Bucket="alpha", Key="big")
    sums = b"".join(hashlib.md5(big[i:i + 8 * MIB]).digest() for i in range(0, len(big), 8 * MIB))
    tap.equal((head["ContentLength"], head["ETag"], head["Metadata"]),
              (len(big), '"%s-8"' % hashlib.md5(sums).hexdigest(), {"m": "v"}), "64 MiB in 8 parts")
    back = io.BytesIO()
    a.download_fileobj("alpha", "big", back)
    tap.check(back.getvalue() == big, "and back in ranges")
    tap.check(a.get_object(Bucket="alpha", Key="big")["Body"].read() == big, "and back in one")
    part = a.get_object(Bucket="alpha", Key="big", PartNumber=3)
    tap.equal((part["PartsCount"], part["ContentRange"], part["Body"].read() ==
               big[16 * MIB:24 * MIB]), (8, "bytes 16777216-25165823/67108864", True), "one part")
    a.copy({"Bucket": "alpha", "Key": "big"}, "alpha", "copied",
           Config=TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=16 * MIB))
    tap.check(a.get_object(Bucket="alpha", Key="copied")["Body"].read() == big,
              "a copy in parts of the source")
    tap.equal(a.head_object(Bucket="alpha", Key="copied")["ETag"][-3:], '-4"', "four of them")

    def begin(key, **more):
        return a.create_multipart_upload(Bucket="alpha", Key=key, **more)["UploadId"]

    def put(upload, number, data, key="k", who=a):
        return who.upload_part(Bucket="alpha", Key=key, UploadId=upload, PartNumber=number,
                               Body=data)["ETag"]

    def end(upload, parts, key="k", **more):
        return code(a.complete_multipart_upload, Bucket="alpha", Key=key, UploadId=upload,
                    MultipartUpload={"Parts": [{"PartNumber": n, "ETag": e} for n, e in parts]},
                    **more)

    u = begin("k")
    small = put(u, 1, b"small")
    last = put(u, 2, b"end")
    tap.equal(end(u, [(1, small), (2, last)]), "EntityTooSmall", "parts but the last have 5 MiB")
    first = put(u, 1, b"x" * (5 * MIB))
    tap.equal(end(u, [(2, last), (1, first)]), "InvalidPartOrder", "out of order")
    tap.equal(end(u, [(1, small), (2, last)]), "InvalidPart", "an older part's tag")
    tap.equal(end(u, [(1, first), (3, last)]), "InvalidPart", "a part that is not there")
    tap.equal(end(u, []), "MalformedXML", "no parts")
    tap.equal(code(a.upload_part, Bucket="alpha", Key="k", UploadId=u, PartNumber=10001, Body=b""),
              "InvalidArgument", "the greatest number")
    tap.equal(code(a.upload_part, Bucket="alpha", Key="k2", UploadId=u, PartNumber=1, Body=b""),
              "NoSuchUpload", "another key")
    got = a.list_parts(Bucket="alpha", Key="k", UploadId=u, MaxParts=1)
    tap.equal(([p["Size"] for p in got["Parts"]], got["IsTruncated"], got["NextPartNumberMarker"]),
              ([5 * MIB], True, 1), "parts, a page")
    put(u, 7, b"not used")
    v = begin("j")
    ups = a.list_multipart_uploads(Bucket="alpha")
    tap.equal([x["Key"] for x in ups["Uploads"]], ["j", "k"], "uploads, by key")
    tap.equal([x["Key"] for x in a.list_multipart_uploads(Bucket="alpha", KeyMarker="j")["Uploads"]],
              ["k"], "behind a key")
    tap.equal(code(a.get_object, Bucket="alpha", Key="k"), "NoSuchKey", "nothing is there yet")
    tap.equal(end(u, [(1, first), (2, last)]), "done", "completed")
    tap.check(a.get_object(Bucket="alpha", Key="k")["Body"].read() == b"x" * (5 * MIB) + b"end",
              "the object is the named parts")
    tap.equal(end(u, [(1, first), (2, last)]), "NoSuchUpload", "and the upload is over")
    put(v, 1, b"y", key="j")
    a.abort_multipart_upload(Bucket="alpha", Key="j", UploadId=v)
    tap.equal(code(a.list_parts, Bucket="alpha", Key="j", UploadId=v), "NoSuchUpload", "aborted")
    tap.check("Uploads" not in a.list_multipart_uploads(Bucket="alpha"), "no uploads any more")

    w = begin("b")
    tap.equal(code(b.upload_part, Bucket="alpha", Key="b", UploadId=w, PartNumber=1, Body=b""),
              "AccessDenied", "B may not upload")
    a.put_bucket_policy(Bucket="alpha", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": B}, "Action": "s3:PutObject",
         "Resource": "arn:aws:s3:::alpha/b"}]}))
    tap.check(put(w, 1, b"from B", "b", b), "until the policy allows it")
    tap.equal(code(b.abort_multipart_upload, Bucket="alpha", Key="b", UploadId=w), "AccessDenied",
              "aborting is another permission")
    a.create_bucket(Bucket="gone")
    a.create_multipart_upload(Bucket="gone", Key="k")
    a.delete_bucket(Bucket="gone")
    a.create_bucket(Bucket="gone")
    tap.check("Uploads" not in a.list_multipart_uploads(Bucket="gone"),
              "uploads go with their bucket")
    tap.end()


if __name__ == "__main__":
    start(__file__, main)

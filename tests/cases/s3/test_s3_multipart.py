#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Multipart uploads: what boto3's transfers do with 64 MiB, the rules of parts, two accounts."""
import base64
import datetime
import hashlib
import io
import json

from sandbox import Tap
from twoaccounts import A, B, client, code, start

MIB = 1 << 20


def list_by_folder(tap, a):
    a.create_bucket(Bucket="folders")
    for key in ("a/1", "a/2", "b c", "d/1"):
        a.create_multipart_upload(Bucket="folders", Key=key)
    pages = a.get_paginator("list_multipart_uploads").paginate(
        Bucket="folders", Delimiter="/", PaginationConfig={"PageSize": 1})
    pages = [([x["Prefix"] for x in p.get("CommonPrefixes", [])],
              [x["Key"] for x in p.get("Uploads", [])]) for p in pages]
    tap.equal(pages, [(["a/"], []), ([], ["b c"]), (["d/"], [])], "uploads by folder, in pages")
    got = a.list_multipart_uploads(Bucket="folders", EncodingType="url", Prefix="b")
    tap.equal((got["Uploads"][0]["Key"], got["EncodingType"]), ("b+c", "url"), "encoded keys")
    tap.equal([code(a.list_multipart_uploads, Bucket="folders", MaxUploads=-1),
               code(a.list_multipart_uploads, Bucket="folders", EncodingType="no")],
              ["InvalidArgument"] * 2, "what a page cannot be")
    got = a.list_multipart_uploads(Bucket="folders", MaxUploads=0)
    tap.equal((got["IsTruncated"], "Uploads" in got), (False, False), "an empty page is the last")


def sum_parts(tap, a):
    a.create_bucket(Bucket="sums")
    data = [b"x" * (5 * MIB), b"tail"]
    sums = [base64.b64encode(hashlib.sha256(d).digest()).decode() for d in data]
    whole = hashlib.sha256(b"".join(hashlib.sha256(d).digest() for d in data)).digest()
    u = a.create_multipart_upload(Bucket="sums", Key="k", ChecksumAlgorithm="SHA256")["UploadId"]
    at = {"Bucket": "sums", "Key": "k", "UploadId": u}
    parts = [a.upload_part(PartNumber=i + 1, Body=d, ChecksumAlgorithm="SHA256", **at)
             for i, d in enumerate(data)]
    parts = [{"PartNumber": i + 1, "ETag": p["ETag"]} for i, p in enumerate(parts)]
    tap.equal(code(a.complete_multipart_upload, MultipartUpload={"Parts": parts}, **at),
              "InvalidRequest", "a checksum of checksums wants the part's")
    parts = [dict(p, ChecksumSHA256=s) for p, s in zip(parts, sums)]
    wanted = base64.b64encode(whole).decode() + "-2"
    tap.equal(code(a.complete_multipart_upload, MultipartUpload={"Parts": parts},
                   ChecksumSHA256=sums[0] + "-2", **at), "BadDigest", "another checksum")
    done = a.complete_multipart_upload(MultipartUpload={"Parts": parts}, ChecksumSHA256=wanted,
                                       **at)
    tap.equal(done["ChecksumSHA256"], wanted, "the one that the client computed")
    got = a.get_object_attributes(Bucket="sums", Key="k", ObjectAttributes=["ObjectParts"])
    tap.equal([p.get("ChecksumSHA256") for p in got["ObjectParts"]["Parts"]], sums,
              "attributes tell the parts' checksums")
    got = a.get_object(Bucket="sums", Key="k", PartNumber=2, ChecksumMode="ENABLED")
    tap.equal((got["Body"].read(), got.get("ChecksumSHA256")), (data[1], sums[1]),
              "and reading one its own")


def copy_ranges(tap, a):
    a.create_bucket(Bucket="ranges")
    a.put_object(Bucket="ranges", Key="source", Body=b"0123456789")
    u = a.create_multipart_upload(Bucket="ranges", Key="k")["UploadId"]

    def copy(**more):
        return code(a.upload_part_copy, Bucket="ranges", Key="k", UploadId=u, PartNumber=1,
                    CopySource="ranges/source", **more)

    tap.equal([copy(CopySourceRange=r) for r in ("bytes=0-9", "bytes=2-2")], ["done"] * 2,
              "ranges of the source")
    tap.equal([copy(CopySourceRange=r) for r in ("bytes=0-10", "bytes=3-", "bytes=-3", "bytes=5-4",
                                                 "bytes=0", "0-3")],
              ["InvalidArgument"] * 6, "ranges that are none, or beyond its end")
    tap.equal([copy(CopySourceIfModifiedSince=datetime.datetime.now(datetime.timezone.utc)),
               code(a.copy_object, Bucket="ranges", Key="copy", CopySource="ranges/source",
                    CopySourceIfModifiedSince=datetime.datetime(2020, 1, 1))],
              ["PreconditionFailed", "done"], "a copy is refused, never 'not modified'")
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    u = a.create_multipart_upload(Bucket="ranges", Key="k", **key)["UploadId"]
    tap.equal([copy(), copy(**key)], ["InvalidRequest", "done"], "the upload's own key is needed")


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
    list_by_folder(tap, a)
    sum_parts(tap, a)
    copy_ranges(tap, a)
    a.create_bucket(Bucket="gone")
    a.create_multipart_upload(Bucket="gone", Key="k")
    a.delete_bucket(Bucket="gone")
    a.create_bucket(Bucket="gone")
    tap.check("Uploads" not in a.list_multipart_uploads(Bucket="gone"),
              "uploads go with their bucket")
    tap.end()


if __name__ == "__main__":
    start(__file__, main)

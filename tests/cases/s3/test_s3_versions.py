#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Versions of objects: what puts and deletes leave behind, ids, delete markers, listing."""
from sandbox import Tap
from twoaccounts import A, B, client, code, start


def ids(s3, bucket, key):
    """The versions of a key as listed: (id, latest, is a delete marker), markers last."""
    got = s3.list_object_versions(Bucket=bucket, Prefix=key)
    return [(v["VersionId"], v["IsLatest"], kind == "DeleteMarkers")
            for kind in ("Versions", "DeleteMarkers") for v in got.get(kind, []) if v["Key"] == key]


def body(s3, bucket, key, **which):
    return s3.get_object(Bucket=bucket, Key=key, **which)["Body"].read()


def enabled(tap, a):
    a.create_bucket(Bucket="vvv")
    got = a.put_object(Bucket="vvv", Key="k", Body=b"before")
    tap.check("VersionId" not in got, "no id in a bucket that was never versioned", got)
    a.put_bucket_versioning(Bucket="vvv", VersioningConfiguration={"Status": "Enabled"})
    tap.equal(a.get_object(Bucket="vvv", Key="k")["VersionId"], "null", "what was there is null")
    one = a.put_object(Bucket="vvv", Key="k", Body=b"one")["VersionId"]
    two = a.put_object(Bucket="vvv", Key="k", Body=b"two")["VersionId"]
    tap.check(one != two and len(one) == 32, "each version has an id", (one, two))
    tap.equal(ids(a, "vvv", "k"), [(two, True, False), (one, False, False), ("null", False, False)],
              "listed newest first")
    for which, want in ((two, b"two"), (one, b"one"), ("null", b"before")):
        tap.equal(body(a, "vvv", "k", VersionId=which), want, "read " + which[:4])
    tap.equal(body(a, "vvv", "k"), b"two", "the newest is current")

    gone = a.delete_object(Bucket="vvv", Key="k")
    tap.check(gone["DeleteMarker"] and len(gone["VersionId"]) == 32, "a delete marker", gone)
    try:
        a.get_object(Bucket="vvv", Key="k")
        tap.check(False, "hidden")
    except a.exceptions.NoSuchKey as error:
        headers = error.response["ResponseMetadata"]["HTTPHeaders"]
        tap.equal((headers.get("x-amz-delete-marker"), headers.get("x-amz-version-id")),
                  ("true", gone["VersionId"]), "hidden by the marker")
    tap.equal(code(a.get_object, Bucket="vvv", Key="k", VersionId=gone["VersionId"]),
              "MethodNotAllowed", "a marker cannot be read")
    tap.equal(body(a, "vvv", "k", VersionId=one), b"one", "what it hides can")
    tap.equal(a.list_objects_v2(Bucket="vvv")["KeyCount"], 0, "nothing to list")
    tap.equal(ids(a, "vvv", "k")[-1], (gone["VersionId"], True, True), "the marker is the latest")
    tap.equal(code(a.delete_bucket, Bucket="vvv"), "BucketNotEmpty", "versions keep the bucket")

    back = a.delete_object(Bucket="vvv", Key="k", VersionId=gone["VersionId"])
    tap.check(back["DeleteMarker"] and body(a, "vvv", "k") == b"two", "without the marker it is back",
              back)
    a.delete_object(Bucket="vvv", Key="k", VersionId=two)
    tap.equal(body(a, "vvv", "k"), b"one", "the version before becomes current")
    tap.equal(code(a.get_object, Bucket="vvv", Key="k", VersionId=two), "NoSuchVersion", "gone")
    tap.equal(code(a.delete_object, Bucket="vvv", Key="k", VersionId=two), "done", "twice is fine")
    tap.equal(code(a.get_object, Bucket="vvv", Key="k", VersionId="what"), "InvalidArgument",
              "no version id at all")
    a.delete_object(Bucket="vvv", Key="none")
    tap.equal([m for _, _, m in ids(a, "vvv", "none")], [True], "a marker for what was not there")
    return one


def suspended(tap, a):
    a.create_bucket(Bucket="sss")
    a.put_bucket_versioning(Bucket="sss", VersioningConfiguration={"Status": "Enabled"})
    kept = a.put_object(Bucket="sss", Key="k", Body=b"kept")["VersionId"]
    a.put_bucket_versioning(Bucket="sss", VersioningConfiguration={"Status": "Suspended"})
    tap.equal(a.put_object(Bucket="sss", Key="k", Body=b"x")["VersionId"], "null", "puts are null")
    a.put_object(Bucket="sss", Key="k", Body=b"y")
    tap.equal(ids(a, "sss", "k"), [("null", True, False), (kept, False, False)], "one null at most")
    got = a.delete_object(Bucket="sss", Key="k")
    tap.equal((got["DeleteMarker"], got["VersionId"]), (True, "null"), "the marker is null")
    tap.equal(ids(a, "sss", "k"), [(kept, False, False), ("null", True, True)],
              "and took the place of the object")
    a.put_object(Bucket="sss", Key="k", Body=b"z")
    tap.equal(ids(a, "sss", "k"), [("null", True, False), (kept, False, False)],
              "which takes that of the marker")


def many(tap, a):
    a.create_bucket(Bucket="mmm")
    a.put_bucket_versioning(Bucket="mmm", VersioningConfiguration={"Status": "Enabled"})
    made = []
    for key in ("a", "b/1", "b/2", "c"):
        for text in (b"1", b"2", b"3"):
            made.append((key, a.put_object(Bucket="mmm", Key=key, Body=text)["VersionId"]))
    a.delete_object(Bucket="mmm", Key="c")
    whole = a.list_object_versions(Bucket="mmm")
    listed = [(v["Key"], v["VersionId"]) for v in whole["Versions"]]
    tap.equal(sorted(listed), sorted(made), "all versions")
    tap.equal([v["IsLatest"] for v in whole["Versions"] if v["Key"] == "c"], [False] * 3,
              "none is the latest behind a marker")
    pages = list(a.get_paginator("list_object_versions").paginate(
        Bucket="mmm", PaginationConfig={"PageSize": 2}))
    paged = [(v["Key"], v["VersionId"]) for p in pages for v in p.get("Versions", [])]
    markers = [v["Key"] for p in pages for v in p.get("DeleteMarkers", [])]
    tap.check(paged == listed and markers == ["c"] and len(pages) == 7, "page by page",
              (len(pages), paged, markers))
    rolled = a.list_object_versions(Bucket="mmm", Delimiter="/")
    tap.equal(([p["Prefix"] for p in rolled["CommonPrefixes"]],
               sorted({v["Key"] for v in rolled["Versions"]})), (["b/"], ["a", "c"]), "rolled up")
    inner = a.list_object_versions(Bucket="mmm", Prefix="b/", MaxKeys=4)
    tap.check(inner["IsTruncated"] and inner["NextKeyMarker"] == "b/2", "a prefix, four", inner)
    tap.equal(code(a.list_object_versions, Bucket="mmm", VersionIdMarker=made[0][1]),
              "InvalidArgument", "a version marker needs a key marker")

    wanted = [{"Key": k, "VersionId": v} for k, v in listed]
    got = a.delete_objects(Bucket="mmm", Delete={"Objects": wanted})
    tap.equal(len(got["Deleted"]), 12, "deletes of versions")
    left = a.list_object_versions(Bucket="mmm")
    tap.equal((left.get("Versions"), len(left["DeleteMarkers"])), (None, 1), "the marker is left")
    got = a.delete_objects(Bucket="mmm", Delete={"Objects": [{"Key": "new"}]})["Deleted"][0]
    tap.check(got["DeleteMarker"] and got["DeleteMarkerVersionId"], "a marker is made", got)
    for marker in a.list_object_versions(Bucket="mmm")["DeleteMarkers"]:
        a.delete_object(Bucket="mmm", Key=marker["Key"], VersionId=marker["VersionId"])
    tap.equal(code(a.delete_bucket, Bucket="mmm"), "done", "empty at last")


def others(tap, a, b, one):
    got = a.copy_object(Bucket="vvv", Key="copy", CopySource={"Bucket": "vvv", "Key": "k",
                                                            "VersionId": "null"})
    tap.check(got["CopySourceVersionId"] == "null" and body(a, "vvv", "copy") == b"before",
              "a copy of a version", got)
    a.copy_object(Bucket="vvv", Key="k", CopySource={"Bucket": "vvv", "Key": "k", "VersionId": "null"})
    tap.equal(body(a, "vvv", "k"), b"before", "an old version restored")
    a.put_object_tagging(Bucket="vvv", Key="k", VersionId=one,
                         Tagging={"TagSet": [{"Key": "t", "Value": "old"}]})
    tap.equal(a.get_object_tagging(Bucket="vvv", Key="k", VersionId=one)["TagSet"][0]["Value"], "old",
              "tags of a version")
    tap.equal(a.get_object_tagging(Bucket="vvv", Key="k")["TagSet"], [], "are not the current one's")
    upload = a.create_multipart_upload(Bucket="vvv", Key="k")["UploadId"]
    part = a.upload_part(Bucket="vvv", Key="k", UploadId=upload, PartNumber=1, Body=b"parts")
    done = a.complete_multipart_upload(Bucket="vvv", Key="k", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    tap.equal(ids(a, "vvv", "k")[0], (done["VersionId"], True, False), "a multipart version")
    got = a.get_object_attributes(Bucket="vvv", Key="k", VersionId=done["VersionId"],
                                  ObjectAttributes=["ETag", "ObjectSize", "ObjectParts"])
    tap.check(got["ObjectSize"] == 5 and got["ObjectParts"]["TotalPartsCount"] == 1 and
              not got["ETag"].startswith('"'), "attributes", got)
    tap.equal(code(b.list_object_versions, Bucket="vvv"), "AccessDenied", "B lists no versions")
    tap.equal(code(b.get_object, Bucket="vvv", Key="k", VersionId=one), "AccessDenied", "reads none")
    tap.equal(code(a.put_bucket_versioning, Bucket="vvv",
                   VersioningConfiguration={"Status": "Maybe"}), "MalformedXML", "no such status")


def main():
    tap = Tap()
    a, b = client("s3", A), client("s3", B)
    one = enabled(tap, a)
    suspended(tap, a)
    many(tap, a)
    others(tap, a, b, one)
    tap.end()


start(__file__, main)

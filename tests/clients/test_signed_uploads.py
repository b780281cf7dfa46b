#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uploads whose payload is not what was signed, whole or in chunks, where permissions are enforced (identity.md 8.9, 10.2)."""
import base64
import re
import zlib

from sandbox import Tap
from signing import MISMATCH, World
from sigv4 import UNSIGNED, Request, digest
from twoaccounts import A, client, start


def put(w, **more):
    return Request(w.ann, "s3", "s3.us-east-1.amazonaws.com", "PUT", "/signed/put", **more)


def payloads(w):
    body = b"hello" * 100
    w.passes("a signed payload", put(w, body=body).sign())
    w.passes("an unsigned payload", put(w, body=body).sign(UNSIGNED))
    changed = put(w, body=body).sign()
    changed.body = body[:-1] + b"!"
    w.fails("another body", changed, (
        400, "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed."))
    w.fails("another hash, signed", put(w, body=body).sign(digest(b"other")), (
        400, "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed."))
    other = put(w, body=body).sign()
    other.headers["X-Amz-Content-Sha256"] = UNSIGNED
    w.fails("another word, not signed", other, MISMATCH["s3"])
    w.fails("no hash and no word", put(w, body=body).sign("hash"), (
        400, "InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, "
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value."))
    none = put(w, body=body)
    none.signed = ["host", "x-amz-date"]
    none.sign()
    del none.headers["X-Amz-Content-Sha256"]
    w.fails("none at all", none, (
        400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"))
    late = put(w, body=body).sign()
    late.headers["X-Amz-Meta-Late"] = "1"
    w.fails("a header that is not signed", late, (
        403, "AccessDenied", "There were headers present in the request which were not signed"))


def chunks(w):
    pieces = [b"a" * 8192, b"b" * 8192, b"c" * 100]
    w.passes("signed chunks", put(w).chunked(pieces))
    for number, title in enumerate(("first", "middle", "last", "empty")):
        w.fails("the %s chunk's signature" % title, put(w).chunked(pieces, wrong=number), MISMATCH["s3"])
    incomplete = (400, "IncompleteBody", "The request body terminated unexpectedly")
    for title, change, want in (
            ("no chunk is signed", lambda body: re.sub(rb";chunk-signature=\w+", b"", body),
             MISMATCH["s3"]),
            ("the first chunk is not", lambda body: re.sub(rb";chunk-signature=\w+", b"", body, count=1),
             MISMATCH["s3"]),
            ("one slips in unsigned", lambda body: b"3\r\nabc\r\n" + body, incomplete),
            ("the empty chunk is missing", lambda body: body[:body.rindex(b"0;chunk")], incomplete),
            ("a chunk is cut", lambda body: body[:5000], incomplete)):
        request = put(w).chunked(pieces)
        request.body = change(request.body)
        w.fails(title, request, want)
    swapped = put(w).chunked(pieces)
    swapped.body = swapped.body.replace(b"a" * 8192, b"z" * 8192)
    w.fails("another chunk", swapped, MISMATCH["s3"])
    crc = base64.b64encode(zlib.crc32(b"".join(pieces)).to_bytes(4, "big")).decode()
    right = ("x-amz-checksum-crc32", crc)
    w.passes("signed chunks and trailer", put(w).chunked(pieces, right))
    w.fails("the trailer's signature", put(w).chunked(pieces, right, wrong="trailer"), MISMATCH["s3"])
    changed = put(w).chunked(pieces, right)
    changed.body = changed.body.replace(crc.encode(), b"AAAAAA==")
    w.fails("another trailer", changed, MISMATCH["s3"])
    got = client("s3", A).get_object(Bucket="signed", Key="put")["Body"].read()
    w.tap.equal(got, b"".join(pieces), "what was refused has left nothing")


def main():
    tap = Tap()
    w = World(tap)
    payloads(w)
    chunks(w)
    tap.end()


if __name__ == "__main__":
    start(__file__, main, {"AWSINTERCEPT_IAM": "enforce"})

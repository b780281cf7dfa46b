#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Presigned requests that are wrong in one way each, where permissions are enforced (identity.md 8.9)."""
import json
import time
import urllib.request

from sandbox import Tap
from signing import MISMATCH, UNKNOWN, World, ask
from sigv4 import Request, other_stamp, stamp
from twoaccounts import start


def presigned(w):
    malformed = (400, "AuthorizationQueryParametersError")
    session = w.role("presigned")

    def url(keys=w.ann, expires=300, **more):
        return ask("s3", keys, **more).presign(expires)

    def changed(name, value, keys=w.ann):
        """value: None takes the parameter out; a function is given what it was."""
        request = url(keys)
        request.query = [(k, (value(v) if callable(value) else value) if k == name else v)
                         for k, v in request.query if k != name or value is not None]
        return request

    w.passes("presigned by a session", url(session))
    w.passes("for a week", url(expires=604800))
    for title, request in (
            ("another signature", changed("X-Amz-Signature", "0" * 64)),
            ("another expiry", changed("X-Amz-Expires", "301")),
            ("another date", changed("X-Amz-Date", other_stamp))):
        w.fails("presigned, " + title, request, MISMATCH["s3"])
    more = url()
    more.query.append(("response-content-type", "text/html"))
    w.fails("presigned, a further parameter", more, MISMATCH["s3"])
    for name, value in (("path", "/signed/other"), ("method", "HEAD"), ("host", "s3.amazonaws.com")):
        request = url()
        setattr(request, name, value)
        w.tap.equal(request.send()[0], 403, "presigned, another " + name)
    signed = ask("s3", w.ann, headers={"X-Amz-Meta-A": "1"}).presign()
    signed.headers["X-Amz-Meta-A"] = "2"
    w.fails("presigned, another signed header", signed, MISMATCH["s3"])
    unsigned = url()
    unsigned.headers["X-Amz-Tagging"] = "a=b"
    w.fails("presigned, a header that is not signed", unsigned, (
        403, "AccessDenied", "There were headers present in the request which were not signed"))
    w.fails("presigned, overdue", url(time=stamp(-400)), (403, "AccessDenied", "Request has expired"))
    w.fails("presigned, for tomorrow", url(time=stamp(86400)),
            (403, "AccessDenied", "Request is not valid yet"))
    for title, expires, says in (
            ("more than a week", 604801, "X-Amz-Expires must be less than a week (in seconds); that is, "
             "the given X-Amz-Expires must be less than 604800 seconds"),
            ("a negative expiry", -1, "X-Amz-Expires must be non-negative"),
            ("an expiry that is no number", "soon", "X-Amz-Expires should be a number"),
            ("no expiry", None, "Query-string authentication version 4 requires the X-Amz-Algorithm, "
             "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires "
             "parameters.")):
        w.fails("presigned, " + title, url(expires=expires), (*malformed, says))
    w.fails("presigned, another service's scope", url(scope_service="sqs"), (
        *malformed, 'Error parsing the X-Amz-Credential parameter; incorrect service "sqs". This endpoint '
        'belongs to "s3".'))
    w.fails("presigned, another region's scope", url(region="eu-west-1"), (
        *malformed, "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; "
        "expecting 'us-east-1'"))
    w.fails("presigned, no algorithm", changed("X-Amz-Algorithm", None), (
        *malformed, "Query-string authentication version 4 requires the X-Amz-Algorithm, "
        "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires "
        "parameters."))
    w.fails("presigned, the token is missing", changed("X-Amz-Security-Token", None, session),
            UNKNOWN["s3"])
    overdue = ask("query", w.ann, time=stamp(-1000)).presign(900)
    status, code, message = overdue.send()
    w.tap.check((status, code) == (403, "SignatureDoesNotMatch") and message.startswith(
        "Signature expired: %s is now earlier than " % overdue.time) and message.endswith("- 15 min.)"),
        "presigned for STS, overdue", message)


def identity(w):
    """GetCallerIdentity as a token, the way clusters ask who somebody is."""
    def token(**more):
        return Request(w.ann, "sts", "sts.us-east-1.amazonaws.com", headers={"X-K8s-Aws-Id": "blue"},
                       query=[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")],
                       **more).presign(60)

    w.passes("an identity token", token())
    other = token()
    other.headers["X-K8s-Aws-Id"] = "green"
    w.fails("for another cluster", other, MISMATCH["query"])
    other = token()
    other.query[0] = ("Action", "GetSessionToken")
    w.fails("for another operation", other, MISMATCH["query"])
    late = token(time=stamp(-120))
    status, code, message = late.send()
    w.tap.check((status, code) == MISMATCH["query"][:2] and message.startswith(
        "Signature expired: %s is now earlier than " % late.time) and message.endswith("- 1 min.)"),
        "a minute too late", message)


def moved(w):
    """Moving the clock makes what was presigned before it overdue, and nothing else."""
    def move(by):
        urllib.request.urlopen(urllib.request.Request(
            "http://awsintercept.internal/clock", method="POST",
            data=json.dumps({"advance": by}).encode())).read()

    overdue = (403, "AccessDenied", "Request has expired")
    before = ask("s3", w.ann).presign(5400)
    move("+1h")
    w.passes("an hour on", before)
    time.sleep(1.1)  # a move counts for the whole second
    between = ask("s3", w.ann).presign(5400)
    w.passes("presigned since", between)
    move("+1h")
    w.fails("two hours on", before, overdue)
    w.passes("an hour on, presigned since the first move", between)
    move("+1h")
    w.fails("two hours on, presigned since the first move", between, overdue)
    w.passes("by the emulation's clock", ask("s3", w.ann, time=stamp(3 * 3600)).presign(300))
    move("-3h")


def main():
    tap = Tap()
    w = World(tap)
    presigned(w)
    identity(w)
    moved(w)
    tap.end()


if __name__ == "__main__":
    start(__file__, main, {"AWSINTERCEPT_IAM": "enforce"})

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole requests whose credentials or signature are wrong in one way each, where permissions are
enforced: code, status and words of each protocol (identity.md 8.9, 10.2)."""
import hashlib
import json
import re
import urllib.request

from sandbox import Tap
from signing import EXPIRED, MISMATCH, PROTOCOLS, UNKNOWN, World, ask
from sigv4 import other_stamp, spoil, stamp
from twoaccounts import A, B, client, start


def good(w):
    session = w.role("good")
    for protocol in PROTOCOLS:
        w.passes(protocol + ", a user's key", ask(protocol, w.ann).sign())
        w.passes(protocol + ", a session", ask(protocol, session).sign())
        w.passes(protocol + ", presigned", ask(protocol, w.ann).presign()
                 if protocol != "json" else ask(protocol, w.ann).sign())


def keys(w):
    """Whose key it is, and whether it still works."""
    def by(keys_):
        return lambda protocol: ask(protocol, keys_).sign()

    strange = {"AccessKeyId": "AKIARZPUZDIKGB2VALC4", "SecretAccessKey": "x"}
    w.all("a key that nobody issued", by(strange), UNKNOWN)
    w.all("a wrong secret", by(dict(w.ann, SecretAccessKey="x")), MISMATCH)
    for protocol in PROTOCOLS:
        w.passes(protocol + ", twelve digits", ask(protocol, {"AccessKeyId": A, "SecretAccessKey": "x"})
                 .sign())
    bob = w.user("bob")
    w.iam.update_access_key(UserName="bob", AccessKeyId=bob["AccessKeyId"], Status="Inactive")
    w.all("an inactive key", by(bob), UNKNOWN)
    w.iam.update_access_key(UserName="bob", AccessKeyId=bob["AccessKeyId"], Status="Active")
    w.passes("json, active again", ask("json", bob).sign())
    w.iam.delete_access_key(UserName="bob", AccessKeyId=bob["AccessKeyId"])
    w.all("a deleted key", by(bob), UNKNOWN)
    cat = w.user("cat")
    sts = client("sts", cat["AccessKeyId"], secret=cat["SecretAccessKey"])
    token = sts.get_session_token()["Credentials"]
    w.iam.delete_access_key(UserName="cat", AccessKeyId=cat["AccessKeyId"])
    w.iam.delete_user_policy(UserName="cat", PolicyName="all")
    w.iam.delete_user(UserName="cat")
    w.all("a deleted user's session", by(token), UNKNOWN)
    gone = w.role("gone")
    w.iam.delete_role_policy(RoleName="gone", PolicyName="all")
    w.iam.delete_role(RoleName="gone")
    w.all("a deleted role's session", by(gone), UNKNOWN)


def closed(w):
    boss = client("organizations", B)
    boss.create_organization()
    status = boss.create_account(AccountName="a", Email="a-account@example.com")["CreateAccountStatus"]
    while status["State"] == "IN_PROGRESS":
        status = boss.describe_create_account_status(
            CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
    account = status["AccountId"]
    iam = client("iam", account)
    iam.create_user(UserName="dan")
    dan = iam.create_access_key(UserName="dan")["AccessKey"]
    w.passes("query, before the account is closed", ask("query", dan).sign())
    boss.close_account(AccountId=account)
    w.all("a closed account's user", lambda p: ask(p, dan).sign(), UNKNOWN)
    w.all("a closed account's number", lambda p: ask(
        p, {"AccessKeyId": account, "SecretAccessKey": "x"}).sign(), UNKNOWN)


def tokens(w):
    session, other = w.role("tokens"), w.role("others")
    bad = dict(UNKNOWN, s3=(400, "InvalidToken", "The provided token is malformed or otherwise invalid."))
    for title, changed, want in (
            ("no session token", {"SessionToken": None}, UNKNOWN),
            ("another session's token", {"SessionToken": other["SessionToken"]}, bad),
            ("a cut token", {"SessionToken": session["SessionToken"][:-8]}, bad)):
        w.all(title, lambda p, c=changed: ask(p, dict(session, **c)).sign(), want)
    w.all("a token beside a user's key", lambda p: ask(
        p, dict(w.ann, SessionToken=session["SessionToken"])).sign(), bad)
    move_clock("+16m")
    w.all("an expired session", lambda p: ask(p, session).sign(), {
        "s3": (400, "ExpiredToken", "The provided token has expired."),
        "query": (403, "ExpiredToken", EXPIRED), "json": (400, "ExpiredTokenException", EXPIRED)})
    move_clock("-16m")


def move_clock(by):
    urllib.request.urlopen(urllib.request.Request(
        "http://awsintercept.internal/clock", method="POST",
        data=json.dumps({"advance": by}).encode())).read()


def signatures(w):
    def changed(change):
        def make(protocol):
            request = ask(protocol, w.ann).sign()
            change(request)
            return request
        return make

    def redate(request):
        request.headers["X-Amz-Date"] = other_stamp(request.time)

    def spoilt(request):
        said = request.headers["Authorization"]
        request.headers["Authorization"] = said[:-64] + spoil(said[-64:])

    w.all("a spoilt signature", changed(spoilt), MISMATCH)
    w.all("another path", changed(lambda r: setattr(r, "path", r.path + "x")), MISMATCH)
    w.all("another query", changed(lambda r: r.query.append(("a", "b"))), MISMATCH)
    w.all("another signed header", changed(redate), MISMATCH)
    for protocol in ("query", "json"):
        request = ask(protocol, w.ann).sign()
        request.body = request.body + b" "
        w.fails(protocol + ", another body", request, MISMATCH[protocol])

    def host(protocol):
        request = ask(protocol, w.ann)
        request.signed = sorted(name.lower() for name in {**request.headers, "X-Amz-Date": ""})
        return request.sign()

    no_host = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    w.all("the host is not signed", host, {p: (*MISMATCH[p][:2], no_host) for p in PROTOCOLS})


def told(w):
    """What S3 tells besides code and message."""
    def members(keys=w.ann, change=None, **more):
        request = ask("s3", keys, **more).sign()
        if change:
            change(request)
        return request.members()

    def check(title, got, **want):
        w.tap.equal({name: got.get(name) for name in want}, want, "S3 tells of " + title)

    request = ask("s3", w.ann).sign()
    request.headers["Authorization"] = request.headers["Authorization"][:-64] + "0" * 64
    got = request.members()
    canonical = got["CanonicalRequest"]
    check("a wrong signature", got, AWSAccessKeyId=w.ann["AccessKeyId"], SignatureProvided="0" * 64,
          StringToSign="\n".join(["AWS4-HMAC-SHA256", request.headers["X-Amz-Date"],
                                  "%s/us-east-1/s3/aws4_request" % request.headers["X-Amz-Date"][:8],
                                  hashlib.sha256(canonical.encode()).hexdigest()]),
          CanonicalRequestBytes=canonical.encode().hex(" "),
          StringToSignBytes=got["StringToSign"].encode().hex(" "))
    w.tap.check(canonical.startswith("GET\n/signed/key\n\nhost:"), "the canonical request", canonical)
    check("another region", members(region="eu-west-1"), Region="us-east-1")
    late = stamp(-1000)
    got = members(time=late)
    check("a late request", got, RequestTime=late, MaxAllowedSkewMilliseconds="900000")
    w.tap.check(re.fullmatch("[0-9-]{10}T[0-9:]{8}Z", got["ServerTime"]), "and of its own time", got)
    strange = {"AccessKeyId": "AKIARZPUZDIKGB2VALC4", "SecretAccessKey": "x"}
    check("a strange key", members(strange), AWSAccessKeyId=strange["AccessKeyId"])
    check("a wrong token", members(dict(w.ann, SessionToken="t")), **{"Token-0": "t"})
    check("unsigned headers", members(change=lambda r: r.headers.update(
        {"X-Amz-Meta-A": "1", "x-amz-tagging": "a=b"})), HeadersNotSigned="X-Amz-Meta-A, x-amz-tagging")
    put = ask("s3", w.ann)
    put.method, put.body = "PUT", b"one"
    put.sign()
    put.body = b"two"
    got = put.members()
    check("another body", got, ClientComputedContentSHA256=hashlib.sha256(b"one").hexdigest(),
          S3ComputedContentSHA256=hashlib.sha256(b"two").hexdigest())
    overdue = ask("s3", w.ann, time=stamp(-400)).presign(300)
    check("an overdue request", overdue.members(), **{"X-Amz-Expires": "300"})


def authorization(w):
    """The Authorization header itself."""
    time = stamp()

    def with_header(value):
        def make(protocol):
            request = ask(protocol, w.ann, time=time).sign()
            said = request.headers.pop("Authorization")
            if value is not None:
                request.headers["Authorization"] = value(said)
            return request
        return make

    w.all("unsigned", with_header(None), {
        "s3": (403, "AccessDenied", "Access Denied"),
        "query": (403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
        "json": (400, "MissingAuthenticationTokenException", "Missing Authentication Token")})
    for title, value, says in (
            ("without Signature", lambda said: said.rpartition(", ")[0],
             "Authorization header requires 'Signature' parameter."),
            ("a short credential", lambda said: said.replace("/aws4_request", ""),
             "Credential must have exactly 5 slash-delimited elements, e.g. "
             "keyid/date/region/service/term, got '%s'" % "/".join(
                 (w.ann["AccessKeyId"], time[:8], "us-east-1", "%s")))):
        w.all(title, with_header(value), {
            p: (400, code, says % name if "%s" in says else says) for p, code, name in (
                ("s3", "AuthorizationHeaderMalformed", "s3"), ("query", "IncompleteSignature", "sts"),
                ("json", "IncompleteSignatureException", "dynamodb"))})


def scopes(w):
    today, yesterday = stamp(), stamp(-86400)
    code = {"query": MISMATCH["query"][:2], "json": MISMATCH["json"][:2],
            "s3": (400, "AuthorizationHeaderMalformed")}
    w.all("another service's scope", lambda p: ask(p, w.ann, scope_service="sqs").sign(), {
        "s3": (*code["s3"], 'The authorization header is malformed; incorrect service "sqs". This '
               'endpoint belongs to "s3".'),
        "query": (*code["query"], "Credential should be scoped to correct service: 'sts'. "),
        "json": (*code["json"], "Credential should be scoped to correct service: 'dynamodb'. ")})
    said = "Credential should be scoped to a valid region, not 'eu-west-1'. "
    w.all("another region's scope", lambda p: ask(p, w.ann, region="eu-west-1").sign(), {
        "s3": (*code["s3"], "The authorization header is malformed; the region 'eu-west-1' is wrong; "
               "expecting 'us-east-1'"), "query": (*code["query"], said), "json": (*code["json"], said)})
    dates = ("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
             "'%s' != '%s', from '%s'." % (yesterday[:8], today[:8], today))
    w.all("another day's scope", lambda p: ask(p, w.ann, time=today, date=yesterday[:8]).sign(), {
        "s3": (*code["s3"], 'The authorization header is malformed; Invalid credential date "%s". This '
               'date is not the same as X-Amz-Date: "%s".' % (yesterday[:8], today[:8])),
        "query": (*code["query"], dates), "json": (*code["json"], dates)})


def skew(w):
    for title, shift in (("six minutes ago", -360), ("in six minutes", 360)):
        for protocol in ("query", "json"):
            time = stamp(shift)
            status, code, message = ask(protocol, w.ann, time=time).sign().send()
            words = ("Signature expired: %s is now earlier than ", " - 5 min.)") if shift < 0 else (
                "Signature not yet current: %s is still later than ", " + 5 min.)")
            w.tap.check((status, code) == MISMATCH[protocol][:2] and message.startswith(words[0] % time)
                        and message.endswith(words[1]), "%s, %s" % (protocol, title), message)
        w.passes("s3, " + title, ask("s3", w.ann, time=stamp(shift)).sign())
        w.fails("s3, %s and ten more" % title, ask("s3", w.ann, time=stamp(shift * 16 // 6)).sign(), (
            403, "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large."))


def main():
    tap = Tap()
    w = World(tap)
    for part in (good, keys, closed, tokens, signatures, told, authorization, scopes, skew):
        part(w)
    tap.end()


if __name__ == "__main__":
    start(__file__, main, {"AWSINTERCEPT_IAM": "enforce"})

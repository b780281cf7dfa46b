#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole requests whose credentials or signature are wrong in one way each, where permissions are
enforced: code, status and words of each protocol (identity.md 8.9, 10.2)."""
import base64
import json
import urllib.request
import zlib

from sandbox import Tap
from sigv4 import UNSIGNED, Request, digest, spoil, stamp
from twoaccounts import A, B, client, start

INVALID = "The security token included in the request is invalid."
MATCH = ("The request signature we calculated does not match the signature you provided. Check your "
         "AWS Secret Access Key and signing method. Consult the service documentation for details.")
MATCH_S3 = ("The request signature we calculated does not match the signature you provided. Check your "
            "key and signing method.")
NOT_IN_RECORDS = "The AWS Access Key Id you provided does not exist in our records."
EXPIRED = "The security token included in the request is expired"

UNKNOWN = {"s3": (403, "InvalidAccessKeyId", NOT_IN_RECORDS),
           "query": (403, "InvalidClientTokenId", INVALID),
           "json": (400, "UnrecognizedClientException", INVALID)}
MISMATCH = {"s3": (403, "SignatureDoesNotMatch", MATCH_S3),
            "query": (403, "SignatureDoesNotMatch", MATCH),
            "json": (400, "InvalidSignatureException", MATCH)}
PROTOCOLS = ("s3", "query", "json")


def ask(protocol, keys, **more):
    """GetObject, GetCallerIdentity or ListTables, not yet signed."""
    if protocol == "s3":
        return Request(keys, "s3", "s3.us-east-1.amazonaws.com", path="/signed/key", **more)
    if protocol == "query":
        return Request(keys, "sts", "sts.us-east-1.amazonaws.com", "POST", headers={
            "Content-Type": "application/x-www-form-urlencoded"},
            body=b"Action=GetCallerIdentity&Version=2011-06-15", **more)
    return Request(keys, "dynamodb", "dynamodb.us-east-1.amazonaws.com", "POST", headers={
        "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.ListTables"},
        body=b"{}", **more)


class World:
    def __init__(self, tap):
        self.tap, self.iam = tap, client("iam", A)
        self.ann = self.user("ann")
        self.sts = client("sts", self.ann["AccessKeyId"], secret=self.ann["SecretAccessKey"])
        s3 = client("s3", A)
        s3.create_bucket(Bucket="signed")
        s3.put_object(Bucket="signed", Key="key", Body=b"x")

    def user(self, name):
        self.iam.create_user(UserName=name)
        self.iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}))
        return self.iam.create_access_key(UserName=name)["AccessKey"]

    def role(self, name):
        """A role and its session's keys."""
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": {
                "Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"}}))
        self.iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}))
        return self.sts.assume_role(RoleArn="arn:aws:iam::%s:role/%s" % (A, name), RoleSessionName="job",
                                    DurationSeconds=900)["Credentials"]

    def passes(self, title, request):
        got = request.send()
        self.tap.check(got[1] is None, title, got)

    def fails(self, title, request, want):
        self.tap.equal(request.send(), want, title)

    def all(self, title, make, want):
        """make(protocol) gives a request; want says what each protocol answers."""
        for protocol in PROTOCOLS:
            self.fails("%s, %s" % (protocol, title), make(protocol), want[protocol])


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

    def set_header(name, value):
        return lambda request: request.headers.update({name: value})

    def spoilt(request):
        said = request.headers["Authorization"]
        request.headers["Authorization"] = said[:-64] + spoil(said[-64:])

    w.all("a spoilt signature", changed(spoilt), MISMATCH)
    w.all("another path", changed(lambda r: setattr(r, "path", r.path + "x")), MISMATCH)
    w.all("another query", changed(lambda r: r.query.append(("a", "b"))), MISMATCH)
    w.all("another signed header", changed(set_header("X-Amz-Date", stamp(-5))), MISMATCH)
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


def authorization(w):
    """The Authorization header itself."""
    def with_header(value):
        def make(protocol):
            request = ask(protocol, w.ann).sign()
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
                 (w.ann["AccessKeyId"], stamp()[:8], "us-east-1", "%s")))):
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
    for protocol in ("query", "json"):
        w.fails(protocol + ", another region's scope", ask(protocol, w.ann, region="eu-west-1").sign(),
                (*code[protocol], said))
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


def presigned(w):
    malformed = (400, "AuthorizationQueryParametersError")
    session = w.role("presigned")

    def url(keys=w.ann, expires=300, **more):
        return ask("s3", keys, **more).presign(expires)

    def changed(name, value, keys=w.ann):
        request = url(keys)
        request.query = [(k, value if k == name else v) for k, v in request.query
                         if k != name or value is not None]
        return request

    w.passes("presigned by a session", url(session))
    w.passes("for a week", url(expires=604800))
    for title, request in (
            ("another signature", changed("X-Amz-Signature", "0" * 64)),
            ("another expiry", changed("X-Amz-Expires", "301")),
            ("another date", changed("X-Amz-Date", stamp(-7)))):
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
    w.fails("presigned, the token is missing", changed("X-Amz-Security-Token", None, session),
            UNKNOWN["s3"])
    overdue = ask("query", w.ann, time=stamp(-1000)).presign(900)
    status, code, message = overdue.send()
    w.tap.check((status, code) == (403, "SignatureDoesNotMatch") and message.startswith(
        "Signature expired: %s is now earlier than " % overdue.time) and message.endswith("- 15 min.)"),
        "presigned for STS, overdue", message)


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
    for part in (good, keys, closed, tokens, signatures, authorization, scopes, skew, presigned, payloads,
                 chunks):
        part(w)
    tap.end()


if __name__ == "__main__":
    start(__file__, main, {"AWSINTERCEPT_IAM": "enforce"})

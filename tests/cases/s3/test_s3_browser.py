#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cross-origin requests: what browsers are told before and with an answer; notifications; archives."""
import datetime
import http.client

from sandbox import Tap
from twoaccounts import A, B, client, code, start

SITE = "https://app.example.com"


def ask(method, path, **headers):
    """Unsigned, as a browser asks: the status and the headers that concern it."""
    connection = http.client.HTTPConnection("s3.us-east-1.amazonaws.com", 80, timeout=60)
    connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    body = answer.read().decode()
    told = {k.lower().replace("access-control-", ""): v for k, v in answer.getheaders()
            if k.lower().startswith("access-control-") or k.lower() == "vary"}
    connection.close()
    return answer.status, told, body


def cross_origin(tap, a):
    a.create_bucket(Bucket="alpha")
    a.put_object(Bucket="alpha", Key="k", Body=b"x")
    asked = {"Origin": SITE, "Access_Control_Request_Method": "PUT"}
    status, told, body = ask("OPTIONS", "/alpha/k", **asked)
    tap.equal((status, told, "CORS is not enabled" in body), (403, {}, True), "without rules")
    a.put_bucket_cors(Bucket="alpha", CORSConfiguration={"CORSRules": [
        {"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET", "PUT"],
         "AllowedHeaders": ["x-amz-*", "Content-Type"], "ExposeHeaders": ["ETag"],
         "MaxAgeSeconds": 300},
        {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]})
    vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
    status, told, _ = ask("OPTIONS", "/alpha/k", Access_Control_Request_Headers="x-amz-date, "
                          "content-type", **asked)
    tap.equal((status, told), (200, {
        "allow-origin": SITE, "allow-methods": "GET, PUT", "max-age": "300", "expose-headers": "ETag",
        "allow-headers": "x-amz-date, content-type", "allow-credentials": "true", "vary": vary}),
        "a rule admits the request to come")
    tap.equal(ask("OPTIONS", "/alpha", Origin="http://other", Access_Control_Request_Method="GET")[:2],
              (200, {"allow-origin": "*", "allow-methods": "GET", "vary": vary}),
              "another rule, for a bucket")
    for headers in (dict(asked, Origin="http://other"),
                    dict(asked, Access_Control_Request_Method="DELETE"),
                    dict(asked, Access_Control_Request_Headers="x-other")):
        status, told, body = ask("OPTIONS", "/alpha/k", **headers)
        tap.equal((status, told, "<Code>AccessForbidden</Code>" in body), (403, {}, True),
                  "none admits %s" % headers)
    tap.equal([ask("OPTIONS", path, **headers)[0] for path, headers in (
        ("/alpha/k", {}), ("/alpha/k", {"Origin": SITE}), ("/nonesuch/k", asked))], [400, 400, 404],
        "questions that are none")
    told = ask("GET", "/alpha/k", Origin=SITE)
    tap.equal((told[0], told[1].get("allow-origin"), told[1].get("expose-headers")),
              (403, SITE, "ETag"), "a refusal can be read by the script")
    tap.equal(ask("GET", "/alpha/k")[1], {}, "without an origin nothing is told")
    by_path = client("s3", A, s3={"addressing_style": "path"})
    url = by_path.generate_presigned_url("get_object", Params={"Bucket": "alpha", "Key": "k"})
    status, told, body = ask("GET", url[url.index("/alpha"):], Origin=SITE)
    tap.equal((status, body, told.get("allow-origin")), (200, "x", SITE), "and so can an answer")
    for rule in ({"AllowedMethods": ["PATCH"]}, {"AllowedOrigins": ["http://*.*"]},
                 {"ExposeHeaders": ["x-*"]}):
        rule = dict({"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}, **rule)
        tap.equal(code(a.put_bucket_cors, Bucket="alpha", CORSConfiguration={"CORSRules": [rule]}),
                  "InvalidRequest", "no such rule: %s" % rule)


def notifications(tap, a):
    def put(config, **more):
        return code(a.put_bucket_notification_configuration, Bucket="alpha",
                    NotificationConfiguration=config, **more)

    queue = {"QueueConfigurations": [{"QueueArn": "arn:aws:sqs:us-east-1:%s:q" % A,
                                      "Events": ["s3:ObjectCreated:*"]}]}
    tap.equal([put({"EventBridgeConfiguration": {}}), put(queue),
               put(queue, SkipDestinationValidation=True)],
              ["done", "InvalidArgument", "NotImplemented"], "destinations must be there")
    got = a.get_bucket_notification_configuration(Bucket="alpha")
    tap.equal(got.get("EventBridgeConfiguration"), {}, "EventBridge is kept")
    put({})
    tap.check("EventBridgeConfiguration" not in a.get_bucket_notification_configuration(
        Bucket="alpha"), "and taken away")


def archives(tap, a, b):
    key = {"Bucket": "alpha", "Key": "cold"}
    source = {"Bucket": "alpha", "Key": "copy", "CopySource": key}
    a.put_object(Body=b"cold", StorageClass="GLACIER", **key)
    tap.equal([code(a.get_object, **key), code(a.copy_object, **source), code(a.head_object, **key)],
              ["InvalidObjectState", "ObjectNotInActiveTierError", "done"], "archived")
    days = {"RestoreRequest": {"Days": 2, "GlacierJobParameters": {"Tier": "Standard"}}}
    tap.equal([code(a.restore_object, Bucket="alpha", Key="k", **days),
               code(a.restore_object, RestoreRequest={"Days": 0}, **key),
               code(b.restore_object, **dict(key, **days))],
              ["InvalidObjectState", "MalformedXML", "AccessDenied"], "what cannot be restored")
    tap.equal([a.restore_object(**dict(key, **days))["ResponseMetadata"]["HTTPStatusCode"]
               for _ in range(2)], [202, 200], "restored, and for longer")
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)
    told = a.head_object(**key)["Restore"]
    tap.check(told.startswith('ongoing-request="false", expiry-date="') and
              told.endswith(until.strftime(' %b %Y 00:00:00 GMT"')), "until a midnight", told)
    tap.equal((a.get_object(**key)["Body"].read(), code(a.copy_object, **source)), (b"cold", "done"),
              "and can be read")


def main():
    tap = Tap()
    a, b = client("s3", A), client("s3", B)
    cross_origin(tap, a)
    notifications(tap, a)
    archives(tap, a, b)
    tap.end()


start(__file__, main)

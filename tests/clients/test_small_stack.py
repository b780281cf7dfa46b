# SPDX-License-Identifier: Apache-2.0
"""Coroutines with small stacks: whatever a call makes of it, it takes at most 16 KiB of the caller's
stack. The first call loads the core, opens the state; in TLS there is a handshake; bodies are deep."""
import json
import os
import urllib.parse

import sandbox as box

PROGRAM = os.path.join(box.BUILD, "tests", "clients", "coroutine")
PROMISED = 16 << 10
HOST = "s3.us-east-1.amazonaws.com"

CONDITION = {"StringLike": {"aws:userid": ["*", "a*b*c*d"]}, "IpAddress": {"aws:SourceIp": "127.0.0.0/8"},
             "ForAllValues:StringLike": {"aws:TagKeys": ["*"]}}


def request(host, service, body, *headers, method="POST", path="/"):
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: " + host,
             "Authorization: AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/%s/aws4_request, "
             "SignedHeaders=host;x-amz-date, Signature=00" % service, "X-Amz-Date: 20260101T000000Z"]
    return "\r\n".join(lines + list(headers) + ["Content-Length: %d" % len(body), "", body])


def query(host, service, version, action, **fields):
    fields.update(Action=action, Version=version)
    fields = {name.replace("__", "."): value if isinstance(value, str) else json.dumps(value)
              for name, value in fields.items()}
    return request(host, service, urllib.parse.urlencode(fields),
                   "Content-Type: application/x-www-form-urlencoded")


def iam(action, **fields):
    return query("iam.amazonaws.com", "iam", "2010-05-08", action, **fields)


def s3(method, path, body=""):
    return request(HOST, "s3", body, method=method, path=path)


def dynamodb(action, **members):
    return request("dynamodb.us-east-1.amazonaws.com", "dynamodb", json.dumps(members),
                   "Content-Type: application/x-amz-json-1.0", "X-Amz-Target: DynamoDB_20120810." + action)


def policy(resource, count=20, **more):
    return {"Version": "2012-10-17", "Statement": [dict(
        {"Effect": "Allow", "Action": "s3:*", "Resource": resource, "Condition": CONDITION}, **more)] * count}


def nested(depth):
    value = {"S": "x"}
    for _ in range(depth):
        value = {"M": {"a": value}}
    return value


def assertion():
    """What a SAML provider would send, as deep as XML gets in practice."""
    deep = "".join("<a%d xmlns:n%d='urn:%d'>" % (n, n, n) for n in range(60))
    deep += "".join("</a%d>" % n for n in range(59, -1, -1))
    return "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' entityID='x'>%s" \
           "</EntityDescriptor>" % deep


# name: (request, statuses of the first and of the second time)
REQUESTS = {
    "identity": (query("sts.us-east-1.amazonaws.com", "sts", "2011-06-15", "GetCallerIdentity"), 200, 200),
    "bucket": (s3("PUT", "/stack"), 200, 200),
    "policy": (s3("PUT", "/stack?policy", json.dumps(policy("arn:aws:s3:::stack/*", Principal="*"))),
               204, 204),
    "evaluated": (s3("PUT", "/stack/key", "text"), 200, 200),
    "xml": (s3("PUT", "/stack?tagging", "<Tagging><TagSet>%s%s</TagSet></Tagging>" % (
        "<a>" * 500, "</a>" * 500)), 400, 400),
    "role": (iam("CreateRole", RoleName="deep", AssumeRolePolicyDocument={
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"},
                                                "Action": "sts:AssumeRole"}]}), 200, 409),
    "simulate": (iam("SimulateCustomPolicy", PolicyInputList__member__1=policy(
        "arn:aws:s3:::stack/${aws:username}/*"), ActionNames__member__1="s3:GetObject"), 200, 200),
    "session": (query("sts.us-east-1.amazonaws.com", "sts", "2011-06-15", "GetFederationToken",
                      Name="deep", Policy=policy("*", count=3)), 200, 200),
    "table": (dynamodb("CreateTable", TableName="deep", BillingMode="PAY_PER_REQUEST",
                       AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
                       KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}]), 200, 400),
    "item": (dynamodb("PutItem", TableName="deep", Item={"k": {"S": "1"}, "deep": nested(30)}),
             200, 200),
    "expression": (dynamodb("UpdateItem", TableName="deep", Key={"k": {"S": "1"}},
                            UpdateExpression="SET e = if_not_exists(e, :v)",
                            ConditionExpression="NOT (" * 8 + "attribute_exists(k)" + ")" * 8,
                            ExpressionAttributeValues={":v": nested(30)}), 200, 200),
    "saml": (iam("CreateSAMLProvider", Name="deep", SAMLMetadataDocument=assertion()), None, None),
}


def main():
    tap = box.Tap()
    box.need(PROGRAM, "the program of this test")
    for mode in ("audit", "enforce"):
        with box.Sandbox() as world:
            files = [world.write(os.path.join("requests", name), text[0])
                     for name, text in REQUESTS.items()]
            result = world.run([PROGRAM, str(64 << 10), HOST] + files, env={"AWSINTERCEPT_IAM": mode})
            if not tap.ran(result, mode + ": ran"):
                continue
            for line in result.stdout.splitlines():
                how, name, status, taken = line.split()
                want = REQUESTS[name][1 if how == "plain" else 2]
                tap.check(int(taken) <= PROMISED, "%s: %s, %s: %s bytes" % (mode, name, how, taken), line)
                if want:
                    tap.equal(int(status), want, "%s: %s, %s: status" % (mode, name, how))
    tap.end()


main()

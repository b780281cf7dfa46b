# SPDX-License-Identifier: Apache-2.0
"""A plain HTTP client meets two accounts: test_http_clients.py CLIENT.

No credentials are configured: the client takes the first account's from the instance metadata
service, assumes a role into the second, and makes a bucket and a table there that the first does
not see. Once over http, once over https (HTTPie over https only: it takes a process a request).
"""
import json
import re
import sys

import fetchers
import records
import sandbox as box
from fetchers import Request

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
IMDS = "http://169.254.169.254/latest/"
BODY = "what the second account wrote"


def element(answer, name):
    found = re.search("<%s>([^<]*)</%s>" % (name, name), answer.body)
    return found.group(1) if found else None


def error(answer):
    """(status, code) of an AWS error in XML or JSON."""
    if answer.body.startswith("{"):
        code = json.loads(answer.body).get("__type", "").split("#")[-1]
    else:
        code = element(answer, "Code")
    return answer.status, code


class Scenario:
    def __init__(self, client, scheme, world, tap, record):
        self.client = client
        self.scheme = scheme
        self.world = world
        self.tap = tap
        self.record = record

    def name(self, text):
        return "%s %s: %s" % (self.client.name, self.scheme, text)

    def equal(self, got, want, text):
        self.tap.equal(got, want, self.name(text))

    def send(self, *requests):
        return self.client.fetch(self.world, requests)

    def url(self, host, path="/"):
        return "%s://%s.amazonaws.com%s" % (self.scheme, host, path)

    def sts(self, keys, **parameters):
        body = "&".join("%s=%s" % p for p in parameters.items()) + "&Version=2011-06-15"
        return Request("POST", self.url("sts.us-east-1"), body, "sts", keys, FORM)

    def s3(self, method, path, keys, body="", host="s3.us-east-1"):
        return Request(method, self.url(host, path), body, "s3", keys)

    def dynamodb(self, keys, operation, body):
        headers = {"X-Amz-Target": "DynamoDB_20120810." + operation,
                   "Content-Type": "application/x-amz-json-1.0"}
        return Request("POST", self.url("dynamodb.us-east-1"), json.dumps(body), "dynamodb", keys,
                       headers)

    def metadata_keys(self):
        """The default account's credentials, as an instance gets them."""
        token, = self.send(Request("PUT", IMDS + "api/token",
                                   headers={"X-aws-ec2-metadata-token-ttl-seconds": "600"}))
        self.equal(token.status, 200, "metadata token")
        proof = {"X-aws-ec2-metadata-token": token.body}
        where = IMDS + "meta-data/iam/security-credentials/"
        role, = self.send(Request("GET", where, headers=proof))
        keys, = self.send(Request("GET", where + role.body.strip(), headers=proof))
        if not self.tap.check(keys.body.startswith("{"), self.name("metadata credentials"), keys):
            return None
        found = json.loads(keys.body)
        return {**found, "SessionToken": found.get("Token")}

    def assume(self, first):
        answer, = self.send(self.sts(first, Action="AssumeRole", RoleSessionName="visit",
                                     RoleArn="arn:aws:iam::%s:role/Visitor" % box.SECOND))
        if not self.tap.check(answer.status == 200, self.name("assume a role"), answer):
            return None
        return {k: element(answer, k) for k in ("AccessKeyId", "SecretAccessKey", "SessionToken")}

    def second_works(self, second, bucket):
        host = bucket + ".s3.us-east-1"
        answers = self.send(
            self.sts(second, Action="GetCallerIdentity"),
            self.s3("PUT", "/", second, host=host),
            self.s3("PUT", "/folder/hello.txt", second, BODY, host=host),
            self.s3("GET", "/folder/hello.txt", second, host=host),
            self.s3("GET", "/%s/folder/hello.txt" % bucket, second),
            self.s3("GET", "/nothing", second, host=host),
            self.s3("GET", "/", second))
        who, made, put, got, by_path, missing, listed = answers
        self.equal(element(who, "Arn"),
                   "arn:aws:sts::%s:assumed-role/Visitor/visit" % box.SECOND, "who am I there")
        self.tap.check(made.status == 200, self.name("create a bucket there"), made)
        self.tap.check(put.status == 200, self.name("put an object there"), put)
        self.equal((got.status, got.body), (200, BODY), "get the object")
        self.equal((by_path.status, by_path.body), (200, BODY), "get the object by path")
        self.equal(error(missing), (404, "NoSuchKey"), "an object that does not exist")
        self.tap.check(bucket in listed.body, self.name("the bucket is listed there"), listed)

    def first_is_kept_out(self, first, bucket):
        listed, got, made, anonymous = self.send(
            self.s3("GET", "/", first),
            self.s3("GET", "/%s/folder/hello.txt" % bucket, first),
            self.s3("PUT", "/" + bucket, first),
            self.s3("GET", "/%s/folder/hello.txt" % bucket, None))
        self.tap.check(listed.status == 200 and bucket not in listed.body,
                       self.name("the first account does not list it"), listed)
        self.equal(error(got), (403, "AccessDenied"), "the first account cannot read it")
        self.equal(error(made), (409, "BucketAlreadyExists"), "nor take its name")
        self.equal(error(anonymous), (403, "AccessDenied"), "nobody reads it unsigned")

    def table(self, first, second):
        name = {"TableName": "visits-" + self.scheme}
        item = {"id": {"S": "1"}, "text": {"S": BODY}}
        made, put, got, other, listed = self.send(
            self.dynamodb(second, "CreateTable", {
                **name, "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}),
            self.dynamodb(second, "PutItem", {**name, "Item": item}),
            self.dynamodb(second, "GetItem", {**name, "Key": {"id": {"S": "1"}}}),
            self.dynamodb(first, "DescribeTable", name),
            self.dynamodb(first, "ListTables", {}))
        self.tap.check(made.status == 200, self.name("create a table there"), made)
        self.tap.check(put.status == 200, self.name("put an item there"), put)
        self.tap.check(got.status == 200 and json.loads(got.body).get("Item") == item,
                       self.name("get the item"), got)
        self.equal(error(other), (400, "ResourceNotFoundException"), "the first has no such table")
        self.tap.check(listed.status == 200 and name["TableName"] not in listed.body,
                       self.name("nor lists it"), listed)

    def forged(self, second):
        token = second["SessionToken"]
        middle = len(token) // 2
        changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1:]
        answer, = self.send(self.sts({**second, "SessionToken": changed}, Action="GetCallerIdentity"))
        self.equal(error(answer), (403, "InvalidClientTokenId"), "a changed session token is refused")

    def run(self):
        bucket = "second-%s-%s" % (self.client.name, self.scheme)
        with self.record.step(records.WHO):
            first = self.metadata_keys()
            if first:
                who, = self.send(self.sts(first, Action="GetCallerIdentity"))
                self.equal(element(who, "Account"), box.FIRST, "who am I")
        with self.record.step(records.ROLE):
            second = first and self.assume(first)
            if second:
                self.forged(second)
        if second:
            with self.record.step(records.OBJECTS):
                self.second_works(second, bucket)
            with self.record.step(records.APART):
                self.first_is_kept_out(first, bucket)
            with self.record.step(records.TABLE):
                self.table(first, second)


def main():
    client = fetchers.by_name(sys.argv[1])
    tap = box.Tap()
    record = records.Record(client.name, "LD_PRELOAD", tap)
    for scheme in getattr(client, "schemes", ("http", "https")):
        with box.Sandbox() as world:
            Scenario(client, scheme, world, tap, record).run()
    record.write()
    tap.end()


main()

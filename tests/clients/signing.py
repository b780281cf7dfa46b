# SPDX-License-Identifier: Apache-2.0
"""What the tests of signatures share: a user with a bucket, the same question in three protocols, and
what each answers when the key is not known or the signature is not right."""
import json

from sigv4 import Request
from twoaccounts import A, client

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

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""EC2 as boto3 and the AWS CLI see it where permissions are enforced: regions and zones, an SCP that
denies all but one region, and refusals whose message DecodeAuthorizationMessage reads. A is the
organization's management account, B a member."""
import json
import os
import re
import subprocess
import sys

from sandbox import Tap
from twoaccounts import A, B, client, code, message, start

SCP = {"Version": "2012-10-17", "Statement": [
    {"Sid": "OnlyOneRegion", "Effect": "Deny", "Action": "ec2:*", "Resource": "*",
     "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}}]}
CONFIG = 'iam: enforce\naccount_id: "%s"\naccounts:\n- id: "%s"\n' % (A, B)


def aws(*words, keys):
    env = dict(os.environ, AWS_ACCESS_KEY_ID=keys["AccessKeyId"],
               AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"])
    return subprocess.run([os.path.join(os.path.dirname(sys.executable), "aws"), *words], env=env,
                          capture_output=True, text=True, timeout=120, check=False)


def places(tap):
    ec2 = client("ec2", B, region="eu-west-1")
    names = [r["RegionName"] for r in ec2.describe_regions()["Regions"]]
    tap.check("us-east-1" in names and "af-south-1" not in names, "regions that are in use", names)
    names = ec2.describe_regions(AllRegions=True, Filters=[
        {"Name": "opt-in-status", "Values": ["not-opted-in"]},
        {"Name": "endpoint", "Values": ["ec2.af-*"]}])["Regions"]
    tap.equal(names, [{"RegionName": "af-south-1", "OptInStatus": "not-opted-in",
                       "Endpoint": "ec2.af-south-1.amazonaws.com"}], "filters")
    zones = ec2.describe_availability_zones()["AvailabilityZones"]
    tap.equal([z["ZoneName"] for z in zones], ["eu-west-1a", "eu-west-1b", "eu-west-1c"], "zones")
    tap.equal(zones[0]["ZoneId"], "euw1-az1", "their ids")
    tap.equal(code(ec2.describe_availability_zones, ZoneNames=["eu-west-1x"]),
              "InvalidParameterValue", "a zone that is not there")
    tap.equal(code(ec2.describe_regions, Filters=[{"Name": "colour", "Values": ["x"]}]),
              "InvalidParameterValue", "a filter that is not there")
    values = ec2.describe_account_attributes(AttributeNames=["supported-platforms"])
    tap.equal(values["AccountAttributes"], [{"AttributeName": "supported-platforms",
              "AttributeValues": [{"AttributeValue": "VPC"}]}], "account attributes")


def scp(tap):
    boss = client("organizations", A)
    boss.create_organization()
    policy = boss.create_policy(Name="region", Description="", Content=json.dumps(SCP),
                                Type="SERVICE_CONTROL_POLICY")["Policy"]["PolicySummary"]
    boss.attach_policy(PolicyId=policy["Id"], TargetId=boss.list_roots()["Roots"][0]["Id"])
    here, there = (client("ec2", B, region=r) for r in ("eu-west-1", "us-east-1"))
    run = {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1}
    tap.equal(code(here.run_instances, **run), "NotImplemented", "allowed, and not emulated")
    tap.equal(code(client("ec2", A).run_instances, **run), "NotImplemented",
              "the management account is not bound")
    said = message(there.run_instances, **run)
    tap.check("with an explicit deny in a service control policy: " + policy["Arn"] in said,
              "refused by the SCP, which is named", said)
    decoded = client("sts", B).decode_authorization_message(EncodedMessage=said.rsplit(" ", 1)[1])
    told = json.loads(decoded["DecodedMessage"])
    tap.equal((told["allowed"], told["explicitDeny"]), (False, True), "the message tells")
    tap.equal(told["matchedStatements"]["items"][0]["statementId"], "OnlyOneRegion",
              "which statement it was")
    tap.equal(told["context"]["action"], "ec2:RunInstances", "and what was asked")
    for call, args in ((there.stop_instances, {"InstanceIds": ["i-1"]}),
                       (there.create_vpc, {"CidrBlock": "10.0.0.0/16"})):
        tap.equal(code(call, **args), "UnauthorizedOperation", "an operation known by name alone")
    tap.equal(code(here.stop_instances, InstanceIds=["i-1"]), "NotImplemented", "and where allowed")
    said = message(there.describe_instances)
    tap.check("explicit deny" in said and "Encoded" not in said, "Describe tells no details", said)


def cli(tap):
    iam = client("iam", B)
    iam.create_user(UserName="dev")
    keys = iam.create_access_key(UserName="dev")["AccessKey"]
    words = ("ec2", "run-instances", "--image-id", "ami-1", "--region", "eu-west-1")
    done = aws(*words, keys=keys)
    tap.check("(UnauthorizedOperation)" in done.stderr and "user/dev is not authorized to perform: "
              "ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:%s:instance/*" % B in done.stderr,
              "AWS CLI: refused", done.stderr)
    encoded = re.search(r"failure message: (\S+)", done.stderr)
    text = encoded.group(1) if encoded else "none"
    asking = ("sts", "decode-authorization-message", "--query", "DecodedMessage", "--output", "text",
              "--encoded-message", text)
    tap.check("(AccessDenied)" in aws(*asking, keys=keys).stderr, "AWS CLI: may not decode")
    for name, action in (("decode", "sts:DecodeAuthorizationMessage"), ("ec2", "ec2:*")):
        iam.put_user_policy(UserName="dev", PolicyName=name, PolicyDocument=json.dumps(
            {"Version": "2012-10-17",
             "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}))
    told = aws(*asking, keys=keys)
    tap.check(told.returncode == 0 and json.loads(told.stdout)["context"]["principal"]["name"] == "dev",
              "AWS CLI: decodes", told.stdout + told.stderr)
    tap.check("(NotImplemented)" in aws(*words, keys=keys).stderr, "AWS CLI: allowed, not emulated")
    other = {"AccessKeyId": A, "SecretAccessKey": "x"}
    tap.check("InvalidAuthorizationMessageException" in aws(*asking, keys=other).stderr,
              "AWS CLI: another account cannot decode it")


def main():
    tap = Tap()
    places(tap)
    scp(tap)
    cli(tap)
    tap.end()


start(__file__, main, config=CONFIG)

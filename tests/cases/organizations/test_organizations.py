#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Organizations as boto3 sees it under LD_PRELOAD: an account is made, entered by its access role,
moved below a policy, and closed."""
import json

from sandbox import Tap
from twoaccounts import client, code, start

CONFIG = """\
account_id: "111111111111"
accounts:
  - id: "222222222222"
    name: "Development"
"""
DENY = {"Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}


def main():
    tap = Tap()
    orgs = client("organizations", "test")
    tap.equal(code(orgs.describe_organization), "AWSOrganizationsNotInUseException", "none yet")
    org = orgs.create_organization(FeatureSet="ALL")["Organization"]
    tap.equal(org["MasterAccountId"], "111111111111", "the default account is the management one")
    made = orgs.create_account(AccountName="Team", Email="team@example.com")["CreateAccountStatus"]
    tap.equal(made["State"], "IN_PROGRESS", "an account is being made")
    done = orgs.describe_create_account_status(CreateAccountRequestId=made["Id"])
    tap.equal(done["CreateAccountStatus"]["State"], "SUCCEEDED", "and then is")
    account = made["AccountId"]
    again = orgs.create_account(AccountName="Again", Email="team@example.com")["CreateAccountStatus"]
    done = orgs.describe_create_account_status(CreateAccountRequestId=again["Id"])
    tap.equal(done["CreateAccountStatus"].get("FailureReason"), "EMAIL_ALREADY_EXISTS",
              "an address is taken once")
    names = [a["Name"] for p in orgs.get_paginator("list_accounts").paginate() for a in p["Accounts"]]
    tap.equal(sorted(names), ["Development", "Team", "management"], "all three are listed")
    member = client("organizations", "222222222222")
    tap.equal(member.describe_organization()["Organization"]["Id"], org["Id"], "a member knows of it")
    tap.equal(code(member.list_accounts), "AccessDeniedException", "but may not list")
    tap.equal(code(client("organizations", "333333333333").describe_organization),
              "UnrecognizedClientException", "an account that is not there")

    sts = client("sts", "test")
    role = "arn:aws:iam::%s:role/OrganizationAccountAccessRole" % account
    keys = sts.assume_role(RoleArn=role, RoleSessionName="ci")["Credentials"]
    inside = client("s3", keys["AccessKeyId"], secret=keys["SecretAccessKey"],
                    token=keys["SessionToken"])
    inside.create_bucket(Bucket="team-data")
    tap.equal([b["Name"] for b in client("s3", account).list_buckets()["Buckets"]], ["team-data"],
              "the access role works in the account")
    tap.equal(client("s3", "222222222222").list_buckets()["Buckets"], [], "and nowhere else")

    root = orgs.list_roots()["Roots"][0]["Id"]
    unit = orgs.create_organizational_unit(ParentId=root, Name="Workloads")["OrganizationalUnit"]["Id"]
    orgs.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    tap.equal(orgs.list_parents(ChildId=account)["Parents"],
              [{"Id": unit, "Type": "ORGANIZATIONAL_UNIT"}], "it is moved")
    policy = orgs.create_policy(Name="NoS3", Description="", Type="SERVICE_CONTROL_POLICY",
                                Content=json.dumps(DENY))["Policy"]["PolicySummary"]["Id"]
    orgs.attach_policy(PolicyId=policy, TargetId=unit)
    tap.equal([t["TargetId"] for t in orgs.list_targets_for_policy(PolicyId=policy)["Targets"]],
              [unit], "a policy is attached to the unit")
    tap.equal(code(orgs.delete_policy, PolicyId=policy), "PolicyInUseException", "so it stays")
    tap.equal(code(orgs.delete_organizational_unit, OrganizationalUnitId=unit),
              "OrganizationalUnitNotEmptyException", "and the unit")
    tap.equal(code(orgs.delete_organization), "OrganizationNotEmptyException", "and all of it")

    orgs.close_account(AccountId=account)
    tap.equal(orgs.describe_account(AccountId=account)["Account"]["Status"], "SUSPENDED", "closed")
    tap.equal(code(inside.list_buckets), "InvalidAccessKeyId",
              "its sessions are refused")
    tap.equal(code(sts.assume_role, RoleArn=role, RoleSessionName="ci"), "AccessDenied",
              "and its roles cannot be assumed")
    tap.end()


start(__file__, main, config=CONFIG, config_name="cloudmock.yml")

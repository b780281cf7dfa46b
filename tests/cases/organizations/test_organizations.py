#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Organizations as boto3 sees it under LD_PRELOAD: an account is made, entered by its access role,
moved below a policy, and closed. Runs itself again inside the sandbox."""
import json
import sys

from sandbox import Sandbox, Tap, skip

CONFIG = """\
account_id: "111111111111"
accounts:
  - id: "222222222222"
    name: "Development"
"""
DENY = {"Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}


def outside():
    with Sandbox(CONFIG, "cloudmock.yml") as box:
        done = box.run([sys.executable, __file__, "inside"],
                       env={"PYTHONPATH": ":".join(p for p in sys.path if p)})
        print(done.stdout, end="")
        for line in done.stderr.split("\n")[-20:]:
            print("# " + line)
        sys.exit(done.returncode)


def main():
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    def client(service, account):
        return boto3.client(service, aws_access_key_id=account, aws_secret_access_key="x",
                            config=Config(retries={"max_attempts": 1}))

    def code(call, **args):
        try:
            call(**args)
            return "done"
        except ClientError as error:
            return error.response["Error"]["Code"]

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
    inside = boto3.client("s3", aws_access_key_id=keys["AccessKeyId"],
                          aws_secret_access_key=keys["SecretAccessKey"],
                          aws_session_token=keys["SessionToken"])
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


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        main()
    else:
        try:
            import boto3  # noqa: F401
        except ImportError:
            skip("boto3 is not here (scripts/setup installs it)")
        outside()

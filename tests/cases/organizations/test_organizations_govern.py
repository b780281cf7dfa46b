#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How an organization is governed, as boto3 sees it where permissions are enforced: delegated
administrators, the resource policy, moves below SCPs, handshakes that run out, all features,
effective policies, transfers, tags and pages. Every power is tried by one who has it and one who has
not."""
import datetime
import json
import urllib.request

from sandbox import Tap
from twoaccounts import client, code, message, start

BOSS, DEV, GUEST, RIVAL = "111111111111", "222222222222", "333333333333", "444444444444"
CONFIG = """\
account_id: "%s"
iam: enforce
accounts:
  - {id: "%s", name: "Development"}
  - {id: "%s", name: "Guest"}
  - {id: "%s", name: "Rival"}
""" % (BOSS, DEV, GUEST, RIVAL)
SERVICE = "config.amazonaws.com"
SCP, TAGS = "SERVICE_CONTROL_POLICY", "TAG_POLICY"
tap = Tap()


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, **more):
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


def orgs(account):
    return client("organizations", account)


def reason(call, **args):
    from botocore.exceptions import ClientError

    try:
        call(**args)
        return None
    except ClientError as error:
        return error.response.get("Reason", error.response["Error"]["Code"])


def user(account, name, *statements):
    """Keys of a new user of the account with this policy."""
    iam = client("iam", account)
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
    return iam.create_access_key(UserName=name)["AccessKey"]


def as_user(service, key):
    return client(service, key["AccessKeyId"], secret=key["SecretAccessKey"])


def advance(span):
    request = urllib.request.Request("http://awsintercept.internal/clock", method="POST",
                                     data=json.dumps({"advance": span}).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


def invite(sender, account):
    return sender.invite_account_to_organization(
        Target={"Type": "ACCOUNT", "Id": account})["Handshake"]["Id"]


def members_of_configuration(boss):
    """Rival and guest are to have lives of their own."""
    boss.create_organization()
    for account in (GUEST, RIVAL):
        boss.remove_account_from_organization(AccountId=account)
    return boss.list_roots()["Roots"][0]["Id"]


# --- Delegation ----------------------------------------------------------------------------------

def delegated_administrator(boss):
    dev = orgs(DEV)
    reader = as_user("organizations", user(DEV, "reader", allow("organizations:List*")))
    nobody = as_user("organizations", user(DEV, "nobody"))
    one = {"AccountId": DEV, "ServicePrincipal": SERVICE}
    tap.equal(reason(boss.register_delegated_administrator, **one), "SERVICE_ACCESS_NOT_ENABLED",
              "service access comes first")
    boss.enable_aws_service_access(ServicePrincipal=SERVICE)
    tap.equal(code(dev.list_accounts), "AccessDeniedException", "a member may not list accounts")
    boss.register_delegated_administrator(**one)
    tap.equal(code(boss.register_delegated_administrator, **one),
              "AccountAlreadyRegisteredException", "registered once")
    tap.equal(code(dev.list_accounts), "done", "a delegated administrator may")
    tap.equal(code(reader.list_accounts), "done", "and its user who is allowed to")
    tap.equal(code(nobody.list_accounts), "AccessDeniedException", "not the one who is not")
    tap.equal(code(dev.close_account, AccountId=DEV), "AccessDeniedException", "it cannot write")
    tap.equal([a["Id"] for a in boss.list_delegated_administrators()["DelegatedAdministrators"]],
              [DEV], "it is listed")
    tap.equal([s["ServicePrincipal"] for s in
               boss.list_delegated_services_for_account(AccountId=DEV)["DelegatedServices"]],
              [SERVICE], "with its service")
    tap.equal(reason(boss.register_delegated_administrator, AccountId=BOSS,
                     ServicePrincipal=SERVICE),
              "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR", "not the management account")
    tap.equal(reason(boss.remove_account_from_organization, AccountId=DEV),
              "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG", "it has to stay")
    boss.deregister_delegated_administrator(**one)
    tap.equal(code(dev.list_accounts), "AccessDeniedException", "no more")
    tap.equal(code(boss.list_delegated_services_for_account, AccountId=DEV),
              "AccountNotRegisteredException", "nothing is delegated")
    boss.disable_aws_service_access(ServicePrincipal=SERVICE)
    tap.equal(boss.list_aws_service_access_for_organization()["EnabledServicePrincipals"], [],
              "service access ends")


def resource_policy(boss, root):
    """The delegation policy lets a member manage tag policies, and nothing else."""
    dev = orgs(DEV)
    keeper = as_user("organizations", user(DEV, "keeper", allow("organizations:*")))
    made = {"Name": "Stage", "Description": "", "Type": TAGS, "Content": json.dumps(
        {"tags": {"stage": {"tag_key": {"@@assign": "Stage"}}}})}
    boss.enable_policy_type(RootId=root, PolicyType=TAGS)
    tap.equal(code(keeper.create_policy, **made), "AccessDeniedException", "nothing is delegated")
    tap.equal(reason(boss.put_resource_policy, Content="{}"), "INVALID_RESOURCE_POLICY_JSON",
              "the policy is looked at")
    boss.put_resource_policy(Content=document({
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::%s:root" % DEV}, "Resource": "*",
        "Action": ["organizations:CreatePolicy", "organizations:AttachPolicy",
                   "organizations:DetachPolicy", "organizations:ListPolicies"],
        "Condition": {"StringEquals": {"organizations:PolicyType": TAGS}}}))
    policy = keeper.create_policy(**made)["Policy"]["PolicySummary"]["Id"]
    tap.equal(code(keeper.attach_policy, PolicyId=policy, TargetId=DEV), "done",
              "a member's user manages tag policies")
    tap.equal(code(as_user("organizations", user(DEV, "idle")).create_policy, **made),
              "AccessDeniedException", "its own policy has to allow it too")
    tap.equal(code(keeper.create_policy, **dict(made, Type=SCP, Content=document(
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}))), "AccessDeniedException",
              "no SCPs: the condition")
    tap.equal(code(keeper.delete_policy, PolicyId=policy), "AccessDeniedException",
              "no other action")
    tap.equal(code(dev.close_account, AccountId=DEV), "AccessDeniedException",
              "nor what cannot be delegated")
    effective = keeper.describe_effective_policy(PolicyType=TAGS)["EffectivePolicy"]
    tap.equal(json.loads(effective["PolicyContent"]), {"tags": {"stage": {"tag_key": "Stage"}}},
              "its effective policy")
    tap.equal(code(boss.describe_effective_policy, PolicyType=TAGS),
              "EffectivePolicyNotFoundException", "the management account has none")
    keeper.detach_policy(PolicyId=policy, TargetId=DEV)
    boss.delete_policy(PolicyId=policy)
    boss.delete_resource_policy()
    tap.equal(code(keeper.list_policies, Filter=TAGS), "AccessDeniedException", "over")


def moves(boss, root):
    """What a unit denies is denied at once, and no longer than the account is below it."""
    tables = as_user("dynamodb", user(DEV, "worker", allow("*")))
    unit = boss.create_organizational_unit(ParentId=root, Name="Closed")["OrganizationalUnit"]["Id"]
    policy = boss.create_policy(Name="NoTables", Description="", Type=SCP, Content=document(
        {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}))["Policy"]["PolicySummary"]
    boss.attach_policy(PolicyId=policy["Id"], TargetId=unit)
    tap.equal(code(tables.list_tables), "done", "outside of the unit")
    boss.move_account(AccountId=DEV, SourceParentId=root, DestinationParentId=unit)
    tap.equal(code(tables.list_tables), "AccessDeniedException", "moved into it")
    boss.move_account(AccountId=DEV, SourceParentId=unit, DestinationParentId=root)
    tap.equal(code(tables.list_tables), "done", "and out again")
    boss.move_account(AccountId=DEV, SourceParentId=root, DestinationParentId=unit)
    boss.disable_policy_type(RootId=root, PolicyType=SCP)
    tap.equal(code(tables.list_tables), "done", "SCPs are disabled")
    boss.enable_policy_type(RootId=root, PolicyType=SCP)
    tap.equal(code(tables.list_tables), "done", "enabled again, nothing is attached")
    boss.attach_policy(PolicyId=policy["Id"], TargetId=unit)
    tap.equal(code(tables.list_tables), "AccessDeniedException", "until it is")
    boss.remove_account_from_organization(AccountId=DEV)
    tap.equal(code(tables.list_tables), "done", "a standalone account is bound by none")
    handshake = invite(boss, DEV)
    orgs(DEV).accept_handshake(HandshakeId=handshake)


# --- Two organizations ---------------------------------------------------------------------------

def handshakes(boss):
    guest, rival = orgs(GUEST), orgs(RIVAL)
    rival.create_organization(FeatureSet="CONSOLIDATED_BILLING")
    first, second = invite(boss, GUEST), invite(rival, GUEST)
    seen = guest.list_handshakes_for_account(Filter={"ActionType": "INVITE"})["Handshakes"]
    tap.equal({h["Id"] for h in seen}, {first, second}, "an account may be invited by two")
    tap.equal(code(boss.describe_handshake, HandshakeId=second), "HandshakeNotFoundException",
              "neither sees the other's")
    tap.equal(code(boss.accept_handshake, HandshakeId=first), "AccessDeniedException",
              "the sender cannot accept")
    advance("+16d")
    tap.equal(guest.describe_handshake(HandshakeId=first)["Handshake"]["State"], "EXPIRED",
              "after fifteen days it has expired")
    tap.equal(code(guest.accept_handshake, HandshakeId=first),
              "InvalidHandshakeTransitionException", "and cannot be accepted")
    third = invite(rival, GUEST)
    guest.accept_handshake(HandshakeId=third)
    tap.equal(reason(guest.accept_handshake, HandshakeId=invite(boss, GUEST)),
              "ALREADY_IN_AN_ORGANIZATION", "one organization at a time")
    advance("+31d")
    tap.equal([h["Id"] for h in boss.list_handshakes_for_organization()["Handshakes"]
               if h["Id"] == first], [], "ended ones are listed for thirty days")


def all_features(rival_account):
    """Consolidated billing becomes all features when every invited member has approved."""
    rival, guest = orgs(rival_account), orgs(GUEST)
    tap.equal(code(rival.create_policy, Name="x", Description="", Type=SCP, Content=document()),
              "PolicyTypeNotAvailableForOrganizationException", "no policies without all features")
    asked = rival.enable_all_features()["Handshake"]
    tap.equal((asked["Action"], asked["State"]), ("ENABLE_ALL_FEATURES", "REQUESTED"), "asked for")
    tap.equal(code(rival.accept_handshake, HandshakeId=asked["Id"]),
              "InvalidHandshakeTransitionException", "not before the members approve")
    tap.equal(reason(rival.enable_all_features),
              "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION", "once")
    mine = guest.list_handshakes_for_account(
        Filter={"ActionType": "APPROVE_ALL_FEATURES"})["Handshakes"]
    tap.equal(len(mine), 1, "the invited member is asked")
    guest.accept_handshake(HandshakeId=mine[0]["Id"])
    tap.equal(rival.describe_handshake(HandshakeId=asked["Id"])["Handshake"]["State"], "OPEN",
              "all have approved")
    rival.accept_handshake(HandshakeId=asked["Id"])
    tap.equal(rival.describe_organization()["Organization"]["FeatureSet"], "ALL", "finished")
    tap.equal(reason(rival.enable_all_features), "ORGANIZATION_ALREADY_HAS_ALL_FEATURES", "for good")


def transfers(boss):
    rival = orgs(RIVAL)
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=150)
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    asked = {"Type": "BILLING", "Target": {"Type": "ACCOUNT", "Id": RIVAL}, "SourceName": "Rival"}
    tap.equal(reason(boss.invite_organization_to_transfer_responsibility,
                     StartTimestamp=begin + datetime.timedelta(days=1), **asked),
              "START_DATE_NOT_BEGINNING_OF_MONTH", "transfers begin with a month")
    handshake = boss.invite_organization_to_transfer_responsibility(
        StartTimestamp=begin, **asked)["Handshake"]
    tap.equal(code(orgs(DEV).describe_responsibility_transfer, Id="rt-00000000"),
              "AccessDeniedException", "members have no part in it")
    rival.accept_handshake(HandshakeId=handshake["Id"])
    given = rival.list_outbound_responsibility_transfers(Type="BILLING")["ResponsibilityTransfers"]
    taken = boss.list_inbound_responsibility_transfers(Type="BILLING")["ResponsibilityTransfers"]
    tap.equal([t["Status"] for t in given + taken], ["ACCEPTED"] * 2, "agreed, seen by both")
    tap.equal(given[0]["Source"]["ManagementAccountId"], RIVAL, "whose bills")
    ended = rival.terminate_responsibility_transfer(Id=given[0]["Id"])["ResponsibilityTransfer"]
    tap.equal(ended["Status"], "WITHDRAWN", "either side ends it")
    tap.equal(code(boss.terminate_responsibility_transfer, Id=given[0]["Id"]),
              "ResponsibilityTransferAlreadyInStatusException", "once")


# --- Accounts, tags, pages -----------------------------------------------------------------------

def accounts(boss):
    def outcome(**asked):
        status = boss.create_account(AccountName="New", **asked)["CreateAccountStatus"]
        tap.equal(status["State"], "IN_PROGRESS", "making %s goes on" % asked["Email"])
        done = boss.describe_create_account_status(CreateAccountRequestId=status["Id"])
        return done["CreateAccountStatus"]

    new = outcome(Email="new@example.com", Tags=[{"Key": "team", "Value": "blue"}])
    tap.equal(new["State"], "SUCCEEDED", "an account is made")
    tap.equal(outcome(Email="NEW@example.com")["FailureReason"], "EMAIL_ALREADY_EXISTS",
              "addresses have no case")
    tap.equal(outcome(Email=".x@example.com")["FailureReason"], "INVALID_EMAIL", "no such address")
    failed = boss.list_create_account_status(States=["FAILED"])["CreateAccountStatuses"]
    tap.equal(len(failed), 2, "failures are listed")
    tap.equal(code(boss.describe_create_account_status, CreateAccountRequestId="car-00000000"),
              "CreateAccountStatusNotFoundException", "no such request")
    gov = boss.create_gov_cloud_account(AccountName="Gov", Email="gov@example.com")
    gov = boss.describe_create_account_status(
        CreateAccountRequestId=gov["CreateAccountStatus"]["Id"])["CreateAccountStatus"]
    tap.check(gov["GovCloudAccountId"] != gov["AccountId"], "an account with a pair in GovCloud")

    account = new["AccountId"]
    blue = as_user("organizations", user(BOSS, "blue", allow("organizations:*", Condition={
        "StringEquals": {"aws:ResourceTag/team": "blue"}})))
    tap.equal(code(blue.describe_account, AccountId=account), "done", "the tag admits")
    tap.equal(code(blue.describe_account, AccountId=DEV), "AccessDeniedException", "no tag")
    tap.equal(code(blue.untag_resource, ResourceId=account, TagKeys=["team"]), "done", "untagged")
    tap.equal(code(blue.describe_account, AccountId=account), "AccessDeniedException", "it is gone")
    tap.equal(reason(boss.tag_resource, ResourceId=account, Tags=[
        {"Key": "k%d" % i, "Value": "v"} for i in range(51)]), "MAX_TAG_LIMIT_EXCEEDED", "fifty")

    inside = as_user("dynamodb", user(account, "staff", allow("*")))
    tap.equal(code(inside.list_tables), "done", "a user of the account")
    boss.close_account(AccountId=account)
    tap.equal(code(inside.list_tables), "UnrecognizedClientException", "closed: keys are refused")
    tap.equal(code(client("sts", account).get_caller_identity), "InvalidClientTokenId",
              "the account's own too")


def pages(boss, root):
    """Small pages give the same as large ones."""
    for number in range(5):
        unit = boss.create_organizational_unit(ParentId=root, Name="Page%d" % number)
        boss.create_policy(Name="Page%d" % number, Description="", Type=SCP, Content=document(
            {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}))
        boss.enable_aws_service_access(ServicePrincipal="s%d.amazonaws.com" % number)
    unit = unit["OrganizationalUnit"]["Id"]
    for operation, member, args in (
            ("list_accounts", "Accounts", {}),
            ("list_accounts_for_parent", "Accounts", {"ParentId": root}),
            ("list_organizational_units_for_parent", "OrganizationalUnits", {"ParentId": root}),
            ("list_children", "Children", {"ParentId": root, "ChildType": "ORGANIZATIONAL_UNIT"}),
            ("list_policies", "Policies", {"Filter": SCP}),
            ("list_targets_for_policy", "Targets", {"PolicyId": "p-FullAWSAccess"}),
            ("list_create_account_status", "CreateAccountStatuses", {}),
            ("list_aws_service_access_for_organization", "EnabledServicePrincipals", {})):
        def gather(size, operation=operation, member=member, args=args):
            found = boss.get_paginator(operation).paginate(
                PaginationConfig={"PageSize": size}, **args)
            return [json.dumps(item, default=str, sort_keys=True)
                    for page in found for item in page[member]]
        small = gather(2)
        tap.check(len(small) > 2 and small == gather(20), operation + " in pages of two", small)
        tap.equal(reason(getattr(boss, operation), NextToken="!", **args), "INVALID_NEXT_TOKEN",
                  operation + " with another token")
    tap.equal(code(boss.delete_organizational_unit, OrganizationalUnitId=unit), "done",
              "an empty unit goes")


def parameters(root):
    """Each kind of value that the model does not allow, with the reason that AWS has for it."""
    boss = client("organizations", BOSS, parameter_validation=False)
    for call, wanted, args in (
            (boss.describe_account, "INVALID_PATTERN", {"AccountId": "12345"}),
            (boss.list_children, "INVALID_PATTERN", {"ParentId": "x-1", "ChildType": "ACCOUNT"}),
            (boss.list_children, "INVALID_ENUM", {"ParentId": root, "ChildType": "accounts"}),
            (boss.list_policies, "INVALID_ENUM_POLICY_TYPE", {"Filter": "SCP"}),
            (boss.describe_policy, "INVALID_SYNTAX_POLICY_ID", {"PolicyId": "policy"}),
            (boss.list_policies_for_target, "INVALID_PATTERN_TARGET_ID",
             {"Filter": SCP, "TargetId": "nobody"}),
            (boss.create_organizational_unit, "MIN_LENGTH_EXCEEDED", {"ParentId": root, "Name": ""}),
            (boss.create_organizational_unit, "MAX_LENGTH_EXCEEDED",
             {"ParentId": root, "Name": "n" * 129}),
            (boss.list_accounts, "MIN_VALUE_EXCEEDED", {"MaxResults": 0}),
            (boss.list_accounts, "MAX_VALUE_EXCEEDED", {"MaxResults": 21}),
            (boss.list_create_account_status, "INVALID_LIST_MEMBER", {"States": ["DONE"]}),
            (boss.describe_account, "INPUT_REQUIRED", {})):
        tap.equal((code(call, **args), reason(call, **args)), ("InvalidInputException", wanted),
                  "%s %s" % (call.__name__, wanted))
    tap.equal(message(boss.describe_account, AccountId="12345"),
              "You provided a value that does not match the required pattern.", "in AWS's words")


def main():
    boss = orgs(BOSS)
    root = members_of_configuration(boss)
    delegated_administrator(boss)
    resource_policy(boss, root)
    moves(boss, root)
    handshakes(boss)
    all_features(RIVAL)
    transfers(boss)
    accounts(boss)
    parameters(root)
    pages(boss, root)
    tap.end()


if __name__ == "__main__":
    start(__file__, main, config=CONFIG)

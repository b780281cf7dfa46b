#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Switches of an organization and of accounts that IAM keeps: centralized root access with what it
takes, outbound web identity federation, the version of STS tokens. Permissions enforced."""
import re

from iam_world import A, B, World, allow
from sandbox import Tap
from twoaccounts import start

OUTSIDER = "999999999999"


def root_access(w):
    tap = w.tap
    iam, org = w.client("iam", A), w.client("organizations", A)
    w.refused("OrganizationNotFoundException", "", iam.enable_organizations_root_sessions)
    made = org.create_organization(FeatureSet="CONSOLIDATED_BILLING")["Organization"]["Id"]
    w.refused("OrganizationNotInAllFeaturesModeException", "", iam.list_organizations_features)
    org.delete_organization()
    made = org.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    w.refused("ServiceAccessNotEnabledException", "", iam.enable_organizations_root_sessions)
    w.refused("ServiceAccessNotEnabledException", "", iam.list_organizations_features)
    org.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    tap.equal(iam.list_organizations_features()["EnabledFeatures"], [], "nothing is on at first")
    got = iam.enable_organizations_root_sessions()
    tap.equal((got["OrganizationId"], got["EnabledFeatures"]), (made, ["RootSessions"]),
              "root sessions are on")
    got = iam.enable_organizations_root_credentials_management()["EnabledFeatures"]
    tap.equal(sorted(got), ["RootCredentialsManagement", "RootSessions"], "both are on")
    iam.enable_organizations_root_sessions()
    tap.equal(len(iam.list_organizations_features()["EnabledFeatures"]), 2, "twice is once")

    hand = org.invite_account_to_organization(Target={"Id": B, "Type": "ACCOUNT"})["Handshake"]
    w.client("organizations", B).accept_handshake(HandshakeId=hand["Id"])
    member = w.client("iam", B)
    for call in (member.enable_organizations_root_sessions, member.list_organizations_features,
                 member.disable_organizations_root_sessions):
        w.refused("AccountNotManagementOrDelegatedAdministratorException", "", call)
    org.register_delegated_administrator(AccountId=B, ServicePrincipal="iam.amazonaws.com")
    tap.equal(len(member.list_organizations_features()["EnabledFeatures"]), 2,
              "a delegated administrator sees them")
    w.refused("CallerIsNotManagementAccountException", "",
              member.enable_organizations_root_sessions)
    tap.equal(member.disable_organizations_root_sessions()["EnabledFeatures"],
              ["RootCredentialsManagement"], "a delegated administrator switches off")
    tap.equal(iam.disable_organizations_root_credentials_management()["EnabledFeatures"], [],
              "all are off again")
    w.refused("OrganizationNotFoundException", "",
              w.client("iam", OUTSIDER).list_organizations_features)


def federation(w):
    tap = w.tap
    iam, other = w.client("iam", A), w.client("iam", B)
    w.refused("FeatureDisabled", "", iam.get_outbound_web_identity_federation_info)
    w.refused("FeatureDisabled", "", iam.disable_outbound_web_identity_federation)
    issuer = iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    tap.check(re.fullmatch(r"https://[0-9a-f-]{36}\.tokens\.sts\.global\.api\.aws", issuer),
              "an issuer", issuer)
    w.refused("FeatureEnabled", "", iam.enable_outbound_web_identity_federation)
    got = iam.get_outbound_web_identity_federation_info()
    tap.equal((got["IssuerIdentifier"], got["JwtVendingEnabled"]), (issuer, True), "it is on")
    w.refused("FeatureDisabled", "", other.get_outbound_web_identity_federation_info)
    tap.check(other.enable_outbound_web_identity_federation()["IssuerIdentifier"] != issuer,
              "another account has another issuer")
    iam.disable_outbound_web_identity_federation()
    w.refused("FeatureDisabled", "", iam.get_outbound_web_identity_federation_info)
    tap.equal(iam.enable_outbound_web_identity_federation()["IssuerIdentifier"], issuer,
              "an account keeps its issuer")


def permissions(w):
    iam = w.client("iam", A)
    iam.create_user(UserName="u")
    user = w.client("iam", iam.create_access_key(UserName="u")["AccessKey"])
    calls = [user.get_outbound_web_identity_federation_info, user.list_organizations_features,
             user.disable_outbound_web_identity_federation]
    for call in calls:
        w.refused("AccessDenied", "no identity-based policy allows", call)
    iam.put_user_policy(UserName="u", PolicyName="p",
                        PolicyDocument=allow(["iam:GetOutbound*", "iam:ListOrganizationsFeatures"]))
    w.tap.equal([w.error(call)[0] for call in calls], ["done", "done", "AccessDenied"],
                "what the policy allows")


def tokens(w):
    iam = w.client("iam", A)

    def version():
        return iam.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"]

    w.tap.equal(version(), 1, "version 1 tokens by default")
    iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token")
    w.tap.equal(version(), 2, "version 2 tokens when set")


def main():
    tap = Tap()
    w = World(tap)
    for test in (root_access, federation, permissions, tokens):
        test(w)
    tap.end()


start(__file__, main, env={"AWSINTERCEPT_IAM": "enforce"})

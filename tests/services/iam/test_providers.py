#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SAML providers, whose metadata is really read, and simulations that know the organization.
Permissions enforced, two accounts."""
import datetime

from iam_world import A, B, World, allow, document
from keys import Maker
from sandbox import Tap
from twoaccounts import start

NAMES = 'xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'


def metadata(certificate, root="EntityDescriptor", role="IDPSSODescriptor", use='use="signing"',
             attributes='entityID="https://idp.example.com/"', before="", name="X509Certificate"):
    body = "".join(certificate.split("\n")[1:-2])
    return ('%s<%s %s %s><!--%s--><%s protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:'
            'protocol"><KeyDescriptor %s><ds:KeyInfo><ds:X509Data><ds:%s>%s</ds:%s>'
            '</ds:X509Data></ds:KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:'
            'names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso"/></%s>'
            '</%s>' % (before, root, NAMES, attributes, "x" * 1000, role, use, name, body, name,
                       role, root))


def saml(w, make):
    tap = w.tap
    iam = w.client("iam", A)
    certificate, key = make.certificate("idp")
    good = metadata(certificate)
    arn = iam.create_saml_provider(Name="corp", SAMLMetadataDocument=good)["SAMLProviderArn"]
    tap.equal(arn, "arn:aws:iam::%s:saml-provider/corp" % A, "its ARN")
    got = iam.get_saml_provider(SAMLProviderArn=arn)
    tap.equal(got["SAMLMetadataDocument"], good, "what was given")
    tap.check(len(got["SAMLProviderUUID"]) >= 22 and
              (got["ValidUntil"] - got["CreateDate"]).days > 36000, "id and validity", got)
    w.refused("EntityAlreadyExists", "", iam.create_saml_provider, Name="corp",
              SAMLMetadataDocument=good)
    bad = {
        "not XML": "x" * 1200,
        "not XML ": good[:-20],
        "it is no EntityDescriptor": metadata(certificate, root="EntitiesDescriptor"),
        "no entityID": metadata(certificate, attributes=""),
        "no IDPSSODescriptor": metadata(certificate, role="SPSSODescriptor"),
        "no certificate": metadata(certificate, use='use="encryption"'),
        "no certificate ": metadata(certificate, name="X509SKI"),
        "cannot be read": metadata(certificate.replace("M", "N")),
        "document type": metadata(certificate, before='<!DOCTYPE a [<!ENTITY b "c">]>'),
        "no longer valid": metadata(certificate, attributes='entityID="x" '
                                    'validUntil="2020-01-01T00:00:00Z"'),
    }
    for words, text in bad.items():
        w.refused("InvalidInput", words.strip(), iam.create_saml_provider, Name="bad",
                  SAMLMetadataDocument=text)
    # What is between 1000 and 10000000 characters long is IAM's to judge; shorter is invalid.
    from botocore.exceptions import ParamValidationError
    try:
        iam.create_saml_provider(Name="short", SAMLMetadataDocument="x" * 999)
        tap.check(False, "too short")
    except ParamValidationError:
        tap.check(True, "too short")
    until = datetime.datetime(2099, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    iam.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=metadata(
        certificate, use="", attributes='entityID="x" validUntil="2099-01-02T03:04:05Z"'))
    tap.equal(iam.get_saml_provider(SAMLProviderArn=arn)["ValidUntil"], until,
              "its own validity, and a key for any use")
    w.refused("InvalidInput", "private key is needed", iam.update_saml_provider,
              SAMLProviderArn=arn, AssertionEncryptionMode="Required")
    w.refused("InvalidInput", "cannot be read", iam.update_saml_provider, SAMLProviderArn=arn,
              AddPrivateKey="nothing")
    iam.update_saml_provider(SAMLProviderArn=arn, AssertionEncryptionMode="Required",
                             AddPrivateKey=key)
    keys = iam.get_saml_provider(SAMLProviderArn=arn)["PrivateKeyList"]
    iam.update_saml_provider(SAMLProviderArn=arn, AddPrivateKey=key)
    w.refused("LimitExceeded", "2", iam.update_saml_provider, SAMLProviderArn=arn,
              AddPrivateKey=key)
    iam.update_saml_provider(SAMLProviderArn=arn, RemovePrivateKey=keys[0]["KeyId"])
    tap.equal(len(iam.get_saml_provider(SAMLProviderArn=arn)["PrivateKeyList"]), 1,
              "keys come and go")
    w.refused("NoSuchEntity", "", w.client("iam", B).get_saml_provider, SAMLProviderArn=arn)


def simulation(w, make):
    tap = w.tap
    org, here, there = w.client("organizations", A), w.client("iam", A), w.client("iam", B)
    for iam in (here, there):
        iam.create_user(UserName="u")
        iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=allow("*"))

    def ask(iam, account, *actions):
        answer = iam.simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::%s:user/u" % account, ActionNames=list(actions))
        return [(r["EvalDecision"], r.get("OrganizationsDecisionDetail", {}).get(
            "AllowedByOrganizations")) for r in answer["EvaluationResults"]]

    tap.equal(ask(there, B, "s3:GetObject"), [("allowed", None)], "without an organization")
    org.create_organization(FeatureSet="ALL")
    root = org.list_roots()["Roots"][0]["Id"]
    hand = org.invite_account_to_organization(Target={"Id": B, "Type": "ACCOUNT"})["Handshake"]
    w.client("organizations", B).accept_handshake(HandshakeId=hand["Id"])
    scp = org.create_policy(Name="n", Description="d", Type="SERVICE_CONTROL_POLICY",
                            Content=document({"Effect": "Deny", "Action": "s3:Get*",
                                              "Resource": "*"}))["Policy"]["PolicySummary"]["Id"]
    org.attach_policy(PolicyId=scp, TargetId=root)
    tap.equal(ask(there, B, "s3:GetObject", "s3:PutObject"),
              [("explicitDeny", False), ("allowed", True)], "an SCP denies in a member account")
    tap.equal(ask(here, A, "s3:GetObject"), [("allowed", True)],
              "and does not bind the management account")
    org.detach_policy(PolicyId=scp, TargetId=root)
    only = org.create_policy(Name="o", Description="d", Type="SERVICE_CONTROL_POLICY",
                             Content=allow("iam:*"))["Policy"]["PolicySummary"]["Id"]
    org.attach_policy(PolicyId=only, TargetId=B)
    org.detach_policy(PolicyId="p-FullAWSAccess", TargetId=B)
    tap.equal(ask(there, B, "s3:GetObject", "iam:GetUser"),
              [("implicitDeny", False), ("allowed", True)], "what no SCP allows")


def main():
    tap = Tap()
    w = World(tap)
    make = Maker()
    try:
        for test in (saml, simulation):
            test(w, make)
    finally:
        make.close()
    tap.end()


start(__file__, main, env={"AWSINTERCEPT_IAM": "enforce"})

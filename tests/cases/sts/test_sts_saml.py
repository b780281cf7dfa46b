#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""AssumeRoleWithSAML as boto3 and the AWS CLI bring it, where permissions are enforced. The responses are
canonicalized by Python and signed by openssl, with declarations where providers put them; roles in two
accounts."""
import base64
import datetime
import hashlib
import json
import os
import shutil
import subprocess
import sys
from xml.etree import ElementTree

from sandbox import Tap, skip
from twoaccounts import A, B, client, code, message, start

CONFIG = 'iam: enforce\naccount_id: "%s"\naccounts:\n- id: "%s"\n' % (A, B)
ENTITY = "https://idp.example.com/saml"
PROVIDER = "arn:aws:iam::%s:saml-provider/corp" % B
ROLE = "arn:aws:iam::%s:role/Saml" % B
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
DS = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
METADATA = """<?xml version="1.0" encoding="UTF-8"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s">
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
      <X509Certificate>%s</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
  </IDPSSODescriptor>
</EntityDescriptor>"""
ASSERTION = """<saml:Assertion xmlns:xs="http://www.w3.org/2001/XMLSchema" Version="2.0" ID="_7"
    IssueInstant="{now}"><saml:Issuer>%s</saml:Issuer>{signature}
  <saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">ann</saml:NameID>
    <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
      <saml:SubjectConfirmationData NotOnOrAfter="{until}"
          Recipient="https://signin.aws.amazon.com/saml"/></saml:SubjectConfirmation></saml:Subject>
  <saml:Conditions NotBefore="{now}" NotOnOrAfter="{until}"><saml:AudienceRestriction>
    <saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction></saml:Conditions>
  <saml:AttributeStatement>
    <saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/Role">
      <saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
          xsi:type="xs:string">%s,%s</saml:AttributeValue></saml:Attribute>
    <saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName">
      <saml:AttributeValue>{session}</saml:AttributeValue></saml:Attribute>
  </saml:AttributeStatement></saml:Assertion>""" % (ENTITY, ROLE, PROVIDER)
RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
    xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="{now}">
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
  {assertion}</samlp:Response>"""


def openssl(*words, stdin=None):
    return subprocess.run(["openssl", *words], input=stdin, capture_output=True, timeout=120,
                          check=True).stdout


def canonical(xml, prefix, uri):
    """The element with the declaration that it inherits."""
    head, tail = xml.split(None, 1)
    return ElementTree.canonicalize('%s xmlns:%s="%s" %s' % (head, prefix, uri, tail)).encode()


def stamp(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def signature(digest):
    info = ('<ds:SignedInfo %s><ds:CanonicalizationMethod Algorithm="%s"/><ds:SignatureMethod Algorithm='
            '"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#_7"><ds:Transforms>'
            '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
            '<ds:Transform Algorithm="%s"/></ds:Transforms><ds:DigestMethod Algorithm='
            '"http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>%s</ds:DigestValue>'
            '</ds:Reference></ds:SignedInfo>' % (DS, C14N, C14N, base64.b64encode(digest).decode()))
    value = openssl("dgst", "-sha256", "-sign", "key.pem",
                    stdin=ElementTree.canonicalize(info).encode())
    return "<ds:Signature %s>%s<ds:SignatureValue>\n%s</ds:SignatureValue></ds:Signature>" % (
        DS, info, base64.encodebytes(value).decode())


def response(session="ann", age=0):
    words = {"now": stamp(-age), "until": stamp(120), "session": session}
    bare = ASSERTION.format(signature="", **words)
    digest = hashlib.sha256(canonical(bare, "saml", "urn:oasis:names:tc:SAML:2.0:assertion")).digest()
    whole = ASSERTION.format(signature=signature(digest), **words)
    return base64.b64encode(RESPONSE.format(assertion=whole, **words).encode()).decode()


def prepare():
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "idp.txt",
            "-days", "2", "-subj", "/CN=idp")
    with open("idp.txt", encoding="ascii") as file:
        lines = [line for line in file.read().splitlines() if "-----" not in line]
    iam = client("iam", B)
    arn = iam.create_saml_provider(Name="corp", SAMLMetadataDocument=METADATA % (
        ENTITY, "\n".join(lines)))["SAMLProviderArn"]
    iam.create_role(RoleName="Saml", AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": {"Federated": arn}, "Action": "sts:AssumeRoleWithSAML",
            "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"},
                          "StringLike": {"sts:RoleSessionName": "ann*"}}}}))
    iam.put_role_policy(RoleName="Saml", PolicyName="own", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*",
            "Condition": {"StringEquals": {"saml:sub": "ann"}}}}))


def main():
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config

    tap = Tap()
    prepare()
    sts = boto3.client("sts", config=Config(signature_version=UNSIGNED, retries={"max_attempts": 1}))
    want = {"RoleArn": ROLE, "PrincipalArn": PROVIDER}
    given = sts.assume_role_with_saml(SAMLAssertion=response(), **want)
    qualifier = hashlib.sha1((ENTITY + B + "/corp").encode()).digest()
    tap.equal((given["Subject"], given["SubjectType"], given["Issuer"], given["NameQualifier"]),
              ("ann", "transient", ENTITY, base64.b64encode(qualifier).decode()), "boto3: who it was")
    keys = given["Credentials"]
    session = [keys["AccessKeyId"], "us-east-1", keys["SecretAccessKey"], keys["SessionToken"]]
    tap.equal(client("sts", *session).get_caller_identity()["Arn"],
              "arn:aws:sts::%s:assumed-role/Saml/ann" % B, "boto3: the session")
    tap.equal(code(client("s3", *session).list_buckets), "done", "boto3: may what the role may")
    tap.equal(code(client("iam", *session).list_users), "AccessDenied", "boto3: and no more")
    tap.equal(message(sts.assume_role_with_saml, SAMLAssertion=response(session="bob"), **want),
              "Not authorized to perform sts:AssumeRoleWithSAML", "boto3: the trust policy refuses")
    tap.equal(code(sts.assume_role_with_saml, SAMLAssertion=response(age=400), **want),
              "ExpiredTokenException", "boto3: too late")
    changed = base64.b64decode(response()).replace(b">ann<", b">eve<")
    tap.equal(message(sts.assume_role_with_saml, SAMLAssertion=base64.b64encode(changed).decode(),
                      **want), "Response signature invalid", "boto3: changed on its way")
    tap.equal(code(sts.assume_role_with_saml, SAMLAssertion=response(), RoleArn=ROLE.replace(B, A),
                   PrincipalArn=PROVIDER), "InvalidIdentityToken", "boto3: another account's role")

    aws = os.path.join(os.path.dirname(sys.executable), "aws")
    for name, want_in in (("ann2", '"arn:aws:sts::%s:assumed-role/Saml/ann2"' % B),
                          ("bob", "(AccessDenied)")):
        done = subprocess.run([aws, "sts", "assume-role-with-saml", "--role-arn", ROLE,
                               "--principal-arn", PROVIDER, "--saml-assertion", response(session=name),
                               "--query", "AssumedRoleUser.Arn"],
                              capture_output=True, text=True, timeout=120, check=False)
        tap.check(want_in in done.stdout + done.stderr, "AWS CLI: " + name, done.stdout + done.stderr)
    tap.end()


if sys.argv[1:] != ["inside"] and not shutil.which("openssl"):
    skip("openssl is not here (scripts/setup installs it)")
start(__file__, main, config=CONFIG)

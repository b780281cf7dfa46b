#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Web identities as boto3 and the AWS CLI bring them, where permissions are enforced: the keys of the
provider in a file beside the configuration, roles in two accounts, tokens signed with RS256. Runs itself
again inside the sandbox."""
import base64
import json
import os
import subprocess
import sys
import time
import urllib.request

from sandbox import Sandbox, Tap, skip
from twoaccounts import A, B, client, code, message

ISSUER = "id.example.com"
PROVIDER = "arn:aws:iam::%s:oidc-provider/%s" % (B, ISSUER)
ROLE = "arn:aws:iam::%s:role/Web" % B
CONFIG = """iam: enforce
account_id: "%s"
accounts:
- id: "%s"
oidc_providers:
- issuer: https://%s
  jwks_file: keys.json
""" % (A, B, ISSUER)


def text(number):
    return base64.urlsafe_b64encode(number).rstrip(b"=").decode()


def jwks(key):
    size = (key.n.bit_length() + 7) // 8
    return json.dumps({"keys": [{"kty": "RSA", "kid": "one", "alg": "RS256", "e": "AQAB",
                                 "n": text(key.n.to_bytes(size, "big"))}]})


def token(key, **claims):
    import rsa
    now = int(time.time())
    claims = {"iss": "https://" + ISSUER, "aud": "app", "sub": "job-7", "iat": now,
              "exp": now + 300, **claims}
    parts = ".".join(text(json.dumps(part).encode()) for part in (
        {"alg": "RS256", "kid": "one", "typ": "JWT"}, claims))
    return parts + "." + text(rsa.sign(parts.encode(), key, "SHA-256"))


def outside():
    import rsa
    _, key = rsa.newkeys(2048)
    with Sandbox(CONFIG) as box:
        box.write("work/keys.json", jwks(key))
        with open(box.path("work", "private.pem"), "wb") as out:
            out.write(key.save_pkcs1())
        done = box.run([sys.executable, __file__, "inside"],
                       env={"PYTHONPATH": ":".join(p for p in sys.path if p)})
        print(done.stdout, end="")
        for line in done.stderr.split("\n")[-20:]:
            print("# " + line)
        sys.exit(done.returncode)


def prepare():
    trust = {"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {ISSUER + ":aud": "app"},
                      "StringLike": {ISSUER + ":sub": "job-*"}}}}
    allow = {"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": ["s3:ListAllMyBuckets"], "Resource": "*",
        "Condition": {"StringEquals": {"aws:FederatedProvider": PROVIDER}}}}
    for account in (A, B):
        iam = client("iam", account)
        iam.create_open_id_connect_provider(Url="https://" + ISSUER, ClientIDList=["app"],
                                            ThumbprintList=["0" * 40])
        iam.create_role(RoleName="Web", AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName="Web", PolicyName="own", PolicyDocument=json.dumps(allow))


def outbound(tap, ask):
    """B's users have tokens that A trusts."""
    aws = os.path.join(os.path.dirname(sys.executable), "aws")
    b, a = client("iam", B), client("iam", A)
    b.create_user(UserName="out")
    b.put_user_policy(UserName="out", PolicyName="own", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": "*",
            "Condition": {"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": "a"}}}}))
    keys = b.create_access_key(UserName="out")["AccessKey"]
    sts = client("sts", keys["AccessKeyId"], secret=keys["SecretAccessKey"])
    want = {"Audience": ["a"], "SigningAlgorithm": "RS256"}
    tap.equal(code(sts.get_web_identity_token, **want),
              "OutboundWebIdentityFederationDisabledException", "outbound: not enabled")
    issuer = b.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    host = issuer[len("https://"):]
    arn = a.create_open_id_connect_provider(Url=issuer, ClientIDList=["a"])["OpenIDConnectProviderArn"]
    a.create_role(RoleName="FromB", AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": {"Federated": arn},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {
                "StringEquals": {host + ":sub": "arn:aws:iam::%s:user/out" % B}}}}))
    given = sts.get_web_identity_token(**want)["WebIdentityToken"]
    role = {"RoleArn": "arn:aws:iam::%s:role/FromB" % A, "RoleSessionName": "visit"}
    tap.equal(ask(WebIdentityToken=given, **role)["AssumedRoleUser"]["Arn"],
              "arn:aws:sts::%s:assumed-role/FromB/visit" % A, "outbound: A takes B's token")
    with urllib.request.urlopen(issuer + "/.well-known/openid-configuration", timeout=60) as found:
        where = json.load(found)["jwks_uri"]
    with urllib.request.urlopen(where, timeout=60) as found:
        tap.equal([key["alg"] for key in json.load(found)["keys"]], ["RS256"],
                  "outbound: the keys are published")
    tap.equal(code(sts.get_web_identity_token, Audience=["else"], SigningAlgorithm="ES384"),
              "AccessDenied", "outbound: another audience is refused")
    done = subprocess.run(
        [aws, "sts", "get-web-identity-token", "--audience", "a", "--signing-algorithm", "ES384",
         "--query", "WebIdentityToken", "--output", "text"], capture_output=True, text=True,
        env=dict(os.environ, AWS_ACCESS_KEY_ID=keys["AccessKeyId"],
                 AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"]), timeout=120, check=False)
    tap.equal(code(ask, WebIdentityToken=done.stdout.strip(), **role), "done",
              "outbound: AWS CLI " + done.stderr)


def main():
    import boto3
    import rsa
    from botocore import UNSIGNED
    from botocore.config import Config

    tap = Tap()
    with open("private.pem", "rb") as file:
        key = rsa.PrivateKey.load_pkcs1(file.read())
    prepare()
    sts = boto3.client("sts", config=Config(signature_version=UNSIGNED, retries={"max_attempts": 1}))
    ask = sts.assume_role_with_web_identity
    want = {"RoleArn": ROLE, "RoleSessionName": "ci"}
    given = ask(WebIdentityToken=token(key), **want)
    tap.equal((given["Provider"], given["Audience"], given["SubjectFromWebIdentityToken"]),
              (PROVIDER, "app", "job-7"), "boto3: who it was")
    keys = given["Credentials"]
    session = [keys["AccessKeyId"], "us-east-1", keys["SecretAccessKey"], keys["SessionToken"]]
    tap.equal(client("sts", *session).get_caller_identity()["Arn"],
              "arn:aws:sts::%s:assumed-role/Web/ci" % B, "boto3: the session")
    tap.equal(code(client("s3", *session).list_buckets), "done", "boto3: may what the role may")
    tap.equal(code(client("iam", *session).list_users), "AccessDenied", "boto3: and no more")
    other = dict(want, RoleArn=ROLE.replace(B, A))
    tap.equal(message(ask, WebIdentityToken=token(key), **other),
              "Not authorized to perform sts:AssumeRoleWithWebIdentity",
              "a role that trusts another account's provider")
    for claims, wanted in (({"sub": "person"}, "AccessDenied"), ({"aud": "x"}, "InvalidIdentityToken"),
                           ({"exp": 1}, "ExpiredTokenException"),
                           ({"iss": "https://else.example"}, "InvalidIdentityToken")):
        tap.equal(code(ask, WebIdentityToken=token(key, **claims), **want), wanted, str(claims))
    _, stranger = rsa.newkeys(1024)
    tap.equal(code(ask, WebIdentityToken=token(stranger), **want), "InvalidIdentityToken",
              "signed with another key")

    with open("token", "w", encoding="utf-8") as out:
        out.write(token(key))
    env = dict(os.environ, AWS_WEB_IDENTITY_TOKEN_FILE=os.path.abspath("token"), AWS_ROLE_ARN=ROLE,
               AWS_ROLE_SESSION_NAME="file")
    aws = os.path.join(os.path.dirname(sys.executable), "aws")
    done = subprocess.run([aws, "sts", "get-caller-identity", "--query", "Arn", "--output", "text"],
                          env=env, capture_output=True, text=True, timeout=120, check=False)
    tap.equal(done.stdout.strip(), "arn:aws:sts::%s:assumed-role/Web/file" % B,
              "AWS CLI: by a token file" + done.stderr)
    with open("token", "w", encoding="utf-8") as out:
        out.write(token(key, sub="person"))
    done = subprocess.run([aws, "sts", "get-caller-identity"], env=env, capture_output=True, text=True,
                          timeout=120, check=False)
    tap.check("(AccessDenied)" in done.stderr and "Not authorized" in done.stderr,
              "AWS CLI: refused", done.stderr)
    outbound(tap, ask)
    tap.end()


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        main()
    else:
        try:
            import boto3  # noqa: F401
            import rsa  # noqa: F401
        except ImportError:
            skip("boto3 and rsa are not here (scripts/setup installs them)")
        outside()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Server certificates, SSH public keys, signing certificates and credentials of one service, as
boto3 and the AWS CLI see them, permissions enforced, two accounts."""
import base64
import hashlib
import json
import os
import subprocess
import sys

from iam_world import A, B, World, allow
from keys import Maker
from sandbox import Tap
from twoaccounts import start


def server_certificates(w, make):
    tap = w.tap
    iam = w.client("iam", A)
    root, root_key = make.certificate("root")
    leaf, key = make.certificate("leaf", "root")
    other, other_key = make.certificate("other")
    made = iam.upload_server_certificate(
        ServerCertificateName="Web", Path="/site/", CertificateBody=leaf, PrivateKey=key,
        CertificateChain=root, Tags=[{"Key": "team", "Value": "x"}])
    meta = made["ServerCertificateMetadata"]
    tap.equal(meta["Arn"], "arn:aws:iam::%s:server-certificate/site/Web" % A, "its ARN")
    tap.check(meta["ServerCertificateId"].startswith("ASCA") and len(meta["ServerCertificateId"])
              == 21, "its id", meta)
    days = (meta["Expiration"] - meta["UploadDate"]).days
    tap.check(29 <= days <= 30, "when it expires is read from it", meta)
    tap.equal(made["Tags"], [{"Key": "team", "Value": "x"}], "its tags")
    got = iam.get_server_certificate(ServerCertificateName="web")["ServerCertificate"]
    tap.equal((got["CertificateBody"].strip(), got["CertificateChain"].strip(),
               "PrivateKey" in got), (leaf.strip(), root.strip(), False), "what was uploaded")
    w.refused("EntityAlreadyExists", "The Server Certificate with name WEB already exists.",
              iam.upload_server_certificate, ServerCertificateName="WEB", CertificateBody=leaf,
              PrivateKey=key)
    w.refused("KeyPairMismatch", "", iam.upload_server_certificate, ServerCertificateName="x",
              CertificateBody=leaf, PrivateKey=other_key)
    refusals = [
        ("Unable to parse certificate. Please ensure", dict(CertificateBody="x", PrivateKey=key)),
        ("Unable to parse certificate. Please ensure",
         dict(CertificateBody=leaf + root, PrivateKey=key)),
        ("Unable to parse certificate. Please ensure", dict(CertificateBody=key, PrivateKey=key)),
        ("Invalid Private Key.", dict(CertificateBody=leaf, PrivateKey=leaf)),
        ("The index within the chain of the invalid certificate is: 0",
         dict(CertificateBody=leaf, PrivateKey=key, CertificateChain=other)),
        ("The index within the chain of the invalid certificate is: 1",
         dict(CertificateBody=leaf, PrivateKey=key, CertificateChain=root + other)),
        ("certificate chain. Please ensure",
         dict(CertificateBody=leaf, PrivateKey=key, CertificateChain="-----BEGIN")),
    ]
    for words, args in refusals:
        w.refused("MalformedCertificate", words, iam.upload_server_certificate,
                  ServerCertificateName="x", **args)
    old, old_key = make.expired("old")
    w.refused("MalformedCertificate", "no longer valid", iam.upload_server_certificate,
              ServerCertificateName="x", CertificateBody=old, PrivateKey=old_key)
    iam.update_server_certificate(ServerCertificateName="Web", NewServerCertificateName="Shop",
                                  NewPath="/shop/")
    w.refused("NoSuchEntity", "The Server Certificate with name Web cannot be found.",
              iam.get_server_certificate, ServerCertificateName="Web")
    tap.equal(iam.list_server_certificate_tags(ServerCertificateName="Shop")["Tags"],
              [{"Key": "team", "Value": "x"}], "tags stay")
    for i in range(19):
        iam.upload_server_certificate(ServerCertificateName="c%d" % i, CertificateBody=other,
                                      PrivateKey=other_key)
    w.refused("LimitExceeded", "Cannot exceed quota for ServerCertificatesPerAccount: 20",
              iam.upload_server_certificate, ServerCertificateName="more", CertificateBody=other,
              PrivateKey=other_key)
    listed = iam.list_server_certificates(PathPrefix="/shop/")["ServerCertificateMetadataList"]
    tap.equal([c["ServerCertificateName"] for c in listed], ["Shop"], "listed by path")
    pages = iam.get_paginator("list_server_certificates").paginate(PaginationConfig={"PageSize": 7})
    names = [c["ServerCertificateName"] for p in pages for c in p["ServerCertificateMetadataList"]]
    tap.equal((len(names), len(set(names))), (20, 20), "all of them, in pages")
    tap.equal(iam.get_account_summary()["SummaryMap"]["ServerCertificates"], 20, "the summary")
    tap.equal(w.client("iam", B).list_server_certificates()["ServerCertificateMetadataList"], [],
              "another account sees none")
    iam.delete_server_certificate(ServerCertificateName="Shop")
    iam.upload_server_certificate(ServerCertificateName="more", CertificateBody=other,
                                  PrivateKey=other_key)
    w.refused("NoSuchEntity", "Shop", iam.delete_server_certificate, ServerCertificateName="Shop")
    for i in range(19):
        iam.delete_server_certificate(ServerCertificateName="c%d" % i)


def ssh_keys(w, make):
    tap = w.tap
    iam = w.client("iam", A)
    iam.create_user(UserName="git")
    text, pem = make.ssh("one")
    key = iam.upload_ssh_public_key(UserName="git", SSHPublicKeyBody=text + " git@host")
    key = key["SSHPublicKey"]
    digest = hashlib.md5(base64.b64decode(text.split()[1])).hexdigest()
    marks = ":".join(digest[i:i + 2] for i in range(0, 32, 2))
    tap.equal((key["Fingerprint"], key["Status"], key["UserName"]), (marks, "Active", "git"),
              "a key and its fingerprint")
    tap.check(key["SSHPublicKeyId"].startswith("APKA"), "its id", key)

    def get(encoding):
        return iam.get_ssh_public_key(UserName="git", SSHPublicKeyId=key["SSHPublicKeyId"],
                                      Encoding=encoding)["SSHPublicKey"]["SSHPublicKeyBody"]

    tap.equal((get("SSH"), get("PEM").split()), (text, pem.split()), "in both forms")
    w.refused("DuplicateSSHPublicKey", "", iam.upload_ssh_public_key, UserName="git",
              SSHPublicKeyBody=pem)
    w.refused("UnrecognizedPublicKeyEncoding", "", iam.upload_ssh_public_key, UserName="git",
              SSHPublicKeyBody="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==")
    w.refused("InvalidPublicKey", "", iam.upload_ssh_public_key, UserName="git",
              SSHPublicKeyBody="ssh-rsa " + base64.b64encode(b"nothing").decode())
    w.refused("InvalidPublicKey", "2048", iam.upload_ssh_public_key, UserName="git",
              SSHPublicKeyBody=make.ssh("short", 1024)[0])
    for i in range(4):
        iam.upload_ssh_public_key(UserName="git", SSHPublicKeyBody=make.ssh("k%d" % i)[i % 2])
    w.refused("LimitExceeded", "Cannot exceed quota for SSHPublicKeysPerUser: 5",
              iam.upload_ssh_public_key, UserName="git", SSHPublicKeyBody=make.ssh("k5")[0])
    iam.update_ssh_public_key(UserName="git", SSHPublicKeyId=key["SSHPublicKeyId"],
                              Status="Inactive")
    first = iam.list_ssh_public_keys(UserName="git", MaxItems=3)
    rest = iam.list_ssh_public_keys(UserName="git", Marker=first["Marker"])["SSHPublicKeys"]
    listed = first["SSHPublicKeys"] + rest
    tap.equal((len(listed), sum(k["Status"] == "Inactive" for k in listed)), (5, 1), "listed")
    iam.update_user(UserName="git", NewUserName="git2")
    tap.equal(len(iam.list_ssh_public_keys(UserName="git2")["SSHPublicKeys"]), 5,
              "keys follow a user that is renamed")
    w.refused("DeleteConflict", "SSH public keys", iam.delete_user, UserName="git2")
    for one in listed:
        iam.delete_ssh_public_key(UserName="git2", SSHPublicKeyId=one["SSHPublicKeyId"])
    w.refused("NoSuchEntity", "The Public Key with id", iam.delete_ssh_public_key,
              UserName="git2", SSHPublicKeyId=key["SSHPublicKeyId"])
    iam.delete_user(UserName="git2")


def signing_certificates(w, make):
    tap = w.tap
    iam = w.client("iam", A)
    for name in ("sam", "tom"):
        iam.create_user(UserName=name)
    one, two, three = (make.certificate("sign%d" % i)[0] for i in range(3))
    got = iam.upload_signing_certificate(UserName="sam", CertificateBody=one)["Certificate"]
    tap.check(len(got["CertificateId"]) >= 24 and got["Status"] == "Active", "one", got)
    for user in ("sam", "tom"):
        w.refused("DuplicateCertificate", "", iam.upload_signing_certificate, UserName=user,
                  CertificateBody=one)
    w.refused("MalformedCertificate", "", iam.upload_signing_certificate, UserName="sam",
              CertificateBody="nothing")
    iam.upload_signing_certificate(UserName="sam", CertificateBody=two)
    w.refused("LimitExceeded", "Cannot exceed quota for CertificatesPerUser: 2",
              iam.upload_signing_certificate, UserName="sam", CertificateBody=three)
    iam.update_signing_certificate(UserName="sam", CertificateId=got["CertificateId"],
                                   Status="Inactive")
    listed = iam.list_signing_certificates(UserName="sam")["Certificates"]
    tap.equal(sorted((c["CertificateBody"].strip(), c["Status"]) for c in listed),
              sorted([(one.strip(), "Inactive"), (two.strip(), "Active")]), "both are listed")
    w.refused("DeleteConflict", "signing certificates", iam.delete_user, UserName="sam")
    for one in listed:
        iam.delete_signing_certificate(UserName="sam", CertificateId=one["CertificateId"])
    w.refused("NoSuchEntity", "The Certificate with id", iam.delete_signing_certificate,
              UserName="sam", CertificateId=got["CertificateId"])
    iam.delete_user(UserName="sam")


def service_credentials(w, make):
    tap = w.tap
    iam = w.client("iam", A)
    iam.create_user(UserName="jane")
    commit = "codecommit.amazonaws.com"
    one, two = (iam.create_service_specific_credential(UserName="jane", ServiceName=commit)
                ["ServiceSpecificCredential"] for _ in range(2))
    tap.equal((one["ServiceUserName"], two["ServiceUserName"]),
              ("jane-at-" + A, "jane+1-at-" + A), "names of one user are told apart")
    tap.check(one["ServicePassword"] != two["ServicePassword"] and
              one["ServiceSpecificCredentialId"].startswith("ACCA"), "passwords and ids", one)
    w.refused("LimitExceeded", "2", iam.create_service_specific_credential, UserName="jane",
              ServiceName=commit)
    w.refused("NotSupportedService", "", iam.create_service_specific_credential, UserName="jane",
              ServiceName="s3.amazonaws.com")
    w.refused("ValidationError", "CredentialAgeDays", iam.create_service_specific_credential,
              UserName="jane", ServiceName="cassandra.amazonaws.com", CredentialAgeDays=3)
    key = iam.create_service_specific_credential(
        UserName="jane", ServiceName="bedrock.amazonaws.com", CredentialAgeDays=30)
    key = key["ServiceSpecificCredential"]
    tap.equal((key["ExpirationDate"] - key["CreateDate"]).days, 30, "an API key that expires")
    tap.check(key["ServiceCredentialSecret"].startswith("ABSK") and "ServicePassword" not in key,
              "an API key's secret", key)
    pair = base64.b64decode(key["ServiceCredentialSecret"][4:]).decode().split(":")
    tap.equal(pair[0], key["ServiceCredentialAlias"], "it names its alias")

    def reset(credential):
        return iam.reset_service_specific_credential(
            UserName="jane", ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"])

    again = reset(one)["ServiceSpecificCredential"]
    tap.check(again["ServicePassword"] != one["ServicePassword"] and
              again["ServiceUserName"] == one["ServiceUserName"], "another password", again)
    iam.update_service_specific_credential(
        UserName="jane", ServiceSpecificCredentialId=two["ServiceSpecificCredentialId"],
        Status="Inactive")
    iam.update_user(UserName="jane", NewUserName="joan")
    listed = iam.list_service_specific_credentials(UserName="joan")["ServiceSpecificCredentials"]
    tap.equal(sorted(c["Status"] for c in listed), ["Active", "Active", "Inactive"], "listed")
    iam.create_user(UserName="ann")
    iam.create_service_specific_credential(UserName="ann", ServiceName=commit)
    everyone = iam.list_service_specific_credentials(AllUsers=True, ServiceName=commit)
    tap.equal(sorted(c["UserName"] for c in everyone["ServiceSpecificCredentials"]),
              ["ann", "joan", "joan"], "of all users, for one service")
    w.refused("DeleteConflict", "service-specific credentials", iam.delete_user, UserName="joan")
    for credential in listed:
        iam.delete_service_specific_credential(
            UserName="joan",
            ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"])
    w.refused("NoSuchEntity", "", iam.delete_service_specific_credential, UserName="joan",
              ServiceSpecificCredentialId=one["ServiceSpecificCredentialId"])
    iam.delete_user(UserName="joan")


def permissions(w, make):
    iam = w.client("iam", A)
    for name in ("max", "moe"):
        iam.create_user(UserName=name)
    user = w.client("iam", iam.create_access_key(UserName="max")["AccessKey"])
    text = make.ssh("max")[0]
    body, key = make.certificate("max")
    own = "arn:aws:iam::%s:user/max" % A
    iam.put_user_policy(UserName="max", PolicyName="p", PolicyDocument=allow(
        ["iam:*SSHPublicKey*", "iam:*ServiceSpecificCredential*", "iam:*SigningCertificate*",
         "iam:UploadServerCertificate", "iam:TagServerCertificate"],
        [own, "arn:aws:iam::%s:server-certificate/max/*" % A]))
    w.tap.equal(user.upload_ssh_public_key(UserName="max", SSHPublicKeyBody=text)
                ["SSHPublicKey"]["UserName"], "max", "the user's own")
    w.refused("AccessDenied", "user/moe", user.upload_ssh_public_key, UserName="moe",
              SSHPublicKeyBody=text)
    w.tap.equal(user.upload_signing_certificate(CertificateBody=body)["Certificate"]["UserName"],
                "max", "who calls is meant where nobody is named")
    w.refused("AccessDenied", "user/moe", user.create_service_specific_credential, UserName="moe",
              ServiceName="codecommit.amazonaws.com")
    user.upload_server_certificate(ServerCertificateName="m", Path="/max/", CertificateBody=body,
                                   PrivateKey=key, Tags=[{"Key": "a", "Value": "b"}])
    w.refused("AccessDenied", "server-certificate/moe/m2", user.upload_server_certificate,
              ServerCertificateName="m2", Path="/moe/", CertificateBody=body, PrivateKey=key)
    w.refused("AccessDenied", "iam:DeleteServerCertificate", user.delete_server_certificate,
              ServerCertificateName="m")


def by_command(w, make):
    """The AWS CLI, with files as people give them."""
    make.certificate("cli")
    make.ssh("cli-ssh")
    w.client("iam", B).create_user(UserName="cli")

    def aws(*words):
        command = os.path.join(os.path.dirname(sys.executable), "aws")
        env = dict(os.environ, AWS_ACCESS_KEY_ID=B, AWS_SECRET_ACCESS_KEY="x",
                   AWS_REGION="us-east-1")
        done = subprocess.run([command, "iam"] + list(words), capture_output=True, text=True,
                              timeout=120, cwd=make.folder, env=env)
        return json.loads(done.stdout) if done.stdout else done.stderr

    got = aws("upload-server-certificate", "--server-certificate-name", "cli",
              "--certificate-body", "file://cli.pem", "--private-key", "file://cli.key")
    w.tap.equal(got["ServerCertificateMetadata"]["Arn"],
                "arn:aws:iam::%s:server-certificate/cli" % B, "uploaded by the command", )
    got = aws("upload-server-certificate", "--server-certificate-name", "cli2",
              "--certificate-body", "file://cli.pem", "--private-key", "file://cli-ssh.key")
    w.tap.check("(KeyPairMismatch)" in got, "a wrong key is refused", got)
    got = aws("create-service-specific-credential", "--user-name", "cli", "--service-name",
              "bedrock.amazonaws.com", "--credential-age-days", "1")
    w.tap.check("ExpirationDate" in got["ServiceSpecificCredential"], "an API key", got)


def main():
    tap = Tap()
    w = World(tap)
    make = Maker()
    try:
        for test in (server_certificates, ssh_keys, signing_certificates, service_credentials,
                     permissions, by_command):
            test(w, make)
    finally:
        make.close()
    tap.end()


start(__file__, main, env={"AWSINTERCEPT_IAM": "enforce"})

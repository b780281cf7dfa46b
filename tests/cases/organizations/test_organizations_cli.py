#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The AWS CLI over an organization: an account is made and governed, two organizations shake hands,
a member is a delegate. And modes of single accounts: a developer's account that only records meets
a production account that enforces."""
import json

from sandbox import FIRST, SECOND, Sandbox, Tap, need
from sdks import aws_command

PROD, RIVAL = "333333333333", "444444444444"
CONFIG = """\
iam: audit
accounts:
  - {id: "%s", name: "Development"}
  - {id: "%s", name: "Production", iam: enforce}
  - {id: "%s", name: "Rival"}
""" % (SECOND, PROD, RIVAL)
ROLE = "arn:aws:iam::%s:role/Deploy" % PROD


class Cli:
    def __init__(self, box, tap):
        self.box, self.tap, self.words = box, tap, aws_command("awscli-current")

    def run(self, account, *words, env=None):
        keys = {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "secret", **(env or {})}
        return self.box.run([*self.words, *words, "--output", "json"], env=keys)

    def good(self, account, *words, env=None):
        done = self.run(account, *words, env=env)
        self.tap.ran(done, "%s by %s" % (" ".join(words[:2]), account))
        return json.loads(done.stdout or "{}")

    def refused(self, account, code, *words, env=None):
        done = self.run(account, *words, env=env)
        self.tap.refused(done, "(%s)" % code, "%s by %s: %s" % (" ".join(words[:2]), account, code))


def organization(cli, tap):
    org = ("organizations",)
    cli.good(FIRST, *org, "create-organization")
    root = cli.good(FIRST, *org, "list-roots")["Roots"][0]["Id"]
    cli.refused(SECOND, "AccessDeniedException", *org, "list-roots")
    made = cli.good(FIRST, *org, "create-account", "--account-name", "Team", "--email",
                    "team@example.com", "--tags", "Key=team,Value=blue")["CreateAccountStatus"]
    done = cli.good(FIRST, *org, "describe-create-account-status", "--create-account-request-id",
                    made["Id"])["CreateAccountStatus"]
    tap.equal(done["State"], "SUCCEEDED", "the account is made")
    unit = cli.good(FIRST, *org, "create-organizational-unit", "--parent-id", root, "--name",
                    "Teams")["OrganizationalUnit"]["Id"]
    cli.good(FIRST, *org, "move-account", "--account-id", done["AccountId"], "--source-parent-id",
             root, "--destination-parent-id", unit)
    cli.good(FIRST, *org, "enable-policy-type", "--root-id", root, "--policy-type", "TAG_POLICY")
    policy = cli.good(FIRST, *org, "create-policy", "--name", "Stage", "--description", "",
                      "--type", "TAG_POLICY", "--content", json.dumps(
                          {"tags": {"stage": {"tag_value": {"@@assign": ["test", "live"]}}}}))
    cli.good(FIRST, *org, "attach-policy", "--policy-id", policy["Policy"]["PolicySummary"]["Id"],
             "--target-id", unit)
    effective = cli.good(done["AccountId"], *org, "describe-effective-policy", "--policy-type",
                         "TAG_POLICY")["EffectivePolicy"]["PolicyContent"]
    tap.equal(json.loads(effective), {"tags": {"stage": {"tag_value": ["test", "live"]}}},
              "what is in effect for it")
    cli.refused(SECOND, "EffectivePolicyNotFoundException", *org, "describe-effective-policy",
                "--policy-type", "TAG_POLICY")
    cli.good(FIRST, *org, "close-account", "--account-id", done["AccountId"])
    cli.refused(done["AccountId"], "InvalidClientTokenId", "sts", "get-caller-identity")


def delegate(cli):
    org = ("organizations",)
    service = ("--service-principal", "config.amazonaws.com")
    one = ("--account-id", SECOND, *service)
    cli.refused(FIRST, "ConstraintViolationException", *org, "register-delegated-administrator", *one)
    cli.good(FIRST, *org, "enable-aws-service-access", *service)
    cli.good(FIRST, *org, "register-delegated-administrator", *one)
    cli.good(SECOND, *org, "list-accounts")
    cli.good(FIRST, *org, "deregister-delegated-administrator", *one)
    cli.refused(SECOND, "AccessDeniedException", *org, "list-accounts")


def shake_hands(cli, tap):
    org = ("organizations",)
    cli.good(FIRST, *org, "remove-account-from-organization", "--account-id", RIVAL)
    cli.good(RIVAL, *org, "create-organization")
    invited = cli.good(RIVAL, *org, "invite-account-to-organization", "--target",
                       "Type=ACCOUNT,Id=" + SECOND)["Handshake"]["Id"]
    shake = ("--handshake-id", invited)
    cli.refused(FIRST, "HandshakeNotFoundException", *org, "describe-handshake", *shake)
    cli.refused(SECOND, "HandshakeConstraintViolationException", *org, "accept-handshake", *shake)
    cli.good(SECOND, *org, "leave-organization")
    cli.good(SECOND, *org, "accept-handshake", *shake)
    shown = cli.good(RIVAL, *org, "list-accounts")["Accounts"]
    tap.equal(sorted(a["Id"] for a in shown), [SECOND, RIVAL], "members of the second organization")


def modes(cli):
    """The developer's own policy says nothing, his account only records; production's trust policy
    decides."""
    def trust(account):
        return json.dumps({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::%s:root" % account}}]})

    assume = ("sts", "assume-role", "--role-arn", ROLE, "--role-session-name", "ci")
    cli.good(PROD, "iam", "create-role", "--role-name", "Deploy", "--assume-role-policy-document",
             trust(SECOND))
    cli.good(SECOND, "iam", "create-user", "--user-name", "dev")
    key = cli.good(SECOND, "iam", "create-access-key", "--user-name", "dev")["AccessKey"]
    dev = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    cli.good("dev", "s3api", "list-buckets", env=dev)
    keys = cli.good("dev", *assume, env=dev)["Credentials"]
    inside = {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SESSION_TOKEN": keys["SessionToken"],
              "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"]}
    cli.refused("the session in production", "AccessDenied", "s3api", "list-buckets", env=inside)
    cli.good(PROD, "iam", "update-assume-role-policy", "--role-name", "Deploy", "--policy-document",
             trust(FIRST))
    cli.refused("dev", "AccessDenied", *assume, env=dev)
    # The environment wins over the file.
    cli.good("dev", *assume, env={**dev, "AWSINTERCEPT_IAM": "audit"})
    cli.refused("dev", "AccessDenied", "s3api", "list-buckets", env={**dev, "AWSINTERCEPT_IAM": "enforce"})


def main():
    need(aws_command("awscli-current")[0], "the AWS CLI")
    tap = Tap()
    with Sandbox(CONFIG) as box:
        cli = Cli(box, tap)
        organization(cli, tap)
        delegate(cli)
        modes(cli)
        shake_hands(cli, tap)
    tap.end()


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""~/.aws/config with role_arn, mfa_serial and source_profile: test_profiles.py CLIENT.

First two profiles in two accounts, then, as small teams do it, both on one account.
"""
import base64
import json
import subprocess
import sys

import sandbox as box
import sdks

TESTING = "126450723953"
ROOT_ACCOUNT = "323330167063"

PROFILE = """\
[profile %(name)s]
region=us-west-2
role_arn=arn:aws:iam::%(account)s:role/%(role)s
mfa_serial=arn:aws:iam::323330167063:mfa/someone@example.com
source_profile=cpco
"""


def access_key(account):
    """A key id in AWS's format that carries its account: 40 bits of it from the second bit on."""
    head = (1 << 47 | int(account) << 7 | 5).to_bytes(6, "big")
    return "AKIA" + base64.b32encode(head + b"\x01\x02\x03\x04").decode()


def write_home(world, profiles):
    text = "".join(PROFILE % {"name": n, "account": a, "role": r} for n, a, r in profiles)
    world.write("home/.aws/config", text)
    world.write("home/.aws/credentials",
                "[cpco]\naws_access_key_id=%s\naws_secret_access_key=%s\n"
                % (access_key(ROOT_ACCOUNT), "s" * 40))


class Client:
    """Runs a command as a profile and types the MFA code where it is asked for."""

    ENV = {"AWS_REGION": None, "AWS_DEFAULT_REGION": None}

    def __init__(self, name):
        self.cli = name.startswith("awscli-")
        self.argv = sdks.aws_command(name) if self.cli else sdks.python_command(name)

    def who(self, world, profile):
        if self.cli:
            return self.run(world, ["sts", "get-caller-identity", "--output", "json", "--profile", profile])
        return self.run(world, ["-c", (
            "import boto3, json\n"
            "s = boto3.Session(profile_name='%s')\n"
            "w = s.client('sts').get_caller_identity()\n"
            "print(json.dumps({'Account': w['Account'], 'Arn': w['Arn']}))") % profile])

    def bucket(self, world, profile, name):
        """Makes a bucket as one profile; the region comes from the profile."""
        if self.cli:
            return self.run(world, ["s3", "mb", "s3://" + name, "--profile", profile])
        return self.run(world, ["-c", (
            "import boto3\n"
            "s = boto3.Session(profile_name='%s').client('s3')\n"
            "s.create_bucket(Bucket='%s', CreateBucketConfiguration="
            "{'LocationConstraint': s.meta.region_name})") % (profile, name)])

    def listed(self, world, profile):
        if self.cli:
            result = self.run(world, ["s3", "ls", "--profile", profile])
            return [line.split()[-1] for line in result.stdout.splitlines()]
        result = self.run(world, ["-c", (
            "import boto3\n"
            "s = boto3.Session(profile_name='%s').client('s3')\n"
            "for b in s.list_buckets()['Buckets']: print(b['Name'])") % profile])
        return result.stdout.split()

    def run(self, world, words):
        # A session of its own: no terminal to ask at, so the code is read from standard input.
        return subprocess.run(self.argv + words, env=world.env(self.ENV), cwd=world.work, text=True,
                              input="123456\n", capture_output=True, timeout=box.PATIENCE, check=False,
                              start_new_session=True)


def check_who(tap, client, world, profile, account, role):
    result = client.who(world, profile)
    if tap.ran(result, "%s: who am I" % profile):
        start = "arn:aws:sts::%s:assumed-role/%s/" % (account, role)
        arn = json.loads(result.stdout)["Arn"]
        tap.check(arn.startswith(start), "%s: is %s of %s" % (profile, role, account), arn)
        tap.check("MFA" in result.stderr, "%s: was asked for the MFA code" % profile, result.stderr)


def main():
    client = Client(sys.argv[1])
    tap = box.Tap()
    with box.Sandbox() as world:
        write_home(world, [("cpco-testing-admin", TESTING, "OrganizationAccountAccessRole"),
                           ("cpco-root-admin", ROOT_ACCOUNT, "cpco-root-admin")])
        check_who(tap, client, world, "cpco-testing-admin", TESTING, "OrganizationAccountAccessRole")
        check_who(tap, client, world, "cpco-root-admin", ROOT_ACCOUNT, "cpco-root-admin")
        tap.ran(client.bucket(world, "cpco-testing-admin", "only-for-testing"), "make a bucket")
        tap.equal(client.listed(world, "cpco-testing-admin"), ["only-for-testing"], "testing sees it")
        tap.equal(client.listed(world, "cpco-root-admin"), [], "root does not")
    with box.Sandbox() as world:
        write_home(world, [("cpco-testing-admin", ROOT_ACCOUNT, "cpco-root-admin"),
                           ("cpco-root-admin", ROOT_ACCOUNT, "cpco-root-admin")])
        check_who(tap, client, world, "cpco-testing-admin", ROOT_ACCOUNT, "cpco-root-admin")
        tap.ran(client.bucket(world, "cpco-testing-admin", "for-both"), "make a bucket")
        tap.equal(client.listed(world, "cpco-root-admin"), ["for-both"], "one account: both see it")
    tap.end()


main()

# SPDX-License-Identifier: Apache-2.0
"""Rules 9.1 to 9.3: identifiers, and accounts in access keys."""
import base64
import re

from rules.table import rule
from rules.world import Caller, allow


def account_in(key):
    """The account that an access key id of today's kind carries; None: an older one."""
    bits = int.from_bytes(base64.b32decode(key[4:])[:6], "big")
    return "%012d" % ((bits & 0x7fffffffff80) >> 7) if bits >> 47 else None


@rule("9.1")
def prefixes(run):
    """what ids begin with, how long they are"""
    world, iam = run.world, run.world.of("alpha", "iam")
    user = world.user()
    world.role()
    policy = iam.create_policy(PolicyName=world.name("p"), PolicyDocument=world.text([allow("*")]))
    group = iam.create_group(GroupName=world.name("g"))["Group"]
    profile = iam.create_instance_profile(InstanceProfileName=world.name("i"))["InstanceProfile"]
    token = user.client("sts").get_session_token()["Credentials"]
    for prefix, got, rest in (
            ("AIDA", world.names["id"], 17), ("AROA", world.names["role-id"], 17),
            ("ANPA", policy["Policy"]["PolicyId"], 17), ("AGPA", group["GroupId"], 17),
            ("AIPA", profile["InstanceProfileId"], 17), ("AKIA", user.keys["AccessKeyId"], 16),
            ("ASIA", token["AccessKeyId"], 16)):
        run.check(re.fullmatch("%s[A-Z2-7]{%d}" % (prefix, rest), got), prefix, got)
    for keys in (user.keys, token):
        run.equal(len(keys["SecretAccessKey"]), 40, "a secret's length")


@rule("9.2")
def account_in_keys(run):
    """the account stands in a key's bits"""
    world = run.world
    sts = world.user([allow("sts:GetAccessKeyInfo")], account="beta").client("sts")
    mine = world.user(account="gamma")
    token = mine.client("sts").get_session_token()["Credentials"]["AccessKeyId"]
    for key, account in (("ASIAY34FZKBOKMUTVV7A", "609629065308"),
                         ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
                         (mine.keys["AccessKeyId"], mine.account), (token, mine.account)):
        run.equal(account_in(key), account, "%s..., decoded" % key[:4])
        got = run.good(key[:4] + "...", sts.get_access_key_info, AccessKeyId=key, cli=key == token)
        run.equal(got["Account"], account, "%s..., by GetAccessKeyInfo" % key[:4])
    run.error("an old key's account is unknown", "ValidationError", "...", sts.get_access_key_info,
              AccessKeyId="AKIAIOSFODNN7EXAMPLE", cli=True)


@rule("9.3")
def twelve_digits(run):
    """twelve digits are an account's root user; our own keys come first"""
    world = run.world
    got = run.good("twelve digits", world.of("beta", "sts").get_caller_identity)
    run.equal((got["Account"], got["Arn"]), tuple(world.fill(
        ["<beta>", "arn:aws:iam::<beta>:root"])), "the account and its root user")
    default = Caller(world, "", {"AccessKeyId": "test", "SecretAccessKey": "x"}, None)
    run.equal(run.good("any other form", default.client("sts").get_caller_identity)["Account"],
              world.names["management"], "the default account")
    ann = world.user(account="beta")
    run.equal(ann.client("sts").get_caller_identity()["Arn"], ann.arn, "a key issued here is its user")

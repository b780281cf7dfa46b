# SPDX-License-Identifier: Apache-2.0
"""Rules 5.1 to 5.10: conditions, in identity policies of a user <name> with the tag team=blue."""
from rules.table import (DENY_RESOURCE, NO_IDENTITY, STRANGER, Ask, allowed, anonymous, federated, get,
                         get_user, item, listing, refused, root, rule, session, user)
from rules.world import allow, deny

ANY = "arn:aws:s3:::data-alpha/*"


def who(when, action="s3:GetObject", **more):
    return user(allow(action, when=when), tags={"team": "blue"}, **more)


def holds(rule, title, when, ask=None, **more):
    action = ask.action if ask else "s3:GetObject"
    allowed(rule, title, who(when, action), ask, **more)


def fails(rule, title, when, ask=None, **more):
    action = ask.action if ask else "s3:GetObject"
    refused(rule, title, who(when, action), NO_IDENTITY, ask, **more)


def tagging(**tags):
    return Ask("iam", "tag_user", "iam:TagUser", "arn:aws:iam::<alpha>:user/door", UserName="door",
               Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


TAG, NONE = "aws:PrincipalTag/team", "aws:PrincipalTag/none"
BLUE, RED = {"StringEquals": {TAG: "blue"}}, {"StringEquals": {TAG: "red"}}

holds("5.1", "all operators and keys", {"StringEquals": {TAG: "blue", "aws:username": "<name>"},
                                        "Bool": {"aws:SecureTransport": "true"}}, cli=True)
fails("5.1", "one key of two", {"StringEquals": {TAG: "blue", "aws:username": "x"}}, cli=True)
fails("5.1", "one operator of two", {**BLUE, "Bool": {"aws:SecureTransport": "false"}})
holds("5.1", "one value of two", {"StringEquals": {TAG: ["red", "blue"]}})
holds("5.1", "a negated operator: none of the values", {"StringNotEquals": {TAG: ["red", "green"]}})
fails("5.1", "a negated operator: one of the values", {"StringNotEquals": {TAG: ["red", "blue"]}})

fails("5.2", "an absent key", {"StringEquals": {NONE: "x"}})
holds("5.2", "an absent key, negated", {"StringNotEquals": {NONE: "x"}})
holds("5.2", "an absent key, IfExists", {"StringEqualsIfExists": {NONE: "x"}})
fails("5.2", "a present key, IfExists", {"StringEqualsIfExists": {TAG: "red"}})
holds("5.2", "Null: absent", {"Null": {NONE: "true"}})
fails("5.2", "Null: present", {"Null": {TAG: "true"}})
holds("5.2", "Null false: present", {"Null": {TAG: "false"}})
fails("5.2", "Null false: absent", {"Null": {NONE: "false"}})
holds("5.2", "names of keys have no case", {"StringEquals": {"AWS:principalTAG/Team": "blue"}})

for good, operator, value in (
        (True, "StringEquals", "blue"), (False, "StringEquals", "Blue"), (False, "StringEquals", "bl*"),
        (True, "StringNotEquals", "Blue"), (False, "StringNotEquals", "blue"),
        (True, "StringEqualsIgnoreCase", "BLUE"), (False, "StringEqualsIgnoreCase", "RED"),
        (True, "StringNotEqualsIgnoreCase", "RED"), (False, "StringNotEqualsIgnoreCase", "BLUE"),
        (True, "StringLike", "b?u*"), (False, "StringLike", "B*"),
        (True, "StringNotLike", "r*"), (False, "StringNotLike", "b*")):
    (holds if good else fails)("5.3", "%s %s" % (operator, value), {operator: {TAG: value}})

for good, operator, value in (
        (True, "NumericEquals", "7.0"), (False, "NumericEquals", "8"), (True, "NumericNotEquals", "8"),
        (False, "NumericNotEquals", "7"), (True, "NumericLessThan", "7.5"),
        (False, "NumericLessThan", "7"), (True, "NumericLessThanEquals", "7"),
        (False, "NumericLessThanEquals", "6.9"), (True, "NumericGreaterThan", "-1"),
        (False, "NumericGreaterThan", "7"), (True, "NumericGreaterThanEquals", "7"),
        (False, "NumericGreaterThanEquals", "8")):
    (holds if good else fails)("5.4", "%s %s" % (operator, value), {operator: {"s3:max-keys": value}},
                               listing(MaxKeys=7))
for good, operator, value in (
        (True, "DateGreaterThan", "2020-01-01T00:00:00Z"), (False, "DateLessThan", "2020-01-01"),
        (True, "DateLessThan", "2999-01-01T00:00:00+05:00"), (True, "DateGreaterThan", "1577836800"),
        (False, "DateGreaterThanEquals", "32503680000"), (True, "DateNotEquals", "2020-01-01"),
        (False, "DateEquals", "2020-01-01"), (True, "DateLessThanEquals", "2999-12-31T23:59Z")):
    (holds if good else fails)("5.4", "%s %s" % (operator, value),
                               {operator: {"aws:CurrentTime": value}})
holds("5.4", "epoch seconds against a date",
      {"DateGreaterThan": {"aws:EpochTime": "2020-01-01T00:00:00Z"}})

for good, value in ((True, "true"), (True, "TRUE"), (False, "false")):
    (holds if good else fails)("5.5", "Bool " + value, {"Bool": {"aws:SecureTransport": value}})
holds("5.5", "BinaryEquals", {"BinaryEquals": {TAG: "blue"}})
fails("5.5", "BinaryEquals of other bytes", {"BinaryEquals": {TAG: "Blue"}})

for good, operator, value in (
        (True, "IpAddress", "127.0.0.0/8"), (True, "IpAddress", "127.0.0.1"),
        (False, "IpAddress", "127.0.0.2"), (False, "IpAddress", "10.0.0.0/8"),
        (True, "IpAddress", "0.0.0.0/0"), (False, "IpAddress", "::/0"),
        (True, "NotIpAddress", "10.0.0.0/8"), (False, "NotIpAddress", "127.0.0.0/8"),
        (True, "NotIpAddress", "::/0")):
    (holds if good else fails)("5.6", "%s %s" % (operator, value), {operator: {"aws:SourceIp": value}})

for good, operator, value in (
        (True, "ArnEquals", "<caller>"), (True, "ArnEquals", "arn:aws:iam::*:user/*"),
        (True, "ArnLike", "arn:aws:iam::<alpha>:user/<name>"),
        (False, "ArnLike", "arn:aws:iam::*:role/*"),
        (False, "ArnLike", "arn:aws:iam:*user/<name>"),
        (True, "StringLike", "arn:aws:iam:*user/<name>"),
        (True, "ArnNotEquals", "arn:aws:iam::*:role/*"), (False, "ArnNotLike", "arn:*:iam::*:user/*")):
    (holds if good else fails)("5.7", "%s %s" % (operator, value),
                               {operator: {"aws:PrincipalArn": value}})

ONE, TWO = tagging(team="blue"), tagging(team="blue", cost="1")
holds("5.8", "ForAllValues: all", {"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]}}, TWO)
fails("5.8", "ForAllValues: one of two", {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}, TWO)
holds("5.8", "ForAllValues: no key", {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}})
holds("5.8", "ForAnyValue: one of two", {"ForAnyValue:StringEquals": {"aws:TagKeys": ["cost"]}}, TWO)
fails("5.8", "ForAnyValue: none", {"ForAnyValue:StringEquals": {"aws:TagKeys": ["cost"]}}, ONE)
fails("5.8", "ForAnyValue: no key", {"ForAnyValue:StringEquals": {"aws:TagKeys": ["cost"]}})
holds("5.8", "ForAnyValue with IfExists: no key",
      {"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": ["cost"]}})
fails("5.8", "ForAllValues, negated: one is listed",
      {"ForAllValues:StringNotEquals": {"aws:TagKeys": ["cost"]}}, TWO)
holds("5.8", "ForAllValues, negated: none is listed",
      {"ForAllValues:StringNotEquals": {"aws:TagKeys": ["cost", "x"]}}, ONE)
fails("5.8", "a multivalued key without a set operator", {"StringEquals": {"aws:TagKeys": "team"}}, ONE)

PATHS = "<org>/<root>/<top>/<inner>/"


def key(make, name, value, ask=None, operator="StringEquals", other="0.other", **more):
    """The key has this value; with another the call is refused."""
    ask = ask or get()
    title = "%s of %s" % (name, make.__name__)
    allowed("5.9", title, make(allow(ask.action, when={operator: {name: value}}), **more), ask)
    refused("5.9", title + ", other value", make(allow(ask.action, when={operator: {name: other}}),
                                                 **more), NO_IDENTITY, ask)


def absent(make, name, **more):
    allowed("5.9", "%s of %s is absent" % (name, make.__name__),
            make(allow("s3:GetObject", when={"Null": {name: "true"}}), **more))


def federated_session(*statements):
    return federated(*statements, policy=[allow("*")])


for name, value in (
        ("aws:PrincipalArn", "<caller>"), ("aws:PrincipalAccount", "<alpha>"), ("aws:userid", "<id>"),
        ("aws:username", "<name>"), ("aws:PrincipalOrgID", "<org>"), ("aws:ResourceAccount", "<alpha>"),
        ("aws:ResourceOrgID", "<org>"), ("aws:RequestedRegion", "us-east-1"),
        ("aws:PrincipalIsAWSService", "false"), ("aws:ViaAWSService", "false"),
        ("aws:SecureTransport", "true"), ("aws:PrincipalType", "User")):
    key(user, name, value)
key(user, "aws:UserAgent", "*Boto3/*", operator="StringLike")
key(user, "aws:PrincipalTag/team", "blue", tags={"team": "blue"})
key(user, "aws:RequestTag/team", "blue", tagging(team="blue"))
key(user, "aws:TagKeys", "team", tagging(team="blue"), operator="ForAnyValue:StringEquals")
key(user, "aws:PrincipalOrgPaths", PATHS, operator="ForAnyValue:StringEquals")
key(user, "aws:ResourceOrgPaths", PATHS, operator="ForAnyValue:StringEquals")
@rule("5.9")
def resource_tags(run):
    """aws:ResourceTag is the tag of what is asked for"""
    world = run.world
    tags = world.tags({"team": "blue"})
    table = "arn:aws:dynamodb:us-east-1:%s:table/jobs" % world.names["gamma"]
    world.of("gamma", "dynamodb").tag_resource(ResourceArn=table, Tags=tags)
    world.of("gamma", "iam").tag_user(UserName="door", Tags=tags)
    for colour in ("blue", "red"):
        tagged = {"StringEquals": {"aws:ResourceTag/team": colour}}
        who = world.user([allow(["dynamodb:GetItem", "iam:GetUser"], when=tagged)], account="gamma")
        for ask in (item("gamma"), get_user(of="gamma")):
            call = getattr(who.client(ask.service), ask.operation)
            if colour == "blue":
                run.good(ask.action, call, **ask.params)
            else:
                run.denied(ask.action, ask.sentence(NO_IDENTITY), call, **ask.params)


key(session, "aws:PrincipalArn", "<role>")
key(session, "aws:userid", "<role-id>:job")
key(session, "aws:PrincipalTag/team", "red", session_tags={"team": "red"}, tags={"team": "blue"})
key(session, "aws:PrincipalTag/team", "blue", tags={"team": "blue"})
key(session, "aws:SourceIdentity", "Alice", source="Alice")
key(session, "aws:MultiFactorAuthPresent", "false", operator="Bool", other="true")
key(federated_session, "aws:userid", "<alpha>:fed")
allowed("5.9", "aws:TokenIssueTime of session", session(allow("s3:GetObject", when={
    "DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}})))
for name in ("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:TokenIssueTime",
             "aws:SourceIdentity", "aws:PrincipalTag/team", "aws:CalledVia"):
    absent(user, name)
absent(session, "aws:username")

for kind, caller in (("Account", root()), ("User", user(allow("*"))),
                     ("AssumedRole", session(allow("*"))),
                     ("FederatedUser", federated_session(allow("*"))), ("Anonymous", anonymous())):
    for other in (False, True):
        only = [allow("s3:GetObject", ANY, to="*"), deny("s3:GetObject", ANY, to="*", when={
            "StringNotEquals": {"aws:PrincipalType": "Robot" if other else kind}})]
        if other:
            refused("5.10", "none is Robot: " + kind, caller,
                    STRANGER if kind == "Anonymous" else DENY_RESOURCE, bucket=only)
        else:
            allowed("5.10", kind, caller, bucket=only)

# SPDX-License-Identifier: Apache-2.0
"""Rules 8.1 to 8.10: the exact words, codes and statuses of refusals."""
import json

from rules.run import answer
from rules.table import (DENY_BOUNDARY, DENY_IDENTITY, DENY_RCP, DENY_RESOURCE, DENY_SCP, DENY_SESSION,
                         NO_BOUNDARY, NO_IDENTITY, NO_REASON, NO_RESOURCE, NO_SCP, NO_SESSION, STRANGER,
                         Ask, allowed, assume, get, get_user, item, refused, rule, session, tables, user)
from rules.world import Caller, allow, deny, trusts

READ, NO_READ = allow("s3:GetObject"), deny("s3:GetObject")
BUCKETS = Ask("s3", "list_buckets", "s3:ListAllMyBuckets", None)
EVERYBODY = [allow("s3:GetObject", "arn:aws:s3:::data-alpha/*", to="*")]

allowed("8.1", "nothing is missing", user(READ), cli=True)
for title, who, why, more in (
        ("identity-based policy", user(), NO_IDENTITY, {}),
        ("resource-based policy", user(READ, account="beta"), NO_RESOURCE, {}),
        ("permissions boundary", user(READ, boundary=[allow("sts:*")]), NO_BOUNDARY, {}),
        ("session policy", session(READ, policy=[allow("sts:*")]), NO_SESSION, {}),
        ("service control policy", user(READ), NO_SCP, {"scp_alone": {"alpha": [allow("sts:*")]}})):
    refused("8.1", "no " + title, who, why, cli=title.startswith("identity"), **more)

allowed("8.2", "nothing denies", user(READ))
for title, who, why, more in (
        ("an identity-based policy", user(NO_READ), DENY_IDENTITY, {}),
        ("a resource-based policy", user(READ), DENY_RESOURCE, {"bucket": [deny(
            "s3:*", "arn:aws:s3:::data-alpha/*", to="*")]}),
        ("a permissions boundary", user(READ, boundary=[NO_READ]), DENY_BOUNDARY, {}),
        ("a session policy", session(READ, policy=[NO_READ]), DENY_SESSION, {}),
        ("a service control policy", user(READ), DENY_SCP, {"scp": {"alpha": [NO_READ]}}),
        ("a resource control policy", user(READ), DENY_RCP, {"rcp": {"alpha": [
            deny(["s3:*"], to="*")]}})):
    refused("8.2", title, who, why, **more)
refused("8.2", "the role trust policy", user(allow("sts:*")),
        "with an explicit deny in the role trust policy", assume(),
        trust=[trusts("<alpha>"), {"Effect": "Deny", "Principal": {"AWS": "<caller>"},
                                   "Action": "sts:AssumeRole"}])

allowed("8.3", "an operation without resource", user(allow("s3:ListAllMyBuckets")), BUCKETS)
refused("8.3", "s3:ListAllMyBuckets names none", user(), NO_IDENTITY, BUCKETS)
refused("8.3", "others say *", user(), NO_IDENTITY, tables())
refused("8.3", "S3 quotes it", user(), NO_IDENTITY, get())
refused("8.3", "others do not", user(), NO_IDENTITY, item())

allowed("8.4", "a session", session(READ, called="named"))
refused("8.4", "a session is named by its own ARN", session(called="named"), NO_IDENTITY)
refused("8.4", "of several denying types one is named", user(NO_READ, boundary=[NO_READ]),
        DENY_IDENTITY, scp_alone={"alpha": [allow("s3:*")]})

allowed("8.5", "a managed policy allows", user(managed=[READ]))
refused("8.5", "a managed policy is named", user(managed=[NO_READ]), DENY_IDENTITY + ": <managed>")
refused("8.5", "an inline policy has no name", user(NO_READ), DENY_IDENTITY)
refused("8.5", "an implicit deny names none", user(managed=[allow("sts:*")]), NO_IDENTITY)
refused("8.5", "across accounts of one organization", user(managed=[NO_READ], account="beta"),
        DENY_IDENTITY + ": <managed>", bucket=EVERYBODY)

allowed("8.6", "a caller of another organization", user(READ, account="outside"), bucket=EVERYBODY)
refused("8.6", "S3 gives it no reason", user(READ, account="outside"), STRANGER)
refused("8.6", "others stop after the resource", user(allow("sts:*"), account="outside"), NO_REASON,
        assume(), trust=[trusts("<alpha>")])


@rule("8.7")
def encoded(run):
    """EC2's own words, and a message that DecodeAuthorizationMessage reads"""
    world = run.world
    admin, plain = world.user([allow("*")]), world.user()
    run.good("EC2", admin.client("ec2").describe_regions)
    got = answer(plain.client("ec2").run_instances, ImageId="ami-1", MinCount=1, MaxCount=1)
    sts = admin.client("sts")
    run.error("bad text", "InvalidAuthorizationMessageException", "...",
              sts.decode_authorization_message, EncodedMessage="none")
    if run.audit:
        return
    said = ("You are not authorized to perform this operation. User: <caller> is not authorized to "
            "perform: ec2:RunInstances on resource: arn:aws:ec2:us-east-1:<alpha>:instance/* "
            "because no identity-based policy allows the ec2:RunInstances action. "
            "Encoded authorization failure message: ")
    before, _, message = got.message.rpartition(" ")
    run.equal((got.code, got.status, before + " "), ("UnauthorizedOperation", 403, world.fill(said)),
              "refused: EC2")
    got = answer(plain.client("ec2").describe_regions)
    run.equal(got.message, world.fill(
        "You are not authorized to perform this operation. User: <caller> is not authorized to "
        "perform: ec2:DescribeRegions because no identity-based policy allows the "
        "ec2:DescribeRegions action"), "refused: Describe names no resource")
    told = json.loads(sts.decode_authorization_message(EncodedMessage=message)["DecodedMessage"])
    run.equal((told["allowed"], told["explicitDeny"], told["context"]["principal"],
               told["context"]["action"]),
              (False, False, {"id": world.names["id"], "name": world.names["name"], "arn": plain.arn},
               "ec2:RunInstances"), "what it says")


@rule("8.8")
def codes(run):
    """codes and statuses by protocol"""
    world = run.world
    plain, admin = world.user(), world.user([allow("*")])
    for title, code, status, ask in (
            ("query", "AccessDenied", 403, get_user()), ("REST-XML", "AccessDenied", 403, get()),
            ("JSON 1.0", "AccessDeniedException", 400, item()),
            ("JSON 1.1", "AccessDeniedException", 400, Ask(
                "organizations", "describe_organization", "organizations:DescribeOrganization", "*"))):
        params = world.fill(ask.params)
        got = answer(getattr(admin.client(ask.service), ask.operation), **params)
        run.equal((got.code, got.status), (None, 200), "allowed: " + title)
        got = answer(getattr(plain.client(ask.service), ask.operation), **params)
        if not run.audit:
            run.equal((got.code, got.status), (code, status), "refused: " + title)


ASKED = (("sts", "get_caller_identity"), ("iam", "list_users"), ("dynamodb", "list_tables"),
         ("s3", "list_buckets"), ("ec2", "describe_regions"))


def refused_keys(run, title, who, said):
    for service, operation in ASKED:
        got = answer(getattr(who.client(service), operation))
        run.equal((got.code, got.status, got.message), said[service],
                  "refused: %s, %s" % (service, title))


@rule("8.9")
def bad_credentials(run):
    """bad credentials, by service; those of sessions in every mode"""
    world = run.world
    role = world.role([allow("*")])
    good, other = world.assume(role), world.assume(role)
    swapped = Caller(world, good.arn, dict(good.keys, SessionToken=other.keys["SessionToken"]), None)
    missing = Caller(world, good.arn, dict(good.keys, SessionToken=None), None)
    invalid = "The security token included in the request is invalid."
    ec2 = ("AuthFailure", 401, "AWS was not able to validate the provided access credentials")
    query = ("InvalidClientTokenId", 403, invalid)
    said = {"sts": query, "iam": query,
            "dynamodb": ("UnrecognizedClientException", 400, invalid), "ec2": ec2,
            "s3": ("InvalidToken", 400, "The provided token is malformed or otherwise invalid.")}
    for service, operation in ASKED:
        run.good(service, getattr(good.client(service), operation))
    refused_keys(run, "another session's token", swapped, said)
    records = "The AWS Access Key Id you provided does not exist in our records."
    unknown_to_s3 = dict(said, s3=("InvalidAccessKeyId", 403, records))
    refused_keys(run, "no token", missing, unknown_to_s3)
    if not run.audit:
        unknown = {"AccessKeyId": "AKIARZPUZDIKGB2VALC4", "SecretAccessKey": "x"}
        refused_keys(run, "a key that nobody issued", Caller(world, "", unknown, None),
                     unknown_to_s3)


allowed("8.10", "with s3:GetObject a key that is there", user(READ))


@rule("8.10")
def missing_keys(run):
    """a missing key without s3:ListBucket is forbidden, with it not found"""
    world = run.world
    plain, lister = world.user([READ]), world.user([READ, allow("s3:ListBucket")])
    run.error("with s3:ListBucket", "NoSuchKey", "The specified key does not exist.",
              lister.client("s3").get_object, Bucket="data-alpha", Key="none")
    world.names["caller"] = plain.arn
    run.denied("without", "User: <caller> is not authorized to perform: s3:ListBucket on resource: "
               '"arn:aws:s3:::data-alpha" because no identity-based policy allows the s3:ListBucket '
               "action", plain.client("s3").get_object, Bucket="data-alpha", Key="none")

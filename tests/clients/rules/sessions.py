# SPDX-License-Identifier: Apache-2.0
"""Rules 6.13 to 6.20: what sessions carry, and what they may."""
import datetime

from rules.table import NO_IDENTITY, rule
from rules.tokens import ANY_ROLE, OPEN, attempt, sentence
from rules.world import Caller, allow, trusts

INVALID = "The security token included in the request is invalid."


@rule("6.13")
def session_tags(run):
    """session tags need sts:TagSession on both sides, and override the role's"""
    world, tags = run.world, {"Tags": [{"Key": "team", "Value": "red"}]}
    both = world.user([ANY_ROLE])
    one = world.user([allow("sts:AssumeRole")])
    world.role([allow("s3:ListAllMyBuckets", when={"StringEquals": {"aws:PrincipalTag/team": "red"}})],
               trust=OPEN, tags={"team": "blue"})
    world.names["caller"] = both.arn
    got = run.good("both sides", both.client("sts").assume_role, **attempt(run, **tags))
    red = Caller(world, "", got["Credentials"], None)
    run.good("they override the role's", red.client("s3").list_buckets)
    world.names["caller"] = one.arn
    run.denied("not the caller's side", sentence("sts:TagSession", "<role>", NO_IDENTITY),
               one.client("sts").assume_role, **attempt(run, **tags))
    world.role(trust=[trusts("<alpha>")])
    world.names["caller"] = both.arn
    run.denied("not the role's side", sentence("sts:TagSession"), both.client("sts").assume_role,
               **attempt(run, **tags))
    run.error("keys compare without case", "InvalidParameterValue", "Duplicate tag keys found. ...",
              world.doors["alpha"].client("sts").assume_role, RoleArn=world.role(),
              RoleSessionName="try", Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])


def trusting(world, account, caller, statements=()):
    """A role of the account that lets the caller in."""
    return world.role(list(statements), account=account,
                      trust=[trusts(caller, ["sts:AssumeRole", "sts:TagSession"])])


@rule("6.14")
def chain_of_accounts(run):
    """a chain over three accounts, each hop let in on both sides, to a bucket of the first"""
    world, tag = run.world, {"Key": "team", "Value": "red"}
    ann = world.user([ANY_ROLE])
    first = trusting(world, "beta", ann.arn, [ANY_ROLE])
    world.names["caller"] = ann.arn
    got = run.good("into the second", ann.client("sts").assume_role, Tags=[tag],
                   TransitiveTagKeys=["team"], **attempt(run))
    middle = Caller(world, got["AssumedRoleUser"]["Arn"], got["Credentials"], None)
    last = trusting(world, "gamma", first, [allow("s3:GetObject", "arn:aws:s3:::data-alpha/*")])
    got = run.good("into the third", middle.client("sts").assume_role, **attempt(run))
    inner = Caller(world, got["AssumedRoleUser"]["Arn"], got["Credentials"], None)
    s3, asked = world.of("alpha", "s3"), {"Bucket": "data-alpha", "Key": "in/x"}
    world.names["caller"] = inner.arn
    sentence = ('User: <caller> is not authorized to perform: s3:GetObject on resource: '
                '"arn:aws:s3:::data-alpha/in/x" because no resource-based policy allows the '
                "s3:GetObject action")
    run.denied("the bucket does not know it", sentence, inner.client("s3").get_object, **asked)
    for title, value in (("the bucket lets in who bears the tag", "red"), ("another tag", "blue")):
        s3.put_bucket_policy(Bucket="data-alpha", Policy=world.text([allow(
            "s3:GetObject", "arn:aws:s3:::data-alpha/*", to=last,
            when={"StringEquals": {"aws:PrincipalTag/team": value}})]))
        if value == "red":
            run.good(title, inner.client("s3").get_object, **asked)
        else:
            run.denied(title, sentence, inner.client("s3").get_object, **asked)
    s3.delete_bucket_policy(Bucket="data-alpha")
    trusting(world, "gamma", ann.arn)
    world.names["caller"] = middle.arn
    run.denied("a role that trusts the first account only", "User: <caller> is not authorized to "
               "perform: sts:AssumeRole on resource: <role>", middle.client("sts").assume_role,
               **attempt(run))


@rule("6.14")
def transitive_tags(run):
    """transitive tags stay through the chain and cannot be passed again"""
    world = run.world
    first = world.assume(world.role([allow("sts:*")]), TransitiveTagKeys=["team"],
                         Tags=[{"Key": "team", "Value": "red"}, {"Key": "cost", "Value": "1"}])
    middle = world.role([allow("sts:*")], trust=OPEN, tags={"team": "blue"})
    second = world.assume(middle, by=first)
    for title, key, value, outcome in (("the transitive one, over the role's", "team", "red", run.good),
                                       ("not the other", "cost", "1", None)):
        world.role([allow("s3:ListAllMyBuckets", when={"StringEquals": {
            "aws:PrincipalTag/" + key: value}})], trust=OPEN)
        third = world.assume(world.names["role"], by=second)
        if outcome:
            run.good(title, third.client("s3").list_buckets)
        else:
            run.denied(title, "User: <caller> is not authorized to perform: s3:ListAllMyBuckets "
                       "because no identity-based policy allows the s3:ListAllMyBuckets action",
                       third.client("s3").list_buckets)
    run.error("the same key again", "InvalidParameterValue", "One of the specified transitive tag keys "
              "can't be set because it conflicts with a transitive tag key from the calling session.",
              second.client("sts").assume_role,
              **attempt(run, Tags=[{"Key": "Team", "Value": "green"}]))


@rule("6.15")
def source_identity(run):
    """SourceIdentity needs its permission on both sides, stays, and cannot be changed"""
    world, given = run.world, {"SourceIdentity": "Alice"}
    both, one = world.user([ANY_ROLE]), world.user([allow("sts:AssumeRole")])
    world.role([allow("sts:*")], trust=OPEN)
    world.names["caller"] = both.arn
    got = run.good("both sides", both.client("sts").assume_role, **attempt(run, **given))
    run.equal(got["SourceIdentity"], "Alice", "it is in the answer")
    world.names["caller"] = one.arn
    run.denied("not the caller's side", sentence("sts:SetSourceIdentity", "<role>", NO_IDENTITY),
               one.client("sts").assume_role, **attempt(run, **given))
    first = Caller(world, got["AssumedRoleUser"]["Arn"], got["Credentials"], None)
    kept = run.good("it stays through the chain", first.client("sts").assume_role, **attempt(run))
    run.equal(kept["SourceIdentity"], "Alice", "and is in that answer")
    world.names["caller"] = first.arn
    run.error("it cannot be changed", "AccessDenied", sentence("sts:SetSourceIdentity"),
              first.client("sts").assume_role, **attempt(run, SourceIdentity="Bob"))


@rule("6.16")
def the_answer(run):
    """what AssumeRole answers"""
    world = run.world
    world.role(path="/ci/")
    got = run.good("a role", world.doors["alpha"].client("sts").assume_role,
                   **attempt(run, DurationSeconds=900))
    keys, who = got["Credentials"], got["AssumedRoleUser"]
    run.equal((who["Arn"], who["AssumedRoleId"]), tuple(world.fill(
        ["arn:aws:sts::<alpha>:assumed-role/<role-name>/try", "<role-id>:try"])), "AssumedRoleUser")
    run.check(keys["AccessKeyId"].startswith("ASIA") and keys["SessionToken"], "keys", keys)
    left = keys["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    run.check(0 < left.total_seconds() <= 901, "Expiration", left)


@rule("6.17")
def sessions_live_on(run):
    """a role's policies are evaluated at each request; a deleted role's sessions are refused"""
    world, iam = run.world, run.world.of("alpha", "iam")
    who = world.assume(world.role([allow("s3:*")]))
    name = world.names["role-name"]
    run.good("the policy allows", who.client("s3").list_buckets)
    iam.delete_role_policy(RoleName=name, PolicyName="own")
    run.denied("it is gone", "User: <caller> is not authorized to perform: s3:ListAllMyBuckets "
               "because no identity-based policy allows the s3:ListAllMyBuckets action",
               who.client("s3").list_buckets)
    iam.delete_role(RoleName=name)
    run.error("the role is gone", "InvalidClientTokenId", INVALID,
              who.client("sts").get_caller_identity)


@rule("6.18")
def session_tokens(run):
    """GetSessionToken: how long, and what its credentials cannot do"""
    world = run.world
    who = world.user([allow("*")])
    sts = who.client("sts")
    for seconds in (900, 129600):
        run.good("%d s" % seconds, sts.get_session_token, DurationSeconds=seconds)
    for seconds in (899, 129601):
        run.error("%d s" % seconds, "ValidationError", "...", sts.get_session_token,
                  DurationSeconds=seconds)
    run.equal(hours(sts.get_session_token()), 12, "twelve hours by default")
    run.equal(hours(world.of("alpha", "sts").get_session_token(DurationSeconds=7200)), 1,
              "the root user gets an hour")
    token = Caller(world, who.arn, sts.get_session_token()["Credentials"], None)
    world.names["caller"] = who.arn
    run.denied("IAM without MFA", INVALID, token.client("iam").get_user, code="InvalidClientTokenId")
    run.denied("STS", "User: <caller> is not authorized to perform: sts:GetAccessKeyInfo",
               token.client("sts").get_access_key_info, AccessKeyId="ASIAY34FZKBOKMUTVV7A")
    run.good("GetCallerIdentity", token.client("sts").get_caller_identity)
    world.role(trust=[trusts("<alpha>")])
    run.good("AssumeRole", token.client("sts").assume_role, **attempt(run))


def hours(answer):
    left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    return round(left.total_seconds() / 3600)


@rule("6.19")
def federation_tokens(run):
    """GetFederationToken: names, how long, whose keys, and what its credentials cannot do"""
    world = run.world
    who = world.user([allow("*")])
    sts = who.client("sts")
    for title, more in (("a name of 2", {"Name": "ab"}), ("a name of 32", {"Name": "a" * 32}),
                        ("129600 s", {"Name": "fed", "DurationSeconds": 129600})):
        run.good(title, sts.get_federation_token, **more)
    for title, more in (("a name of 1", {"Name": "a"}), ("a name of 33", {"Name": "a" * 33}),
                        ("899 s", {"Name": "fed", "DurationSeconds": 899})):
        run.error(title, "ValidationError", "...", sts.get_federation_token, **more)
    role = world.assume(world.role([allow("*")]))
    run.error("by a session", "AccessDenied", "Cannot call GetFederationToken with session credentials",
              role.client("sts").get_federation_token, Name="fed")
    fed = world.federated(who, [allow("*")])
    run.denied("STS", "User: <caller> is not authorized to perform: sts:GetAccessKeyInfo",
               fed.client("sts").get_access_key_info, AccessKeyId="ASIAY34FZKBOKMUTVV7A")
    run.good("GetCallerIdentity", fed.client("sts").get_caller_identity)
    run.good("S3", fed.client("s3").list_buckets)
    run.denied("IAM", INVALID, fed.client("iam").list_users, code="InvalidClientTokenId")


@rule("6.20")
def role_sessions(run):
    """role sessions get no tokens; users do"""
    role = run.world.assume(run.world.role([allow("*")])).client("sts")
    for name, call, more in (("GetFederationToken", role.get_federation_token, {"Name": "fed"}),
                             ("GetSessionToken", role.get_session_token, {})):
        run.error(name, "AccessDenied", "Cannot call %s with session credentials" % name, call, **more)
    run.good("a user's", run.world.user().client("sts").get_session_token)

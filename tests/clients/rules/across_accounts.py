# SPDX-License-Identifier: Apache-2.0
"""Rules 2.1 to 2.5: beta's callers at alpha's bucket; both are of one organization."""
from rules.table import (DENY_RCP, DENY_RESOURCE, DENY_SCP, NO_BOUNDARY, NO_IDENTITY, NO_REASON,
                         NO_RESOURCE, NO_SESSION, allowed, assume, refused, root, rule, session, user)
from rules.world import allow, deny, trusts

OBJECT = "arn:aws:s3:::data-alpha/*"
READ = allow("s3:GetObject", OBJECT)
OTHER = allow("s3:PutObject", OBJECT)


def to(principal):
    return [allow("s3:GetObject", OBJECT, to=principal)]


def beta(*statements, **more):
    return user(*statements, account="beta", **more)


def beta_session(*statements, **more):
    return session(*statements, account="beta", **more)


allowed("2.1", "both sides allow", beta(READ), bucket=to("<caller>"), cli=True)
refused("2.1", "the bucket's side is missing", beta(READ), NO_RESOURCE, cli=True)
refused("2.1", "the caller's side is missing", beta(), NO_IDENTITY, bucket=to("<caller>"))
refused("2.1", "the caller's boundary is part of its side", beta(READ, boundary=[OTHER]), NO_BOUNDARY,
        bucket=to("<caller>"))
refused("2.1", "the bucket's policy denies", beta(READ), DENY_RESOURCE,
        bucket=to("*") + [deny("s3:*", OBJECT, to="<caller>")])
allowed("2.1", "a role: trust and identity policy", beta(allow("sts:AssumeRole")), assume(),
        trust=[trusts("<beta>")])
refused("2.1", "a role: its trust alone, though it names the user", beta(), NO_IDENTITY, assume(),
        trust=[trusts("<caller>")])
refused("2.1", "a role: the identity policy alone", beta(allow("sts:AssumeRole")), NO_REASON,
        assume(), trust=[trusts("<door-alpha>")])

for named, who in (("the account", "<beta>"), ("the user", "<caller>"), ("everybody", "*")):
    allowed("2.2", named + " named, with an identity allow", beta(READ), bucket=to(who))
    refused("2.2", named + " named, without one", beta(), NO_IDENTITY, bucket=to(who))
for named, who in (("the role", "<role>"), ("the session", "<caller>")):
    allowed("2.2", named + " named, with an identity allow", beta_session(READ), bucket=to(who))
    refused("2.2", named + " named, without one", beta_session(), NO_IDENTITY, bucket=to(who))
refused("2.2", "the session named: the boundary limits", beta_session(READ, boundary=[OTHER]),
        NO_BOUNDARY, bucket=to("<caller>"))
refused("2.2", "the session named: the session policy limits", beta_session(READ, policy=[OTHER]),
        NO_SESSION, bucket=to("<caller>"))


@rule("2.3")
def services_without_resource_policies(run):
    """IAM knows no resource policies: what it is asked for is the caller's own account's"""
    world = run.world
    admin = beta(allow("*"))(world).client("iam")
    run.good("one's own user", admin.get_user, UserName="door")
    theirs = world.user()
    run.error("a user of another account by name", "NoSuchEntity",
              "The user with name %s cannot be found." % theirs.arn.split("/")[-1],
              admin.get_user, UserName=theirs.arn.split("/")[-1])
    policy = world.managed([READ])
    got = admin.list_policies(Scope="Local")["Policies"]
    run.check(policy not in [p["Arn"] for p in got], "a policy of another account is not listed")


allowed("2.4", "an SCP of the owner's account does not bind callers from elsewhere", beta(READ),
        bucket=to("<caller>"), scp={"alpha": [deny("s3:*")]})
allowed("2.4", "nor does an RCP of the caller's account", beta(READ), bucket=to("<caller>"),
        rcp={"beta": [deny(["s3:*"], to="*")]})
refused("2.4", "an SCP follows the caller", beta(READ), DENY_SCP, bucket=to("<caller>"),
        scp={"beta": [deny("s3:*")]})
refused("2.4", "an RCP follows the bucket", beta(READ), DENY_RCP, bucket=to("<caller>"),
        rcp={"alpha": [deny(["s3:*"], to="*", when={
            "StringNotEquals": {"aws:PrincipalAccount": "<alpha>"}})]})

allowed("2.5", "another account's root user is let in by the bucket", root("beta"),
        bucket=to("<beta>"))
refused("2.5", "and not without", root("beta"), NO_RESOURCE)

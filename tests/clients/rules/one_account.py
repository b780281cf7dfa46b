# SPDX-License-Identifier: Apache-2.0
"""Rules 1.1 to 1.12: evaluation inside one account."""
from rules.table import (DENY_BOUNDARY, DENY_IDENTITY, DENY_RCP, DENY_RESOURCE, DENY_SCP, DENY_SESSION,
                         NO_BOUNDARY, NO_IDENTITY, NO_REASON, NO_SCP, NO_SESSION, STRANGER, allowed,
                         anonymous, assume, federated, get, get_user, item, refused, root, rule,
                         session, user)
from rules.world import allow, deny, trusts

OBJECT = "arn:aws:s3:::data-alpha/*"
READ = allow("s3:GetObject", OBJECT)
OTHER = allow("s3:PutObject", OBJECT)
NO_READ = deny("s3:GetObject", OBJECT)


def to(principal, **more):
    """The bucket's policy lets the principal read."""
    return [allow("s3:GetObject", OBJECT, to=principal, **more)]


allowed("1.1", "the account's root user has full access", root(), cli=True)
refused("1.1", "everybody else starts with nothing", user(), NO_IDENTITY, cli=True)
refused("1.1", "so in DynamoDB", user(), NO_IDENTITY, item())
refused("1.1", "so in IAM", user(), NO_IDENTITY, get_user())

allowed("1.2", "no policy denies", user(READ))
refused("1.2", "an RCP denies", user(READ), DENY_RCP, rcp={"alpha": [deny(["s3:GetObject"], to="*")]})
refused("1.2", "an SCP denies", user(READ), DENY_SCP, scp={"alpha": [NO_READ]})
refused("1.2", "the bucket's policy denies", user(READ), DENY_RESOURCE,
        bucket=[deny("s3:GetObject", OBJECT, to="*")])
refused("1.2", "an identity policy denies", user(READ, NO_READ), DENY_IDENTITY)
refused("1.2", "the boundary denies", user(READ, boundary=[READ, NO_READ]), DENY_BOUNDARY)
refused("1.2", "the session policy denies", session(READ, policy=[READ, NO_READ]), DENY_SESSION)
refused("1.2", "a deny outweighs the bucket's allow", user(NO_READ), DENY_IDENTITY,
        bucket=to("<caller>"))

allowed("1.3", "nobody denies", user(READ), bucket=to("<caller>"))
refused("1.3", "an RCP is named before an SCP", user(NO_READ), DENY_RCP, scp={"alpha": [NO_READ]},
        rcp={"alpha": [deny(["s3:GetObject"], to="*")]})
refused("1.3", "an SCP before the bucket's policy", user(NO_READ), DENY_SCP, scp={"alpha": [NO_READ]},
        bucket=[deny("s3:GetObject", OBJECT, to="*")])
refused("1.3", "the bucket's policy before an identity policy", user(NO_READ), DENY_RESOURCE,
        bucket=[deny("s3:GetObject", OBJECT, to="*")])
refused("1.3", "an identity policy before the boundary", user(NO_READ, boundary=[NO_READ]),
        DENY_IDENTITY)
refused("1.3", "the boundary before the session policy",
        session(READ, boundary=[NO_READ], policy=[NO_READ]), DENY_BOUNDARY)

allowed("1.4", "RCPFullAWSAccess allows on every level", user(READ))
refused("1.4", "an RCP of the root denies", user(READ), DENY_RCP,
        rcp={"root": [deny(["s3:*"], to="*")]})
refused("1.4", "an RCP of a unit denies", user(READ), DENY_RCP, rcp={"top": [deny(["s3:*"], to="*")]})


@rule("1.4")
def the_full_rcp_stays(run):
    """RCPFullAWSAccess cannot be detached."""
    org = run.world.of("management", "organizations")
    run.error("it is always attached", "InvalidInputException",
              "You can't detach this AWS managed policy.", org.detach_policy,
              PolicyId="p-RCPFullAWSAccess", TargetId="<alpha>")


allowed("1.5", "an SCP on every level allows", user(READ), cli=True,
        scp_alone={"root": [allow("s3:*")], "top": [allow("*")], "inner": [READ], "alpha": [READ]})
refused("1.5", "no SCP of the root allows", user(READ), NO_SCP, scp_alone={"root": [allow("iam:*")]})
refused("1.5", "no SCP of the upper unit allows", user(READ), NO_SCP,
        scp_alone={"top": [allow("iam:*")]})
refused("1.5", "no SCP of the lower unit allows", user(READ), NO_SCP,
        scp_alone={"inner": [allow("iam:*")]})
refused("1.5", "no SCP of the account allows", user(READ), NO_SCP,
        scp_alone={"alpha": [allow("iam:*")]})
refused("1.5", "an SCP of a unit denies", user(READ), DENY_SCP, scp={"inner": [NO_READ]}, cli=True)
allowed("1.5", "an SCP of a unit beside the path counts for nothing",
        user(allow("dynamodb:GetItem"), account="gamma"), item("gamma"), scp={"top": [deny("*")]})

allowed("1.6", "by the identity's policy alone", user(READ))
allowed("1.6", "by the bucket's policy alone", user(), bucket=to("<caller>"))
refused("1.6", "by neither", user(OTHER), NO_IDENTITY, bucket=to("<door-alpha>"))

LIMITED = {"boundary": [OTHER]}
allowed("1.7", "the user named: its boundary does not limit", user(**LIMITED), bucket=to("<caller>"))
allowed("1.7", "the session named: no boundary, no session policy limits",
        session(policy=[OTHER], **LIMITED), bucket=to("<caller>"))
allowed("1.7", "the federated user named", federated(), bucket=to("<caller>"))
allowed("1.7", "everybody named", session(policy=[OTHER], **LIMITED), bucket=to("*"))
allowed("1.7", "everybody, with the role by condition", session(policy=[OTHER], **LIMITED),
        bucket=to("*", when={"ArnEquals": {"aws:PrincipalArn": "<role>"}}))
allowed("1.7", "the role named: no identity allow is needed", session(), bucket=to("<role>"))
refused("1.7", "the role named: the boundary limits", session(**LIMITED), NO_BOUNDARY,
        bucket=to("<role>"))
refused("1.7", "the role named: the session policy limits", session(policy=[OTHER]), NO_SESSION,
        bucket=to("<role>"))
allowed("1.7", "the federating user named", federated(policy=[READ]), bucket=to("<federating>"))
refused("1.7", "the federating user named: the session policy limits", federated(policy=[OTHER]),
        NO_SESSION, bucket=to("<federating>"))
allowed("1.7", "the account named, and an identity policy allows", user(READ), bucket=to("<alpha>"))
refused("1.7", "the account named: it only delegates", user(), NO_IDENTITY, bucket=to("<alpha>"))
refused("1.7", "the account's root named: likewise", user(), NO_IDENTITY,
        bucket=to("arn:aws:iam::<alpha>:root"))
refused("1.7", "an SCP binds the user who is named", user(), DENY_SCP, bucket=to("<caller>"),
        scp={"alpha": [NO_READ]})
refused("1.7", "a deny binds the session that is named", session(NO_READ), DENY_IDENTITY,
        bucket=to("<caller>"))

allowed("1.8", "a trust policy that names the user suffices", user(), assume(),
        trust=[trusts("<caller>")])
allowed("1.8", "one that names the account, with an identity allow", user(allow("sts:AssumeRole")),
        assume(), trust=[trusts("<alpha>")])
refused("1.8", "one that names the account makes identity policies count", user(), NO_IDENTITY,
        assume(), trust=[trusts("<alpha>")])
refused("1.8", "an administrator needs it as anyone", user(allow("*")), NO_REASON, assume(),
        trust=[trusts("<door-alpha>")])

allowed("1.9", "identity policy and boundary allow", user(READ, boundary=[allow("s3:*")]))
refused("1.9", "the boundary does not", user(READ, boundary=[OTHER]), NO_BOUNDARY)
refused("1.9", "the boundary grants nothing", user(boundary=[READ]), NO_IDENTITY)
refused("1.9", "a role's boundary", session(READ, boundary=[OTHER]), NO_BOUNDARY)

allowed("1.10", "role and session policy allow", session(READ, policy=[READ]))
allowed("1.10", "a role session without any is not limited", session(READ))
allowed("1.10", "a federated user with both", federated(READ, policy=[READ]))
refused("1.10", "the session policy does not", session(READ, policy=[OTHER]), NO_SESSION)
refused("1.10", "the session policy grants nothing", session(policy=[READ]), NO_IDENTITY)
refused("1.10", "a federated user without any has no permissions", federated(READ), NO_SESSION)


@rule("1.10")
def several_session_policies(run):
    """several session policies act as one set"""
    world = run.world
    role = world.role([allow("s3:*")])
    passed = [{"arn": world.managed([OTHER])}, {"arn": world.managed([READ])}]
    both = world.assume(role, PolicyArns=passed)
    run.good("one of the set allows", both.client("s3").get_object, Bucket="data-alpha", Key="in/x")
    one = world.assume(role, PolicyArns=passed[:1])
    run.denied("none of the set allows", get().sentence(NO_SESSION), one.client("s3").get_object,
               Bucket="data-alpha", Key="in/x")


allowed("1.11", "the root user needs no identity policy", root())
refused("1.11", "an SCP binds the root user of a member", root(), DENY_SCP, scp={"alpha": [NO_READ]})
refused("1.11", "an RCP does", root(), DENY_RCP, rcp={"alpha": [deny(["s3:*"], to="*")]})
refused("1.11", "a deny of the bucket's policy does", root(), DENY_RESOURCE,
        bucket=[deny("s3:GetObject", OBJECT, to="*")])

allowed("1.12", "a bucket policy with * lets anonymous callers in", anonymous(), bucket=to("*"),
        cli=True)
allowed("1.12", "an SCP does not bind them", anonymous(), bucket=to("*"), scp={"alpha": [NO_READ]})
refused("1.12", "nothing else lets them in", anonymous(), STRANGER, bucket=to("<alpha>"), cli=True)
refused("1.12", "an RCP binds them", anonymous(), STRANGER, bucket=to("*"),
        rcp={"alpha": [deny(["s3:GetObject"], to="*")]})

# SPDX-License-Identifier: Apache-2.0
"""Rules 3.1 to 3.6: whom SCPs and RCPs reach."""
from rules.table import (DENY_RCP, DENY_SCP, STRANGER, Ask, allowed, anonymous, assume, federated, get,
                         get_user, item, refused, root, rule, session, user)
from rules.world import allow, deny, trusts

READ = allow("s3:GetObject")
EVERYWHERE = {"root": [deny("s3:GetObject")]}
LIST = Ask("organizations", "list_accounts", "organizations:ListAccounts", "*", "beta")

allowed("3.1", "an SCP of the root spares the management account", user(READ, account="management"),
        get(of="management"), scp=EVERYWHERE, cli=True)
for kind, who in (("users", user(READ)), ("role sessions", session(READ)), ("root users", root()),
                  ("federated users", federated(READ, policy=[READ]))):
    refused("3.1", "it binds %s of members" % kind, who, DENY_SCP, scp=EVERYWHERE,
            cli=kind == "users")


@rule("3.1")
def delegated_administrators(run):
    """delegated administrators are bound"""
    world, org = run.world, run.world.of("management", "organizations")
    service = {"AccountId": world.names["beta"], "ServicePrincipal": "config.amazonaws.com"}
    org.enable_aws_service_access(ServicePrincipal=service["ServicePrincipal"])
    org.register_delegated_administrator(**service)
    who = world.user([allow("organizations:*")], account="beta").client("organizations")
    run.good("one lists the accounts", who.list_accounts)
    undo = world.attach("SERVICE_CONTROL_POLICY", "beta", [deny("organizations:*")], False)
    run.denied("not under an SCP", LIST.sentence(DENY_SCP), who.list_accounts)
    undo()
    org.deregister_delegated_administrator(**service)


DENY_ALL = [deny(["s3:*", "sts:*", "dynamodb:*", "iam:*"], to="*")]
allowed("3.2", "an RCP of the root spares the management account's resources",
        user(READ, account="management"), get(of="management"), rcp={"root": DENY_ALL})
refused("3.2", "it binds callers of the management account elsewhere", user(READ, account="management"),
        DENY_RCP, rcp={"alpha": DENY_ALL}, bucket=[allow("s3:*", "arn:aws:s3:::data-alpha/*",
                                                         to="<management>")])
refused("3.2", "it binds anonymous callers", anonymous(), STRANGER, rcp={"alpha": DENY_ALL},
        bucket=[allow("s3:GetObject", "arn:aws:s3:::data-alpha/*", to="*")])
refused("3.2", "and callers from outside the organization", user(READ, account="outside"), STRANGER,
        rcp={"alpha": DENY_ALL},
        bucket=[allow("s3:GetObject", "arn:aws:s3:::data-alpha/*", to="<outside>")])
refused("3.2", "roles of the account cannot be assumed",
        user(allow("sts:AssumeRole"), account="management"), DENY_RCP, assume(),
        trust=[trusts("<management>")], rcp={"alpha": DENY_ALL})

refused("3.3", "S3 is bound", user(READ), DENY_RCP, rcp={"alpha": DENY_ALL})
refused("3.3", "DynamoDB is", user(allow("dynamodb:*")), DENY_RCP, item(), rcp={"alpha": DENY_ALL})
refused("3.3", "STS is", user(), DENY_RCP, assume(), trust=[trusts("<caller>")],
        rcp={"alpha": DENY_ALL})
allowed("3.3", "IAM is not", user(allow("iam:*")), get_user(), rcp={"alpha": DENY_ALL})


def create(run, kind):
    org = run.world.of("management", "organizations")

    def make(statements):
        def call():
            made = org.create_policy(Name=run.world.name("o"), Description="d", Type=kind,
                                     Content=run.world.text(statements))
            org.delete_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"])
            return made
        return call
    return make


MALFORMED = ("MalformedPolicyDocumentException", "...")


@rule("3.4")
def rcp_documents(run):
    """RCPs: only Deny, Principal "*", no NotPrincipal, no NotAction"""
    make = create(run, "RESOURCE_CONTROL_POLICY")
    run.good("a Deny with Resource and Condition", make([deny(
        ["s3:*"], "arn:aws:s3:::data-*", to="*", when={"Bool": {"aws:SecureTransport": "false"}})]))
    run.good("NotResource", make([deny(["s3:*"], None, to="*", NotResource="arn:aws:s3:::x/*")]))
    for title, wrong in (
            ("Allow", allow(["s3:*"], to="*")), ("a principal", deny(["s3:*"], to="<alpha>")),
            ("no principal", deny(["s3:*"])),
            ("NotPrincipal", deny(["s3:*"], NotPrincipal={"AWS": "<alpha>"})),
            ("NotAction", deny(None, to="*", NotAction=["s3:*"]))):
        run.error(title, *MALFORMED, make([wrong]))


@rule("3.5")
def scp_documents(run):
    """SCPs: the language of identity policies, without Principal"""
    make = create(run, "SERVICE_CONTROL_POLICY")
    run.good("Allow with ARN and condition", make([allow("s3:*", "arn:aws:s3:::x", when={
        "StringEquals": {"aws:RequestedRegion": "us-east-1"}})]))
    run.good("Allow with NotAction", make([allow(None, NotAction="iam:*")]))
    run.good("NotResource", make([deny("s3:*", None, NotResource="arn:aws:s3:::x")]))
    run.good("a wildcard in the middle of an action", make([allow("s3:*Object*")]))
    run.error("Principal", *MALFORMED, make([deny("s3:*", to="*")]))
    run.error("no Resource", *MALFORMED, make([deny("s3:*", None)]))


OUTSIDE = get(of="outside")
allowed("3.6", "an account outside is bound by none", user(READ, account="outside"), OUTSIDE,
        scp=EVERYWHERE, rcp={"root": DENY_ALL})
refused("3.6", "an account inside is", user(READ, account="gamma"), DENY_SCP, get(of="gamma"),
        scp=EVERYWHERE)


@rule("3.6")
def disabled_types(run):
    """a policy type that is disabled is not evaluated"""
    world, org = run.world, run.world.of("management", "organizations")
    kind = {"RootId": world.names["root"], "PolicyType": "RESOURCE_CONTROL_POLICY"}
    who = world.user([READ]).client("s3")
    world.attach("RESOURCE_CONTROL_POLICY", "alpha", DENY_ALL, False)
    run.denied("by an RCP", get().sentence(DENY_RCP), who.get_object, Bucket="data-alpha", Key="in/x")
    org.disable_policy_type(**kind)
    run.good("when RCPs are disabled", who.get_object, Bucket="data-alpha", Key="in/x")
    org.enable_policy_type(**kind)
    run.good("and when they are enabled again, without what was attached", who.get_object,
             Bucket="data-alpha", Key="in/x")



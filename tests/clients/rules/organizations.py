# SPDX-License-Identifier: Apache-2.0
"""Rules 7.1 to 7.14: Organizations. What would upset the world's organization is done in others."""
import json
import re

from rules.table import rule
from rules.world import allow, deny, document, trusts

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
ADMIN = "OrganizationAccountAccessRole"


class Other:
    """Another organization, of the account with this number."""

    def __init__(self, run, number):
        self.run, self.number = run, number
        self.org = run.world.of(number, "organizations")
        self.made = self.org.create_organization()["Organization"]
        self.root = self.org.list_roots()["Roots"][0]["Id"]

    def unit(self, parent):
        return self.org.create_organizational_unit(ParentId=parent,
                                                   Name="u")["OrganizationalUnit"]["Id"]

    def account(self, name, **more):
        """A new account's id, or the reason why there is none."""
        given = {"AccountName": name, "Email": "%s-%s@example.com" % (name, self.number), **more}
        status = self.org.create_account(**given)["CreateAccountStatus"]
        self.run.equal(status["State"], "IN_PROGRESS", "the answer comes at once")
        while status["State"] == "IN_PROGRESS":
            status = self.org.describe_create_account_status(
                CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
        return status.get("AccountId") or status["FailureReason"]


@rule("7.1")
def create_organization(run):
    """what an organization begins with"""
    other = Other(run, "701000000001")
    run.equal(other.made["FeatureSet"], "ALL", "all features")
    root = other.org.list_roots()["Roots"][0]
    run.equal((root["Name"], [(t["Type"], t["Status"]) for t in root["PolicyTypes"]]),
              ("Root", [(SCP, "ENABLED")]), "one root, SCPs enabled")
    for target in (other.root, other.number):
        got = other.org.list_policies_for_target(TargetId=target, Filter=SCP)["Policies"]
        run.equal([p["Name"] for p in got], ["FullAWSAccess"], "FullAWSAccess on " + target[:2])
    run.error("a second one", "AlreadyInOrganizationException", "...", other.org.create_organization)
    run.good("the other kind", run.world.of("701000000002", "organizations").create_organization,
             FeatureSet="CONSOLIDATED_BILLING")


@rule("7.2")
def full_policies(run):
    """the policies that allow everything, on every new unit and account"""
    org = run.world.of("management", "organizations")
    for kind, ident, name, statement in (
            (SCP, "p-FullAWSAccess", "service_control_policy", allow("*")),
            (RCP, "p-RCPFullAWSAccess", "resource_control_policy", allow("*", to="*"))):
        got = run.good(ident, org.describe_policy, PolicyId=ident)["Policy"]
        run.equal(got["PolicySummary"]["Arn"],
                  "arn:aws:organizations::aws:policy/%s/%s" % (name, ident), "its ARN")
        run.equal(json.loads(got["Content"])["Statement"], [statement], "its document")
        for target in ("inner", "beta"):
            attached = org.list_policies_for_target(TargetId=run.world.names[target], Filter=kind)
            run.check(ident in [p["Id"] for p in attached["Policies"]], "%s on %s" % (ident, target))


@rule("7.3")
def policy_types(run):
    """enabling and disabling types"""
    other = Other(run, "703000000001")
    kinds = lambda: {t["Type"]: t["Status"]  # noqa: E731
                     for t in other.org.list_roots()["Roots"][0].get("PolicyTypes", [])}
    policy = other.org.create_policy(Name="none", Description="d", Type=SCP, Content=run.world.text(
        [deny("s3:*")]))["Policy"]["PolicySummary"]["Id"]
    run.good("attach", other.org.attach_policy, PolicyId=policy, TargetId=other.root)
    one = {"RootId": other.root, "PolicyType": SCP}
    run.good("disable", other.org.disable_policy_type, **one)
    run.check(SCP not in kinds(), "no longer listed", kinds())
    run.error("attach without the type", "PolicyTypeNotEnabledException", "...",
              other.org.attach_policy, PolicyId=policy, TargetId=other.root)
    run.good("enable", other.org.enable_policy_type, **one)
    run.equal(kinds().get(SCP), "ENABLED", "listed again")
    two = {"RootId": other.root, "PolicyType": RCP}
    run.good("enable RCPs", other.org.enable_policy_type, **two)
    run.error("twice", "PolicyTypeAlreadyEnabledException", "...", other.org.enable_policy_type, **two)
    got = other.org.list_policies_for_target(TargetId=other.root, Filter=SCP)["Policies"]
    run.equal([p["Id"] for p in got], ["p-FullAWSAccess"], "only the full policy is back")


def make(org, run, kind, statements):
    made = org.create_policy(Name=run.world.name("o"), Description="d", Type=kind,
                             Content=run.world.text(statements))
    return made["Policy"]["PolicySummary"]["Id"]


@rule("7.4")
def limits(run):
    """sizes, attachments, depth"""
    other = Other(run, "704000000001")
    org, base = other.org, len(run.world.text([deny("s3:*", Sid="")]))
    other.org.enable_policy_type(RootId=other.root, PolicyType=RCP)
    good = run.world.text([deny("s3:*", Sid="a" * (10240 - base))])
    run.good("an SCP of 10,240 characters", org.create_policy, Name="big", Description="d", Type=SCP,
             Content=good)
    run.error("one of 10,241", "ConstraintViolationException", "...", org.create_policy, Name="bigger",
              Description="d", Type=SCP, Content=good + " ")
    base = len(run.world.text([deny(["s3:*"], to="*", Sid="")]))
    good = run.world.text([deny(["s3:*"], to="*", Sid="a" * (5120 - base))])
    run.good("an RCP of 5,120", org.create_policy, Name="bigr", Description="d", Type=RCP, Content=good)
    run.error("one of 5,121", "ConstraintViolationException", "...", org.create_policy, Name="biggerr",
              Description="d", Type=RCP, Content=good + " ")
    for kind, most, statement in ((SCP, 10, deny("s3:x")), (RCP, 5, deny(["s3:x"], to="*"))):
        for _ in range(most - 1):
            org.attach_policy(PolicyId=make(org, run, kind, [statement]), TargetId=other.root)
        run.error("%d of %s" % (most + 1, kind), "ConstraintViolationException", "...",
                  org.attach_policy, PolicyId=make(org, run, kind, [statement]), TargetId=other.root)
    parent = other.root
    for depth in range(5):
        parent = run.good("a unit of depth %d" % (depth + 1), org.create_organizational_unit,
                          ParentId=parent, Name="u")["OrganizationalUnit"]["Id"]
    run.error("depth 6", "ConstraintViolationException", "...", org.create_organizational_unit,
              ParentId=parent, Name="u")


def reason(call, **params):
    from botocore.exceptions import ClientError
    try:
        call(**params)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response.get("Reason")
    return None, None


@rule("7.5")
def reasons(run):
    """over a limit: ConstraintViolationException and its Reason"""
    other = Other(run, "705000000001")
    org, parent = other.org, other.root
    policy = make(org, run, SCP, [deny("s3:*")])
    for _ in range(5):
        parent = other.unit(parent)
    over = "ConstraintViolationException"
    run.equal(reason(org.create_organizational_unit, ParentId=parent, Name="u"),
              (over, "OU_DEPTH_LIMIT_EXCEEDED"), "depth")
    run.equal(reason(org.detach_policy, PolicyId="p-FullAWSAccess", TargetId=parent),
              (over, "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"), "the last policy")
    for _ in range(9):
        org.attach_policy(PolicyId=make(org, run, SCP, [deny("s3:x")]), TargetId=parent)
    run.equal(reason(org.attach_policy, PolicyId=policy, TargetId=parent),
              (over, "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"), "too many policies")
    run.equal(reason(org.create_policy, Name="big", Description="d", Type=SCP, Content=json.dumps(
        document([deny("s3:*", Sid="a" * 10240)]))), (over, "POLICY_CONTENT_LIMIT_EXCEEDED"), "size")
    run.error("a type that is not enabled", "PolicyTypeNotEnabledException", "...", org.attach_policy,
              PolicyId=make(org, run, RCP, [deny(["s3:*"], to="*")]), TargetId=other.root)
    run.good("attach", org.attach_policy, PolicyId=policy, TargetId=other.root)
    run.error("attach twice", "DuplicatePolicyAttachmentException", "...", org.attach_policy,
              PolicyId=policy, TargetId=other.root)
    run.error("delete what is attached", "PolicyInUseException", "...", org.delete_policy,
              PolicyId=policy)
    run.error("no such target", "TargetNotFoundException", "...", org.attach_policy, PolicyId=policy,
              TargetId="700000000000")


@rule("7.6")
def create_account(run):
    """accounts are made in the background, by the management account"""
    other = Other(run, "706000000001")
    first = other.account("dev")
    run.check(re.fullmatch(r"\d{12}", first), "allowed: SUCCEEDED names the account", first)
    run.equal(other.account("dev"), "EMAIL_ALREADY_EXISTS", "a taken address is a FAILED state")
    run.error("by a member", "AccessDeniedException", "...", run.world.of(first, "organizations")
              .create_account, AccountName="x", Email="x@example.com")


@rule("7.7")
def account_names(run):
    """names, addresses, the role's name, where the account lands"""
    other = Other(run, "707000000001")
    dev = other.account("dev", RoleName="Admin", Tags=[{"Key": "team", "Value": "red"}])
    run.equal([a["Id"] for a in other.org.list_accounts_for_parent(ParentId=other.root)["Accounts"]
               if a["Id"] != other.number], [dev], "under the root")
    run.equal(other.org.describe_account(AccountId=dev)["Account"]["JoinedMethod"], "CREATED", "way")
    run.good("the role that was named", run.world.of(dev, "iam").get_role, RoleName="Admin")
    pattern = "You provided a value that does not match the required pattern."
    shorter, longer = ("You provided a string parameter that is %s than allowed." % how
                       for how in ("shorter", "longer"))
    for title, words, more in (("an address of 5", shorter, {"Email": "a@b.c"}),
                               ("a name of 51", longer, {"AccountName": "a" * 51}),
                               ("a role's name with a space", pattern, {"RoleName": "a b"})):
        run.error(title, "InvalidInputException", words, other.org.create_account,
                  **{"AccountName": "x", "Email": "x@example.com", **more})
    plain = run.world.user([allow("organizations:CreateAccount")], account="management")
    run.world.names["caller"] = plain.arn
    given = {"AccountName": "x", "Email": "tagged@example.com", "Tags": [{"Key": "a", "Value": "b"}]}
    run.denied("tags need organizations:TagResource", "User: <caller> is not authorized to perform: "
               "organizations:TagResource on resource: * because no identity-based policy allows "
               "the organizations:TagResource action", plain.client("organizations").create_account,
               **given)


@rule("7.8")
def access_role(run):
    """OrganizationAccountAccessRole"""
    world, role = run.world, "arn:aws:iam::<gamma>:role/" + ADMIN
    got = world.of("gamma", "iam").get_role(RoleName=ADMIN)["Role"]
    run.equal(got["AssumeRolePolicyDocument"], world.fill(document([trusts(
        "arn:aws:iam::<management>:root")])), "its trust policy")
    inline = world.of("gamma", "iam").get_role_policy(RoleName=ADMIN, PolicyName="AdministratorAccess")
    run.equal(inline["PolicyDocument"], document([allow("*")]), "its inline policy")
    admin = world.user([allow("sts:AssumeRole")], account="management")
    run.good("the management account's user", admin.client("sts").assume_role, RoleArn=role,
             RoleSessionName="try")
    inside = world.assume(world.fill(role), by=admin)
    run.good("acts there", inside.client("s3").get_object, Bucket="data-gamma", Key="in/x")
    undo = world.attach(SCP, "gamma", [deny("s3:*")], False)
    run.denied("bound by the account's SCPs", "User: <caller> is not authorized to perform: "
               's3:GetObject on resource: "arn:aws:s3:::data-gamma/in/x" with an explicit deny in a '
               "service control policy: <scp>", inside.client("s3").get_object, Bucket="data-gamma",
               Key="in/x")
    undo()
    plain = world.user(account="management")
    run.denied("not without sts:AssumeRole", "User: <caller> is not authorized to perform: "
               "sts:AssumeRole on resource: %s because no identity-based policy allows the "
               "sts:AssumeRole action" % role, plain.client("sts").assume_role, RoleArn=role,
               RoleSessionName="try")


@rule("7.9")
def states(run):
    """State and the older Status"""
    other = Other(run, "709000000001")
    dev = other.account("dev")
    show = lambda: {k: other.org.describe_account(AccountId=dev)["Account"].get(k)  # noqa: E731
                    for k in ("State", "Status")}
    run.equal(show(), {"State": "ACTIVE", "Status": "ACTIVE"}, "an active account")
    other.org.close_account(AccountId=dev)
    run.equal(show(), {"State": "CLOSED", "Status": "SUSPENDED"}, "a closed one")


@rule("7.10")
def close_account(run):
    """a closed account's credentials stop working"""
    other = Other(run, "710000000001")
    dev = other.account("dev")
    who = run.world.user([allow("*")], account=dev)
    run.good("before", who.client("sts").get_caller_identity)
    run.good("close", other.org.close_account, AccountId=dev)
    run.error("a user's key", "InvalidClientTokenId",
              "The security token included in the request is invalid.",
              who.client("sts").get_caller_identity)
    run.error("again", "AccountAlreadyClosedException", "...", other.org.close_account, AccountId=dev)
    run.equal(reason(other.org.close_account, AccountId=other.number),
              ("ConstraintViolationException", "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"), "the management's")
    run.error("no such account", "AccountNotFoundException", "...", other.org.close_account,
              AccountId="710000000009")


@rule("7.11")
def leave(run):
    """removed and leaving accounts are bound no more; their roles stay"""
    world, other = run.world, Other(run, "711000000001")
    first, second = other.account("one"), other.account("two")
    policy = make(other.org, run, SCP, [deny("dynamodb:*")])
    other.org.attach_policy(PolicyId=policy, TargetId=other.root)
    for title, account, going, more in (
            ("removed", first, other.org.remove_account_from_organization, {"AccountId": first}),
            ("leaves", second, world.of(second, "organizations").leave_organization, {})):
        who = world.user([allow("*")], account=account).client("dynamodb")
        run.denied(title + ": bound before", "User: <caller> is not authorized to perform: "
                   "dynamodb:ListTables on resource: * with an explicit deny in a service control "
                   "policy: arn:aws:organizations::%s:policy/%s/service_control_policy/%s" % (
                       other.number, other.made["Id"], policy), who.list_tables)
        run.good(title, going, **more)
        run.good(title + ": not bound after", who.list_tables)
        run.good(title + ": its access role stays", world.of(account, "iam").get_role, RoleName=ADMIN)
    run.error("the management account leaves", "MasterCannotLeaveOrganizationException", "...",
              other.org.leave_organization)


@rule("7.12")
def invite(run):
    """invitations: accepted, declined, cancelled"""
    other, guest = Other(run, "712000000001"), "712000000002"
    theirs = run.world.of(guest, "organizations")
    invited = {"Target": {"Type": "ACCOUNT", "Id": guest}}
    shake = run.good("invite", other.org.invite_account_to_organization, **invited)["Handshake"]
    run.equal((shake["Action"], shake["State"], sorted(p["Type"] for p in shake["Parties"])),
              ("INVITE", "OPEN", ["ACCOUNT", "ORGANIZATION"]), "an open handshake")
    left = shake["ExpirationTimestamp"] - shake["RequestedTimestamp"]
    run.equal(round(left.total_seconds() / 86400), 15, "fifteen days")
    run.error("twice", "DuplicateHandshakeException", "...", other.org.invite_account_to_organization,
              **invited)
    run.error("the sender cannot accept", "AccessDeniedException", "...", other.org.accept_handshake,
              HandshakeId=shake["Id"])
    run.good("decline", theirs.decline_handshake, HandshakeId=shake["Id"])
    run.error("a declined one", "HandshakeAlreadyInStateException", "...", theirs.decline_handshake,
              HandshakeId=shake["Id"])
    run.error("accept a declined one", "InvalidHandshakeTransitionException", "...",
              theirs.accept_handshake, HandshakeId=shake["Id"])
    shake = other.org.invite_account_to_organization(**invited)["Handshake"]
    run.good("cancel", other.org.cancel_handshake, HandshakeId=shake["Id"])
    shake = other.org.invite_account_to_organization(**invited)["Handshake"]
    run.good("accept", theirs.accept_handshake, HandshakeId=shake["Id"])
    account = other.org.describe_account(AccountId=guest)["Account"]
    run.equal(account["JoinedMethod"], "INVITED", "INVITED")
    run.equal(other.org.list_parents(ChildId=guest)["Parents"][0]["Id"], other.root, "under the root")
    run.error("no access role", "NoSuchEntity", "...", run.world.of(guest, "iam").get_role,
              RoleName=ADMIN)
    run.equal(reason(other.org.invite_account_to_organization, **invited),
              ("HandshakeConstraintViolationException", "ALREADY_IN_AN_ORGANIZATION"), "a member")


@rule("7.13")
def ends(run):
    """deleting, calls from outside, moving"""
    other = Other(run, "713000000001")
    dev = other.account("dev")
    unit = other.unit(other.root)
    absent = unit[:-1] + ("1" if unit.endswith("0") else "0")
    run.error("members are left", "OrganizationNotEmptyException", "...", other.org.delete_organization)
    run.good("a member", run.world.of("alpha", "organizations").describe_organization, cli=True)
    run.error("from outside", "AWSOrganizationsNotInUseException", "...",
              run.world.of("713000000002", "organizations").describe_organization, cli=True)
    for title, code, source, to in (
            ("no such source", "SourceParentNotFoundException", absent, unit),
            ("no such destination", "DestinationParentNotFoundException", other.root, absent),
            ("it is there", "DuplicateAccountException", other.root, other.root)):
        run.error(title, code, "...", other.org.move_account, AccountId=dev, SourceParentId=source,
                  DestinationParentId=to)
    run.good("move", other.org.move_account, AccountId=dev, SourceParentId=other.root,
             DestinationParentId=unit)
    run.good("remove", other.org.remove_account_from_organization, AccountId=dev)
    other.org.delete_organizational_unit(OrganizationalUnitId=unit)
    run.good("delete", other.org.delete_organization)


@rule("7.14")
def identifiers(run):
    """ids and ARNs, which carry the management account"""
    world, org = run.world, run.world.of("management", "organizations")
    arn = "arn:aws:organizations::<management>:"
    tail = "[0-9a-z]{4,32}"
    status = org.list_create_account_status()["CreateAccountStatuses"][0]
    unit = org.describe_organizational_unit(
        OrganizationalUnitId=world.names["top"])["OrganizationalUnit"]
    policy = org.describe_policy(
        PolicyId=make(org, run, SCP, [deny("s3:x")]))["Policy"]["PolicySummary"]
    shake = org.invite_account_to_organization(
        Target={"Type": "ACCOUNT", "Id": "714000000001"})["Handshake"]
    for title, got, want in (
            ("organization", world.names["org"], "o-[a-z0-9]{10,32}"),
            ("root", world.names["root"], "r-" + tail),
            ("unit", unit["Id"], "ou-%s-[a-z0-9]{8,32}" % world.names["root"][2:]),
            ("policy", policy["Id"], "p-[0-9a-zA-Z_]{8,128}"),
            ("creation", status["Id"], "car-[a-z0-9]{8,32}"),
            ("handshake", shake["Id"], "h-[0-9a-z]{8,32}"),
            ("account's ARN", org.describe_account(AccountId=world.names["alpha"])["Account"]["Arn"],
             arn + "account/<org>/<alpha>"), ("unit's ARN", unit["Arn"], arn + "ou/<org>/<top>"),
            ("root's ARN", org.list_roots()["Roots"][0]["Arn"], arn + "root/<org>/<root>"),
            ("policy's ARN", policy["Arn"],
             arn + "policy/<org>/service_control_policy/" + policy["Id"]),
            ("handshake's ARN", shake["Arn"], arn + "handshake/<org>/invite/" + shake["Id"])):
        run.check(re.fullmatch(world.fill(want), got), title, got)
    org.cancel_handshake(HandshakeId=shake["Id"])
    org.delete_policy(PolicyId=policy["Id"])

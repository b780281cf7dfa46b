# SPDX-License-Identifier: Apache-2.0
"""Rows: a rule's number, who calls, what is asked, what AWS answers. Read by run.py.

    allowed("1.6", "by the identity's policy alone", user(allow("s3:GetObject")))
    refused("1.1", "nothing is allowed by default", user(), NO_IDENTITY)

Who calls is a function of the world; policies may name <caller>, <role>, <alpha>, ... (world.py).
Unless ask= says otherwise the call is GetObject on alpha's bucket.
"""
from rules.world import document

ROWS = []

NO_IDENTITY = "because no identity-based policy allows the %s action"
NO_RESOURCE = "because no resource-based policy allows the %s action"
NO_BOUNDARY = "because no permissions boundary allows the %s action"
NO_SESSION = "because no session policy allows the %s action"
NO_SCP = "because no service control policy allows the %s action"
DENY_IDENTITY = "with an explicit deny in an identity-based policy"
DENY_RESOURCE = "with an explicit deny in a resource-based policy"
DENY_BOUNDARY = "with an explicit deny in a permissions boundary: <boundary>"
DENY_SESSION = "with an explicit deny in a session policy"
DENY_SCP = "with an explicit deny in a service control policy: <scp>"
DENY_RCP = "with an explicit deny in a resource control policy: <rcp>"
NO_REASON = ""
STRANGER = "Access Denied"

NAMED = {"NotPrincipal": None}


class Ask:
    """A call: its client's method and parameters, and the permission it needs as messages show it."""

    def __init__(self, service, operation, action, resource, of="alpha", **params):
        self.service, self.operation, self.action, self.of = service, operation, action, of
        self.resource, self.params = resource, params

    def sentence(self, why):
        on = " on resource: " + self.resource if self.resource else ""
        why = why % self.action if "%s" in why else why
        return ("User: <caller> is not authorized to perform: %s%s %s" % (self.action, on, why)).strip()

    def denied(self):
        return "AccessDenied" if self.service in ("s3", "iam", "sts") else "AccessDeniedException"


def get(key="in/x", of="alpha"):
    return Ask("s3", "get_object", "s3:GetObject", '"arn:aws:s3:::data-%s/%s"' % (of, key), of,
               Bucket="data-" + of, Key=key)


def listing(of="alpha", **params):
    return Ask("s3", "list_objects_v2", "s3:ListBucket", '"arn:aws:s3:::data-%s"' % of, of,
               Bucket="data-" + of, **params)


def item(of="alpha"):
    return Ask("dynamodb", "get_item", "dynamodb:GetItem",
               "arn:aws:dynamodb:us-east-1:<%s>:table/jobs" % of, of,
               TableName="jobs", Key={"id": {"S": "1"}})


def tables():
    return Ask("dynamodb", "list_tables", "dynamodb:ListTables", "*")


def get_user(name="door", of="alpha"):
    return Ask("iam", "get_user", "iam:GetUser", "arn:aws:iam::<%s>:user/%s" % (of, name), of,
               UserName=name)


def assume(of="alpha", **params):
    """The role that trust= of the row makes."""
    return Ask("sts", "assume_role", "sts:AssumeRole", "<target>", of, RoleArn="<target>",
               RoleSessionName="try", **params)


# --- Who calls

def user(*statements, **more):
    return lambda world: world.user(list(statements), **more)


def written(policy, **more):
    """A user with a policy that is written out: its version, its one statement."""
    return lambda world: world.user(policy, **more)


def session(*statements, policy=None, session_tags=None, source=None, called="job", account="alpha",
            **more):
    def make(world):
        role = world.role(list(statements), account=account, **more)
        passed = {}
        world.names["caller"] = "arn:aws:sts::%s:assumed-role/%s/%s" % (
            world.names[account], world.names["role-name"], called)
        if policy is not None:
            passed["Policy"] = world.text(policy)
        if session_tags is not None:
            passed["Tags"] = world.tags(session_tags)
        if source is not None:
            passed["SourceIdentity"] = source
        return world.assume(role, account, called, **passed)
    return make


def federated(*statements, policy=None, account="alpha"):
    return lambda world: world.federated(
        world.user([*statements, {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}],
                   account=account), policy)


def root(account="alpha"):
    return lambda world: world.root(account)


def anonymous():
    from rules.world import Caller
    return lambda world: Caller(world, "*", None, None)


# --- Rows

class Row:
    """One question. says: the refusal's whole message; None: it is allowed."""

    def __init__(self, rule, title, who, ask=None, says=None, bucket=None, trust=None, scp=None,
                 rcp=None, scp_alone=None, cli=False):
        self.rule, self.title, self.who, self.ask, self.says = rule, title, who, ask or get(), says
        self.bucket, self.trust, self.cli = bucket, trust, cli
        self.attached = [("SERVICE_CONTROL_POLICY", t, s, False) for t, s in (scp or {}).items()]
        self.attached += [("RESOURCE_CONTROL_POLICY", t, s, False) for t, s in (rcp or {}).items()]
        self.attached += [("SERVICE_CONTROL_POLICY", t, s, True) for t, s in (scp_alone or {}).items()]

    def name(self):
        return "%s %s: %s" % (self.rule, "refused" if self.says is not None else "allowed", self.title)

    def run(self, run):
        """The set-up, the question, and all as it was before."""
        world, undo = run.world, []
        caller = self.who(world)
        world.names["caller"] = caller.arn
        try:
            self.prepare(world, undo)
            run.ask(self, caller)
        finally:
            for step in reversed(undo):
                step()

    def prepare(self, world, undo):
        if self.trust is not None:
            name = world.name("t")
            world.names["target"] = world.of(self.ask.of, "iam").create_role(
                RoleName=name, AssumeRolePolicyDocument=world.text(self.trust))["Role"]["Arn"]
        if self.bucket is not None:
            s3, bucket = world.of(self.ask.of, "s3"), "data-" + self.ask.of
            s3.put_bucket_policy(Bucket=bucket, Policy=world.text(self.bucket))
            undo.append(lambda: s3.delete_bucket_policy(Bucket=bucket))
        for kind, target, statements, alone in self.attached:
            undo.append(world.attach(kind, target, statements, alone))


class Deed:
    """A rule that takes more than one question: a function of the run."""

    def __init__(self, rule, function):
        self.rule, self.function = rule, function

    def name(self):
        return "%s %s" % (self.rule, self.function.__doc__)

    def run(self, run):
        run.rule = self.rule
        self.function(run)


def allowed(rule, title, who, ask=None, **more):
    ROWS.append(Row(rule, title, who, ask, None, **more))


def refused(rule, title, who, why, ask=None, says=None, **more):
    ask = ask or get()
    ROWS.append(Row(rule, title, who, ask, says or (why if why == STRANGER else ask.sentence(why)),
                    **more))


def rule(number):
    def take(function):
        ROWS.append(Deed(number, function))
        return function
    return take


def version(statements, number):
    return document(statements, version=number)

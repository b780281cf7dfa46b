# SPDX-License-Identifier: Apache-2.0
"""AWS's authorization the slow way: a second evaluator, for tests only, that shares nothing with
core/policy. It follows the numbered rules (docs/policy.md) one by one and is written to be read
beside them. decide(case, action, resource) -> (verdict, layer) over a case of `policy simulate`.
"""
import json
import os
import re

from reference_values import Context, action_matches, as_list, condition_holds, resource_matches

RCP_SERVICES = set()
with open(os.path.join(os.path.dirname(__file__), "../../../core/policy/rcp_services.def")) as rows:
    RCP_SERVICES.update(re.findall(r'^AWI_RCP_SERVICE\("(.+)"\)', rows.read(), re.MULTILINE))


def load(policy):
    return json.loads(policy) if isinstance(policy, str) else policy


# --- Principals: 1.7, 4.6, 4.8 ---------------------------------------------------------------------

NOT, ACCOUNT, ISSUER, DIRECT = range(4)


class Caller:
    def __init__(self, case):
        arn = case.get("CallerArn")
        self.arn, self.issuer, self.account = arn, None, None
        if arn is None:
            self.kind = "user"
        elif arn == "*":
            self.kind = "anonymous"
        elif not arn.startswith("arn:"):
            self.kind = "service"
        else:
            parts = arn.split(":", 5)
            self.account, name = parts[4], parts[5]
            self.kind = {"root": "root", "user": "user", "assumed-role": "role",
                         "federated-user": "federated"}[name.split("/")[0]]
            if self.kind == "role":
                self.issuer = case.get("RoleArn") or "arn:%s:iam::%s:role/%s" % (
                    parts[1], self.account, name.split("/")[1])
            if self.kind == "federated":
                self.issuer = case.get("FederatingUserArn")
        self.has_identity = self.kind in ("user", "role", "federated")

    def service_linked(self):
        return self.kind == "role" and ":role/aws-service-role/" in self.issuer

    def named_by(self, kind, entry):
        if kind == "AWS":
            if entry == "*":
                return DIRECT
            if self.account and (entry == self.account or re.fullmatch(
                    "arn:[^:]*:iam:[^:]*:%s:root" % self.account, entry)):
                return ACCOUNT
            if self.issuer and entry == self.issuer:
                return ISSUER
            return DIRECT if self.account and entry == self.arn else NOT
        return DIRECT if kind == "Service" and self.kind == "service" and entry == self.arn else NOT

    def named_in(self, principal):
        """Every way in which the element names the caller."""
        if principal == "*":
            return {DIRECT}
        if not isinstance(principal, dict):
            return set()
        return {self.named_by(kind, entry) for kind, entries in principal.items()
                for entry in as_list(entries)} - {NOT}

    def spared_by(self, principal):
        """4.8: the whole chain is listed."""
        if principal == "*" or (isinstance(principal, dict) and "*" in as_list(principal.get("AWS"))):
            return True
        named = self.named_in(principal)
        if self.kind == "root":
            return ACCOUNT in named
        chain = {DIRECT} | ({ACCOUNT} if self.has_identity else set()) | ({ISSUER} if self.issuer else set())
        return chain <= named


# --- Statements and layers -------------------------------------------------------------------------

def applies(policy, statement, q, use_principal):
    """NOT, or how the statement names the caller (4.1)."""
    variables = policy.get("Version") == "2012-10-17"
    if "Action" in statement:
        acts = any(action_matches(a, q.action) for a in as_list(statement["Action"]))
    else:
        acts = "NotAction" in statement and not any(
            action_matches(a, q.action) for a in as_list(statement["NotAction"]))
    if not acts:
        return NOT
    listed = as_list(statement.get("Resource", statement.get("NotResource")))
    hit = any(resource_matches(r, q.resource, q.context, variables) for r in listed)
    if "Resource" in statement:
        covered = hit
    elif "NotResource" in statement:
        covered = not hit
    else:
        covered = use_principal
    if not covered:
        return NOT
    naming = DIRECT
    if use_principal:
        if "Principal" in statement:
            naming = max(q.caller.named_in(statement["Principal"]), default=NOT)
        elif "NotPrincipal" in statement:
            spared = not q.bounded and q.caller.spared_by(statement["NotPrincipal"])
            naming = NOT if spared or statement["Effect"] == "Allow" else DIRECT
        else:
            naming = NOT
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            if not condition_holds(operator, key, values, q.context, variables):
                return NOT
    return naming


def ask(policies, q, use_principal=False):
    """(denied, best naming of an allow) over some policies."""
    denied, naming = False, NOT
    for policy in map(load, policies):
        for statement in as_list(policy["Statement"]):
            found = applies(policy, statement, q, use_principal)
            if statement["Effect"] == "Deny":
                denied = denied or found != NOT
            elif statement["Effect"] == "Allow":
                naming = max(naming, found)
    return denied, naming


class Question:
    def __init__(self, case, action, resource):
        self.action, self.resource = action, resource
        self.caller = Caller(case)
        self.context = Context(case.get("ContextEntries"))
        self.boundary = as_list(case.get("PermissionsBoundaryPolicyInputList"))
        self.bounded = bool(self.boundary) and self.caller.has_identity


def levels(case, name):
    return [as_list(level.get("PolicyInputList")) for level in as_list(case.get(name))]


def decide(case, action, resource):
    q = Question(case, action, resource)
    caller = q.caller
    if action.lower() in ("sts:getcalleridentity", "sts:getsessiontoken"):
        return "allowed", "none"  # 6.1
    parts = resource.split(":", 5)
    owner = parts[4] if len(parts) == 6 and parts[4] else None
    owner = owner or (case["ResourceOwner"].split(":")[4] if case.get("ResourceOwner") else caller.account)
    management = (case.get("Organization") or {}).get("MasterAccountId")
    service = action.split(":")[0].lower()
    is_role = len(parts) == 6 and parts[2] == "iam" and parts[5].startswith("role/") and service == "sts"
    is_key = len(parts) == 6 and parts[2] == "kms" and parts[5].startswith("key/") and service == "kms"
    cross = bool(caller.account and owner and caller.account != owner)

    said = {}  # layer -> (denied, naming), only of layers that have a say
    rcps = levels(case, "ResourceControlPolicyInputList")
    if (rcps and service in RCP_SERVICES and (management is None or owner != management)
            and not caller.service_linked()  # 3.2
            and not (is_role and ":role/aws-service-role/" in resource)
            and action.lower() != "kms:retiregrant"):
        answers = [ask(level, q, True) for level in rcps]
        said["rcp"] = any(a[0] for a in answers), min(a[1] for a in answers)  # 1.4
    scps = levels(case, "ServiceControlPolicyInputList")
    if (scps and (caller.has_identity or caller.kind == "root")
            and (management is None or caller.account != management)
            and not caller.service_linked()):  # 3.1
        answers = [ask(level, q) for level in scps]
        said["scp"] = any(a[0] for a in answers), min(a[1] for a in answers)  # 1.5
    resource_policy = as_list(case.get("ResourcePolicy"))
    said["resource"] = ask(resource_policy, q, True)
    if caller.has_identity:
        said["identity"] = ask(as_list(case.get("PolicyInputList")), q)
        if q.boundary:
            said["boundary"] = ask(q.boundary, q)
        sessions = as_list(case.get("SessionPolicyInputList"))
        if sessions or caller.kind == "federated":  # 1.10
            said["session"] = ask(sessions, q)

    order = ("rcp", "scp", "resource", "identity", "boundary", "session")
    for layer in order:  # 1.2, 1.3
        if layer in said and said[layer][0]:
            return "explicitDeny", layer
    naming = said["resource"][1]
    needed = {"boundary", "session"}
    if not caller.has_identity and caller.kind != "root":  # 1.12
        needed, granted_by = {"resource"}, "resource"
    elif cross:  # 2.1, 2.2, 2.5
        needed, granted_by = {"resource", "identity", "boundary", "session"}, "identity"
    elif is_role or is_key:  # 1.8
        granted_by = "resource" if naming in (ISSUER, DIRECT) else "identity"
        needed = {"resource"} if naming == DIRECT else needed | {"resource"}
        if naming == ACCOUNT:
            needed |= {"identity"}
    elif caller.kind == "root":  # 1.11
        needed, granted_by = set(), "identity"
    elif naming == DIRECT:  # 1.7
        needed, granted_by = set(), "resource"
    elif naming == ISSUER:
        granted_by = "resource"
    else:
        needed, granted_by = needed | {"identity"}, "identity"
    for layer in order:
        if layer in said and said[layer][1] == NOT and (layer in needed or layer in ("rcp", "scp")):
            return "implicitDeny", layer
    return "allowed", "root" if caller.kind == "root" and granted_by == "identity" else granted_by

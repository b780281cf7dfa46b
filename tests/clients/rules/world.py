# SPDX-License-Identifier: Apache-2.0
"""The world of the rules: an organization with units in two levels, its management account, three
member accounts and one account outside it; and the callers that rules are tried with."""
import json

MANAGEMENT, OUTSIDE = "123456789012", "999999999999"
MEMBERS = ("alpha", "beta", "gamma")
FULL = {"SERVICE_CONTROL_POLICY": "p-FullAWSAccess", "RESOURCE_CONTROL_POLICY": "p-RCPFullAWSAccess"}


def statement(effect, action, resource=None, to=None, when=None, **more):
    made = {"Effect": effect}
    if action is not None:
        made["Action"] = action
    if resource is not None:
        made["Resource"] = resource
    if to is not None:
        made["Principal"] = to if to == "*" or isinstance(to, dict) else {"AWS": to}
    if when is not None:
        made["Condition"] = when
    return {**made, **more}


def allow(action, resource="*", **more):
    return statement("Allow", action, resource, **more)


def deny(action, resource="*", **more):
    return statement("Deny", action, resource, **more)


def trusts(to, action="sts:AssumeRole", **more):
    return statement("Allow", action, to=to, **more)


def document(statements, version="2012-10-17"):
    """A policy; a dict with Version or Statement is one already."""
    if isinstance(statements, dict) and "Statement" in statements:
        return statements
    made = {"Version": version, "Statement": statements}
    return made if version else {"Statement": statements}


class Caller:
    """Whose credentials a call is made with. keys None: unsigned."""

    def __init__(self, world, arn, keys, account):
        self.world, self.arn, self.keys, self.account = world, arn, keys, account

    def client(self, service, region="us-east-1"):
        return self.world.client(service, self.keys, region)


class Bound:
    """A client's operations by one caller. Making a client takes boto3 longer than all that is asked of
    it, so that one serves every caller, whose credentials are put in before each call."""

    def __init__(self, client, keys):
        from botocore.credentials import Credentials
        self.client, self.keys = client, keys
        self.credentials = keys and Credentials(keys["AccessKeyId"], keys["SecretAccessKey"],
                                                keys.get("SessionToken"))

    def __getattr__(self, name):
        operation = getattr(self.client, name)

        def call(**params):
            self.client._request_signer._credentials = self.credentials
            return operation(**params)
        call.asked = (self.client.meta.service_model.service_name, name, self.keys)
        return call


class World:
    def __init__(self):
        import boto3
        self.session = boto3.Session()
        self.clients = {}
        self.serial = 0
        self.names = {"management": MANAGEMENT, "outside": OUTSIDE}
        self.build()

    # --- Clients and names

    def client(self, service, keys, region="us-east-1"):
        known = (service, region, keys is None)
        if known not in self.clients:
            self.clients[known] = self.connect(service, region, keys is None)
        return Bound(self.clients[known], keys)

    def connect(self, service, region, unsigned):
        from botocore import UNSIGNED
        from botocore.config import Config
        config = {"retries": {"max_attempts": 1}, "parameter_validation": False}
        if unsigned:
            config["signature_version"] = UNSIGNED
        return self.session.client(service, region_name=region, aws_access_key_id="nobody",
                                   aws_secret_access_key="x", config=Config(**config))

    def root(self, account):
        """The account's root user, by its 12 digits: set-up is always possible (10.2)."""
        number = self.names.get(account, account)
        return Caller(self, "arn:aws:iam::%s:root" % number,
                      {"AccessKeyId": number, "SecretAccessKey": "any"}, number)

    def of(self, account, service):
        return self.root(account).client(service)

    def fill(self, value):
        """Names in angle brackets, such as <alpha> or <caller>, wherever they stand in the value."""
        if isinstance(value, str):
            for name, text in self.names.items():
                value = value.replace("<%s>" % name, text)
            return value
        if isinstance(value, dict):
            return {self.fill(key): self.fill(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.fill(one) for one in value]
        return value

    def text(self, statements, **more):
        return json.dumps(self.fill(document(statements, **more)))

    def name(self, prefix):
        self.serial += 1
        return "%s%d" % (prefix, self.serial)

    # --- The organization

    def build(self):
        org = self.of("management", "organizations")
        self.names["org"] = org.create_organization()["Organization"]["Id"]
        self.names["root"] = org.list_roots()["Roots"][0]["Id"]
        self.names["top"] = self.unit("root", "Top")
        self.names["inner"] = self.unit("top", "Inner")
        org.enable_policy_type(RootId=self.names["root"], PolicyType="RESOURCE_CONTROL_POLICY")
        for name, parent in zip(MEMBERS, ("inner", "top", "root")):
            self.names[name] = self.account(name, parent)
        for name in MEMBERS + ("management", "outside"):
            self.furnish(name)

    def unit(self, parent, name):
        return self.of("management", "organizations").create_organizational_unit(
            ParentId=self.names[parent], Name=name)["OrganizationalUnit"]["Id"]

    def account(self, name, parent):
        org = self.of("management", "organizations")
        status = org.create_account(AccountName=name,
                                    Email=name + "@example.com")["CreateAccountStatus"]
        while status["State"] == "IN_PROGRESS":
            status = org.describe_create_account_status(
                CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
        if parent != "root":
            org.move_account(AccountId=status["AccountId"], SourceParentId=self.names["root"],
                             DestinationParentId=self.names[parent])
        return status["AccountId"]

    def furnish(self, name):
        """A bucket with objects, a table, and a user who may assume any role that lets it in."""
        s3 = self.of(name, "s3")
        s3.create_bucket(Bucket="data-" + name)
        s3.delete_public_access_block(Bucket="data-" + name)
        for key in ("in/x", "In/x", "home/none/x"):
            s3.put_object(Bucket="data-" + name, Key=key, Body=b"x")
        self.of(name, "dynamodb").create_table(
            TableName="jobs", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
        self.names["door-" + name] = "arn:aws:iam::%s:user/door" % self.names[name]
        self.doors = getattr(self, "doors", {})
        self.doors[name] = self.user([allow("sts:*")], account=name, called="door")

    # --- Callers

    def user(self, statements=(), boundary=None, account="alpha", tags=None, path="/", called=None,
             managed=None):
        iam, name = self.of(account, "iam"), called or self.name("u")
        user = iam.create_user(UserName=name, Path=path, Tags=self.tags(tags))["User"]
        self.names.update({"caller": user["Arn"], "name": name, "id": user["UserId"]})
        self.limit(iam, "user", name, statements, boundary, account, managed)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Caller(self, user["Arn"], key, user["Arn"].split(":")[4])

    def role(self, statements=(), trust=None, boundary=None, account="alpha", tags=None, path="/",
             managed=None, **more):
        """A role that its account's door, and whom trust admits, may assume; its ARN."""
        iam, name = self.of(account, "iam"), self.name("r")
        trust = trust or [trusts("<door-%s>" % account,
                                 ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"])]
        role = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=self.text(trust),
                               Tags=self.tags(tags), **more)["Role"]
        self.names.update({"role": role["Arn"], "role-id": role["RoleId"], "role-name": name})
        self.limit(iam, "role", name, statements, boundary, account, managed)
        return role["Arn"]

    def limit(self, iam, kind, name, statements, boundary, account, managed):
        """Its policies: one inline, one boundary, one managed."""
        who = {kind.capitalize() + "Name": name}
        if statements:
            getattr(iam, "put_%s_policy" % kind)(PolicyName="own", PolicyDocument=self.text(statements),
                                                 **who)
        if boundary is not None:
            self.names["boundary"] = self.managed(boundary, account)
            getattr(iam, "put_%s_permissions_boundary" % kind)(
                PermissionsBoundary=self.names["boundary"], **who)
        if managed is not None:
            self.names["managed"] = self.managed(managed, account)
            getattr(iam, "attach_%s_policy" % kind)(PolicyArn=self.names["managed"], **who)

    def managed(self, statements, account="alpha"):
        return self.of(account, "iam").create_policy(
            PolicyName=self.name("p"), PolicyDocument=self.text(statements))["Policy"]["Arn"]

    @staticmethod
    def tags(tags):
        return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]

    def assume(self, role, account="alpha", session="job", by=None, **more):
        """A session of the role, made by the account's door."""
        by = by or self.doors[account]
        made = by.client("sts").assume_role(RoleArn=role, RoleSessionName=session, **more)
        self.names["caller"] = made["AssumedRoleUser"]["Arn"]
        return Caller(self, made["AssumedRoleUser"]["Arn"], made["Credentials"], role.split(":")[4])

    def federated(self, user, policy=None, called="fed", **more):
        if policy is not None:
            more["Policy"] = self.text(policy)
        made = user.client("sts").get_federation_token(Name=called, **more)
        self.names.update({"caller": made["FederatedUser"]["Arn"], "federating": user.arn})
        return Caller(self, made["FederatedUser"]["Arn"], made["Credentials"], user.account)

    # --- Policies of the organization

    def attach(self, kind, target, statements, alone):
        """Attaches a new policy; alone: in the place of the one that allows everything. Returns how
        to undo it."""
        org, target = self.of("management", "organizations"), self.names[target]
        made = org.create_policy(Name=self.name("o"), Description="d", Type=kind,
                                 Content=self.text(statements))["Policy"]["PolicySummary"]
        self.names["rcp" if kind.startswith("RES") else "scp"] = made["Arn"]
        org.attach_policy(PolicyId=made["Id"], TargetId=target)
        if alone:
            org.detach_policy(PolicyId=FULL[kind], TargetId=target)

        def undo():
            if alone:
                org.attach_policy(PolicyId=FULL[kind], TargetId=target)
            org.detach_policy(PolicyId=made["Id"], TargetId=target)
            org.delete_policy(PolicyId=made["Id"])
        return undo

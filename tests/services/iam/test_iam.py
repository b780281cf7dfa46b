#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""IAM as boto3 sees it under LD_PRELOAD, permissions enforced, with two accounts. Runs itself again
inside the sandbox."""
import json
import sys
import time

from iam_world import A, B, World, allow, document, totp, trust
from sandbox import Sandbox, Tap


def outside():
    with Sandbox() as box:
        done = box.run([sys.executable, __file__, "inside"],
                       env={"PYTHONPATH": ":".join(p for p in sys.path if p),
                            "AWSINTERCEPT_IAM": "enforce"})
        print(done.stdout, end="")
        for line in done.stderr.split("\n")[-20:]:
            print("# " + line)
        sys.exit(done.returncode)


def roles(w, iam):
    tap = w.tap
    alice = iam.create_user(UserName="alice")["User"]
    made = iam.create_role(RoleName="Deploy", Path="/ci/", Description="d", MaxSessionDuration=7200,
                           AssumeRolePolicyDocument=trust({"AWS": alice["Arn"]}),
                           Tags=[{"Key": "team", "Value": "x"}])["Role"]
    tap.check(made["RoleId"].startswith("AROA") and len(made["RoleId"]) == 21, "a role's id", made)
    tap.equal(made["Arn"], "arn:aws:iam::%s:role/ci/Deploy" % A, "a role's ARN")
    got = iam.get_role(RoleName="Deploy")["Role"]
    tap.equal((got["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"],
               got["MaxSessionDuration"], got["Description"], got["Tags"]),
              (alice["Arn"], 7200, "d", [{"Key": "team", "Value": "x"}]), "a role comes back")
    w.refused("EntityAlreadyExists", "Role with name DEPLOY already exists.", iam.create_role,
              RoleName="DEPLOY", AssumeRolePolicyDocument=trust({"AWS": A}))
    w.refused("NoSuchEntity", "The role with name none cannot be found.", iam.get_role,
              RoleName="none")
    for who in ("user/nobody", "role/nobody"):
        w.refused("MalformedPolicyDocument",
                  'Invalid principal in policy: "AWS":"arn:aws:iam::%s:%s"' % (A, who),
                  iam.create_role, RoleName="x",
                  AssumeRolePolicyDocument=trust({"AWS": "arn:aws:iam::%s:%s" % (A, who)}))
    w.refused("MalformedPolicyDocument", "", iam.create_role, RoleName="x",
              AssumeRolePolicyDocument="{")
    w.refused("MalformedPolicyDocument", "Has prohibited field Resource", iam.create_role,
              RoleName="x", AssumeRolePolicyDocument=trust({"AWS": A}, Resource="*"))
    w.refused("ValidationError", "roleName", iam.create_role, RoleName="bad name",
              AssumeRolePolicyDocument=trust({"AWS": A}))
    iam.update_role(RoleName="Deploy", Description="e", MaxSessionDuration=3600)
    tap.equal(iam.get_role(RoleName="Deploy")["Role"]["Description"], "e", "UpdateRole")
    iam.delete_user(UserName="alice")
    shown = iam.get_role(RoleName="Deploy")["Role"]["AssumeRolePolicyDocument"]
    tap.equal(shown["Statement"][0]["Principal"]["AWS"], alice["UserId"],
              "4.7: a deleted principal is its bare id")
    again = iam.create_user(UserName="alice")["User"]
    tap.check(again["UserId"] != alice["UserId"], "a new alice is another one")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=allow("sts:AssumeRole"))
    sts = w.client("sts", key)
    w.refused("AccessDenied", "sts:AssumeRole", sts.assume_role, RoleArn=made["Arn"],
              RoleSessionName="s1")
    iam.update_assume_role_policy(RoleName="Deploy",
                                  PolicyDocument=trust({"AWS": again["Arn"]}))
    keys = sts.assume_role(RoleArn=made["Arn"], RoleSessionName="s1")["Credentials"]
    tap.equal(w.client("sts", keys).get_caller_identity()["Arn"],
              "arn:aws:sts::%s:assumed-role/Deploy/s1" % A, "the new one is trusted when named")
    iam.delete_role(RoleName="Deploy")
    w.refused("InvalidClientTokenId", "", w.client("sts", keys).get_caller_identity)


def policies(w, iam):
    tap = w.tap
    iam.create_role(RoleName="r1", AssumeRolePolicyDocument=trust({"AWS": A}))
    arn = iam.create_policy(PolicyName="P1", Path="/a/", PolicyDocument=allow("s3:*"),
                            Description="x")["Policy"]["Arn"]
    tap.equal(arn, "arn:aws:iam::%s:policy/a/P1" % A, "a policy's ARN")
    w.refused("EntityAlreadyExists", "A policy called p1 already exists.", iam.create_policy,
              PolicyName="p1", PolicyDocument=allow("s3:*"))
    w.refused("MalformedPolicyDocument", "", iam.create_policy, PolicyName="p2",
              PolicyDocument=document({"Effect": "Allow", "Action": "s3:*"}))
    w.refused("LimitExceeded", "PolicySize: 6144", iam.create_policy, PolicyName="p2",
              PolicyDocument=allow(["s3:Get%04d" % i for i in range(700)]))
    iam.attach_role_policy(RoleName="r1", PolicyArn=arn)
    iam.attach_role_policy(RoleName="r1", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.put_role_permissions_boundary(RoleName="r1", PermissionsBoundary=arn)
    tap.equal([p["PolicyName"] for p in
               iam.list_attached_role_policies(RoleName="r1")["AttachedPolicies"]],
              ["P1", "ReadOnlyAccess"], "attached policies")
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    tap.equal((policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"],
               policy["Description"]), (1, 1, "x"), "GetPolicy counts")
    tap.equal(iam.list_entities_for_policy(PolicyArn=arn, PolicyUsageFilter="PermissionsPolicy")
              ["PolicyRoles"][0]["RoleName"], "r1", "ListEntitiesForPolicy")
    for number in range(2, 6):
        version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("s3:Get*"),
                                            SetAsDefault=number == 5)["PolicyVersion"]
        tap.equal((version["VersionId"], version["IsDefaultVersion"]),
                  ("v%d" % number, number == 5), "version %d" % number)
    w.refused("LimitExceeded", "up to 5 versions", iam.create_policy_version, PolicyArn=arn,
              PolicyDocument=allow("s3:Get*"))
    w.refused("DeleteConflict", "default version", iam.delete_policy_version, PolicyArn=arn,
              VersionId="v5")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    w.refused("NoSuchEntity", "version v1", iam.get_policy_version, PolicyArn=arn, VersionId="v1")
    tap.equal(iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"],
              json.loads(allow("s3:Get*")), "a version's document")
    w.refused("DeleteConflict", "attached to entities", iam.delete_policy, PolicyArn=arn)
    w.refused("DeleteConflict", "must detach all policies first", iam.delete_role, RoleName="r1")
    iam.detach_role_policy(RoleName="r1", PolicyArn=arn)
    iam.delete_role_permissions_boundary(RoleName="r1")
    w.refused("DeleteConflict", "more than one version", iam.delete_policy, PolicyArn=arn)
    for number in (2, 3, 4):
        iam.delete_policy_version(PolicyArn=arn, VersionId="v%d" % number)
    iam.delete_policy(PolicyArn=arn)
    w.refused("NoSuchEntity", "was not found", iam.get_policy, PolicyArn=arn)
    w.refused("NoSuchEntity", "does not exist or is not attachable", iam.attach_role_policy,
              RoleName="r1", PolicyArn=arn)
    w.refused("AccessDenied", "outside your own account", iam.delete_policy,
              PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    aws = [p["Arn"] for page in iam.get_paginator("list_policies").paginate(
        Scope="AWS", PaginationConfig={"PageSize": 7}) for p in page["Policies"]]
    tap.check(len(aws) == len(set(aws)) and len(aws) > 50, "AWS's policies by pages", len(aws))
    for name in ("job-function/ViewOnlyAccess", "PowerUserAccess", "SecurityAudit",
                 "job-function/Billing", "service-role/AWSLambdaBasicExecutionRole"):
        tap.check("arn:aws:iam::aws:policy/" + name in aws, "AWS offers " + name)
    for one in aws:
        got = iam.get_policy_version(PolicyArn=one, VersionId="v1")["PolicyVersion"]["Document"]
        bad = w.error(iam.create_policy, PolicyName="try", PolicyDocument=json.dumps(got))
        if bad[0] == "done":
            iam.delete_policy(PolicyArn="arn:aws:iam::%s:policy/try" % A)
        elif bad[0] != "LimitExceeded":
            tap.check(False, "a valid document: " + one, bad)
    iam.put_role_policy(RoleName="r1", PolicyName="in", PolicyDocument=allow("s3:*"))
    tap.equal(iam.list_role_policies(RoleName="r1")["PolicyNames"], ["in"], "inline policies")
    w.refused("NoSuchEntity", "The role policy with name no cannot be found.",
              iam.get_role_policy, RoleName="r1", PolicyName="no")
    w.refused("LimitExceeded", "10240", iam.put_role_policy, RoleName="r1", PolicyName="long",
              PolicyDocument=allow(["s3:Get%04d" % i for i in range(1000)]))


def users(w, iam):
    tap = w.tap
    for name in ("Carol", "bob", "Dave"):
        iam.create_user(UserName=name, Path="/eng/")
    tap.equal([u["UserName"] for page in iam.get_paginator("list_users").paginate(
        PathPrefix="/eng/", PaginationConfig={"PageSize": 2}) for u in page["Users"]],
        ["bob", "Carol", "Dave"], "users by pages, in order of names")
    iam.create_group(GroupName="devs")
    iam.add_user_to_group(GroupName="devs", UserName="bob")
    iam.put_group_policy(GroupName="devs", PolicyName="g", PolicyDocument=allow("iam:GetUser"))
    first = iam.create_access_key(UserName="bob")["AccessKey"]
    iam.create_access_key(UserName="bob")
    w.refused("LimitExceeded", "AccessKeysPerUser: 2", iam.create_access_key, UserName="bob")
    bob = w.client("iam", first)
    tap.equal(bob.get_user()["User"]["UserName"], "bob", "bob is allowed by his group")
    w.refused("AccessDenied", "is not authorized to perform: iam:CreateUser on resource: "
              "arn:aws:iam::%s:user/eve because no identity-based policy" % A, bob.create_user,
              UserName="eve")
    w.refused("SignatureDoesNotMatch", "", w.client(
        "iam", {"AccessKeyId": first["AccessKeyId"], "SecretAccessKey": "wrong"}).get_user)
    iam.update_group(GroupName="devs", NewGroupName="engineers")
    iam.update_user(UserName="bob", NewUserName="robert", NewPath="/ops/")
    tap.equal(bob.get_user()["User"]["Arn"], "arn:aws:iam::%s:user/ops/robert" % A,
              "a renamed user keeps keys and groups")
    tap.equal([u["UserName"] for u in iam.get_group(GroupName="engineers")["Users"]], ["robert"],
              "a renamed group keeps its members")
    iam.update_access_key(UserName="robert", AccessKeyId=first["AccessKeyId"], Status="Inactive")
    w.refused("InvalidClientTokenId", "", bob.get_user)
    w.refused("DeleteConflict", "remove users from group", iam.delete_group,
              GroupName="engineers")
    w.refused("DeleteConflict", "must remove users from group first", iam.delete_user,
              UserName="robert")
    iam.remove_user_from_group(GroupName="engineers", UserName="robert")
    w.refused("DeleteConflict", "must delete access keys first", iam.delete_user,
              UserName="robert")
    for key in iam.list_access_keys(UserName="robert")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="robert", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="robert")
    w.refused("NoSuchEntity", "", iam.get_user, UserName="robert")
    w.refused("PasswordPolicyViolation", "minimum length of 8", iam.create_login_profile,
              UserName="Dave", Password="short")
    iam.create_login_profile(UserName="Dave", Password="long enough 1", PasswordResetRequired=True)
    iam.put_user_policy(UserName="Dave", PolicyName="p", PolicyDocument=allow("iam:ChangePassword"))
    dave = w.client("iam", iam.create_access_key(UserName="Dave")["AccessKey"])
    w.refused("AccessDenied", "old password", dave.change_password, OldPassword="other thing",
              NewPassword="another one 2")
    dave.change_password(OldPassword="long enough 1", NewPassword="another one 2")
    tap.equal(iam.get_login_profile(UserName="Dave")["LoginProfile"]["PasswordResetRequired"],
              False, "ChangePassword")


def mfa(w, iam):
    tap = w.tap
    iam.create_user(UserName="mia")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    serial, seed = device["SerialNumber"], device["Base32StringSeed"]
    tap.equal(serial, "arn:aws:iam::%s:mfa/phone" % A, "a device's serial number")
    tap.check(device["QRCodePNG"].startswith(b"\x89PNG"), "a picture")
    now = int(time.time()) // 30
    w.refused("InvalidAuthenticationCode", "", iam.enable_mfa_device, UserName="mia",
              SerialNumber=serial, AuthenticationCode1=totp(seed, now),
              AuthenticationCode2=totp(seed, now + 7))
    iam.enable_mfa_device(UserName="mia", SerialNumber=serial,
                          AuthenticationCode1=totp(seed, now - 2),
                          AuthenticationCode2=totp(seed, now - 1))
    tap.equal([d["SerialNumber"] for d in iam.list_mfa_devices(UserName="mia")["MFADevices"]],
              [serial], "the user has the device")
    w.refused("DeleteConflict", "", iam.delete_virtual_mfa_device, SerialNumber=serial)
    role = iam.create_role(RoleName="careful", AssumeRolePolicyDocument=trust(
        {"AWS": "arn:aws:iam::%s:user/mia" % A},
        Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))["Role"]["Arn"]
    sts = w.client("sts", iam.create_access_key(UserName="mia")["AccessKey"])
    ask = {"RoleArn": role, "RoleSessionName": "abc"}
    w.refused("AccessDenied", "sts:AssumeRole", sts.assume_role, **ask)
    code = totp(seed, int(time.time()) // 30)
    wrong = "%06d" % ((int(code) + 1) % 1000000)
    w.refused("AccessDenied", "invalid MFA one time pass code", sts.assume_role,
              SerialNumber=serial, TokenCode=wrong, **ask)
    w.refused("AccessDenied", "unable to validate MFA code", sts.assume_role,
              SerialNumber=serial + "x", TokenCode=code, **ask)
    sts.assume_role(SerialNumber=serial, TokenCode=code, **ask)
    w.refused("AccessDenied", "invalid MFA one time pass code", sts.assume_role,
              SerialNumber=serial, TokenCode=code, **ask)
    iam.deactivate_mfa_device(UserName="mia", SerialNumber=serial)
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    tap.equal(iam.list_virtual_mfa_devices()["VirtualMFADevices"], [], "no devices are left")


def boundaries(w, iam):
    """Who may make roles only under a boundary, as landing zones delegate it."""
    tap = w.tap
    limit = iam.create_policy(PolicyName="Limit", PolicyDocument=allow("iam:Get*"))["Policy"]["Arn"]
    iam.create_user(UserName="builder", Tags=[{"Key": "team", "Value": "blue"}])
    iam.put_user_policy(UserName="builder", PolicyName="p", PolicyDocument=document(
        {"Effect": "Allow", "Action": ["iam:CreateRole", "iam:AttachRolePolicy"], "Resource": "*",
         "Condition": {"StringEquals": {"iam:PermissionsBoundary": limit}}},
        {"Effect": "Allow", "Action": "iam:TagRole", "Resource": "*",
         "Condition": {"StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"}}},
        {"Effect": "Deny", "Action": "iam:AttachRolePolicy", "Resource": "*",
         "Condition": {"ArnEquals": {
             "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}}}))
    builder = w.client("iam", iam.create_access_key(UserName="builder")["AccessKey"])
    w.refused("AccessDenied", "iam:CreateRole", builder.create_role, RoleName="free",
              AssumeRolePolicyDocument=trust({"AWS": A}))
    w.refused("AccessDenied", "iam:TagRole", builder.create_role, RoleName="bound",
              AssumeRolePolicyDocument=trust({"AWS": A}), PermissionsBoundary=limit,
              Tags=[{"Key": "team", "Value": "red"}])
    builder.create_role(RoleName="bound", AssumeRolePolicyDocument=trust({"AWS": A}),
                        PermissionsBoundary=limit, Tags=[{"Key": "team", "Value": "blue"}])
    builder.attach_role_policy(RoleName="bound", PolicyArn="arn:aws:iam::aws:policy/IAMFullAccess")
    w.refused("AccessDenied", "explicit deny", builder.attach_role_policy, RoleName="bound",
              PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    keys = w.client("sts", A).assume_role(
        RoleArn="arn:aws:iam::%s:role/bound" % A, RoleSessionName="abc")["Credentials"]
    bound = w.client("iam", keys)
    tap.equal(bound.get_role(RoleName="bound")["Role"]["RoleName"], "bound", "inside the boundary")
    w.refused("AccessDenied", "permissions boundary", bound.list_roles)


def accounts(w, iam):
    """Nothing of A is seen from B, and a role across accounts needs both sides."""
    tap = w.tap
    other = w.client("iam", B)
    w.refused("NoSuchEntity", "", other.get_role, RoleName="r1")
    tap.equal(other.list_users()["Users"], [], "B has no users")
    carl = other.create_user(UserName="carl")["User"]
    key = other.create_access_key(UserName="carl")["AccessKey"]
    arn = iam.create_role(RoleName="shared", AssumeRolePolicyDocument=trust(
        {"AWS": carl["Arn"]}, Condition={"StringEquals": {"sts:ExternalId": "x1"}}))["Role"]["Arn"]
    iam.put_role_policy(RoleName="shared", PolicyName="p", PolicyDocument=allow("iam:ListRoles"))
    sts = w.client("sts", key)
    w.refused("AccessDenied", "", sts.assume_role, RoleArn=arn, RoleSessionName="abc",
              ExternalId="x1")
    other.put_user_policy(UserName="carl", PolicyName="p",
                          PolicyDocument=allow("sts:AssumeRole", arn))
    w.refused("AccessDenied", "", sts.assume_role, RoleArn=arn, RoleSessionName="abc")
    keys = sts.assume_role(RoleArn=arn, RoleSessionName="abc", ExternalId="x1")["Credentials"]
    inside = w.client("iam", keys)
    tap.check("shared" in [r["RoleName"] for r in inside.list_roles()["Roles"]],
              "carl sees A's roles as the role")
    w.refused("AccessDenied", "", inside.list_users)
    iam.create_account_alias(AccountAlias="first")
    w.refused("EntityAlreadyExists", "", other.create_account_alias, AccountAlias="first")
    tap.equal(iam.list_account_aliases()["AccountAliases"], ["first"], "the alias")


def providers(w, iam):
    tap = w.tap
    arn = iam.create_open_id_connect_provider(
        Url="https://token.actions.example.com/", ClientIDList=["sts.amazonaws.com"],
        ThumbprintList=["a" * 40])["OpenIDConnectProviderArn"]
    tap.equal(arn, "arn:aws:iam::%s:oidc-provider/token.actions.example.com" % A, "OIDC ARN")
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="two")
    got = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    tap.equal((got["Url"], got["ClientIDList"]),
              ("token.actions.example.com", ["sts.amazonaws.com", "two"]), "OIDC provider")
    w.refused("EntityAlreadyExists", "", iam.create_open_id_connect_provider,
              Url="https://token.actions.example.com")
    w.refused("InvalidInput", "Thumbprint list", iam.update_open_id_connect_provider_thumbprint,
              OpenIDConnectProviderArn=arn, ThumbprintList=["%040d" % i for i in range(6)])
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    tap.equal(iam.list_open_id_connect_providers()["OpenIDConnectProviderList"], [], "no more")
    role = iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")["Role"]
    tap.equal(role["Arn"], "arn:aws:iam::%s:role/aws-service-role/ecs.amazonaws.com/"
              "AWSServiceRoleForECS" % A, "a service-linked role")
    w.refused("UnmodifiableEntity", "", iam.delete_role, RoleName=role["RoleName"])
    task = iam.delete_service_linked_role(RoleName=role["RoleName"])["DeletionTaskId"]
    tap.equal(iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"],
              "SUCCEEDED", "and it is gone")
    iam.create_instance_profile(InstanceProfileName="ip")
    iam.add_role_to_instance_profile(InstanceProfileName="ip", RoleName="r1")
    w.refused("LimitExceeded", "InstanceSessionsPerInstanceProfile: 1",
              iam.add_role_to_instance_profile, InstanceProfileName="ip", RoleName="shared")
    tap.equal([r["RoleName"] for r in iam.get_instance_profile(InstanceProfileName="ip")
               ["InstanceProfile"]["Roles"]], ["r1"], "an instance profile's role")
    w.refused("DeleteConflict", "remove roles from instance profile", iam.delete_role,
              RoleName="r1")
    iam.remove_role_from_instance_profile(InstanceProfileName="ip", RoleName="r1")
    iam.delete_instance_profile(InstanceProfileName="ip")


def simulation(w, iam):
    tap = w.tap

    def decisions(answer):
        return [(r["EvalActionName"], r["EvalDecision"]) for r in answer["EvaluationResults"]]

    got = iam.simulate_custom_policy(
        PolicyInputList=[allow("s3:Get*"), document(
            {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::secret/*"})],
        ActionNames=["s3:GetObject", "s3:PutObject"], ResourceArns=["arn:aws:s3:::secret/k"])
    tap.equal(decisions(got), [("s3:GetObject", "explicitDeny"), ("s3:PutObject", "implicitDeny")],
              "SimulateCustomPolicy")
    tap.equal(got["EvaluationResults"][0]["MatchedStatements"][0]["SourcePolicyId"],
              "PolicyInputList.2", "the statement that denied")
    got = iam.simulate_principal_policy(PolicySourceArn="arn:aws:iam::%s:role/bound" % A,
                                        ActionNames=["iam:GetRole", "iam:DeleteRole"])
    tap.equal(decisions(got), [("iam:GetRole", "allowed"), ("iam:DeleteRole", "implicitDeny")],
              "SimulatePrincipalPolicy sees the boundary")
    tap.equal(got["EvaluationResults"][1]["PermissionsBoundaryDecisionDetail"],
              {"AllowedByPermissionsBoundary": False}, "and says so")
    tap.equal(iam.get_context_keys_for_principal_policy(
        PolicySourceArn="arn:aws:iam::%s:user/builder" % A)["ContextKeyNames"],
        ["iam:PermissionsBoundary", "aws:RequestTag/team", "aws:PrincipalTag/team",
         "iam:PolicyARN"], "context keys")


def details(w, iam):
    tap = w.tap
    got = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    for page in iam.get_paginator("get_account_authorization_details").paginate(
            PaginationConfig={"PageSize": 3}):
        for kind in got:
            got[kind] += page[kind]
    tap.equal([u["UserName"] for u in got["UserDetailList"]],
              [u["UserName"] for u in iam.list_users()["Users"]], "details of every user, by pages")
    tap.equal([r["RoleName"] for r in got["RoleDetailList"]],
              [r["RoleName"] for r in iam.list_roles()["Roles"]], "and of every role")
    bound = [r for r in got["RoleDetailList"] if r["RoleName"] == "bound"][0]
    tap.equal(([p["PolicyName"] for p in bound["AttachedManagedPolicies"]],
               bound["PermissionsBoundary"]["PermissionsBoundaryArn"]),
              (["IAMFullAccess"], "arn:aws:iam::%s:policy/Limit" % A), "what a role has")
    tap.equal([p["PolicyName"] for p in got["Policies"]],
              ["Limit", "IAMFullAccess", "ReadOnlyAccess"], "policies that are in use")
    only = iam.get_account_authorization_details(Filter=["Group"])
    tap.equal((only["RoleDetailList"], len(only["GroupDetailList"])), ([], 1), "filtered")


def main():
    tap = Tap()
    w = World(tap)
    iam = w.client("iam", A)
    for part in (roles, policies, users, mfa, boundaries, accounts, providers, simulation,
                 details):
        part(w, iam)
    tap.end()


if __name__ == "__main__":
    main() if sys.argv[1:] == ["inside"] else outside()

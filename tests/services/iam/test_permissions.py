#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What operations of IAM need permission for: resources that are named otherwise than by name, two
of them where something is renamed, condition keys; and what a root user's task may do. Permissions
enforced."""
from iam_world import A, World, document, trust
from keys import Maker
from sandbox import Tap
from twoaccounts import start


def user_arn(name, path="/"):
    return "arn:aws:iam::%s:user%s%s" % (A, path, name)


class Caller:
    """A user with one policy, which is replaced by each test."""

    def __init__(self, w, name):
        self.w, self.admin, self.name = w, w.client("iam", A), name
        self.admin.create_user(UserName=name)
        self.key = self.admin.create_access_key(UserName=name)["AccessKey"]
        self.iam = w.client("iam", self.key)

    def may(self, *statements):
        self.admin.put_user_policy(UserName=self.name, PolicyName="p",
                                   PolicyDocument=document(*statements))

    def tries(self, name, wanted, call, **args):
        got = self.w.error(call, **args)[0]
        self.w.tap.equal(got, wanted, name)


def statement(action, resource="*", **condition):
    made = {"Effect": "Allow", "Action": action, "Resource": resource}
    return dict(made, Condition=condition) if condition else made


def resources(w, caller, make):
    me = user_arn(caller.name)
    caller.may(statement(["iam:GenerateServiceLastAccessedDetails", "iam:GetAccessKeyLastUsed",
                          "iam:ListPoliciesGrantingServiceAccess"], me))
    iam, admin = caller.iam, caller.admin
    other = admin.create_access_key(UserName="target")["AccessKey"]["AccessKeyId"]
    caller.tries("a report on itself", "done", iam.generate_service_last_accessed_details, Arn=me)
    caller.tries("a report on another", "AccessDenied",
                 iam.generate_service_last_accessed_details, Arn=user_arn("target"))
    caller.tries("its policies", "done", iam.list_policies_granting_service_access, Arn=me,
                 ServiceNamespaces=["s3"])
    caller.tries("another's policies", "AccessDenied", iam.list_policies_granting_service_access,
                 Arn=user_arn("target"), ServiceNamespaces=["s3"])
    caller.tries("its key", "done", iam.get_access_key_last_used,
                 AccessKeyId=caller.key["AccessKeyId"])
    caller.tries("another's key", "AccessDenied", iam.get_access_key_last_used, AccessKeyId=other)


def renaming(w, caller, make):
    caller.may(statement("iam:UpdateUser", [user_arn("*", "/dev/"), user_arn("target")]))
    call = caller.iam.update_user
    caller.tries("a user into a path that is not allowed", "AccessDenied", call,
                 UserName="target", NewPath="/ops/")
    caller.tries("a user into one that is", "done", call, UserName="target", NewPath="/dev/")
    caller.tries("out of it again", "AccessDenied", call, UserName="target", NewPath="/ops/")
    caller.tries("under another name there", "done", call, UserName="target", NewUserName="aim")
    caller.admin.update_user(UserName="aim", NewUserName="target", NewPath="/")


def conditions(w, caller, make):
    iam = caller.iam
    caller.may(statement("iam:CreateServiceSpecificCredential", StringEquals={
        "iam:ServiceSpecificCredentialServiceName": "bedrock.amazonaws.com"},
        NumericLessThanEquals={"iam:ServiceSpecificCredentialAgeDays": "30"}))
    for service, days, wanted in (("bedrock.amazonaws.com", 30, "done"),
                                  ("bedrock.amazonaws.com", 31, "AccessDenied"),
                                  ("logs.amazonaws.com", 30, "AccessDenied")):
        caller.tries("a key of %s for %d days" % (service, days), wanted,
                     iam.create_service_specific_credential, UserName="target",
                     ServiceName=service, CredentialAgeDays=days)
    body, key = make.certificate("c")
    caller.may(statement(["iam:UploadServerCertificate", "iam:TagServerCertificate"],
                         StringEquals={"aws:RequestTag/team": "web"},
                         **{"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}))
    for tags, wanted in (([], "AccessDenied"), ([("team", "web")], "done"),
                         ([("team", "web"), ("x", "y")], "AccessDenied")):
        caller.tries("a certificate with tags %s" % tags, wanted, iam.upload_server_certificate,
                     ServerCertificateName="c%d" % len(tags), CertificateBody=body,
                     PrivateKey=key, Tags=[{"Key": k, "Value": v} for k, v in tags])
    caller.may(statement("iam:DeleteServerCertificate",
                         StringEquals={"aws:ResourceTag/team": "api"}))
    caller.tries("one with another tag", "AccessDenied", iam.delete_server_certificate,
                 ServerCertificateName="c1")
    caller.admin.tag_server_certificate(ServerCertificateName="c1",
                                        Tags=[{"Key": "team", "Value": "api"}])
    caller.tries("one with the right tag", "done", iam.delete_server_certificate,
                 ServerCertificateName="c1")
    caller.may(statement("iam:CreateServiceLinkedRole",
                         StringEquals={"iam:AWSServiceName": "ecs.amazonaws.com"}))
    caller.tries("another service's role", "AccessDenied", iam.create_service_linked_role,
                 AWSServiceName="rds.amazonaws.com")
    caller.tries("a service's role", "done", iam.create_service_linked_role,
                 AWSServiceName="ecs.amazonaws.com")
    caller.admin.create_role(RoleName="app", AssumeRolePolicyDocument=trust(
        {"Service": "ec2.amazonaws.com"}))
    caller.admin.create_instance_profile(InstanceProfileName="app")
    for service, wanted in (("lambda.amazonaws.com", "AccessDenied"),
                            ("ec2.amazonaws.com", "done")):
        caller.may(statement("iam:AddRoleToInstanceProfile"), statement(
            "iam:PassRole", StringEquals={"iam:PassedToService": service}))
        caller.tries("a role may be passed to " + service, wanted,
                     iam.add_role_to_instance_profile, InstanceProfileName="app", RoleName="app")
    aws = "arn:aws:iam::aws:policy/"
    caller.may(statement("iam:AttachRolePolicy",
                         ArnLike={"iam:PolicyARN": aws + "*ReadOnlyAccess"}))
    for name, wanted in (("ReadOnlyAccess", "done"), ("AdministratorAccess", "AccessDenied")):
        caller.tries("attaching " + name, wanted, iam.attach_role_policy, RoleName="app",
                     PolicyArn=aws + name)
    caller.may(statement("iam:CreateRole", StringEquals={
        "iam:PermissionsBoundary": aws + "PowerUserAccess"}))
    for name, wanted in (("PowerUserAccess", "done"), ("AdministratorAccess", "AccessDenied")):
        caller.tries("a role bounded by " + name, wanted, iam.create_role, RoleName="b",
                     AssumeRolePolicyDocument=trust({"AWS": A}), PermissionsBoundary=aws + name)


def organization(w, caller, make):
    org = w.client("organizations", A)
    here = org.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    root = org.list_roots()["Roots"][0]["Id"]
    path = here + "/" + root
    caller.may(statement("iam:GenerateOrganizationsAccessReport",
                         "arn:aws:iam::%s:access-report/%s" % (A, path),
                         StringEquals={"iam:OrganizationsPolicyId": "p-FullAWSAccess"}))
    call = caller.iam.generate_organizations_access_report
    caller.tries("a report on a policy", "done", call, EntityPath=path,
                 OrganizationsPolicyId="p-FullAWSAccess")
    caller.tries("one on all policies", "AccessDenied", call, EntityPath=path)
    caller.tries("one on an account", "AccessDenied", call, EntityPath=path + "/" + A,
                 OrganizationsPolicyId="p-FullAWSAccess")


def root_tasks(w, caller, make):
    """The password of a member account's root user, by sessions of sts:AssumeRoot."""
    tap = w.tap
    org, admin = w.client("organizations", A), caller.admin
    org.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    admin.enable_organizations_root_credentials_management()
    status = org.create_account(AccountName="m", Email="m@example.com")["CreateAccountStatus"]
    member = org.describe_create_account_status(
        CreateAccountRequestId=status["Id"])["CreateAccountStatus"]["AccountId"]
    caller.may(statement("sts:AssumeRoot"))

    def session(task):
        got = w.client("sts", caller.key).assume_root(
            TargetPrincipal=member, TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/" + task})
        return w.client("iam", got["Credentials"])

    audit = session("IAMAuditRootUserCredentials")
    caller.tries("an account that was made has no password", "NoSuchEntity",
                 audit.get_login_profile)
    tap.equal(audit.get_account_summary()["SummaryMap"]["AccountPasswordPresent"], 0, "none")
    tap.equal((audit.list_access_keys()["AccessKeyMetadata"],
               audit.list_mfa_devices()["MFADevices"],
               audit.list_signing_certificates()["Certificates"]), ([], [], []),
              "the root user's credentials")
    caller.tries("an audit makes nothing", "AccessDenied", audit.create_login_profile)
    make_one = session("IAMCreateRootUserPassword")
    tap.equal(make_one.create_login_profile()["LoginProfile"]["UserName"], "root", "a password")
    caller.tries("only one", "EntityAlreadyExists", make_one.create_login_profile)
    tap.equal(audit.get_account_summary()["SummaryMap"]["AccountPasswordPresent"], 1, "it is there")
    caller.tries("it is not this task's to delete", "AccessDenied", make_one.delete_login_profile)
    drop = session("IAMDeleteRootUserCredentials")
    caller.tries("deleted", "done", drop.delete_login_profile)
    caller.tries("gone", "NoSuchEntity", drop.delete_login_profile)
    tap.equal(admin.get_account_summary()["SummaryMap"]["AccountPasswordPresent"], 1,
              "the management account keeps its own")


def main():
    tap = Tap()
    w = World(tap)
    make = Maker()
    try:
        caller = Caller(w, "caller")
        caller.admin.create_user(UserName="target")
        for test in (resources, renaming, conditions, organization, root_tasks):
            test(w, caller, make)
    finally:
        make.close()
    tap.end()


start(__file__, main, env={"AWSINTERCEPT_IAM": "enforce"})

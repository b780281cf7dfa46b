#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""When keys and roles were last used, told by real calls, and the reports on it. Permissions enforced, two accounts."""
import csv
import datetime
import io

from iam_world import A, B, World, allow, document, trust
from sandbox import Tap
from twoaccounts import client, start


def keys(w):
    tap = w.tap
    iam = w.client("iam", A)
    iam.create_user(UserName="worker")
    one, two = (iam.create_access_key(UserName="worker")["AccessKey"] for _ in range(2))

    def used(key):
        got = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
        tap.equal(got["UserName"], "worker", "whose key")
        last = got["AccessKeyLastUsed"]
        return last["ServiceName"], last["Region"], last.get("LastUsedDate")

    tap.equal(used(one), ("N/A", "N/A", None), "a key that was never used")
    w.client("sts", one).get_caller_identity()
    service, region, first = used(one)
    tap.equal((service, region), ("sts", "us-east-1"), "the service and the region")
    now = datetime.datetime.now(datetime.timezone.utc)
    tap.check(abs((now - first).total_seconds()) < 300, "the time", first)
    tap.equal(used(two), ("N/A", "N/A", None), "the user's other key was not")
    w.refused("AccessDeniedException", "", client("dynamodb", one["AccessKeyId"],
                                                  region="eu-west-1",
                                                  secret=one["SecretAccessKey"]).list_tables)
    tap.equal(used(one)[:2], ("dynamodb", "eu-west-1"), "a call that was refused counts")
    forged = dict(one, SecretAccessKey="x" * 40)
    w.refused("SignatureDoesNotMatch", "", w.client("iam", forged).list_users)
    tap.equal(used(one)[0], "dynamodb", "one with a wrong signature does not")
    w.refused("NoSuchEntity", "", w.client("iam", B).get_access_key_last_used,
              AccessKeyId=one["AccessKeyId"])
    root = iam.create_access_key()["AccessKey"]
    w.client("iam", root).list_roles()
    last = iam.get_access_key_last_used(AccessKeyId=root["AccessKeyId"])["AccessKeyLastUsed"]
    tap.equal(last["ServiceName"], "iam", "the root user's key")
    iam.delete_access_key(AccessKeyId=root["AccessKeyId"])


def roles(w):
    tap = w.tap
    iam = w.client("iam", A)
    arn = iam.create_role(RoleName="runner", AssumeRolePolicyDocument=trust({"AWS": A}))
    arn = arn["Role"]["Arn"]
    tap.equal(iam.get_role(RoleName="runner")["Role"]["RoleLastUsed"], {}, "a role never used")
    iam.put_user_policy(UserName="worker", PolicyName="p", PolicyDocument=allow("sts:AssumeRole"))
    key = iam.create_access_key
    worker = iam.list_access_keys(UserName="worker")["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.delete_access_key(UserName="worker", AccessKeyId=worker)
    session = w.client("sts", key(UserName="worker")["AccessKey"]).assume_role(
        RoleArn=arn, RoleSessionName="s1")["Credentials"]
    tap.equal(iam.get_role(RoleName="runner")["Role"]["RoleLastUsed"], {},
              "to be assumed is not to be used")
    w.refused("AccessDenied", "s3:ListAllMyBuckets",
              client("s3", session["AccessKeyId"], secret=session["SecretAccessKey"],
                     token=session["SessionToken"], region="eu-central-1").list_buckets)
    last = iam.get_role(RoleName="runner")["Role"]["RoleLastUsed"]
    tap.equal((last["Region"], "LastUsedDate" in last), ("eu-central-1", True),
              "its session was used")
    details = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    tap.equal([r["RoleLastUsed"].get("Region") for r in details if r["RoleName"] == "runner"],
              ["eu-central-1"], "in the details of the account too")
    iam.delete_role(RoleName="runner")
    iam.create_role(RoleName="runner", AssumeRolePolicyDocument=trust({"AWS": A}))
    tap.equal(iam.get_role(RoleName="runner")["Role"]["RoleLastUsed"], {},
              "a new role of that name was never used")


def credential_report(w):
    tap = w.tap
    iam, other = w.client("iam", A), w.client("iam", B)
    w.refused("ReportNotPresent", "", iam.get_credential_report)
    iam.create_user(UserName="clerk")
    iam.create_login_profile(UserName="clerk", Password="correct Horse 1")
    iam.update_account_password_policy(MaxPasswordAge=30)
    key = iam.create_access_key(UserName="clerk")["AccessKey"]
    w.client("sts", key).get_caller_identity()
    tap.equal([iam.generate_credential_report()["State"] for _ in range(2)],
              ["STARTED", "COMPLETE"], "asked for, and there")
    got = iam.get_credential_report()
    tap.equal(got["ReportFormat"], "text/csv", "its format")
    lines = list(csv.DictReader(io.StringIO(got["Content"].decode())))
    tap.equal(lines[0]["user"], "<root_account>", "the root user comes first")
    tap.equal((len(lines[0]), lines[0]["arn"]), (22, "arn:aws:iam::%s:root" % A), "all columns")
    clerk = [line for line in lines if line["user"] == "clerk"][0]
    tap.equal([clerk[k] for k in ("password_enabled", "password_last_used", "mfa_active",
                                  "access_key_1_active", "access_key_1_last_used_region",
                                  "access_key_1_last_used_service", "access_key_2_active",
                                  "access_key_2_last_rotated", "cert_1_active")],
              ["true", "no_information", "false", "true", "us-east-1", "sts", "false", "N/A",
               "false"], "what a user has")
    changed = datetime.datetime.fromisoformat(clerk["password_last_changed"])
    due = datetime.datetime.fromisoformat(clerk["password_next_rotation"])
    tap.equal((due - changed).days, 30, "when the password is due")
    worker = [line for line in lines if line["user"] == "worker"][0]
    tap.equal((worker["password_enabled"], worker["password_last_changed"]), ("false", "N/A"),
              "a user without a password")
    w.refused("ReportNotPresent", "", other.get_credential_report)
    w.refused("AccessDenied", "iam:GenerateCredentialReport",
              w.client("iam", key).generate_credential_report)


def last_accessed(w):
    tap = w.tap
    iam = w.client("iam", A)
    key = iam.create_access_key(UserName="clerk")["AccessKey"]
    iam.create_group(GroupName="clerks")
    iam.add_user_to_group(GroupName="clerks", UserName="clerk")
    iam.create_user(UserName="idle")
    iam.add_user_to_group(GroupName="clerks", UserName="idle")
    arn = iam.create_policy(PolicyName="Buckets", PolicyDocument=allow(["s3:List*", "sqs:*"]))
    arn = arn["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="clerks", PolicyArn=arn)
    iam.put_user_policy(UserName="clerk", PolicyName="own", PolicyDocument=allow("dynamodb:Get*"))
    client("s3", key["AccessKeyId"], secret=key["SecretAccessKey"],
           region="eu-west-1").list_buckets()

    def report(of, level="SERVICE_LEVEL"):
        job = iam.generate_service_last_accessed_details(Arn=of, Granularity=level)["JobId"]
        got = iam.get_service_last_accessed_details(JobId=job)
        tap.equal((got["JobStatus"], got["JobType"]), ("COMPLETED", level), "a job")
        return job, {s["ServiceNamespace"]: s for s in got["ServicesLastAccessed"]}

    user = "arn:aws:iam::%s:user/clerk" % A
    _, services = report(user)
    tap.equal(sorted(services), ["dynamodb", "s3", "sqs"], "what the policies are about")
    s3 = services["s3"]
    tap.equal((s3["ServiceName"], s3["LastAuthenticatedEntity"], s3["LastAuthenticatedRegion"],
               s3["TotalAuthenticatedEntities"]), ("Amazon S3", user, "eu-west-1", 1), "a service")
    tap.check("LastAuthenticated" not in services["sqs"] and
              services["sqs"]["TotalAuthenticatedEntities"] == 0, "one that was not used")
    tap.check("sts" not in services, "a service that no policy allows is not listed", services)
    _, services = report(user, "ACTION_LEVEL")
    tap.equal([a["ActionName"] for a in services["s3"]["TrackedActionsLastAccessed"]],
              ["ListAllMyBuckets"], "its actions")
    job, services = report("arn:aws:iam::%s:group/clerks" % A)
    tap.equal(sorted(services), ["s3", "sqs"], "a group's policies are its own")
    got = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="s3")
    tap.equal({e["EntityInfo"]["Name"]: "LastAuthenticated" in e
               for e in got["EntityDetailsList"]}, {"clerk": True, "idle": False}, "its members")
    job, services = report(arn)
    got = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="s3")
    tap.equal(sorted(e["EntityInfo"]["Arn"] for e in got["EntityDetailsList"]),
              [user, "arn:aws:iam::%s:user/idle" % A], "who has a policy by a group")
    w.refused("NoSuchEntity", "", iam.generate_service_last_accessed_details,
              Arn="arn:aws:iam::%s:user/nobody" % A)
    w.refused("InvalidInput", "", iam.generate_service_last_accessed_details,
              Arn="arn:aws:s3:::bucket/key")
    w.refused("NoSuchEntity", "Job with id", iam.get_service_last_accessed_details,
              JobId="0" * 36)
    w.refused("NoSuchEntity", "Job with id",
              w.client("iam", B).get_service_last_accessed_details, JobId=job)

    got = iam.list_policies_granting_service_access(Arn=user, ServiceNamespaces=["s3", "dynamodb",
                                                                                "iam"])
    granting = {e["ServiceNamespace"]: e["Policies"]
                for e in got["PoliciesGrantingServiceAccess"]}
    tap.equal(granting, {
        "s3": [{"PolicyName": "Buckets", "PolicyType": "MANAGED", "PolicyArn": arn}],
        "dynamodb": [{"PolicyName": "own", "PolicyType": "INLINE", "EntityType": "USER",
                      "EntityName": "clerk"}],
        "iam": []}, "which policies grant a service")


def organization(w):
    tap = w.tap
    iam, org = w.client("iam", A), w.client("organizations", A)
    here = org.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    root = org.list_roots()["Roots"][0]["Id"]
    unit = org.create_organizational_unit(ParentId=root, Name="u")["OrganizationalUnit"]["Id"]
    hand = org.invite_account_to_organization(Target={"Id": B, "Type": "ACCOUNT"})["Handshake"]
    w.client("organizations", B).accept_handshake(HandshakeId=hand["Id"])
    org.move_account(AccountId=B, SourceParentId=root, DestinationParentId=unit)
    w.client("iam", B).create_user(UserName="m")
    key = w.client("iam", B).create_access_key(UserName="m")["AccessKey"]
    path = "/".join([here, root, unit, B])
    org.disable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    w.refused("InvalidInput", "enabled", iam.generate_organizations_access_report, EntityPath=path)
    org.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    no_sqs = org.create_policy(Name="n", Description="d", Type="SERVICE_CONTROL_POLICY",
                               Content=document({"Effect": "Deny", "Action": "sqs:*",
                                                 "Resource": "*"}))["Policy"]["PolicySummary"]
    org.attach_policy(PolicyId=no_sqs["Id"], TargetId=unit)
    w.refused("AccessDeniedException", "", client("dynamodb", key["AccessKeyId"],
                                                  secret=key["SecretAccessKey"],
                                                  region="eu-west-2").list_tables)

    def report(entity, **more):
        job = iam.generate_organizations_access_report(EntityPath=entity, **more)["JobId"]
        return iam.get_organizations_access_report(
            JobId=job, MaxItems=1000, SortKey="LAST_AUTHENTICATED_TIME_DESCENDING")

    got = report(path)
    used = {d["ServiceNamespace"]: d for d in got["AccessDetails"] if "Region" in d}
    tap.equal((used["dynamodb"]["EntityPath"], used["dynamodb"]["Region"],
               used["dynamodb"]["TotalAuthenticatedEntities"]), (path, "eu-west-2", 1),
              "what was used in a member account")
    listed = [d["ServiceNamespace"] for d in got["AccessDetails"]]
    tap.check("sqs" not in listed and "s3" in listed, "what the SCPs leave", listed)
    tap.equal(got["NumberOfServicesAccessible"] - got["NumberOfServicesNotAccessed"], len(used),
              "how many")
    times = [d.get("LastAuthenticatedTime") for d in got["AccessDetails"]]
    tap.check(None not in times[:len(used)] and times[len(used):] == [None] *
              (len(times) - len(used)), "those used last come first")
    everything = report("/".join([here, root]))
    listed = [d["ServiceNamespace"] for d in everything["AccessDetails"]]
    tap.check("sqs" in listed, "a policy below the root does not count for the root")
    tap.check(any(d.get("EntityPath") == "/".join([here, root, A])
                  for d in everything["AccessDetails"]), "the management account, too")
    tap.equal(report(path, OrganizationsPolicyId=no_sqs["Id"])["NumberOfServicesAccessible"], 0,
              "a policy that only denies allows nothing")
    w.refused("InvalidInput", "entity path", iam.generate_organizations_access_report,
              EntityPath="o-0000000000/r-0000")
    w.refused("AccessDenied", "", w.client("iam", B).generate_organizations_access_report,
              EntityPath=path)


def main():
    tap = Tap()
    w = World(tap)
    for test in (keys, roles, credential_report, last_accessed, organization):
        test(w)
    tap.end()


start(__file__, main, env={"AWSINTERCEPT_IAM": "enforce"})

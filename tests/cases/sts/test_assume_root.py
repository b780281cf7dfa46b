#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""AssumeRoot as boto3 and the AWS CLI call it, where permissions are enforced: A runs the organization, B
is a member whose bucket nobody can reach any more."""
import json
import os
import subprocess
import sys

from sandbox import Tap, credentials_env
from twoaccounts import A, B, client, code, start

CONFIG = 'iam: enforce\naccount_id: "%s"\naccounts:\n- id: "%s"\n' % (A, B)
TASK = "arn:aws:iam::aws:policy/root-task/"
LOCKED = {"Version": "2012-10-17", "Statement": {
    "Effect": "Deny", "Principal": "*", "Action": "s3:*",
    "Resource": ["arn:aws:s3:::locked-up", "arn:aws:s3:::locked-up/*"]}}


def aws(*words, keys):
    return subprocess.run([os.path.join(os.path.dirname(sys.executable), "aws"), *words],
                          env=dict(os.environ, **credentials_env(keys)), capture_output=True, text=True,
                          timeout=120, check=False)


def new_user(account, name, *actions):
    iam = client("iam", account)
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(
        {"Version": "2012-10-17",
         "Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"}}))
    return iam.create_access_key(UserName=name)["AccessKey"]


def as_client(service, keys):
    return client(service, keys["AccessKeyId"], secret=keys["SecretAccessKey"],
                  token=keys.get("SessionToken"))


def main():
    tap = Tap()
    organizations, iam = client("organizations", A), client("iam", A)
    organizations.create_organization()
    organizations.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    admin = new_user(A, "admin", "sts:AssumeRoot")
    member = new_user(B, "dev", "s3:*", "sts:*")
    s3 = as_client("s3", member)
    s3.create_bucket(Bucket="locked-up")
    s3.put_bucket_policy(Bucket="locked-up", Policy=json.dumps(LOCKED))
    tap.equal(code(s3.delete_bucket_policy, Bucket="locked-up"), "AccessDenied", "nobody gets in")

    want = {"TargetPrincipal": B, "TaskPolicyArn": {"arn": TASK + "S3UnlockBucketPolicy"}}
    ask = as_client("sts", admin).assume_root
    tap.equal(code(ask, **want), "AccessDenied", "boto3: root access is not centralized")
    iam.enable_organizations_root_sessions()
    tap.equal(code(as_client("sts", member).assume_root, **want), "AccessDenied",
              "boto3: a member may not")
    root = ask(**want)["Credentials"]
    tap.equal(as_client("sts", root).get_caller_identity()["Arn"], "arn:aws:iam::%s:root" % B,
              "boto3: who it is")
    tap.equal(code(as_client("iam", root).list_users), "AccessDenied", "boto3: only for its task")
    tap.equal(code(as_client("s3", root).delete_bucket_policy, Bucket="locked-up"), "done",
              "boto3: the bucket is open again")
    tap.equal(code(s3.list_objects_v2, Bucket="locked-up"), "done", "for its owners too")

    words = ("sts", "assume-root", "--target-principal", B, "--output", "json", "--task-policy-arn")
    done = aws(*words, "arn=" + TASK + "S3UnlockBucketPolicy", keys=admin)
    keys = json.loads(done.stdout or "{}").get("Credentials", {})
    tap.check(done.returncode == 0 and keys, "AWS CLI: a session", done.stderr)
    if keys:
        done = aws("s3api", "list-buckets", "--query", "Buckets[0].Name", "--output", "text", keys=keys)
        tap.equal(done.stdout.strip(), "locked-up", "AWS CLI: sees the bucket " + done.stderr)
    done = aws(*words, "arn=" + TASK + "IAMDeleteRootUserCredentials", keys=admin)
    tap.check("(AccessDenied)" in done.stderr, "AWS CLI: a task of the other feature", done.stderr)
    tap.end()


start(__file__, main, config=CONFIG)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Delegation requests: a partner asks, an account takes, accepts or rejects. Permissions enforced,
three accounts."""
import json

from iam_world import A, B, World, document
from sandbox import Tap
from twoaccounts import start

PARTNER, STRANGER = B, "333333333333"


def make(w, workflow, template, owner=None, values=("one", "two")):
    more = {"OwnerAccountId": owner} if owner else {}
    return w.client("iam", PARTNER).create_delegation_request(
        Description="Looks at buckets", RequestorWorkflowId=workflow, SessionDuration=3600,
        NotificationChannel="arn:aws:sns:us-east-1:%s:channel" % PARTNER,
        Permissions={"PolicyTemplateArn": template, "Parameters": [
            {"Name": "bucket", "Type": "string", "Values": ["b"]},
            {"Name": "prefixes", "Type": "stringList", "Values": list(values)}]}, **more)["DelegationRequestId"]


def life(w, template):
    tap = w.tap
    iam, stranger = w.client("iam", A), w.client("iam", STRANGER)
    one = make(w, "flow-1", template, A)
    w.refused("EntityAlreadyExists", "workflow id flow-1", make, w=w, workflow="flow-1",
              template=template)
    got = iam.get_delegation_request(DelegationRequestId=one)["DelegationRequest"]
    tap.equal((got["State"], got["RequestorId"], got["OwnerAccountId"], got["SessionDuration"]),
              ("UNASSIGNED", PARTNER, A, 3600), "a new request")
    policy = json.loads(got["PermissionPolicy"])["Statement"][0]
    tap.equal((policy["Resource"], policy["Condition"]["StringEquals"]["s3:prefix"]),
              ("arn:aws:s3:::b", ["one", "two"]), "the template's parameters are filled in")
    w.refused("NoSuchEntity", "", stranger.get_delegation_request, DelegationRequestId=one)
    tap.equal(iam.list_delegation_requests()["DelegationRequests"], [], "not listed without an owner")
    w.refused("InvalidInput", "UNASSIGNED", iam.accept_delegation_request, DelegationRequestId=one)
    w.refused("NoSuchEntity", "", stranger.associate_delegation_request, DelegationRequestId=one)
    iam.associate_delegation_request(DelegationRequestId=one)
    w.refused("InvalidInput", "ASSIGNED", iam.associate_delegation_request,
              DelegationRequestId=one)
    iam.update_delegation_request(DelegationRequestId=one, Notes="for Tuesday")
    listed = iam.list_delegation_requests()["DelegationRequests"]
    tap.equal([(r["DelegationRequestId"], r["State"], r["Notes"]) for r in listed],
              [(one, "PENDING_APPROVAL", "for Tuesday")], "it waits for approval")
    iam.accept_delegation_request(DelegationRequestId=one)
    got = iam.get_delegation_request(DelegationRequestId=one, DelegationPermissionCheck=True)
    tap.equal((got["DelegationRequest"]["State"], got["DelegationRequest"]["ApproverId"],
               got["PermissionCheckStatus"]), ("ACCEPTED", "arn:aws:iam::%s:root" % A, "COMPLETE"),
              "accepted")
    summary = iam.get_human_readable_summary(
        EntityArn="arn:aws:iam::%s:delegation-request/%s" % (A, one))
    tap.check(summary["SummaryState"] == "AVAILABLE" and PARTNER in summary["SummaryContent"],
              "a summary", summary)
    w.refused("NotImplemented", "SendDelegationToken", iam.send_delegation_token,
              DelegationRequestId=one)
    iam.reject_delegation_request(DelegationRequestId=one, Notes="changed my mind")
    got = iam.get_delegation_request(DelegationRequestId=one)["DelegationRequest"]
    tap.equal((got["State"], got["RejectionReason"]), ("REJECTED", "changed my mind"), "rejected")
    w.refused("InvalidInput", "REJECTED", iam.accept_delegation_request, DelegationRequestId=one)

    two = make(w, "flow-2", template)
    tap.equal(stranger.get_delegation_request(DelegationRequestId=two)["DelegationRequest"]
              ["State"], "UNASSIGNED", "without an owner account anybody may look")
    stranger.associate_delegation_request(DelegationRequestId=two)
    w.refused("NoSuchEntity", "", iam.get_delegation_request, DelegationRequestId=two)
    w.refused("InvalidInput", "Policy template", make, w=w, workflow="flow-3",
              template="arn:aws:iam::%s:policy/none" % PARTNER)


def permissions(w, template):
    iam = w.client("iam", A)
    iam.create_user(UserName="u")
    user = w.client("iam", iam.create_access_key(UserName="u")["AccessKey"])
    request = make(w, "flow-9", template, A)
    calls = (user.get_delegation_request, user.update_delegation_request,
             user.accept_delegation_request)
    for call in calls:
        w.refused("AccessDenied", "delegation-request/" + request, call,
                  DelegationRequestId=request)
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=document({
        "Effect": "Allow", "Action": "iam:AssociateDelegationRequest",
        "Resource": "arn:aws:iam::%s:delegation-request/*" % A}))
    user.associate_delegation_request(DelegationRequestId=request)
    w.tap.equal([w.error(call, DelegationRequestId=request)[0] for call in calls],
                ["done", "done", "AccessDenied"], "an owner may look and update, not accept")


def main():
    tap = Tap()
    w = World(tap)
    template = w.client("iam", PARTNER).create_policy(
        PolicyName="t", PolicyDocument=document(
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::@{bucket}",
             "Condition": {"StringEquals": {"s3:prefix": ["@{prefixes}"]}}}))["Policy"]["Arn"]
    for test in (life, permissions):
        test(w, template)
    tap.end()


start(__file__, main, env={"AWSINTERCEPT_IAM": "enforce"})

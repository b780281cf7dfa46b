#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Delegation requests: a partner asks, an account takes, accepts or rejects. Permissions enforced,
three accounts."""
import json
import os

from iam_world import A, B, World, document
from sandbox import BUILD, Tap
from twoaccounts import start

PARTNER, STRANGER = B, "333333333333"


def make(w, workflow, template, owner=None, values=("one", "two"), **more):
    more = dict({"NotificationChannel": CHANNEL % PARTNER}, **more)
    if owner:
        more["OwnerAccountId"] = owner
    return w.client("iam", PARTNER).create_delegation_request(
        Description="Looks at buckets", RequestorWorkflowId=workflow, SessionDuration=3600,
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
    w.refused("NoSuchEntity", "", stranger.send_delegation_token, DelegationRequestId=one)
    iam.reject_delegation_request(DelegationRequestId=one, Notes="changed my mind")
    got = iam.get_delegation_request(DelegationRequestId=one)["DelegationRequest"]
    tap.equal((got["State"], got["RejectionReason"]), ("REJECTED", "changed my mind"), "rejected")
    w.refused("InvalidInput", "REJECTED", iam.accept_delegation_request, DelegationRequestId=one)
    w.refused("InvalidInput", "REJECTED", iam.send_delegation_token, DelegationRequestId=one)

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


# --- The token -----------------------------------------------------------------------------------

def internal(path, body=None):
    import urllib.request
    with urllib.request.urlopen(urllib.request.Request(
            "http://awsintercept.internal" + path,
            data=json.dumps(body).encode() if body else None)) as answer:
        return json.load(answer)


def told(request):
    """What the requestor's channel was told of a request."""
    channel = CHANNEL % PARTNER
    sent = [json.loads(m["body"]) for m in internal("/messages?channel=" + channel)["messages"]]
    return [m for m in sent if m["RequestId"] == request]


def user(w, account, name, *statements):
    iam = w.client("iam", account)
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(*statements))
    return iam.create_access_key(UserName=name)["AccessKey"]


def allowed(action, resource="*"):
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def accepted(w, keys, workflow, template, **more):
    iam = w.client("iam", keys)
    request = make(w, workflow, template, A, **more)
    iam.associate_delegation_request(DelegationRequestId=request)
    iam.accept_delegation_request(DelegationRequestId=request)
    return request


def traded(w, request, keys=PARTNER):
    token = [m for m in told(request) if m["Type"] == "ExchangeToken"][0]["ExchangeToken"]
    return w.client("sts", keys).get_delegated_access_token(TradeInToken=token)


def token(w, _):
    """A user of A lets the partner do, for an hour, some of what she may do."""
    tap = w.tap
    template = w.client("iam", PARTNER).create_policy(PolicyName="wide", PolicyDocument=document(
        allowed("s3:*", ["arn:aws:s3:::@{bucket}-*", "arn:aws:s3:::@{bucket}-*/*"]),
        allowed(["iam:ListUsers", "dynamodb:ListTables", "sts:AssumeRole"])))["Policy"]["Arn"]
    boss = user(w, A, "boss", allowed(["s3:*", "iam:*"]))
    partner = user(w, PARTNER, "robot", allowed("sts:GetDelegatedAccessToken"))
    request = accepted(w, boss, "token-1", template)
    tap.equal([m.get("State") for m in told(request)], ["ASSIGNED", "ACCEPTED"], "the partner is told")
    w.client("iam", boss).send_delegation_token(DelegationRequestId=request)
    last = told(request)[-1]
    tap.equal((last["Type"], last["RequestorWorkflowId"], last["OwnerAccountId"]),
              ("ExchangeToken", "token-1", A), "the token is sent")
    for state in ("send_delegation_token", "reject_delegation_request"):
        w.refused("InvalidInput", "FINALIZED", getattr(w.client("iam", boss), state),
                  DelegationRequestId=request)

    nobody = user(w, PARTNER, "nobody", allowed("s3:*"))
    trade = {"TradeInToken": last["ExchangeToken"]}
    for keys, who in ((nobody, "a user without permission"), (STRANGER, "another account"), (A, "the owner")):
        tap.equal(w.error(w.client("sts", keys).get_delegated_access_token, **trade)[0],
                  "AccessDenied", "not " + who)
    w.refused("ValidationError", "trade-in token", w.client("sts", partner).get_delegated_access_token,
              TradeInToken="x" + last["ExchangeToken"])
    got = traded(w, request, partner)
    tap.equal(got["AssumedPrincipal"], "arn:aws:iam::%s:user/boss" % A, "as the user who accepted")
    tap.check(0 < got["PackedPolicySize"] < 100, "a packed size", got["PackedPolicySize"])
    tap.equal(got["Credentials"]["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"), last["ExpiresAt"],
              "until the time that was told")
    keys = got["Credentials"]
    s3 = w.client("s3", keys)
    tap.equal(w.client("sts", keys).get_caller_identity()["Account"], A, "in the customer's account")
    s3.create_bucket(Bucket="b-made-by-partner")
    tap.check("b-made-by-partner" in [b["Name"] for b in w.client("s3", A).list_buckets()["Buckets"]],
              "the customer has what the partner made")
    tap.equal(len(w.client("iam", keys).list_users()["Users"]) > 0, True, "IAM without MFA")
    w.refused("AccessDenied", "no session policy allows the s3:CreateBucket", s3.create_bucket,
              Bucket="c-other")
    w.refused("AccessDeniedException", "no identity-based policy allows the dynamodb:ListTables",
              w.client("dynamodb", keys).list_tables)
    w.refused("AccessDenied", "GetSessionToken", w.client("sts", keys).get_session_token)

    w.client("s3", A).create_bucket(Bucket="c-bucket")
    w.client("s3", A).put_bucket_policy(Bucket="c-bucket", Policy=document(
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::%s:user/boss" % A},
         "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::c-bucket"}))
    w.refused("AccessDenied", "no session policy allows", s3.list_objects_v2, Bucket="c-bucket")
    tap.equal(w.error(traded, w=w, request=request, keys=partner)[0], "done", "it may be traded again")

    internal("/clock", {"advance": "+59m"})
    s3.list_objects_v2(Bucket="b-made-by-partner")
    tap.check(traded(w, request)["Credentials"]["Expiration"] == keys["Expiration"],
              "later credentials end with the first")
    internal("/clock", {"advance": "+2m"})
    w.refused("ExpiredToken", "", s3.list_objects_v2, Bucket="b-made-by-partner")
    w.refused("ExpiredTradeInTokenException", "expired", traded, w=w, request=request, keys=partner)


def sessions(w, template):
    """Who accepts by a session delegates no more than the session may; root delegates for itself."""
    tap = w.tap
    iam = w.client("iam", A)
    iam.create_role(RoleName="admin", AssumeRolePolicyDocument=document(
        {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"}))
    iam.put_role_policy(RoleName="admin", PolicyName="p", PolicyDocument=document(allowed("*")))
    asker = user(w, A, "asker", allowed("sts:AssumeRole"))
    narrow = w.client("sts", asker).assume_role(
        RoleArn="arn:aws:iam::%s:role/admin" % A, RoleSessionName="narrow",
        Policy=document(allowed(["iam:*", "s3:ListBucket"])))["Credentials"]
    wide = w.client("iam", PARTNER).create_policy(
        PolicyName="s3", PolicyDocument=document(allowed("s3:*")))["Policy"]["Arn"]
    request = accepted(w, narrow, "session-1", wide)
    w.client("iam", narrow).send_delegation_token(DelegationRequestId=request)
    got = traded(w, request)
    tap.equal(got["AssumedPrincipal"], "arn:aws:sts::%s:assumed-role/admin/narrow" % A, "a session")
    s3 = w.client("s3", got["Credentials"])
    w.client("s3", A).create_bucket(Bucket="sessions")
    tap.equal((w.error(s3.list_objects_v2, Bucket="sessions")[0],
               w.error(s3.get_bucket_location, Bucket="sessions")[0],
               w.error(w.client("iam", got["Credentials"]).list_users)[0]),
              ("done", "AccessDenied", "AccessDenied"), "what both allow")
    iam.delete_role_policy(RoleName="admin", PolicyName="p")
    iam.delete_role(RoleName="admin")
    w.refused("InvalidAccessKeyId", "", s3.list_objects_v2, Bucket="sessions")

    request = accepted(w, A, "session-2", wide)
    w.client("iam", A).send_delegation_token(DelegationRequestId=request)
    got = traded(w, request)
    tap.equal((got["AssumedPrincipal"],
               w.error(w.client("s3", got["Credentials"]).get_bucket_location, Bucket="sessions")[0],
               w.error(w.client("iam", got["Credentials"]).list_users)[0]),
              ("arn:aws:iam::%s:root" % A, "done", "AccessDenied"), "the root user's")


def sending(w, template):
    """The owner alone may send, where the partner wants it so; what waits too long expires."""
    tap = w.tap
    owner = user(w, A, "owner", allowed(["iam:AssociateDelegationRequest", "iam:SendDelegationToken"]))
    request = make(w, "send-1", template, A, OnlySendByOwner=True)
    w.client("iam", owner).associate_delegation_request(DelegationRequestId=request)
    root = w.client("iam", A)
    w.refused("InvalidInput", "ASSIGNED", root.send_delegation_token, DelegationRequestId=request)
    internal("/clock", {"advance": "+6d"})
    root.accept_delegation_request(DelegationRequestId=request)
    internal("/clock", {"advance": "+6d"})
    w.refused("AccessDenied", "iam:SendDelegationToken", root.send_delegation_token,
              DelegationRequestId=request)
    w.client("iam", owner).send_delegation_token(DelegationRequestId=request)
    internal("/clock", {"advance": "+8d"})
    tap.equal(root.get_delegation_request(DelegationRequestId=request)["DelegationRequest"]["State"],
              "EXPIRED", "a week after")
    late = make(w, "send-2", template, A)
    internal("/clock", {"advance": "+25h"})
    w.refused("InvalidInput", "EXPIRED", w.client("iam", owner).associate_delegation_request,
              DelegationRequestId=late)
    w.refused("InvalidInput", "SNS topic", make, w=w, workflow="send-3", template=template,
              NotificationChannel="https:example")


CHANNEL = "arn:aws:sns:us-east-1:%s:channel"


def command(tap):
    """The same messages on the command line."""
    import subprocess
    tool = os.path.join(BUILD, "cli", "awsintercept")
    lines = subprocess.run([tool, "messages"], capture_output=True, text=True, check=True).stdout
    listed = json.loads(subprocess.run([tool, "messages", "--json"], capture_output=True, text=True,
                                       check=True).stdout)
    tap.equal(len(lines.splitlines()), len(listed), "a line a message")
    first = listed[0]
    tap.equal((first["service"], first["account"], first["channel"], first["subject"]),
              ("iam", A, CHANNEL % PARTNER, None), "the first one")
    tap.check(json.loads(first["body"])["State"] == "ASSIGNED" and first["body"] in lines,
              "its text", lines[:300])


def main():
    tap = Tap()
    w = World(tap)
    template = w.client("iam", PARTNER).create_policy(
        PolicyName="t", PolicyDocument=document(
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::@{bucket}",
             "Condition": {"StringEquals": {"s3:prefix": ["@{prefixes}"]}}}))["Policy"]["Arn"]
    for test in (life, permissions, token, sessions, sending):
        test(w, template)
    command(tap)
    tap.end()


start(__file__, main, env={"AWSINTERCEPT_IAM": "enforce"})

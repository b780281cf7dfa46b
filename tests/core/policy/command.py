#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`policy simulate` as a command: lines that cannot be read, streaming, the AWS CLI's options.

    command.py COMMAND...
"""
import json
import subprocess
import sys
import tempfile
import unittest

COMMAND = []
READ = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})
ASK = {"ActionNames": "s3:GetObject", "ResourceArns": "arn:aws:s3:::data/a.csv",
       "CallerArn": "arn:aws:iam::111122223333:user/alice"}


def run(*args, stdin=""):
    return subprocess.run(COMMAND + ["simulate"] + list(args), input=stdin.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)


def lines(text):
    done = run("--jsonl", stdin=text)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


class Lines(unittest.TestCase):
    def test_one_line_for_one_line_whatever_it_is(self):
        good = json.dumps(dict(ASK, CaseId="g", PolicyInputList=READ))
        text = "\n".join([good, "nonsense", "", "[1]", '{"CaseId":[7]}', json.dumps(dict(ASK, CaseId=5, CallerArn="x")),
                          json.dumps(dict(ASK, CaseId=6, PolicyInputList="{")), good])  # no newline at the end
        out = lines(text)
        self.assertEqual(len(out), 8)
        self.assertEqual(["Error" in o for o in out], [False, True, True, True, True, True, True, False])
        self.assertEqual([o["CaseId"] for o in out], ["g", None, None, None, [7], 5, 6, "g"])
        self.assertIn("CallerArn", out[5]["Error"])
        self.assertIn("PolicyInputList", out[6]["Error"])

    def test_errors_name_the_field(self):
        for field, value in [("PermissionsBoundaryPolicyInputList", [READ, READ]), ("ResourceOwner", "me"),
                             ("ContextEntries", [{"ContextKeyValues": ["x"]}]), ("ActionNames", []),
                             ("ServiceControlPolicyInputList", ["x"]), ("ResourcePolicy", "{}"), ("RoleArn", 1),
                             ("PolicyInputList", [7])]:
            out = lines(json.dumps(dict(ASK, **{field: value})))
            self.assertIn(field, out[0].get("Error", ""))

    def test_unknown_fields_and_nulls_are_no_matter(self):
        case = dict(ASK, PolicyInputList=READ, Tags=["x"], Moon={"a": 1}, ResourcePolicy=None, SessionPolicyInputList=[])
        self.assertEqual(lines(json.dumps(case))[0]["EvaluationResults"][0]["EvalDecision"], "allowed")

    def test_each_action_for_each_resource(self):
        case = dict(ASK, ActionNames=["s3:GetObject", "s3:PutObject"], ResourceArns=["arn:aws:s3:::a", "arn:aws:s3:::b"])
        results = lines(json.dumps(dict(case, PolicyInputList=READ)))[0]["EvaluationResults"]
        self.assertEqual([(r["EvalActionName"][3:6], r["EvalResourceName"][-1], r["EvalDecision"]) for r in results],
                         [("Get", "a", "allowed"), ("Get", "b", "allowed"),
                          ("Put", "a", "implicitDeny"), ("Put", "b", "implicitDeny")])

    def test_what_decided_is_named(self):
        deny = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
        levels = [{"TargetId": "r-root", "PolicyInputList": [deny]}]
        result = lines(json.dumps(dict(ASK, ServiceControlPolicyInputList=levels)))[0]["EvaluationResults"][0]
        self.assertEqual(result["MatchedStatements"], [
            {"SourcePolicyId": "ServiceControlPolicyInputList.1", "SourcePolicyType": "Service Control Policy",
             "Statement": 1, "Layer": "scp", "TargetId": "r-root"}])
        self.assertIn("with an explicit deny in a service control policy", result["AccessDeniedMessage"])

    def test_an_answer_comes_before_the_next_question(self):
        with subprocess.Popen(COMMAND + ["simulate", "--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as p:
            for number in range(3):
                p.stdin.write(json.dumps(dict(ASK, CaseId=number)).encode() + b"\n")
                p.stdin.flush()
                self.assertEqual(json.loads(p.stdout.readline())["CaseId"], number)
            p.stdin.close()
            self.assertEqual(p.wait(60), 0)

    def test_a_line_that_is_too_long_is_answered_and_left(self):
        out = lines('{"CaseId":1,"x":"' + "y" * (17 << 20) + '"}\n' + json.dumps(dict(ASK, CaseId=2)) + "\n")
        self.assertEqual([o["CaseId"] for o in out], [None, 2])
        self.assertIn("longer", out[0]["Error"])

    def test_files_in_order(self):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as a, tempfile.NamedTemporaryFile("w") as b:
            for file, number in ((a, 1), (b, 2)):
                file.write(json.dumps(dict(ASK, CaseId=number)))
                file.flush()
            done = run("--jsonl", a.name, b.name)
            self.assertEqual([json.loads(x)["CaseId"] for x in done.stdout.splitlines()], [1, 2])
        self.assertEqual(run("--jsonl", "/nonexistent/file").returncode, 1)


class Options(unittest.TestCase):
    def test_shape_of_the_aws_cli(self):
        with tempfile.NamedTemporaryFile("w") as policy:
            policy.write(READ)
            policy.flush()
            done = run("--policy-input-list", "file://" + policy.name, "--action-names", "s3:GetObject", "s3:PutObject",
                       "--resource-arns", "arn:aws:s3:::data/a.csv", "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        out = json.loads(done.stdout)
        start = READ.index("[") + 2
        self.assertEqual(out, {"IsTruncated": False, "EvaluationResults": [
            {"EvalActionName": "s3:GetObject", "EvalResourceName": "arn:aws:s3:::data/a.csv", "EvalDecision": "allowed",
             "MatchedStatements": [{"SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "IAM Policy",
                                    "StartPosition": {"Line": 1, "Column": start},
                                    "EndPosition": {"Line": 1, "Column": READ.rindex("}")}}],
             "MissingContextValues": []},
            {"EvalActionName": "s3:PutObject", "EvalResourceName": "arn:aws:s3:::data/a.csv",
             "EvalDecision": "implicitDeny", "MatchedStatements": [], "MissingContextValues": []}]})

    def decision(self, *args):
        done = run("--action-names", "s3:GetObject", *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["EvaluationResults"][0]

    def test_context_entries(self):
        policy = json.dumps({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
                "ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}, "Null": {"aws:TagKeys": False}}}})
        base = ["--policy-input-list", policy]
        missing = self.decision(*base)
        self.assertEqual((missing["EvalDecision"], missing["MissingContextValues"]), ("implicitDeny", ["aws:TagKeys"]))
        entry = "ContextKeyName=aws:TagKeys,ContextKeyValues=a,%s,ContextKeyType=stringList"
        self.assertEqual(self.decision(*base, "--context-entries", entry % "b")["EvalDecision"], "allowed")
        self.assertEqual(self.decision(*base, "--context-entries", entry % "c")["EvalDecision"], "implicitDeny")
        as_json = json.dumps([{"ContextKeyName": "aws:TagKeys", "ContextKeyValues": ["b"], "ContextKeyType": "stringList"}])
        self.assertEqual(self.decision(*base, "--context-entries", as_json)["EvalDecision"], "allowed")

    def test_boundary_and_resource_policy(self):
        other = READ.replace("s3:Get*", "ec2:*")
        out = self.decision("--policy-input-list", READ, "--permissions-boundary-policy-input-list", other)
        self.assertEqual(out["EvalDecision"], "implicitDeny")
        self.assertEqual(out["PermissionsBoundaryDecisionDetail"], {"AllowedByPermissionsBoundary": False})
        policy = json.dumps({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:*", "Resource": "*"}})
        args = ["--policy-input-list", READ, "--resource-arns", "arn:aws:s3:::data/x", "--caller-arn", ASK["CallerArn"],
                "--resource-owner", "arn:aws:iam::444455556666:root"]
        self.assertEqual(self.decision(*args)["EvalDecision"], "implicitDeny")
        self.assertEqual(self.decision(*args, "--resource-policy", policy)["EvalDecision"], "allowed")

    def test_a_role_without_its_trust_policy_is_an_ordinary_resource_here(self):
        done = run("--action-names", "sts:AssumeRole", "--resource-arns", "arn:aws:iam::111122223333:role/r",
                   "--caller-arn", ASK["CallerArn"], "--policy-input-list", READ.replace("s3:Get*", "sts:*"))
        self.assertEqual(json.loads(done.stdout)["EvaluationResults"][0]["EvalDecision"], "allowed")

    def test_wrong_usage(self):
        for args in ([], ["--no-such-option", "x"], ["--action-names"], ["--action-names", "a:b", "--context-entries", "x"]):
            self.assertEqual(run(*args).returncode, 2, args)
        self.assertEqual(run("--action-names", "s3:GetObject", "--policy-input-list", "{").returncode, 1)
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"--jsonl", done.stdout)


if __name__ == "__main__":
    COMMAND = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])

# SPDX-License-Identifier: Apache-2.0
"""Random cases of `policy simulate` from a vocabulary small enough that things meet."""
import json
import random

A, B, MGMT = "111122223333", "444455556666", "999999999999"
USER = "arn:aws:iam::%s:user/alice" % A
SESSION = "arn:aws:sts::%s:assumed-role/dev/s1" % A
FEDERATED = "arn:aws:sts::%s:federated-user/fed" % A
CALLERS = [USER, USER, "arn:aws:iam::%s:user/team/bob" % A, "arn:aws:iam::%s:root" % A, SESSION, SESSION,
           FEDERATED, "sns.amazonaws.com", "*", "arn:aws:iam::%s:root" % MGMT,
           "arn:aws:iam::%s:user/admin" % MGMT, "arn:aws:sts::%s:assumed-role/linked/x" % A]
LINKED = "arn:aws:iam::%s:role/aws-service-role/x.amazonaws.com/linked" % A
ROLE = "arn:aws:iam::%s:role/dev" % A
DEEP_ROLE = "arn:aws:iam::%s:role/team/dev" % A

TARGETS = [  # service, resources, actions
    ("s3", ["arn:aws:s3:::data", "arn:aws:s3:::data/a.csv", "arn:aws:s3:::data/alice/x:y", "*"],
     ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]),
    ("sqs", ["arn:aws:sqs:us-east-1:%s:jobs" % A, "arn:aws:sqs:eu-west-1:%s:jobs" % B],
     ["sqs:SendMessage", "sqs:ReceiveMessage"]),
    ("sns", ["arn:aws:sns:us-east-1:%s:news" % A, "arn:aws:sns:us-east-1:%s:news" % B], ["sns:Publish"]),
    ("kms", ["arn:aws:kms:us-east-1:%s:key/k1" % A, "arn:aws:kms:us-east-1:%s:key/k1" % B,
             "arn:aws:kms:us-east-1:%s:alias/k" % A],
     ["kms:Decrypt", "kms:RetireGrant"]),
    ("sts", [ROLE, "arn:aws:iam::%s:role/deploy" % B, LINKED],
     ["sts:AssumeRole", "sts:AssumeRole", "sts:TagSession", "sts:GetCallerIdentity", "iam:PassRole"]),
    ("ec2", ["*", "arn:aws:ec2:us-east-1:%s:instance/i-1" % A], ["ec2:DescribeInstances", "ec2:RunInstances"]),
]
PRINCIPALS = ["*", {"AWS": "*"}, {"AWS": A}, {"AWS": "arn:aws:iam::%s:root" % A}, {"AWS": USER},
              {"AWS": [SESSION]}, {"AWS": ROLE}, {"AWS": DEEP_ROLE}, {"AWS": FEDERATED}, {"AWS": [USER, B]},
              {"Service": "sns.amazonaws.com"}, {"AWS": "arn:aws:iam::%s:*" % A}, {"AWS": "AROAEXAMPLE"},
              {"AWS": [SESSION, ROLE, A]}, {"AWS": [USER, A]}, {"AWS": [A, FEDERATED]},
              {"AWS": [A, FEDERATED, USER]}, {"AWS": MGMT, "Service": ["sqs.amazonaws.com", "sns.amazonaws.com"]},
              {"Federated": "accounts.google.com"}]
KEYS = {  # name -> (values in requests, values in policies)
    "aws:username": (["alice", "bob", "", "a*"], ["alice", "al*", "${aws:username}", "ALICE", "?lice", "a${*}"]),
    "aws:PrincipalTag/Team": (["red", "blue", "alice"],
                              ["red", "${aws:username}", "${aws:PrincipalTag/team, 'red'}", "r?d", "*"]),
    "s3:prefix": (["alice/", "home", "déjà", "d\U0001F600"], ["alice/*", "h?me", "d?j?", "d?", "${saml:sub, 'home'}"]),
    "aws:MultiFactorAuthAge": (["10", "10.0", "-3", "1e1", "x", "009.99"], ["10", 10, "9.990", "-2.5", "0", "x", 1e1]),
    "aws:CurrentTime": (["2026-01-01T00:00:00Z", "1767225600", "2026-01-01T01:00:00+01:00", "2025-12-31",
                         "1767225600.5", "soon", "2026-02-30"],
                        ["2026-01-01T00:00:00Z", "2025-12-31T23:59:59.5Z", 1767225600, "2026-01-01", "2026", "2026-01"]),
    "aws:SecureTransport": (["true", "FALSE", "yes"], [True, "true", "False", "yes"]),
    "aws:SourceIp": (["203.0.113.7", "2001:db8::1", "10.0.0.1", "::ffff:10.0.0.1", "none"],
                     ["203.0.113.0/24", "0.0.0.0/0", "::/0", "203.0.113.7", "2001:db8::/33", "10.0.0.9/8", "10.0.0.1/33"]),
    "aws:SourceArn": (["arn:aws:sns:us-east-1:%s:news" % A, "arn:aws:s3:::data", "arn:aws:sns:us-east-1:%s:n:m" % A, "x"],
                      ["arn:aws:sns:*:%s:news" % A, "arn:aws:*:data", "arn:*:sns:*:*:n*", "*", "arn:aws:s3:::${aws:username}",
                       "${aws:SourceArn}", "arn:aws:sns:us-east-1:${aws:PrincipalAccount}:*", "arn:aws:s3:::dat?"]),
    "aws:PrincipalAccount": ([A, B], [A, "${aws:PrincipalAccount}", "1*"]),
    "ex:Blob": (["QUJD", "QQ==", "?"], ["QUJD", "QQ==", "!", "QUJ"]),
    "aws:TagKeys": (["env", "team", "", "Env"], ["env", "t*", "ENV", "team"]),
}
NAMES = ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
         "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
         "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan",
         "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress",
         "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null", "NoSuchOperator"]
FITTING = {"aws:MultiFactorAuthAge": "Numeric", "aws:CurrentTime": "Date", "aws:SecureTransport": "Bool",
           "aws:SourceIp": "Ip", "aws:SourceArn": "Arn", "ex:Blob": "Binary"}


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def chance(self, p):
        return self.r.random() < p

    def some(self, values, most=3):
        """One bare, or a list."""
        n = self.r.randint(1, most)
        picked = [self.r.choice(values) for _ in range(n)]
        return picked[0] if n == 1 and self.chance(0.6) else picked

    def case_of(self, name):
        return self.r.choice([name, name, name.lower(), name.upper()])

    def operator(self, key):
        name = self.r.choice(NAMES)
        if self.chance(0.7):
            name = self.r.choice([n for n in NAMES if FITTING.get(key, "String") in n])
        if self.chance(0.12):
            name = "Null"
        if self.chance(0.2):
            name += "IfExists"
        if self.chance(0.5 if key == "aws:TagKeys" else 0.15):
            name = self.r.choice(["ForAllValues:", "ForAnyValue:"]) + name
        return name

    def condition(self):
        block = {}
        for _ in range(self.r.choice([1, 1, 2])):
            key = self.r.choice(list(KEYS))
            name = self.operator(key)
            values = [True, "false", "TRUE", "x"] if "Null" in name else KEYS[key][1]
            block.setdefault(name, {})[self.case_of(key)] = self.some(values)
        return block

    def action(self, target):
        return self.some(["*", target[0] + ":*", self.case_of(target[0] + ":Get*")] + target[2] +
                         [self.case_of(a) for a in target[2]] + ["s3:?etObject", "sqs:Send*", "*:*"], 2)

    def resource(self, target):
        own = list(target[1])
        shapes = own + ["*", "*", "arn:aws:s3:::data/*", "arn:aws:s3:::*", "arn:aws:s3:::data/${aws:username}/*",
                        "arn:aws:s3:::data/${ex:none}/*", "arn:aws:s3:::data/${ex:none, 'alice'}/*",
                        "arn:aws:s3:::data/${*}", "arn:*:*:*:*:*", "arn:aws:sqs:*:%s:*" % A, "arn:aws:*",
                        "arn:aws:s?s:us-*:%s:j*b?" % A, "arn:aws:iam::*:role/d*", "arn:aws:kms:*:*:key/*", "arn:aws:s3:*"]
        return self.some(shapes, 2)

    def statement(self, target, kind):
        s = {"Effect": "Deny" if self.chance(0.25) else "Allow"}
        s["NotAction" if self.chance(0.1) else "Action"] = self.action(target)
        if not (kind == "resource" and target[0] == "sts"):
            s["NotResource" if self.chance(0.1) else "Resource"] = self.resource(target)
        if kind == "resource":
            s["NotPrincipal" if self.chance(0.15) else "Principal"] = self.r.choice(PRINCIPALS)
        if kind == "rcp":
            s["Principal"] = "*"
        if self.chance(0.4):
            s["Condition"] = self.condition()
        if self.chance(0.2):
            s["Sid"] = "S%d" % self.r.randint(0, 9)
        return s

    def policy(self, target, kind="identity"):
        statements = [self.statement(target, kind) for _ in range(self.r.choice([1, 1, 2, 3]))]
        policy = {"Statement": statements[0] if len(statements) == 1 and self.chance(0.5) else statements}
        if self.chance(0.9):
            policy["Version"] = "2012-10-17" if self.chance(0.9) else "2008-10-17"
        return json.dumps(policy) if self.chance(0.2) else policy

    def allow_all(self, kind):
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        if kind == "rcp":
            statement["Principal"] = "*"
        return {"Version": "2012-10-17", "Statement": [statement]}

    def levels(self, target, kind):
        return [{"TargetId": "ou-%d" % i, "PolicyInputList":
                 [self.allow_all(kind) if self.chance(0.85) else self.policy(target, kind)] +
                 ([self.policy(target, kind)] if self.chance(0.25) else [])}
                for i in range(self.r.randint(1, 3))]

    def context(self):
        entries = []
        for key, (values, _) in KEYS.items():
            if self.chance(0.5):
                multi = key == "aws:TagKeys" and self.chance(0.9)
                picked = [self.r.choice(values) for _ in range(self.r.randint(0, 3))] if multi else self.r.choice(values)
                entries.append({"ContextKeyName": self.case_of(key), "ContextKeyValues": picked,
                                "ContextKeyType": "stringList" if multi else "string"})
        self.r.shuffle(entries)
        return entries

    def case(self, number):
        target = self.r.choice(TARGETS)
        caller = self.r.choice(CALLERS)
        case = {"CaseId": number, "CallerArn": caller, "ActionNames": [self.case_of(self.r.choice(target[2]))
                                                                     if self.chance(0.2) else self.r.choice(target[2])],
                "ResourceArns": [self.r.choice(target[1])], "ContextEntries": self.context()}
        if caller.endswith("linked/x"):
            case["RoleArn"] = LINKED
        elif caller == SESSION and self.chance(0.3):
            case["RoleArn"] = DEEP_ROLE
        if caller == FEDERATED and self.chance(0.8):
            case["FederatingUserArn"] = USER
        if self.chance(0.4):
            case["ResourceOwner"] = "arn:aws:iam::%s:root" % self.r.choice([A, A, B, MGMT])
        if self.chance(0.85):
            case["PolicyInputList"] = [self.allow_all("identity")] if self.chance(0.35) else [
                self.policy(target) for _ in range(self.r.choice([1, 1, 2]))]
        if self.chance(0.25):
            case["PermissionsBoundaryPolicyInputList"] = [
                self.allow_all("identity") if self.chance(0.4) else self.policy(target)]
        if self.chance(0.3):
            case["SessionPolicyInputList"] = [self.allow_all("identity") if self.chance(0.4) else self.policy(target)
                                              for _ in range(self.r.choice([1, 2]))]
        if self.chance(0.75):
            case["ResourcePolicy"] = self.policy(target, "resource")
        if self.chance(0.3):
            case["ServiceControlPolicyInputList"] = self.levels(target, "scp")
        if self.chance(0.3):
            case["ResourceControlPolicyInputList"] = self.levels(target, "rcp")
        if self.chance(0.4):
            case["Organization"] = {"Id": "o-example", "MasterAccountId": MGMT}
        return case

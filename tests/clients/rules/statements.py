# SPDX-License-Identifier: Apache-2.0
"""Rules 4.1 to 4.9: when a statement matches."""
from rules.table import (DENY_RESOURCE, NO_IDENTITY, allowed, assume, federated, get, listing, refused,
                         rule, session, tables, user, version, written)
from rules.world import allow, deny, trusts

BUCKET, OBJECT = "arn:aws:s3:::data-alpha", "arn:aws:s3:::data-alpha/*"
READ = allow("s3:GetObject")
MALFORMED = "MalformedPolicyDocument"


def to(principal, **more):
    return [allow("s3:GetObject", OBJECT, to=principal, **more)]


NAMED_ME = {"StringEquals": {"aws:username": "${aws:username}"}}
allowed("4.1", "principal, action, resource and conditions match", cli=True, who=user(
    allow("s3:GetObject", OBJECT, when={"StringEquals": {"aws:username": "<name>"}})))
refused("4.1", "the condition does not", user(allow("s3:GetObject", OBJECT, when={
    "StringEquals": {"aws:username": "other"}})), NO_IDENTITY, cli=True)
refused("4.1", "the action does not", user(allow("s3:PutObject", OBJECT)), NO_IDENTITY)
refused("4.1", "the resource does not", user(allow("s3:GetObject", BUCKET + "/out/*")), NO_IDENTITY)
refused("4.1", "the principal does not", user(), NO_IDENTITY, bucket=to("<door-alpha>"))
ANYBODY_NAMED = to("*", when=NAMED_ME)
allowed("4.1", "2012-10-17 has variables", user(), bucket=version(ANYBODY_NAMED, "2012-10-17"))
refused("4.1", "2008-10-17 leaves ${...} as it is", user(), NO_IDENTITY,
        bucket=version(ANYBODY_NAMED, "2008-10-17"))
refused("4.1", "so does no version", user(), NO_IDENTITY, bucket=version(ANYBODY_NAMED, None))

allowed("4.2", "one statement without a list", written({"Version": "2012-10-17", "Statement": READ}))
allowed("4.2", "lists of one", user(allow(["s3:GetObject"], [OBJECT])))
allowed("4.2", "a condition's value as JSON boolean",
        user(allow("s3:GetObject", when={"Bool": {"aws:SecureTransport": True}})))
refused("4.2", "the other boolean", user(allow("s3:GetObject", when={
    "Bool": {"aws:SecureTransport": False}})), NO_IDENTITY)
allowed("4.2", "and as JSON number", user(allow("s3:ListBucket", when={
    "NumericEquals": {"s3:max-keys": 7}})), listing(MaxKeys=7))

for action in ("*", "s3:*", "S3:getobject", "s3:Get*", "s3:Get?bject", "s3:*Object"):
    allowed("4.3", "by " + action, user(allow(action)))
for action in ("s3:GetObject?", "s3:Get", "dynamodb:*"):
    refused("4.3", "by " + action, user(allow(action)), NO_IDENTITY)
allowed("4.3", "NotAction of another action", user(allow(None, NotAction="s3:PutObject")))
refused("4.3", "NotAction of this one", user(allow(None, NotAction=["s3:Get*"])), NO_IDENTITY)

for resource in ("*", OBJECT, BUCKET + "*", "arn:aws:s3:::*/x", "arn:aws:s3:::data-?lpha/in/x",
                 "arn:*:s3:*:*:data-alpha/in*"):
    allowed("4.4", "on " + resource, user(allow("s3:GetObject", resource)))
for resource in (BUCKET, BUCKET + "/In/x", BUCKET + "/in", "arn:aws:dynamodb:::data-alpha/*"):
    refused("4.4", "on " + resource, user(allow("s3:GetObject", resource)), NO_IDENTITY)
refused("4.4", "case counts", user(allow("s3:GetObject", BUCKET + "/in/x")), NO_IDENTITY, get("In/x"))
allowed("4.4", "without resource-level permission by *", user(allow("dynamodb:ListTables")), tables())
refused("4.4", "and by nothing else", user(allow("dynamodb:ListTables", "arn:aws:dynamodb:*:*:*")),
        NO_IDENTITY, tables())


def reads(rest, **more):
    return user(allow("s3:GetObject", "%s/%s" % (BUCKET, rest)), tags={"team": "in"}, **more)


allowed("4.5", "a tag in the sixth part", reads("${aws:PrincipalTag/team}/x"))
allowed("4.5", "the variable's name has no case", reads("${AWS:principaltag/TEAM}/x"))
allowed("4.5", "the default", reads("${aws:PrincipalTag/none, 'in'}/x"))
refused("4.5", "no value and no default: a resource matches nothing",
        reads("${aws:PrincipalTag/none}*"), NO_IDENTITY)
refused("4.5", "a value's * is no wildcard", reads("${aws:PrincipalTag/none, '*'}"), NO_IDENTITY)
refused("4.5", "${*} is an asterisk", reads("${*}"), NO_IDENTITY)
refused("4.5", "no value: a positive operator fails", user(allow("s3:GetObject", when={
    "StringEquals": {"aws:username": "${aws:PrincipalTag/team}"}})), NO_IDENTITY)
allowed("4.5", "no value: a negated operator holds", user(allow("s3:GetObject", when={
    "StringNotEquals": {"aws:username": "${aws:PrincipalTag/team}"}})))

for title, principal in (
        ("the account's id, with an identity allow", "<alpha>"),
        ("the root ARN", "arn:aws:iam::<alpha>:root"), ("the user", "<caller>"),
        ("the unique id", "<id>"), ("{AWS: *}", {"AWS": "*"}), ("a list", ["<beta>", "<caller>"])):
    allowed("4.6", title, user(READ), bucket=to(principal))
allowed("4.6", "a user's unique id alone", user(), bucket=to("<id>"))
allowed("4.6", "a role with a path by its ARN", session(path="/ci/"), bucket=to("<role>"))
allowed("4.6", "a session's ARN has no path", session(path="/ci/"), bucket=to("<caller>"))
allowed("4.6", "a federated user", federated(), bucket=to("<caller>"))
refused("4.6", "another user", user(), NO_IDENTITY, bucket=to("<door-alpha>"))
refused("4.6", "a service", user(), NO_IDENTITY, bucket=to({"Service": "config.amazonaws.com"}))


@rule("4.6")
def principals_without_wildcards(run):
    """a principal with a partial wildcard is not taken"""
    run.error("user/*", "MalformedPolicy", "Invalid principal in policy...",
              run.world.of("alpha", "s3").put_bucket_policy, Bucket="data-alpha",
              Policy=run.world.text(to("arn:aws:iam::<alpha>:user/*")))


@rule("4.7")
def unique_ids(run):
    """a trust policy keeps ids: who is made anew under the name is nobody"""
    world, iam = run.world, run.world.of("alpha", "iam")
    first = world.user([allow("sts:AssumeRole")])
    user_id, name = world.names["id"], world.names["name"]
    role = world.role(trust=[trusts("<caller>")])
    run.good("who is named", first.client("sts").assume_role, RoleArn=role, RoleSessionName="try")
    iam.delete_access_key(UserName=name, AccessKeyId=first.keys["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="own")
    iam.delete_user(UserName=name)
    shown = iam.get_role(RoleName=role.split("/")[-1])["Role"]["AssumeRolePolicyDocument"]
    run.equal(shown["Statement"][0]["Principal"]["AWS"], user_id, "shows the bare id")
    again = world.user([allow("sts:AssumeRole")], called=name)
    run.denied("the new one", "User: <caller> is not authorized to perform: sts:AssumeRole on "
               "resource: " + role, again.client("sts").assume_role, RoleArn=role,
               RoleSessionName="try")
    nobody = "arn:aws:iam::%s:user/nobody" % world.names["alpha"]
    run.error("a principal that does not exist", MALFORMED,
              'Invalid principal in policy: "AWS":"%s"' % nobody, iam.create_role, RoleName="never",
              AssumeRolePolicyDocument=world.text([trusts(nobody)]))


@rule("4.7")
def who_is_not_there(run):
    """a resource's policy names no user, role or id that is not there; who is outside may be anybody"""
    world, s3, dynamodb = run.world, run.world.of("alpha", "s3"), run.world.of("alpha", "dynamodb")
    s3.create_bucket(Bucket="who-is-not-there")
    table = dynamodb.create_table(
        TableName="who-is-not-there", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}])["TableDescription"]["TableArn"]

    def bucket(name, element="Principal"):
        return {"Bucket": "who-is-not-there", "Policy": world.text(
            [deny("s3:GetObject", "arn:aws:s3:::who-is-not-there/*", **{element: {"AWS": name}})])}

    def resource(name):
        return {"ResourceArn": table,
                "Policy": world.text([allow("dynamodb:GetItem", table, to=name)])}

    there = world.user([])
    for name in (there.arn, "<alpha>", "<gamma>", "111122223333",
                 "arn:aws:iam::111122223333:role/vendor", "*", "<id>"):
        run.good("%s in a bucket's policy" % name, s3.put_bucket_policy, **bucket(name))
    run.good("in a table's policy", dynamodb.put_resource_policy, **resource(there.arn))
    for name in ("arn:aws:iam::<beta>:role/never", "arn:aws:iam::<beta>:user/never",
                 there.arn.replace(":user/", ":user/other/"), "AIDA" + "A" * 17):
        if run.audit:
            run.good("%s may be anybody" % name, s3.put_bucket_policy, **bucket(name))
            continue
        for element in ("Principal", "NotPrincipal"):
            run.error("%s %s" % (element, name), "MalformedPolicy", "Invalid principal in policy",
                      s3.put_bucket_policy, **bucket(name, element))
        run.error("a table's policy: " + name, "ValidationException", "...",
                  dynamodb.put_resource_policy, **resource(name))
    given = {"Content": world.text([allow("organizations:Describe*", to="arn:aws:iam::<beta>:user/never")])}
    if not run.audit:
        run.error("the organization's", "InvalidInputException",
                  "You specified an invalid principal element in the policy.",
                  world.of("management", "organizations").put_resource_policy, **given)


def but(*spared):
    """Everybody is denied but the spared."""
    return [deny("s3:GetObject", OBJECT, NotPrincipal={"AWS": list(spared)})]


allowed("4.8", "the user and the account spared", user(READ), bucket=but("<caller>", "<alpha>"))
refused("4.8", "another spared", user(READ), DENY_RESOURCE, bucket=but("<door-alpha>", "<alpha>"))
refused("4.8", "the account not spared", user(READ), DENY_RESOURCE, bucket=but("<caller>"))
allowed("4.8", "session, role and account spared", session(READ),
        bucket=but("<caller>", "<role>", "<alpha>"))
refused("4.8", "the role not spared", session(READ), DENY_RESOURCE, bucket=but("<caller>", "<alpha>"))
refused("4.8", "a caller with a boundary is never spared", user(READ, boundary=[READ]), DENY_RESOURCE,
        bucket=but("<caller>", "<alpha>"))


@rule("4.8")
def no_not_principal(run):
    """NotPrincipal does not belong into identity and trust policies"""
    iam, spared = run.world.of("alpha", "iam"), {"NotPrincipal": {"AWS": "<beta>"}}
    run.error("in an identity policy", MALFORMED, "...", iam.put_user_policy, UserName="door",
              PolicyName="x", PolicyDocument=run.world.text([deny("*", **spared)]))
    run.error("in a trust policy", MALFORMED, "...", iam.create_role, RoleName="never",
              AssumeRolePolicyDocument=run.world.text([deny("sts:AssumeRole", None, **spared)]))


allowed("4.9", "a trust policy without Resource", user(), assume(), trust=[trusts("<caller>")])


@rule("4.9")
def no_resource(run):
    """a trust policy with Resource is not taken"""
    run.error("with Resource", MALFORMED, "Has prohibited field Resource",
              run.world.of("alpha", "iam").create_role, RoleName="never",
              AssumeRolePolicyDocument=run.world.text([trusts("<alpha>", Resource="*")]))

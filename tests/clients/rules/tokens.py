# SPDX-License-Identifier: Apache-2.0
"""Rules 6.1 to 6.12: who may ask STS for a session, and with which parameters."""
import base64
import hashlib
import hmac
import struct
import time

from rules.table import (DENY_SCP, NO_IDENTITY, NO_REASON, allowed, assume, federated, refused, root,
                         rule, session, user)
from rules.world import Caller, allow, deny, trusts

ANY_ROLE = allow(["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"])
ALL_THREE = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OPEN = [trusts("<alpha>", ALL_THREE)]


def sentence(action, resource="<role>", why=""):
    return ("User: <caller> is not authorized to perform: %s on resource: %s %s" % (
        action, resource, why % action if why else "")).strip()


def attempt(run, **more):
    """What AssumeRole of <role> is called with."""
    return dict({"RoleArn": run.world.names["role"], "RoleSessionName": "try"}, **more)


# --- 6.1 to 6.6: who may

@rule("6.1")
def no_permission_needed(run):
    """GetCallerIdentity and GetSessionToken need none and cannot be forbidden"""
    world = run.world
    who = world.user([deny("*")]).client("sts")
    undo = world.attach("SERVICE_CONTROL_POLICY", "alpha", [deny("*")], False)
    run.good("GetCallerIdentity under a deny", who.get_caller_identity)
    run.good("GetSessionToken under a deny", who.get_session_token)
    undo()
    plain = world.user().client("sts")
    run.denied("GetAccessKeyInfo needs its own", sentence("sts:GetAccessKeyInfo", "*", NO_IDENTITY),
               plain.get_access_key_info, AccessKeyId="ASIAY34FZKBOKMUTVV7A")
    info = world.user([allow("sts:GetAccessKeyInfo")]).client("sts")
    run.good("GetAccessKeyInfo with it", info.get_access_key_info, AccessKeyId="ASIAY34FZKBOKMUTVV7A")


@rule("6.2")
def who_am_i(run):
    """the ARN and the UserId of each kind of caller"""
    world = run.world
    account = world.names["alpha"]
    for title, make, arn, identifier in (
            ("root", root(), "arn:aws:iam::<alpha>:root", "<alpha>"),
            ("user", user(path="/eng/"), "arn:aws:iam::<alpha>:user/eng/<name>", "<id>"),
            ("session of a role", session(path="/ci/"),
             "arn:aws:sts::<alpha>:assumed-role/<role-name>/job", "<role-id>:job"),
            ("federated user", federated(), "arn:aws:sts::<alpha>:federated-user/fed", "<alpha>:fed")):
        got = make(world).client("sts").get_caller_identity()
        run.equal((got["Arn"], got["UserId"], got["Account"]),
                  (world.fill(arn), world.fill(identifier), account), title)
    ann = world.user(path="/eng/")
    again = Caller(world, ann.arn, ann.client("sts").get_session_token()["Credentials"], account)
    run.equal(again.client("sts").get_caller_identity()["Arn"], ann.arn, "GetSessionToken's: user")


allowed("6.3", "trust and identity policy", user(ANY_ROLE), assume(), trust=[trusts("<alpha>")],
        cli=True)
refused("6.3", "no identity policy, across accounts", user(account="beta"), NO_IDENTITY, assume(),
        trust=[trusts("<beta>")], cli=True)
refused("6.3", "an SCP of the caller", user(ANY_ROLE, account="beta"), DENY_SCP, assume(),
        trust=[trusts("<beta>")], scp={"beta": [deny("sts:AssumeRole")]})


@rule("6.4")
def itself(run):
    """a role trusts itself only when its trust policy says so"""
    world = run.world
    role = world.role([allow("sts:*")])
    own = world.assume(role)
    run.denied("not said", sentence("sts:AssumeRole"), own.client("sts").assume_role,
               **attempt(run))
    world.of("alpha", "iam").update_assume_role_policy(
        RoleName=role.split("/")[-1],
        PolicyDocument=world.text([trusts(["<door-alpha>", "<role>"])]))
    run.good("said", own.client("sts").assume_role, **attempt(run))


@rule("6.5")
def the_root_user(run):
    """the root user cannot assume a role"""
    world = run.world
    key = world.of("alpha", "iam").create_access_key()["AccessKey"]
    own = Caller(world, "", key, world.names["alpha"])
    world.role(trust=OPEN)
    run.error("with a key of its own", "AccessDenied", "Roles may not be assumed by root accounts.",
              own.client("sts").assume_role, **attempt(run))
    run.good("a user may", world.user([ANY_ROLE]).client("sts").assume_role, **attempt(run))


allowed("6.6", "let in", user(ANY_ROLE), assume(), trust=[trusts("<alpha>")])
refused("6.6", "the trust policy does not: no reason", user(ANY_ROLE), NO_REASON, assume(),
        trust=[trusts("<door-alpha>")])
refused("6.6", "the caller's side does not: the reason", user(), NO_IDENTITY, assume(),
        trust=[trusts("<alpha>")])


@rule("6.6")
def no_such_role(run):
    """a role that does not exist is not told apart"""
    who = run.world.user([ANY_ROLE])
    run.denied("nobody's role", sentence("sts:AssumeRole", "arn:aws:iam::<beta>:role/never"),
               who.client("sts").assume_role, RoleArn="arn:aws:iam::<beta>:role/never",
               RoleSessionName="try")


# --- 6.7 to 6.12: parameters

@rule("6.7")
def parameters(run):
    """lengths and patterns"""
    world = run.world
    world.role()
    sts = world.doors["alpha"].client("sts")
    for title, more in (
            ("a name of 64", {"RoleSessionName": "a+=,.@-" + "b" * 57}),
            ("an ExternalId of 1224", {"ExternalId": "a" * 1224}), ("900 s", {"DurationSeconds": 900}),
            ("ten policies", {"PolicyArns": [{"arn": READ_ONLY}] * 10}),
            ("fifty tags", {"Tags": world.tags({"k%d" % n: "v" for n in range(50)})}),
            ("SourceIdentity", {"SourceIdentity": "Alice"})):
        run.good(title, sts.assume_role, **attempt(run, **more))
    for title, more in (
            ("a name of 1", {"RoleSessionName": "a"}), ("a name of 65", {"RoleSessionName": "a" * 65}),
            ("a name with a space", {"RoleSessionName": "a b"}),
            ("an ExternalId of 1", {"ExternalId": "a"}),
            ("an ExternalId of 1225", {"ExternalId": "a" * 1225}), ("899 s", {"DurationSeconds": 899}),
            ("43201 s", {"DurationSeconds": 43201}), ("a code of five", {"TokenCode": "12345"}),
            ("a serial number of 8", {"SerialNumber": "12345678"}),
            ("eleven policies", {"PolicyArns": [{"arn": READ_ONLY}] * 11}),
            ("another account's policy", {"PolicyArns": [{"arn": "arn:aws:iam::111111111111:policy/x"}]}),
            ("fifty-one tags", {"Tags": world.tags({"k%d" % n: "v" for n in range(51)})}),
            ("a tag key of 129", {"Tags": world.tags({"k" * 129: "v"})}),
            ("SourceIdentity of aws:", {"SourceIdentity": "aws:me"})):
        run.error(title, "ValidationError", "...", sts.assume_role, **attempt(run, **more))


def at_step(seed, step):
    """The device's code of that half minute."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[at:at + 4])[0] & 0x7fffffff) % 1000000)


def other_code(seed):
    """A code that is none of those around now."""
    near = {at_step(seed, int(time.time()) // 30 + n) for n in range(-5, 6)}
    return next("%06d" % n for n in range(20) if "%06d" % n not in near)


@rule("6.8")
def external_id(run):
    """sts:ExternalId is an ordinary condition key"""
    world = run.world
    who = world.user([ANY_ROLE], account="beta").client("sts")
    world.role(trust=[trusts("<beta>", when={"StringEquals": {"sts:ExternalId": "build-42"}})])
    run.good("the right one", who.assume_role, **attempt(run, ExternalId="build-42"))
    run.denied("a wrong one", sentence("sts:AssumeRole"), who.assume_role,
               **attempt(run, ExternalId="build-43"))
    run.denied("none", sentence("sts:AssumeRole"), who.assume_role, **attempt(run))


@rule("6.8")
def mfa(run):
    """MFA: the device and a code"""
    world, iam = run.world, run.world.of("alpha", "iam")
    who = world.user([ANY_ROLE])
    device, other = [iam.create_virtual_mfa_device(VirtualMFADeviceName=world.name("m"))
                     ["VirtualMFADevice"] for _ in range(2)]
    seed, step = device["Base32StringSeed"].decode(), int(time.time()) // 30
    codes = [at_step(seed, step - 1), at_step(seed, step)]
    iam.enable_mfa_device(UserName=world.names["name"], SerialNumber=device["SerialNumber"],
                          AuthenticationCode1=codes[0], AuthenticationCode2=codes[1])
    world.role([allow("s3:ListAllMyBuckets", when={"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
               trust=[trusts("<caller>", when={"Bool": {"aws:MultiFactorAuthPresent": "true"},
                                               "NumericLessThan": {"aws:MultiFactorAuthAge": "60"}})])
    sts = who.client("sts")
    given = {"SerialNumber": device["SerialNumber"]}
    run.error("a wrong code", "AccessDenied",
              "MultiFactorAuthentication failed with invalid MFA one time pass code.",
              sts.assume_role, **attempt(run, TokenCode=other_code(seed), **given))
    run.error("another device", "AccessDenied", "MultiFactorAuthentication failed, unable to "
              "validate MFA code.  Please verify your MFA serial number is valid and associated "
              "with this user.", sts.assume_role,
              **attempt(run, SerialNumber=other["SerialNumber"], TokenCode=codes[1]))
    run.denied("no code", sentence("sts:AssumeRole"), sts.assume_role, **attempt(run))
    got = run.good("the right code", sts.assume_role,
                   **attempt(run, TokenCode=at_step(seed, step + 1), **given))
    if got:
        inside = Caller(world, "", got["Credentials"], None)
        run.good("and the session has it", inside.client("s3").list_buckets)


@rule("6.9")
def longest(run):
    """DurationSeconds up to MaxSessionDuration, an hour by default"""
    world = run.world
    says = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    sts = world.doors["alpha"].client("sts")
    for most, more in ((3600, {}), (7200, {"MaxSessionDuration": 7200})):
        world.role(**more)
        run.good("%d s" % most, sts.assume_role, **attempt(run, DurationSeconds=most))
        run.error("%d s" % (most + 1), "ValidationError", says, sts.assume_role,
                  **attempt(run, DurationSeconds=most + 1))


@rule("6.10")
def chaining(run):
    """a session that assumes a role gets an hour, whatever MaxSessionDuration says"""
    world = run.world
    first = world.assume(world.role([allow("sts:*")]))
    door = world.doors["alpha"]
    token = Caller(world, door.arn, door.client("sts").get_session_token()["Credentials"], None)
    world.role(MaxSessionDuration=43200, trust=OPEN)
    for title, who in (("a role session", first), ("GetSessionToken", token)):
        run.good(title + ", 3600 s", who.client("sts").assume_role,
                 **attempt(run, DurationSeconds=3600))
        run.error(title + ", 3601 s", "ValidationError",
                  "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
                  "by role chaining.", who.client("sts").assume_role,
                  **attempt(run, DurationSeconds=3601))


@rule("6.11")
def constraints(run):
    """the words of a constraint"""
    run.world.role()
    run.error("a name", "ValidationError", "1 validation error detected: Value 'a b' at "
              "'roleSessionName' failed to satisfy constraint: Member must ...",
              run.world.doors["alpha"].client("sts").assume_role,
              **attempt(run, RoleSessionName="a b"))
    run.good("a name that satisfies it", run.world.doors["alpha"].client("sts").assume_role,
             **attempt(run, RoleSessionName="a.b"))


@rule("6.12")
def session_policies(run):
    """malformed, too large, and the share of space in the answer"""
    world = run.world
    world.role()
    sts = world.doors["alpha"].client("sts")
    got = run.good("a policy", sts.assume_role, **attempt(run, Policy=world.text([allow("s3:*")])))
    run.check(got and 0 < got["PackedPolicySize"] <= 100, "PackedPolicySize is a percentage", got)
    run.error("malformed", "MalformedPolicyDocument", "...", sts.assume_role,
              **attempt(run, Policy='{"Statement": 1}'))
    tags = world.tags({"k%02d" % n + "x" * 100: "v" * 250 for n in range(50)})
    run.error("too large", "PackedPolicyTooLarge", "Packed policy consumes ...", sts.assume_role,
              **attempt(run, Tags=tags, Policy=world.text([allow("s3:Get" + "x" * 1000)])))

# SPDX-License-Identifier: Apache-2.0
"""What goes wrong and what the program is told: requests, credentials, state."""
import base64
import contextlib
import json
import os
import subprocess

import sandbox as box
import sdks

PYTHON = sdks.python_command("boto3-current")


def say(world, code, env=None, **more):
    """Runs a program that imports calls.py; the values it showed, or the result when it failed."""
    result = world.run(PYTHON + ["-c", "from calls import *\n" + code],
                       env={"PYTHONPATH": box.PROGRAMS, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}, **more)
    if result.returncode or result.stderr:
        return ["status %d" % result.returncode, result.stdout, result.stderr]
    return [json.loads(line) for line in result.stdout.splitlines()]


def errors(shown):
    """{service: code} of what three() showed."""
    return {name: answer.get("code") for name, answer in shown.items()} if isinstance(shown, dict) else shown


def access_key(account):
    """A key id in AWS's format that carries its account."""
    head = (1 << 47 | int(account) << 7 | 5).to_bytes(6, "big")
    return "AKIA" + base64.b32encode(head + b"\x01\x02\x03\x04").decode()


HEAD = "GET / HTTP/1.1\r\nHost: sts.amazonaws.com\r\n"
POST = "POST / HTTP/1.1\r\nHost: sts.amazonaws.com\r\n"
MALFORMED = {
    "not HTTP": "HELLO\r\n\r\n",
    "a version of its own": "GET / HTTP/9.9\r\nHost: sts.amazonaws.com\r\n\r\n",
    "no Host": "GET / HTTP/1.1\r\n\r\n",
    "two hosts": HEAD + "Host: s3.amazonaws.com\r\n\r\n",
    "a header without a colon": HEAD + "Nonsense\r\n\r\n",
    "a space in a header's name": HEAD + "Non sense: 1\r\n\r\n",
    "two lengths": POST + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "a length that is no number": POST + "Content-Length: many\r\n\r\n",
    "a chunk size that is no number": POST + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
}


def requests(tap):
    with box.Sandbox() as world:
        cases = dict(MALFORMED, long=HEAD + "X-Long: " + "a" * 2000000 + "\r\n\r\n",
                     many=HEAD + "".join("X-%d: %s\r\n" % (i, "a" * 1000) for i in range(2000)) + "\r\n")
        path = world.write("cases.json", json.dumps(cases))
        shown = say(world, "cases = json.load(open(%r))\n"
                    "show({n: raw('sts.amazonaws.com', t.encode()) for n, t in cases.items()})\n"
                    "show(call('sts', 'get_caller_identity').get('Account'))" % path)
        got = shown[0] if isinstance(shown[0], dict) else {}
        for name in MALFORMED:
            tap.equal(got.get(name), [400, True], "request: " + name)
        tap.equal(got.get("long"), [431, True], "request: a header that is too long")
        tap.equal(got.get("many"), [431, True], "request: too many headers")
        tap.equal(shown[-1], box.FIRST, "request: the next one is answered")


def signatures(tap):
    bad = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKIA"}
    form = dict(bad, **{"Content-Type": "application/x-www-form-urlencoded"})
    target = dict(bad, **{"X-Amz-Target": "DynamoDB_20120810.ListTables",
                          "Content-Type": "application/x-amz-json-1.0"})
    with box.Sandbox() as world:
        shown = say(world, "show(http('POST', 'https://sts.amazonaws.com/', "
                    "'Action=GetCallerIdentity&Version=2011-06-15', %r))\n"
                    "show(http('GET', 'https://s3.amazonaws.com/', None, %r))\n"
                    "show(http('POST', 'https://dynamodb.us-east-1.amazonaws.com/', '{}', %r))\n"
                    % (form, bad, target), env={"SSL_CERT_FILE": None})
        want = [(400, "<Code>IncompleteSignature</Code>"), (400, "<Code>AuthorizationHeaderMalformed</Code>"),
                (400, "IncompleteSignatureException")]
        for (status, code), got in zip(want, shown):
            tap.check(isinstance(got, list) and got[0] == status and code in got[1], "signature: " + code, shown)


UNKNOWN = {"sts": "InvalidClientTokenId", "s3": "InvalidAccessKeyId", "dynamodb": "UnrecognizedClientException"}
EXPIRED = {"sts": "ExpiredToken", "s3": "ExpiredToken", "dynamodb": "ExpiredTokenException"}
FORGED = {"sts": "InvalidClientTokenId", "s3": "InvalidToken", "dynamodb": "UnrecognizedClientException"}
FINE = {"sts": None, "s3": None, "dynamodb": None}
SESSION = """
keys = session(call('sts', 'assume_role', RoleArn='arn:aws:iam::222222222222:role/Any',
                    RoleSessionName='visit')['Credentials'])
show(three(keys))
token = keys['aws_session_token']
show(three(dict(keys, aws_session_token=token[:-5] + ('A' if token[-5] != 'A' else 'B') + token[-4:])))
show(three(dict(keys, aws_session_token='forged')))
show(three({**keys, 'aws_session_token': None}))
show(http('POST', 'http://awsintercept.internal/clock', '{"advance": "+2h"}')[0])
show(three(keys))
show(http('POST', 'http://awsintercept.internal/clock', '{"advance": "soon"}')[0])
"""


def credentials(tap):
    config = 'account_id: "111111111111"\naccounts:\n  - id: "222222222222"\n    name: Dev\n'
    with box.Sandbox(config) as world:
        shown = say(world, "show(three({'aws_access_key_id': %r,"
                    "'aws_secret_access_key': 's'}))\n"
                    "show(three({'aws_access_key_id': '999999999999', 'aws_secret_access_key': 's'}))\n"
                    "show(call('sts', 'assume_role', RoleArn='arn:aws:iam::999999999999:role/Any',"
                    "keys=dict(KEYS, aws_access_key_id='222222222222'), RoleSessionName='visit'))"
                    % access_key("999999999999"))
        tap.equal(errors(shown[0]), UNKNOWN, "closed: an unknown key")
        tap.equal(errors(shown[1]), UNKNOWN, "closed: an unknown account as key")
        tap.equal(shown[-1].get("code") if isinstance(shown[-1], dict) else shown, "AccessDenied",
                  "closed: a role of an unknown account")
    with box.Sandbox() as world:
        shown = say(world, SESSION)
        names = ["in force", "tampered token", "forged token", "no token", None, "expired"]
        wants = [FINE, FORGED, FORGED, None, 200, EXPIRED]
        for name, want, got in zip(names, wants, shown):
            if isinstance(want, dict):
                tap.equal(errors(got), want, "session: " + name)
        tap.check(len(shown) == 7 and all(errors(shown[3]).values()), "session: no token is refused", shown)
        tap.equal([shown[i] for i in (4, 6)] if len(shown) == 7 else shown, [200, 400], "session: the clock moves")


def check_refused(tap, name, shown, words):
    """Each protocol was told so with status 500, and the program lived on."""
    got = shown[0] if shown and isinstance(shown[0], dict) else {}
    for service in ("sts", "s3", "dynamodb"):
        answer = got.get(service, {})
        tap.check(answer.get("status") == 500 and all(w in answer.get("message", "") for w in words),
                  "%s: %s is told" % (name, service), shown)
    tap.equal(shown[-1], "alive", name + ": the program lives on")


def unusable(tap, name, make, *words):
    with box.Sandbox() as world:
        make(world)
        shown = say(world, "show(three())\nshow('alive')")
        check_refused(tap, name, shown, [world.state, *words])


def make_file(world):
    world.write("state", "not a directory")


def make_newer(world):
    os.mkdir(world.state, 0o700)
    world.write("state/format", "awsintercept state, format 9999\n")


def make_open(world):
    os.mkdir(world.state)
    os.chmod(world.state, 0o777)


def make_foreign(world):
    os.mkdir(world.state, 0o700)
    os.chown(world.state, 12345, 12345)


def make_garbage(world):
    assert say(world, "show(call('s3', 'create_bucket', Bucket='there'))")
    with open(os.path.join(world.state, "data.mdb"), "r+b") as data:
        data.write(b"garbage" * 2000)


@contextlib.contextmanager
def small_disk(path):
    """A file system of a few MiB on path; False where that is not permitted."""
    os.mkdir(path, 0o700)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", path],
                          capture_output=True, check=False).returncode == 0
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", "-l", path], check=False)


FILL = """
show(call('s3', 'create_bucket', Bucket='filled'))
stored = []
for i in range(1000):
    answer = call('s3', 'put_object', Bucket='filled', Key=str(i), Body=bytes([i % 251]) * 100000)
    if 'code' in answer:
        break
    stored.append(i)
show(answer)
show([len(stored), all(call('s3', 'get_object', Bucket='filled', Key=str(i)).get('Body') ==
                       bytes([i % 251]) * 100000 for i in stored)])
"""
AGAIN = """
show(sorted(int(o['Key']) for o in call('s3', 'list_objects_v2', Bucket='filled').get('Contents', [])))
"""


def full_disk(tap):
    with box.Sandbox() as world, small_disk(world.state) as mounted:
        if not mounted:
            tap.check(True, "full disk # SKIP not permitted to mount")
            return
        shown = say(world, FILL)
        refused = shown[1] if len(shown) == 3 else {}
        tap.check(refused.get("status") == 500 and world.state in refused.get("message", "") and
                  "no space left" in refused.get("message", ""), "full disk: the caller is told", shown)
        count, whole = shown[-1] if isinstance(shown[-1], list) else (0, False)
        tap.check(count > 5 and whole, "full disk: what was acknowledged is there", shown)
        tap.equal(say(world, AGAIN), [list(range(count))], "full disk: and nothing else, for the next program")


def state(tap):
    unusable(tap, "a file", make_file, "file")
    unusable(tap, "a newer format", make_newer, "format 9999")
    unusable(tap, "open to others", make_open, "can be written by other users")
    if os.geteuid() == 0:
        unusable(tap, "another user's", make_foreign, "belongs to another user")
    unusable(tap, "garbage", make_garbage, "data.mdb")
    full_disk(tap)


SHARE = """
import sys
call('s3', 'create_bucket', Bucket='shared')
for i in range(25):
    answer = call('s3', 'put_object', Bucket='shared', Key='%s-%%02d' %% i, Body=b'x' * i * 1000)
    assert 'code' not in answer, answer
"""


def shared(tap):
    """Two programs write at once; each then sees all of both."""
    with box.Sandbox() as world:
        env = world.env({"PYTHONPATH": box.PROGRAMS, "PYTHONDONTWRITEBYTECODE": "1"})
        both = [subprocess.Popen(PYTHON + ["-c", "from calls import *" + SHARE % name], env=env,
                                 cwd=world.work, stderr=subprocess.PIPE, text=True) for name in "ab"]
        for program in both:
            said = program.communicate(timeout=box.PATIENCE)[1]
            tap.equal((program.returncode, said), (0, ""), "shared: a writer")
        shown = say(world, "show([o['Key'] for o in "
                    "call('s3', 'list_objects_v2', Bucket='shared')['Contents']])")
        tap.equal(shown, [["%s-%02d" % (n, i) for n in "ab" for i in range(25)]], "shared: all is there")


def main():
    tap = box.Tap()
    requests(tap)
    signatures(tap)
    credentials(tap)
    state(tap)
    shared(tap)
    tap.end()


main()

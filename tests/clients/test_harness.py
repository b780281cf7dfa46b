# SPDX-License-Identifier: Apache-2.0
"""What test code asks of the emulation: the C interface in one process and in several at once, the same
over http://awsintercept.internal/, and `awsintercept snapshot`."""
import json
import os
import subprocess

import sandbox as box

HARNESS = os.path.join(box.BUILD, "tests", "clients", "harness")
AWSINTERCEPT = os.path.join(box.BUILD, "cli", "awsintercept")
RACERS, ROUNDS = 4, 15

# A test suite's own few lines, in the language that has the least: no SDK, no package.
OVER_HTTP = '''
import json, urllib.request, urllib.error

def control(method, path, body=None):
    request = urllib.request.Request("http://awsintercept.internal" + path, method=method,
                                     data=json.dumps(body).encode() if body else None)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return [answer.status, json.load(answer)]
    except urllib.error.HTTPError as error:
        return [error.code, json.load(error)]

def bucket(method):
    request = urllib.request.Request("http://s3.us-east-1.amazonaws.com/a-bucket", method=method)
    try:
        return urllib.request.urlopen(request, timeout=60).status
    except urllib.error.HTTPError as error:
        return error.code

steps = [control("POST", "/reset"), bucket("PUT"), control("POST", "/snapshot?name=base"),
         control("GET", "/snapshots"), bucket("DELETE"), control("POST", "/restore?name=base"), bucket("HEAD"),
         control("POST", "/clock", {"advance": "+1h"})[1]["moved_ms"], control("GET", "/clock")[1]["moved_ms"],
         [call["operation"] for call in control("GET", "/calls?service=s3")[1]["calls"]],
         control("GET", "/accounts")[1]["accounts"][0]["id"],
         control("DELETE", "/snapshot?name=base"), control("POST", "/restore?name=base")[0],
         control("POST", "/snapshot?name=%2F")[0], control("POST", "/clock", {"set": "soon"})[0],
         control("GET", "/restore")[0], control("POST", "/nothing")[0], control("POST", "/snapshot")[1],
         sorted(control("GET", "/")[1]["requests"])]
print(json.dumps(steps))
'''
STEPS = [[200, {"reset": True}], 200, [200, {"saved": "base"}], [200, {"snapshots": ["base"]}], 204,
         [200, {"restored": "base"}], 200, 3600000, 3600000, ["CreateBucket", "DeleteBucket", "HeadBucket"],
         box.FIRST, [200, {"deleted": "base"}], 404, 400, 400, 405, 404, {"saved": "default"},
         ["DELETE /snapshot", "GET /accounts", "GET /calls", "GET /clock", "GET /messages", "GET /snapshots",
          "POST /clock", "POST /moto-api/reset", "POST /reset", "POST /restore", "POST /snapshot"]]


def in_c(tap):
    for state in (None, "memory"):
        with box.Sandbox(state=state) as world:
            result = world.run([HARNESS, "all"])
            for line in result.stdout.splitlines():
                good, _, name = line.partition(" - ")
                if name:
                    tap.check(good.startswith("ok"), "C, %s: %s" % (state or "directory", name))
            tap.check(result.returncode == 0 and result.stderr == "", "C: to its end", result)
    with box.Sandbox() as world:
        racers = [subprocess.Popen([HARNESS, "race", "racer%d" % i, str(ROUNDS)], env=world.env(), cwd=world.work,
                                   stdout=subprocess.PIPE, text=True) for i in range(RACERS)]
        for racer in racers:
            said = racer.communicate(timeout=box.PATIENCE)[0]
            tap.check(racer.returncode == 0, "several at once", said)


def over_http(tap):
    with box.Sandbox() as world:
        result = world.run(["/usr/bin/python3", "-c", OVER_HTTP])
        if tap.ran(result, "over HTTP"):
            for got, want in zip(json.loads(result.stdout), STEPS, strict=True):
                tap.equal(got, want, "over HTTP: %s" % json.dumps(want)[:60])


def command(tap):
    with box.Sandbox() as world:
        def say(*words):
            return world.run([AWSINTERCEPT, *words], preload=False)

        def bucket(method):
            return world.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "60", "-X", method,
                              "http://s3.us-east-1.amazonaws.com/a-bucket"]).stdout
        tap.equal(bucket("PUT"), "200", "command: a bucket")
        tap.ran(say("snapshot", "save", "landing-zone"), "command: save")
        tap.equal(bucket("DELETE"), "204", "command: it goes")
        tap.equal(say("snapshot", "list", "--state", world.state).stdout, "landing-zone\n", "command: list")
        tap.ran(say("snapshot", "restore", "landing-zone"), "command: restore")
        tap.equal(bucket("DELETE"), "204", "command: it was back")
        tap.ran(say("snapshot", "delete", "landing-zone"), "command: delete")
        for words, status, said in ((("restore", "landing-zone"), 1, "no snapshot landing-zone"),
                                    (("save", "a b"), 2, "'a b'"), (("save",), 2, "usage"), (("keep", "x"), 2, "usage"),
                                    (("save", "x", "--bogus"), 2, "--bogus")):
            result = say("snapshot", *words)
            tap.check(result.returncode == status and said in result.stderr, "command: " + " ".join(words), result)


def main():
    tap = box.Tap()
    in_c(tap)
    over_http(tap)
    command(tap)
    tap.end()


main()

# SPDX-License-Identifier: Apache-2.0
"""Tries the rows: in enforce what is answered is compared, in audit what is recorded (10.1: the same
refusals, word for word, by calls that proceed)."""
import json
import os
import re
import subprocess

import sdks
from rules import coverage, table
from rules.world import World
from sandbox import BUILD, Tap, credentials_env

COMMAND = os.path.join(BUILD, "cli", "awsintercept")


class Answer:
    """What a call came to: code None is success."""

    def __init__(self, code, message, status, request, output=None):
        self.code, self.message, self.status = code, message, status
        self.request, self.output = request, output

    def __repr__(self):
        return "%s %s: %s" % (self.status, self.code, self.message)


def answer(call, **params):
    from botocore.exceptions import ClientError
    try:
        output = call(**params)
    except ClientError as error:
        said, meta = error.response["Error"], error.response["ResponseMetadata"]
        return Answer(said["Code"], said.get("Message", ""), meta["HTTPStatusCode"],
                      meta.get("RequestId"))
    meta = output["ResponseMetadata"]
    return Answer(None, "", meta["HTTPStatusCode"], meta.get("RequestId"), output)


class Noting(Tap):
    """Keeps which sides of which rules its checks have shown, by their names: "1.1 allowed: ..."."""

    def __init__(self):
        super().__init__()
        self.seen = set()

    def check(self, good, name, detail=""):
        self.seen.add(tuple((name.split(":")[0] + " ").split(" ")[:2]))
        return super().check(good, name, detail)


def by_cli(service, operation, keys, params):
    """Code and message of the same call by the AWS CLI."""
    env = dict(os.environ, **credentials_env(keys)) if keys else dict(os.environ)
    words = [*sdks.aws_command("awscli-current"), "s3api" if service == "s3" else service,
             operation.replace("_", "-")]
    for name, value in params.items():
        words += ["--" + re.sub("(?<!^)([A-Z])", r"-\1", name).lower(),
                  value if isinstance(value, str) else json.dumps(value)]
    words += ["/dev/null"] if operation == "get_object" else []
    words += [] if keys else ["--no-sign-request"]
    done = subprocess.run(words, env=env, text=True, capture_output=True, check=False)
    said = re.search(r"An error occurred \((\w+)\) when calling the \w+ operation[^:]*: (.*)",
                     done.stderr)
    if said:
        return said.group(1), said.group(2)
    return (None, "") if done.returncode == 0 else ("status %d" % done.returncode, done.stderr)


class Run:
    def __init__(self, audit):
        self.audit, self.tap, self.rule = audit, Noting(), None
        self.world = World()
        self.recorded = []  # audit: (name, id of the request, the refusal's message or None)
        self.cli = set()    # (section, allowed or not) that the AWS CLI was asked about

    # --- Rows

    def ask(self, row, caller):
        world, ask = self.world, row.ask
        params = world.fill(ask.params)
        says = None if row.says is None else world.fill(row.says)
        got = answer(getattr(caller.client(ask.service), ask.operation), **params)
        if self.audit:
            self.recorded.append((row.name(), got.request, says))
            return
        self.judge(row.name(), got.code, got.message, ask, says)
        if row.cli:
            got = by_cli(ask.service, ask.operation, caller.keys, params)
            self.judge(row.name() + " (aws)", *got, ask, says)
            self.cli.add((row.rule.split(".")[0], says is None))

    def judge(self, name, code, message, ask, says):
        want = (None, "") if says is None else (ask.denied(), says)
        self.tap.equal((code, message), want, name)

    def again(self, got, call, params):
        """A deed's question by the AWS CLI: the same answer."""
        self.equal(by_cli(*call.asked, params), (got.code, got.message),
                   "%s (aws)" % (got.code or "allowed"))
        self.cli.add((self.rule.split(".")[0], got.code is None))

    # --- Deeds: rules of more than one question

    def good(self, title, call, cli=False, **params):
        """Succeeds, and nothing is recorded against it. Returns the output."""
        name, params = "%s allowed: %s" % (self.rule, title), self.world.fill(params)
        got = answer(call, **params)
        self.tap.check(got.code is None, name, got)
        if self.audit:
            self.recorded.append((name, got.request, None))
        elif cli:
            self.again(got, call, params)
        return got.output

    def denied(self, title, says, call, code="AccessDenied", **params):
        """Is refused for want of permission: in audit only recorded. Returns audit's output."""
        says = self.world.fill(says)
        got = answer(call, **self.world.fill(params))
        name = "%s refused: %s" % (self.rule, title)
        if self.audit:
            self.recorded.append((name, got.request, says))
        else:
            self.tap.equal(((got.code or "").removesuffix("Exception"), got.message),
                           (code, says), name)
        return got.output

    def error(self, title, code, says, call, cli=False, **params):
        """Fails in every mode. says: the whole message, or its beginning when it ends in "..."."""
        params, says = self.world.fill(params), self.world.fill(says)
        got = answer(call, **params)
        same = got.message.startswith(says[:-3]) if says.endswith("...") else got.message == says
        self.tap.check(got.code == code and same, "%s refused: %s" % (self.rule, title),
                       "got  %r\nwant %s: %s" % (got, code, says))
        if cli and not self.audit:
            self.again(got, call, params)

    def check(self, good, title, detail=""):
        self.tap.check(good, "%s %s" % (self.rule, title), detail)

    def equal(self, got, want, title):
        self.tap.equal(got, want, "%s %s" % (self.rule, title))

    # --- The whole

    def rows(self, rows):
        for row in rows:
            try:
                row.run(self)
            except Exception as error:  # a row that breaks must not hide those behind it
                self.tap.check(False, row.name(), "%s: %s" % (type(error).__name__, error))

    def compare(self):
        """The journal of a run in audit holds what enforce would have said."""
        env = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
        log = subprocess.run([COMMAND, "log", "--json"], env=env, text=True, capture_output=True,
                             check=True)
        calls = {call["request_id"]: call for call in map(json.loads, log.stdout.splitlines())}
        for name, request, says in self.recorded:
            noted = [a for a in calls.get(request, {}).get("access", []) if a["decision"] != "allowed"]
            said = noted[0].get("message") if noted else None
            self.tap.equal(said, says, "audit: " + name)


def inside(audit, only):
    """All rows, or those whose rule begins with only, in one world."""
    run = Run(audit)
    run.rows([row for row in table.ROWS if row.rule.startswith(only)])
    if audit:
        run.compare()
    elif not only:
        coverage.check(run)
    run.tap.end()

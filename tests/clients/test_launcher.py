# SPDX-License-Identifier: Apache-2.0
"""awsintercept run: exit status, signals, what --fresh leaves, and what it refuses to start."""
import json
import os
import signal
import subprocess

import sandbox as box
import sdks

PYTHON = sdks.python_command("boto3-current")
AWSINTERCEPT = os.path.join(box.BUILD, "cli", "awsintercept")
CALLS = {"PYTHONPATH": box.PROGRAMS, "PYTHONDONTWRITEBYTECODE": "1"}


def launch(world, *words, **env):
    return world.run([AWSINTERCEPT, *words], env={**CALLS, **env}, preload=False)


def start(world, argv, preload=False, **env):
    """A program that runs beside the test and says a line when it is ready."""
    return subprocess.Popen(argv, env=world.env({**CALLS, **env}, preload), cwd=world.work, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ends(tap):
    """The command's end is the launcher's end, with and without a parent that stays."""
    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGKILL)
    with box.Sandbox() as world:
        for how in ([], ["--report"], ["--fresh"]):
            name = "run %s" % " ".join(how)
            for status in (0, 7, 255):
                result = launch(world, "run", *how, "--", "sh", "-c", "exit %d" % status)
                tap.equal(result.returncode, status, "%s: exit %d" % (name, status))
            for number in signals:
                result = launch(world, "run", *how, "--", "sh", "-c", "kill -%d $$" % number)
                tap.equal(result.returncode, -number, "%s: died of %s" % (name, number.name))
            for number in signals[:-1]:
                program = start(world, [AWSINTERCEPT, "run", *how, "--", "sh", "-c",
                                        "trap 'exit 9' %d; echo; while :; do sleep 0.1; done" % number])
                program.stdout.readline()
                program.send_signal(number)
                program.communicate(timeout=box.PATIENCE)
                tap.equal(program.returncode, 9, "%s: %s passed on" % (name, number.name))
            result = launch(world, "run", *how, "--", "no-such-command")
            tap.equal(result.returncode, 127, name + ": no such command")
            tap.check("no-such-command" in result.stderr, name + ": which is named", result.stderr)
            os.chmod(world.write("work/text", "text"), 0o600)
            tap.equal(launch(world, "run", *how, "--", "./text").returncode, 126, name + ": not executable")


def errors(tap):
    with box.Sandbox() as world:
        for words, said in ((["run"], "which command?"), (["run", "--no-such", "true"], "no-such"),
                            (["run", "--account", "12", "true"], "12 digits"),
                            (["run", "--iam", "some", "true"], "some"), (["no-such"], "no-such"),
                            (["run", "--state"], "state")):
            result = launch(world, *words)
            tap.equal(result.returncode, 2, "usage: " + " ".join(words))
            tap.check(said in result.stderr and result.stdout == "", "usage: and says why", result.stderr)


def refuses(tap, name, words, config=None, how=(), **env):
    """The launcher does not start anything; a program of its own is told at each call."""
    with box.Sandbox(config) as world:
        result = launch(world, "run", *how, "--", "touch", world.path("started"), **env)
        tap.check(result.returncode == 1 and all(w in result.stderr for w in words),
                  name + ": the launcher refuses", (result.returncode, result.stderr))
        tap.check(not os.path.exists(world.path("started")), name + ": and starts nothing")
        if how:
            return
        result = world.run(PYTHON + ["-c", "from calls import *\nshow(three())\nshow('alive')"],
                           env={**CALLS, **env})
        lines = result.stdout.splitlines()
        tap.check(lines[-1:] == ['"alive"'] and result.stderr == "", name + ": the program lives", result)
        shown = json.loads(lines[0]) if lines else {}
        for service in ("sts", "s3", "dynamodb"):
            message = shown.get(service, {}).get("message", "")
            tap.check(all(w in message for w in words), "%s: %s is told" % (name, service), shown)


def configurations(tap):
    refuses(tap, "unquoted id", ["awsintercept.yml:3", "222222222222"],
            "region: us-east-1\naccounts:\n  - id: 222222222222\n")
    refuses(tap, "unknown key", ["awsintercept.yml:2", "regoin"], 'account_id: "111111111111"\nregoin: a\n')
    refuses(tap, "no YAML", ["awsintercept.yml:"], "region: [\n")
    refuses(tap, "misspelt variable", ["AWSINTERCEPT_STAET", "AWSINTERCEPT_STATE"], AWSINTERCEPT_STAET="x")
    refuses(tap, "misspelt value", ["AWSINTERCEPT_IAM", "sometimes"], AWSINTERCEPT_IAM="sometimes")
    refuses(tap, "a file that is not there", ["/nowhere/awsintercept.yml"],
            AWSINTERCEPT_CONFIG="/nowhere/awsintercept.yml")
    refuses(tap, "--config", ["/nowhere.yml"], None, ("--config", "/nowhere.yml"))


def reset(tap):
    code = ("from calls import *\nfor line in ['one', 'two']:\n"
            "    show(call('s3', 'create_bucket', Bucket=line).get('code'))\n"
            "    show([b['Name'] for b in call('s3', 'list_buckets')['Buckets']])\n"
            "    sys.stdin.readline()\n"
            "    show([b['Name'] for b in call('s3', 'list_buckets')['Buckets']])\n")
    with box.Sandbox() as world:
        program = start(world, PYTHON + ["-c", code], preload=True)

        def lines(n):
            return [json.loads(program.stdout.readline() or '"nothing"') for _ in range(n)]
        tap.equal(lines(2), [None, ["one"]], "reset: before")
        tap.ran(launch(world, "reset"), "reset: while the program runs")
        program.stdin.write("\n")
        program.stdin.flush()
        tap.equal(lines(3), [[], None, ["two"]], "reset: the program goes on with nothing")
        tap.ran(launch(world, "reset", "--state", world.state), "reset: again")
        rest = program.communicate("\n", timeout=box.PATIENCE)
        tap.equal((program.returncode, rest[0].strip(), rest[1]), (0, "[]", ""), "reset: to its end")


def end_by(program, number):
    """Python looks for signals between system calls only: one that comes right before a read() waits for
    the next, so it is sent until it is heard."""
    for _ in range(box.PATIENCE // 5):
        program.send_signal(number)
        try:
            program.wait(timeout=5)
            return
        except subprocess.TimeoutExpired:
            continue


def fresh(tap):
    """Whatever ends it, nothing of the private state is left, and it was empty at the beginning."""
    code = ("from calls import *\nimport os, time\nshow(os.environ['AWSINTERCEPT_STATE'])\n"
            "show([b['Name'] for b in call('s3', 'list_buckets')['Buckets']])\n"
            "call('s3', 'create_bucket', Bucket='private')\n"
            "call('s3', 'put_object', Bucket='private', Key='k', Body=b'x' * 1000000)\n"
            "show('ready')\nsys.stdin.readline()\n")
    for number in (None, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        name = "fresh: " + (number.name if number else "to its end")
        with box.Sandbox() as world:
            os.mkdir(world.path("tmp"))
            program = start(world, [AWSINTERCEPT, "run", "--fresh", "--"] + PYTHON + ["-c", code],
                            TMPDIR=world.path("tmp"))
            shown = [json.loads(program.stdout.readline() or '""') for _ in range(3)]
            tap.check(shown[0].startswith(world.path("tmp")) and os.path.isdir(shown[0]), name + ": private", shown)
            tap.equal(shown[1:], [[], "ready"], name + ": empty at first")
            if number:
                end_by(program, number)  # before its standard input ends, which ends it too
            program.communicate("\n" if not number else None, timeout=box.PATIENCE)
            ended = {None: (0,), signal.SIGINT: (1, -signal.SIGINT)}.get(number, (-(number or 0),))
            tap.check(program.returncode in ended, name + ": its end", program.returncode)
            tap.equal(os.listdir(world.path("tmp")), [], name + ": nothing is left")
            tap.check(not os.path.exists(world.state), name + ": the shared state was not touched")


def main():
    tap = box.Tap()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests by nohup ignores it
    ends(tap)
    errors(tap)
    configurations(tap)
    reset(tap)
    fresh(tap)
    tap.end()


main()

# SPDX-License-Identifier: Apache-2.0
"""The awsintercept command in the hands of somebody who errs: wrong options, directories and files that
cannot be used, names that a terminal would obey, readers that go away."""
import json
import os
import re
import subprocess

import sandbox as box
import sdks

PYTHON = sdks.python_command("boto3-current")
AWSINTERCEPT = os.path.join(box.BUILD, "cli", "awsintercept")
CALLS = {"PYTHONPATH": box.PROGRAMS, "PYTHONDONTWRITEBYTECODE": "1"}
STRANGER = 54321  # a user id that owns nothing


def command(world, *words, **env):
    return world.run([AWSINTERCEPT, *words], env={**CALLS, **env}, preload=False)


def says(tap, result, status, words, name):
    good = result.returncode == status and all(w in result.stderr for w in words)
    return tap.check(good, name, "status %d\n%s%s" % (result.returncode, result.stdout, result.stderr))


def options(tap):
    """What is wrong is said in one line, what to do in another; nothing is made."""
    wrong = ((["log", "--bogus"], "--bogus"), (["log", "extra"], "extra"), (["log", "--account"], "--account"),
             (["log", "--account", "12"], "12 digits"), (["log", "--json=1"], "--json"),
             (["report", "--account", "abc"], "12 digits"), (["reset", "now"], "now"),
             (["accounts", "--state"], "--state"), (["accounts", "--state="], "--state"),
             (["policy", "generate", "--trust"], "--role"), (["policy", "generate", "--role"], "--role"),
             (["policy", "generate", "--role", "a", "--user", "b"], "exclude"),
             (["run", "--bogus", "true"], "--bogus"), (["run", "-x", "true"], "-x"),
             (["run", "--state", "", "true"], "empty"), (["run", "--log"], "--log"),
             (["run", "--fresh", "--state", "x", "true"], "exclude"))
    with box.Sandbox() as world:
        for words, said in wrong:
            result = command(world, *words)
            says(tap, result, 2, [said, "awsintercept: "], "wrong: " + " ".join(words))
            tap.check(result.stdout == "" and len(result.stderr.splitlines()) == 2, "in two lines", result.stderr)
        for name in ("run", "accounts", "log", "messages", "report", "reset", "doctor", "libpath", "policy", "policy simulate",
                     "policy generate"):
            for how in ("--help", "-h"):
                result = command(world, *name.split(), how)
                tap.check(result.returncode == 0 and "awsintercept " + name in result.stdout
                          and not result.stderr, "%s %s" % (name, how), result)
        tap.check(not os.path.exists(world.state), "no state directory was made")


def refused(tap, world, words, how, name, prefix=(), **env):
    result = world.run([*prefix, AWSINTERCEPT, "run", *how, "--", "touch", world.path("started")],
                       env=env, preload=False)
    says(tap, result, 1, words, name)
    tap.check(not os.path.exists(world.path("started")), name + ": nothing is started")


def places(tap):
    with box.Sandbox() as world:
        os.chmod(world.dir, 0o755)
        file = world.write("work/file", "text")
        fifo = world.path("fifo")
        os.mkfifo(fifo)
        os.mkdir(world.path("link"))
        os.symlink("nowhere", world.path("link", "awsintercept.yml"))
        for state in (file, file + "/below", world.path("n" * 300)):
            refused(tap, world, ["state directory", state], ["--state", state], "state: " + state[-12:])
            says(tap, command(world, "log", "--state", state), 1, ["state directory", state], "and log says so")
        refused(tap, world, ["the log", "Is a directory"], ["--log", world.work], "log: a directory")
        refused(tap, world, ["the log", "No such file"], ["--log", "no/where"], "log: in no folder")
        refused(tap, world, ["the log", "a pipe"], ["--log", fifo], "log: a pipe")
        refused(tap, world, [fifo, "a pipe"], ["--config", fifo], "configuration: a pipe")
        refused(tap, world, ["a directory"], ["--config", world.work], "configuration: a directory")
        for name, value in (("AWSINTERCEPT_DISABLE", "no"), ("AWSINTERCEPT_ACCOUNT_ID", "12"),
                            ("MOTO_ACCOUNT_ID", "abc"), ("awsintercept_state", "x")):
            refused(tap, world, [name], [], "%s=%s" % (name, value), **{name: value})
        result = subprocess.run([AWSINTERCEPT, "run", "true"], env=world.env(preload=False), text=True,
                                cwd=world.path("link"), capture_output=True, check=False)
        says(tap, result, 1, ["awsintercept.yml:1", "leads nowhere"], "configuration: a link to nothing")
        if os.geteuid() == 0:
            stranger = ["setpriv", "--reuid", str(STRANGER), "--regid", str(STRANGER), "--clear-groups"]
            os.mkdir(world.state, 0o755)
            refused(tap, world, ["belongs to another user"], [], "state: another user's", stranger)
            refused(tap, world, ["permission denied"], [], "state: in another user's folder", stranger,
                    AWSINTERCEPT_STATE=world.path("work", "state"))
        for name in ("x" * 120 + "/" + "y" * 120, "two words\nand a line"):
            result = command(world, "run", "--state", world.path(name), "--", *PYTHON, "-c",
                             "from calls import *\nshow(sorted(three()))")
            tap.equal(result.stdout.strip(), '["dynamodb", "s3", "sts"]', "state: in %r" % name[-20:])
            result = command(world, "log", "--state", world.path(name))
            tap.check(result.returncode == 0 and len(result.stdout.splitlines()) >= 3, "with a log", result)


def unusual(tap):
    """A program that is preloaded by hand is told at each call, and never let out."""
    with box.Sandbox() as world:
        url = "http://awsintercept.internal/accounts"
        for name, value in (("AWSINTERCEPT_DISABLE", "no"), ("AWSINTERCEPT_STAET", "x")):
            result = world.run(["curl", "-sS", "--max-time", "60", url], env={name: value})
            tap.check(name in json.loads(result.stdout or "{}").get("error", ""), "the reserved host: " + name, result)
        fifo = world.path("fifo")
        os.mkfifo(fifo)
        for name in ("AWSINTERCEPT_CONFIG", "AWSINTERCEPT_LOG"):
            result = world.run(PYTHON + ["-c", "from calls import *\nshow(three())"], env={**CALLS, name: fifo},
                               limit=120)
            tap.check(result.returncode == 0, "a pipe for %s stops nobody" % name, result)


def terminal(tap):
    """What programs name reaches no terminal as an order to it."""
    code = ("from calls import *\n"
            "call('s3', 'create_bucket', Bucket='data')\n"
            "dev = {'aws_access_key_id': '222222222222', 'aws_secret_access_key': 'secret'}\n"
            "call('s3', 'put_object', keys=dev, Bucket='data', Key='a\\x1b[31m\\r\\nb\\x9b0m\u6771')\n")
    config = 'accounts:\n  - id: "222222222222"\n    name: "Dev\\e]0;x\\a"\n  - {id: "333333333333", name: "東京"}\n'
    with box.Sandbox(config) as world:
        tap.ran(command(world, "run", "--", *PYTHON, "-c", code), "terminal: calls")
        for words in (["log"], ["report"], ["accounts"]):
            result = command(world, *words)
            tap.check(result.returncode == 0 and not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", result.stdout),
                      "terminal: " + words[0], repr(result.stdout))
        tap.check("data/a\\x1b[31m\\x0d\\x0ab\\x9b0m東" in command(world, "report").stdout, "but is shown",
                  command(world, "report").stdout)
        tap.check("東京" in command(world, "accounts").stdout, "other letters stay")
        refusals = json.loads(command(world, "report", "--json").stdout)["refusals"]
        tap.check(any("a\x1b[31m\r\nb" in (r.get("resource") or "") for r in refusals), "JSON has it as it is", refusals)


def readers(tap):
    """awsintercept log | head: silence and an end, also while there is no news."""
    with box.Sandbox() as world:
        command(world, "run", "--", *PYTHON, "-c", "from calls import *\nfor i in range(300): http('GET', 'http://sts.amazonaws.com/?Action=GetCallerIdentity')")
        for words in (["log"], ["log", "--json"], ["log", "--follow"], ["report"]):
            program = subprocess.Popen([AWSINTERCEPT, *words], env=world.env(preload=False), cwd=world.work,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            line = program.stdout.readline()
            program.stdout.close()
            said = program.stderr.read()
            tap.check(line and not said, "%s: the reader goes away" % " ".join(words), (line, said))
            program.wait(timeout=60)


def folders(tap):
    """The settings of the folder where the launcher stands hold wherever the command goes."""
    config = 'accounts:\n  - id: "222222222222"\n    name: Development\n'
    put = ("mkdir -p below && cd below && exec curl -sS -o /dev/null -w %{http_code} --max-time 60 -X PUT "
           "-H x-moto-account-id:$1 http://s3.amazonaws.com/$2")
    for name in ("awsintercept.yml", "cloudmock.yml", None):
        with box.Sandbox(config if name else None, name) as world:
            for account, status in (("222222222222", "200"), ("999999999999", "403" if name else "200")):
                result = command(world, "run", "--", "sh", "-c", put, "sh", account, "bucket-" + account,
                                 AWSINTERCEPT_STATE="state", AWSINTERCEPT_LOG="calls.log")
                tap.equal(result.stdout, status, "folders: %s, account %s" % (name, account))
            tap.equal(sorted(set(os.listdir(world.work)) - {name}), ["below", "calls.log", "state"],
                      "folders: state and log lie where the launcher was")
            tap.equal(os.listdir(world.path("work", "below")), [], "folders: nothing lies elsewhere")


def reports(tap):
    """--report tells of this run, whatever the log has from before."""
    get = "from calls import *\nhttp('GET', 'http://%s.amazonaws.com/?Action=%s')"
    with box.Sandbox() as world:
        result = command(world, "run", "--report", "--", *PYTHON, "-c", get % ("sts", "GetCallerIdentity"))
        tap.check("GetCallerIdentity" in result.stderr and "1 calls" in result.stderr, "report: the first", result)
        result = command(world, "run", "--report", "--", *PYTHON, "-c", get % ("iam", "ListUsers"))
        tap.check("ListUsers" in result.stderr and "GetCallerIdentity" not in result.stderr
                  and result.stdout == "", "report: of this run alone", result)
        position = command(world, "report", "--position").stdout.strip()
        tap.equal(json.loads(command(world, "report", "--json").stdout)["n_calls"], 2, "report: of all")
        tap.equal(json.loads(command(world, "report", "--json", "--after", position).stdout)["n_calls"], 0,
                  "report: of none since")
        says(tap, command(world, "report", "--after", "now"), 2, ["now", "--position"], "report: after what")
        result = command(world, "run", "--report", "--", "sh", "-c", "kill -9 $$")
        tap.check(result.returncode == -9 and "0 calls" in result.stderr, "report: of a command that was killed", result)


def main():
    tap = box.Tap()
    options(tap)
    places(tap)
    unusual(tap)
    terminal(tap)
    readers(tap)
    reports(tap)
    folders(tap)
    tap.end()


main()

# SPDX-License-Identifier: Apache-2.0
"""gdb, valgrind and strace at work on a program that calls AWS: all of it goes on working, and valgrind
finds nothing wrong in what is ours."""
import os
import re
import shutil
import subprocess

import sandbox as box

PLAIN = [os.path.join(box.BUILD, "tests", "clients", "confined"), "plainly"]
CURL = ["curl", "-sS", "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity"]
THREADS = [PLAIN[0], "small_threads"]

WAITS = """
import http.client
connection = http.client.HTTPSConnection("sts.us-east-1.amazonaws.com", timeout=120)
def ask():
    connection.request("GET", "/?Action=GetCallerIdentity")
    answer = connection.getresponse()
    answer.read()
    print(answer.status, flush=True)
ask()
input()
ask()
"""


def here(name):
    found = shutil.which(name)
    if not found:
        print("# %s is not here (scripts/setup installs it)" % name)
    return found


def may_trace(world):
    if not here("strace"):
        return False
    result = world.run(["strace", "-o", "/dev/null", "true"], preload=False)
    if result.returncode:
        print("# no program may be traced here: %s" % result.stderr.strip())
    return result.returncode == 0


def strace(tap, world):
    """All threads followed; no call that could leave the machine is among them."""
    for name, command in (("plain", PLAIN), ("threads", THREADS), ("curl", CURL)):
        log = world.path("trace")
        result = world.run(["strace", "-f", "-o", log, "-e", "trace=connect,sendto,sendmsg"] + command)
        tap.ran(result, "strace: %s" % name)
        with open(log, encoding="utf-8", errors="replace") as trace:
            outward = [line for line in trace if re.search(r"sa_family=AF_INET6?, ", line)]
        tap.equal(outward, [], "strace: %s, nothing goes to an Internet address" % name)


def gdb(tap, world):
    if not here("gdb"):
        return
    batch = ["gdb", "-nx", "-batch", "-ex", "set debuginfod enabled off"]
    steps = ["break exchange", "run", "backtrace", "finish", "delete", "continue"]
    started = [word for step in steps for word in ("-ex", step)] + ["--args"]
    result = world.run(batch + started + PLAIN)
    tap.check("exited normally" in result.stdout and "in plainly" in result.stdout,
              "gdb: started, stopped and continued", result.stdout + result.stderr)
    with subprocess.Popen(["/usr/bin/python3", "-c", WAITS], env=world.env(), cwd=world.work, text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        first = program.stdout.readline()
        result = world.run(batch + ["-p", str(program.pid), "-ex", "backtrace", "-ex", "detach"],
                           preload=False)
        tap.check("#0" in result.stdout, "gdb: attached", result.stdout + result.stderr)
        second = program.communicate("\n", timeout=box.PATIENCE)[0]
    tap.equal((first.strip(), second.strip()), ("403", "403"), "gdb: the program goes on after it")


def valgrind(tap, world):
    if not here("valgrind"):
        return
    tool = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=no"]
    if world.run(tool + ["true"], preload=False).returncode:
        print("# valgrind does not work here")
        return
    for name, command in (("plain", PLAIN), ("curl", CURL)):
        result = world.run(tool + command)
        tap.ran(result, "valgrind: %s" % name)
        tap.equal([line for line in result.stderr.splitlines() if line.startswith("==")], [],
                  "valgrind: %s, no errors" % name)


def main():
    tap = box.Tap()
    box.need(PLAIN[0], "the program of this test")
    with box.Sandbox() as world:
        if may_trace(world):
            strace(tap, world)
            gdb(tap, world)
        valgrind(tap, world)
    if not tap.number:
        box.skip("none of gdb, valgrind and strace is here")
    tap.end()


main()

# SPDX-License-Identifier: Apache-2.0
"""Kinds of processes, also with another allocator and another clock that are preloaded with ours."""
import glob
import http.client
import json
import os
import re
import shutil
import subprocess

import sandbox as box

PROGRAM = ["/usr/bin/python3", os.path.join(box.PROGRAMS, "processes.py")]
OTHERS = {"jemalloc": "/usr/lib/*/libjemalloc.so.2", "faketime": "/usr/lib/*/faketime/libfaketime.so.1"}


def run(tap, name, env):
    with box.Sandbox() as world:
        result = world.run(PROGRAM, env=env)
        if tap.ran(result, name + ": ran"):
            for step, good in json.loads(result.stdout).items():
                tap.check(good is True, "%s: %s" % (name, step), good)


def late_libcurl(tap):
    program = os.path.join(box.BUILD, "tests", "clients", "late")
    for library in ("libcurl.so.4", "libcurl-gnutls.so.4"):
        for how in ("local", "deep"):
            for scheme in ("http", "https"):
                with box.Sandbox() as world:
                    result = world.run([program, how, library, scheme + "://sts.us-east-1.amazonaws.com/"
                                        "?Action=GetCallerIdentity&Version=2011-06-15"])
                tap.ran(result, "%s opened after the start, %s, %s" % (library, how, scheme))


def gunicorn(tap):
    """A server that forks its workers after the application has opened a connection."""
    if not shutil.which("gunicorn"):
        print("# gunicorn is not here (scripts/setup installs it)")
        return
    command = ["gunicorn", "--preload", "-w", "3", "-b", "127.0.0.1:0", "--chdir", box.PROGRAMS,
               "prefork_app:app"]
    with box.Sandbox() as world, subprocess.Popen(
            command, env=world.env({"PYTHONDONTWRITEBYTECODE": "1"}), cwd=world.work, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        port, said = None, []
        for line in server.stderr:
            said.append(line)
            found = re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", line)
            if found:
                port = int(found.group(1))
                break
        answers = []
        for _ in range(9 if port else 0):
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=box.PATIENCE)
            client.request("GET", "/")
            answers.append(client.getresponse().read().decode())
            client.close()
        server.terminate()
        server.communicate(timeout=box.PATIENCE)
    tap.equal(answers, ["403 403"] * 9, "gunicorn: all workers" if port else "gunicorn: " + "".join(said))
    tap.equal(server.returncode, 0, "gunicorn: ends as asked")


def main():
    tap = box.Tap()
    box.need(PROGRAM[0], "Python")
    run(tap, "plain", None)
    run(tap, "LD_BIND_NOW", {"LD_BIND_NOW": "1"})
    for name, pattern in OTHERS.items():
        found = glob.glob(pattern)
        if not found:
            print("# %s is not here" % name)
            continue
        run(tap, name + " in front", {"LD_PRELOAD": found[0] + ":" + box.LIBRARY})
    late_libcurl(tap)
    gunicorn(tap)
    tap.end()


main()

# SPDX-License-Identifier: Apache-2.0
"""Programs that never call AWS behave under the preload as without it: same output, same errors, same
status, and no state directory comes to be. At the end the project's own unit tests, as one more."""
import os
import re
import subprocess

import sandbox as box

MAKEFILE = "all: b\n\t@cat b\nb: a\n\ttr a-z A-Z <a >b\nfails:\n\t@exit 3\n"

COMMANDS = [
    ["true"],
    ["false"],
    ["bash", "-c", "for i in 1 2 3; do (echo $i; exit 4) | cat; done; echo ${PIPESTATUS[0]} >&2; exit 7"],
    ["bash", "-c", "exec 5<>/dev/tcp/127.0.0.1/1"],
    ["bash", "-c", "coproc cat; echo hello >&${COPROC[1]}; read -u ${COPROC[0]} line; echo $line"],
    ["sed", "-e", "s/l/L/g", "a"],
    ["sed", "-n", "/nothing", "a"],
    ["awk", "{ print length($0) }", "a"],
    ["sh", "-c", "ls -l /proc/self/fd | wc -l"],
    ["make", "-s", "all"],
    ["make", "-s", "fails"],
    ["git", "init", "-q", "repo"],
    ["git", "-C", "repo", "status", "--short"],
    ["git", "-C", "repo", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q",
     "--allow-empty", "-m", "first"],
    ["git", "-C", "repo", "log", "--format=%s %an"],
    ["git", "-C", "repo", "fetch", "-q", "/does/not/exist"],
    ["tar", "-cf", "a.tar", "a"],
    ["tar", "-tf", "a.tar"],
    ["cat", "/does/not/exist"],
    ["curl", "-sS", "http://127.0.0.1:1/"],
    ["curl", "-sS", "https://name.invalid/"],
    ["getent", "hosts", "localhost"],
    ["getent", "ahosts", "name.invalid"],
    ["python3", "-c", "import os, socket; print(os.listdir('/proc/self/fd')); socket.getaddrinfo('localhost', 80)"],
    ["python3", "-c", "import multiprocessing as m; print(m.get_context('fork').Pool(2).map(abs, [-1, 2]))"],
    ["perl", "-e", "print 'x' x 3; exit 5"],
    ["node", "-e", "console.log(process.argv.length, Object.keys(process.env).sort().join())"],
    ["java", "-XshowSettings:none", "-version"],
    ["env"],
]


def described(result):
    return result.returncode, result.stdout, result.stderr


def without_times(text):
    """curl says how long it tried."""
    return re.sub(r"after \d+ ms", "after N ms", text)


def without_preload_line(text):
    """env and node print the variable that makes the difference."""
    lines = [l for l in text.split("\n") if not l.startswith("LD_PRELOAD=")]
    return "\n".join(lines).replace("LD_PRELOAD,", "")


def run_all(preload):
    results = []
    with box.Sandbox() as world:
        world.write("work/a", "hello\nworld\n")
        world.write("work/Makefile", MAKEFILE)
        for command in COMMANDS:
            code, out, err = described(world.run(command, preload=preload))
            results.append((code, without_preload_line(out).replace(world.dir, "DIR"),
                            without_times(err).replace(world.dir, "DIR")))
        results.append(os.path.exists(world.state))
    return results


def main():
    tap = box.Tap()
    with_it, without = run_all(True), run_all(False)
    for command, got, want in zip(COMMANDS, with_it, without):
        tap.equal(got, want, " ".join(command)[:60])
    tap.equal(with_it[-1], False, "no state directory came to be")
    with box.Sandbox() as world:
        result = subprocess.run(
            ["meson", "test", "-C", box.BUILD, "--no-rebuild", "--suite", "unit", "--logbase",
             "under-preload"], env=world.env({"AWSINTERCEPT_STATE": None}), capture_output=True,
            text=True, check=False, stdin=subprocess.DEVNULL, timeout=900)
        tap.ran(result, "the project's unit tests")
    tap.end()


main()

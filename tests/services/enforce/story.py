#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/story.md, every command of it: the blocks marked sh are run in order by one shell, and each
line of a block marked text has to be in what the block before it printed ("..." stands for
anything)."""
import os
import re
import shutil
import subprocess
import sys

from sandbox import BUILD, ROOT, Sandbox, Tap, search_path

MARK = "@@@ block %d"


def blocks(text):
    """[(kind, body)] of the fenced blocks."""
    return re.findall(r"^```(sh|text)\n(.*?)^```$", text, re.M | re.S)


def script(parts):
    lines = ["set -eu -o pipefail"]
    for number, (kind, body) in enumerate(parts):
        if kind == "sh":
            lines += [body, "echo; echo '" + MARK % number + "'"]
    return "\n".join(lines) + "\n"


def outputs(text, parts):
    """What each sh block printed, by its number; blocks that were not reached are absent."""
    found, rest = {}, text
    for number, (kind, _) in enumerate(parts):
        if kind == "sh" and MARK % number in rest:
            found[number], rest = rest.split(MARK % number, 1)
    return found


def is_in(line, output):
    pattern = ".*".join(re.escape(piece) for piece in line.strip().split("..."))
    return re.search(pattern, re.sub(r"[ \t]+", " ", output)) or re.search(pattern, output)


def main():
    tap = Tap()
    if not shutil.which("aws", path=search_path()):
        print("1..0 # SKIP no AWS CLI")
        return 0
    with open(os.path.join(ROOT, "docs", "story.md"), encoding="utf-8") as file:
        parts = blocks(file.read())
    with Sandbox() as box:
        done = subprocess.run(
            ["bash", "-c", script(parts)], cwd=box.work, text=True, timeout=500, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=box.env({"PATH": os.path.join(BUILD, "cli") + ":" + search_path(),
                         "AWSINTERCEPT_STATE": None, "AWS_DEFAULT_REGION": None,
                         "AWS_REGION": None}, preload=False))
    tap.check(done.returncode == 0, "every command of docs/story.md ran", done.stdout)
    found = outputs(done.stdout, parts)
    for number, (kind, body) in enumerate(parts):
        if kind != "text":
            continue
        missing = [line for line in body.split("\n")
                   if line.strip() and not is_in(line, found.get(number - 1, ""))]
        tap.check(not missing, "block %d printed what the page shows" % (number - 1),
                  "missing: %s\nprinted: %s" % (missing, found.get(number - 1)))
    print("1..%d" % tap.number)
    return tap.failed != 0


sys.exit(main())

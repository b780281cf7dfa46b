# SPDX-License-Identifier: Apache-2.0
"""A page of docs/ as its reader does it: test_pages.py NAME (story, guides/pytest ...). A block under a line
that begins with a file's name in backquotes becomes that file, the blocks marked sh are run in order by one
shell, and each line of a block marked text has to be in what the block before it printed ("..." stands for
anything)."""
import os
import re
import shutil
import subprocess
import sys

import sandbox as box

MARK = "@@@ block %d"
BLOCK = re.compile(r"^(?:`([\w./]+)`[^\n]*\n(?:[^`\n][^\n]*\n)*\n)?```(\w+)\n(.*?)^```$", re.M | re.S)


def script(parts):
    lines = ["set -eu -o pipefail"]
    for number, (_, kind, body) in enumerate(parts):
        if kind == "sh":
            lines += [body, "echo; echo '" + MARK % number + "'"]
    return "\n".join(lines) + "\n"


def outputs(text, parts):
    """What each sh block printed, by its number; blocks that were not reached are absent."""
    found, rest = {}, text
    for number, (_, kind, _) in enumerate(parts):
        if kind == "sh" and MARK % number in rest:
            found[number], rest = rest.split(MARK % number, 1)
    return found


def is_in(line, output):
    pattern = ".*".join(re.escape(piece) for piece in line.strip().split("..."))
    return re.search(pattern, re.sub(r"[ \t]+", " ", output)) or re.search(pattern, output)


# --- What a page needs that its reader has ------------------------------------------------------------------

def with_aws(_):
    box.need("aws", "the AWS CLI")
    return {}


def with_pytest(_):
    """Debian's pytest and boto3."""
    if subprocess.run(["/usr/bin/python3", "-c", "import boto3, pytest"], capture_output=True,
                      check=False).returncode:
        box.skip("python3-pytest or python3-boto3 is not here (scripts/setup --tests installs them)")
    return {"PATH": "/usr/bin:/bin"}


def with_go(world):
    """Go, its caches, and the modules that the tests of static programs have already."""
    go = shutil.which("go") or "/usr/local/go/bin/go"
    if not os.access(go, os.X_OK):
        box.skip("no go here")
    for name in ("go.mod", "go.sum"):
        shutil.copy(os.path.join(box.ROOT, "tests", "static", "programs", "sdk", name), world.work)
    told = subprocess.run([go, "env", "GOPATH", "GOCACHE", "GOPROXY", "GOSUMDB"], capture_output=True, text=True,
                          check=True).stdout.split("\n")
    env = dict(zip(("GOPATH", "GOCACHE", "GOPROXY", "GOSUMDB"), told))
    # The Go tool fetches modules by the machine's own trust settings, before anything is tested.
    fetch = subprocess.run([go, "mod", "download"], cwd=world.work, capture_output=True, text=True, check=False)
    if fetch.returncode:
        box.skip("the modules cannot be had: " + fetch.stderr.strip().split("\n")[-1])
    return {**env, "PATH": os.path.dirname(go) + ":/usr/bin:/bin", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}


def with_terraform(world):
    sys.path.insert(0, os.path.join(box.ROOT, "tests", "static"))
    from test_terraform import find_mirror
    terraform = box.need("terraform", "terraform")
    mirror = find_mirror() or box.skip("terraform's AWS provider is not here")
    rc = world.write("home/terraformrc", 'disable_checkpoint = true\nprovider_installation {\n'
                     '  filesystem_mirror {\n    path = "%s"\n  }\n}\n' % mirror)
    return {"TF_CLI_CONFIG_FILE": rc, "PATH": os.path.dirname(terraform) + ":/usr/bin:/bin"}


NEEDS = {"story": with_aws, "guides/pytest": with_pytest, "guides/go": with_go, "guides/terraform": with_terraform,
         "guides/ci": with_pytest}


def main():
    tap = box.Tap()
    name = sys.argv[1]
    with open(os.path.join(box.ROOT, "docs", name + ".md"), encoding="utf-8") as file:
        parts = BLOCK.findall(file.read())
    with box.Sandbox() as world:
        env = {"AWSINTERCEPT_STATE": None, "AWS_DEFAULT_REGION": None, "AWS_REGION": None, **NEEDS[name](world)}
        env["PATH"] = os.path.join(box.BUILD, "cli") + ":" + env.get("PATH", box.search_path())
        for path, _, body in parts:
            if path:
                world.write(os.path.join("work", path), body)
        done = subprocess.run(["bash", "-c", script(parts)], cwd=world.work, text=True, timeout=550, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=world.env(env, preload=False))
    tap.check(done.returncode == 0, "every command of docs/%s.md ran" % name, done.stdout)
    found = outputs(done.stdout, parts)
    for number, (_, kind, body) in enumerate(parts):
        if kind != "text":
            continue
        missing = [line for line in body.split("\n")
                   if line.strip() and not is_in(line, found.get(number - 1, ""))]
        tap.check(not missing, "block %d printed what the page shows" % (number - 1),
                  "missing: %s\nprinted: %s" % (missing, found.get(number - 1)))
    tap.end()


main()

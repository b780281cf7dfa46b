# SPDX-License-Identifier: Apache-2.0
"""What meson install puts in place works from there, wherever that is."""
import glob
import json
import os
import subprocess

import sandbox as box


def find(tap, folder, name):
    found = glob.glob(os.path.join(folder, "**", name), recursive=True)
    found = [f for f in found if os.path.isfile(f)]
    tap.equal(len(found), 1, "installed once: " + name)
    return found[0] if found else ""


def main():
    tap = box.Tap()
    box.need("curl", "curl")
    with box.Sandbox() as world:
        root = world.path("installed")
        result = subprocess.run(["meson", "install", "-C", box.BUILD, "--no-rebuild", "--destdir", root],
                                capture_output=True, text=True, check=False)
        tap.ran(result, "meson install")
        library = find(tap, root, "libawsintercept.so")
        find(tap, root, "libawsintercept-core.so")
        find(tap, root, "awsintercept-tools")
        find(tap, root, "awsintercept.h")
        command = find(tap, root, "awsintercept")
        needed = subprocess.run(["readelf", "-d", command], capture_output=True, text=True, check=False).stdout
        tap.equal([line.split("[")[1] for line in needed.splitlines() if "(NEEDED)" in line], ["libc.so.6]"],
                  "the launcher needs libc only")
        env = {"LD_PRELOAD": library}
        result = world.run(["curl", "-sS", "--max-time", "60", "-X", "PUT", "-H",
                            "x-aws-ec2-metadata-token-ttl-seconds: 60",
                            "http://169.254.169.254/latest/api/token"], env=env)
        tap.check(result.returncode == 0 and result.stdout, "the installed library answers",
                  result.stdout + result.stderr)
        result = world.run([command, "libpath"], preload=False)
        tap.equal(result.stdout.strip(), library, "awsintercept libpath names it")
        result = world.run([command, "run", "--fresh", "--", "/usr/bin/aws", "sts",
                            "get-caller-identity", "--output", "json"], preload=False)
        if tap.ran(result, "awsintercept run"):
            tap.equal(json.loads(result.stdout)["Account"], box.FIRST, "in the default account")
    tap.end()


main()

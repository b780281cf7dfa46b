# SPDX-License-Identifier: Apache-2.0
"""What meson install puts in place works from there, wherever that is."""
import glob
import json
import os
import re
import shutil
import subprocess

import sandbox as box


def find(tap, folder, name):
    found = glob.glob(os.path.join(folder, "**", name), recursive=True)
    found = [f for f in found if os.path.isfile(f)]
    tap.equal(len(found), 1, "installed once: " + name)
    return found[0] if found else ""


def manual(tap):
    """The page has what the command's own help has, and every variable."""
    with open(os.path.join(box.ROOT, "docs", "awsintercept.1"), encoding="utf-8") as file:
        page = file.read().replace("\\-", "-")
    with box.Sandbox() as world:
        def helped(*words):
            said = world.run([os.path.join(box.BUILD, "cli", "awsintercept"), *words, "--help"], preload=False).stdout
            tap.check(said, "help of " + " ".join(words))
            return said
        commands = re.findall(r"^    ([a-z]+) {2,}", helped(), re.M)
        tap.check(len(commands) > 8, "commands", commands)
        for command in commands:
            for words in ((["policy", "generate"], ["policy", "simulate"]) if command == "policy" else ([command],)):
                options = set(re.findall(r"--[a-z][-a-z]+", helped(*words)))
                missing = {word for word in {" ".join(words), *options} if word not in page}
                tap.equal(missing, set(), "the manual page has awsintercept " + " ".join(words))
    with open(os.path.join(box.ROOT, "core", "config", "config.def"), encoding="utf-8") as file:
        names = set(re.findall(r'"(AWSINTERCEPT_[A-Z_]+)"', file.read())) - {"AWSINTERCEPT_SUPERVISED"}
    tap.equal({name for name in names if name not in page}, set(), "the manual page has the variables")


def header(tap, world, root):
    """A harness finds the header by pkg-config, and compiles as C and without warnings."""
    env = {"PKG_CONFIG_PATH": os.path.dirname(find(tap, root, "awsintercept.pc")), "PKG_CONFIG_SYSROOT_DIR": root}
    flags = world.run(["pkg-config", "--cflags", "awsintercept"], env=env, preload=False)
    tap.ran(flags, "pkg-config")
    code = world.write("work/harness.c", "#include <awsintercept.h>\nint main(void)\n"
                       "{\n    return awsintercept_reset ? awsintercept_reset() : 77;\n}\n")
    out = world.path("harness")
    for library, status in ((None, 77), (find(tap, root, "libawsintercept.so"), 0)):
        result = world.run(["cc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", *flags.stdout.split(),
                            "-o", out, code], preload=False)
        tap.ran(result, "the installed header compiles")
        tap.equal(world.run([out], env={"LD_PRELOAD": library}).returncode, status, "a harness, preloaded or not")


def main():
    tap = box.Tap()
    box.need("curl", "curl")
    manual(tap)
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
        find(tap, root, "awsintercept.1")
        header(tap, world, root)
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
        for folder in ("with space", "with:colon", "with$dollar"):
            shutil.copytree(root, world.path(folder))
            aside = command.replace(root, world.path(folder))
            for words in (["libpath"], ["run", "--", "touch", world.path("started")]):
                result = world.run([aside, *words], preload=False)
                tap.check(result.returncode == 1 and "LD_PRELOAD cannot name" in result.stderr and
                          not result.stdout and not os.path.exists(world.path("started")),
                          "%s: %s is refused" % (folder, words[0]), result)
        moved = world.path("moved")
        shutil.move(root, moved)
        result = world.run([command.replace(root, moved), "run", "--state", "memory", "--", "/usr/bin/aws", "sts",
                            "get-caller-identity"], preload=False)
        tap.ran(result, "and from another place")
        shutil.move(moved, root)
        result = subprocess.run(["ninja", "-C", box.BUILD, "uninstall"], capture_output=True, text=True, check=False)
        tap.ran(result, "uninstall")
        left = [name for _, _, names in os.walk(root) for name in names]
        tap.equal(left, [], "leaves nothing")
    tap.end()


main()

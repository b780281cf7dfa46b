# SPDX-License-Identifier: Apache-2.0
"""Processes that have little: few rights, few descriptors, no threads, no files, no room."""
import os
import shutil
import subprocess

import sandbox as box

PROGRAM = os.path.join(box.BUILD, "tests", "clients", "confined")

# [way, argument], each with a state directory and with a state in memory.
WAYS = [["plainly"], ["no_new_privs"], ["filter_files"], ["filter_processes"], ["filter_pairs"],
        ["filter_names"], ["few_descriptors"], ["many_descriptors", "1000000"],
        ["many_descriptors", "1100000"], ["half_a_gigabyte"], ["small_files"], ["as_daemon"], ["small_threads"]]

# Without mount(8) rights there is nothing to show.
MOUNTS = {
    "no /proc": "umount -l /proc",
    "a home that cannot be written": 'mount --bind "$HOME" "$HOME" && mount -o remount,ro,bind "$HOME"',
}


def confined(tap, world, way, env=None, what=""):
    result = world.run([PROGRAM] + way, env=env)
    return tap.ran(result, " ".join(way).replace(world.dir, "DIR") + what)


def in_namespace(world, script, env=None):
    """A shell script, as root of a mount namespace of its own."""
    return world.run(["unshare", "-m", "--", "/bin/sh", "-ec", script], env=env, preload=False)


def with_mounts(tap):
    with box.Sandbox() as world:
        probe = in_namespace(world, "mount -t tmpfs none %s" % world.work)
    if probe.returncode:
        print("# no mount namespaces here: %s" % probe.stderr.strip())
        return
    run = "exec env LD_PRELOAD=%s %s plainly" % (box.LIBRARY, PROGRAM)
    for what, mounts in MOUNTS.items():
        with box.Sandbox() as world:
            tap.ran(in_namespace(world, mounts + "; " + run), what)
    full_disk(tap)
    unwritable_tmp(tap, run)


def full_disk(tap):
    """A state directory of 1 MiB: what does not fit is refused and told, what was there stays."""
    with box.Sandbox() as world:
        result = in_namespace(world, """
            mkdir $AWSINTERCEPT_STATE; mount -t tmpfs -o size=1m,mode=700 none $AWSINTERCEPT_STATE
            export LD_PRELOAD=%s
            url=https://narrow.s3.us-east-1.amazonaws.com
            sign="--aws-sigv4 aws:amz:us-east-1:s3 --user 123456789012:x"
            curl -sS $sign -X PUT $url
            head -c 100000 /dev/zero >body
            for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
                curl -sS $sign -T body $url/$i -o answer -w '%%{http_code} '
                grep -o 'no space left' answer || true
            done
            LD_PRELOAD= dd if=/dev/zero of=$AWSINTERCEPT_STATE/fill bs=4k 2>/dev/null || true
            curl -sS $sign $url/1 -o back -w '%%{http_code}\\n'
            cmp body back && echo kept""" % box.LIBRARY)
        tap.ran(result, "full disk: the program goes on")
        tap.check("200 " in result.stdout and "500 no space left" in result.stdout,
                  "full disk: refused with the reason", result.stdout)
        tap.check("kept" in result.stdout, "full disk: what was written is there", result.stdout)


def unwritable_tmp(tap, run):
    """Without a place for the state: an answer that says so, and none is needed in memory."""
    mounts = "mount --bind /tmp /tmp; mount -o remount,ro,bind /tmp; "
    url = "http://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity"
    with box.Sandbox() as world:
        result = in_namespace(world, mounts + "LD_PRELOAD=%s curl -sS '%s'" % (box.LIBRARY, url),
                              env={"AWSINTERCEPT_STATE": None})
        tap.check("the file system is read-only" in result.stdout,
                  "/tmp that cannot be written: told", result.stdout + result.stderr)
        result = in_namespace(world, mounts + run, env={"AWSINTERCEPT_STATE": "memory"})
        tap.ran(result, "/tmp that cannot be written: state in memory")


def limited_files(tap):
    with box.Sandbox() as world:
        result = world.run(["bash", "-c", "ulimit -f 1; exec curl -sS 'https://sts.us-east-1.amazonaws.com/"
                                          "?Action=GetCallerIdentity&Version=2011-06-15'"])
        tap.ran(result, "ulimit -f 1: curl lives")
        tap.check("limit of file sizes" in result.stdout, "ulimit -f 1: told", result.stdout)


def set_user_id(tap):
    """Not intercepted, since the loader drops the library; doctor says so."""
    with box.Sandbox() as world:
        program = world.path("work", "privileged")
        subprocess.run(["cp", "/bin/true", program], check=True)
        os.chown(program, 65534, 65534)
        os.chmod(program, 0o4755)
        command = os.path.join(box.BUILD, "cli", "awsintercept")
        result = world.run([command, "doctor", program], preload=False)
        tap.check(result.returncode == 1 and "set-user-ID" in result.stdout, "setuid: doctor says so",
                  result.stdout + result.stderr)


def another_libc(tap):
    """musl: the library is loaded, the core is not: refused, clearly and at once; doctor says why."""
    if not shutil.which("musl-gcc"):
        print("# musl-gcc is not here (scripts/setup installs it)")
        return
    with box.Sandbox() as world:
        program = world.path("work", "foreign")
        built = world.run(["musl-gcc", "-o", program, os.path.join(box.PROGRAMS, "foreign.c")], preload=False)
        if tap.ran(built, "musl: built"):
            tap.ran(world.run([program]), "musl: AWS is refused, the rest works")
            command = os.path.join(box.BUILD, "cli", "awsintercept")
            result = world.run([command, "doctor", program], preload=False)
            tap.refused(result, "musl", "musl: doctor says so")


def main():
    tap = box.Tap()
    box.need(PROGRAM, "the program of this test")
    for way in WAYS:
        with box.Sandbox() as world:
            confined(tap, world, way)
            confined(tap, world, way, {"AWSINTERCEPT_STATE": "memory"}, ", in memory")
    with box.Sandbox() as world:
        confined(tap, world, ["no_threads"], {"AWSINTERCEPT_STATE": "memory"})
    if os.getuid() == 0:
        with box.Sandbox() as world:
            os.mkdir(world.path("jail"))
            confined(tap, world, ["shut_in_before", world.path("jail")])
            confined(tap, world, ["shut_in_after", world.path("jail")])
        with_mounts(tap)
        set_user_id(tap)
    else:
        print("# chroot, mounts and a program of another user need root")
    limited_files(tap)
    another_libc(tap)
    tap.end()


main()

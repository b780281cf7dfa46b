# SPDX-License-Identifier: Apache-2.0
"""The soak: many programs on one state directory while everything goes wrong around them.

    scripts/soak [--minutes N] [--seed S] [--build DIR]

Writers (preloaded C and Python programs, static ones under the launcher) note what was acknowledged
and read it back. Meanwhile writers are killed and stopped, the disk fills up, files may not grow, the
state is reset and the emulated clock jumps. What must hold: no acknowledged write is lost, nothing
torn or refused is read, descriptors, memory and the state do not grow, and no process or file is left
at the end. Prints the seed and a summary; the exit status is 1 when something did not hold.
"""
import argparse
import faulthandler
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "soak"), os.path.join(ROOT, "tests", "clients")]

import disturb  # noqa: E402
import people  # noqa: E402
import watch  # noqa: E402

DISK = 160 << 20


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--build", type=os.path.abspath, default=os.environ.get("AWI_BUILD", os.path.join(ROOT, "build")))
    parser.add_argument("--tap", action="store_true", help="print the result as a test does")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    return parser.parse_args()


def own_disk(args):
    """Runs this again where it may mount a small disk of its own, if there is such a place."""
    again = [sys.executable, os.path.abspath(__file__), "--inside", "mount", "--minutes", str(args.minutes),
             "--seed", str(args.seed), "--build", args.build] + (["--tap"] if args.tap else [])
    for how in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        able = subprocess.run(how + ["sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True, check=False)
        if able.returncode == 0:
            os.execvp(how[0], how + again)


class Soak:
    def __init__(self, args, directory):
        self.args = args
        self.directory = directory
        self.random = random.Random(args.seed)
        self.bad = []
        self.numbers = {}
        for name in ("journal", "disk", "home", "tmp"):
            os.mkdir(os.path.join(directory, name))
        self.disk = os.path.join(directory, "disk")
        if args.inside == "mount":
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%d,mode=700" % DISK, "none", self.disk], check=True)
        self.state = os.path.join(self.disk, "state")
        self.people = people.People(self)
        self.disturbance = disturb.Disturbance(self)
        self.watch = watch.Watch(self)

    def violation(self, text):
        if text not in self.bad:
            self.bad.append(text)
            print("# violation: " + text, flush=True)

    def add(self, name, number=1):
        self.numbers[name] = self.numbers.get(name, 0) + number

    def run(self):
        until = time.monotonic() + self.args.minutes * 60
        self.people.begin()
        self.watch.begin()
        while time.monotonic() < until:
            self.disturbance.tick()
            self.people.tick()
            self.watch.tick()
            time.sleep(0.02)
        self.disturbance.end()
        self.watch.end()
        self.people.end()
        self.watch.leftovers()

    def summary(self):
        print("# seed %d, %.1f minutes" % (self.args.seed, self.args.minutes))
        for name in sorted(self.numbers):
            value = self.numbers[name]
            print("# %-40s %s" % (name, value if isinstance(value, int) else "%.1f" % value))


def main():
    args = options()
    faulthandler.register(signal.SIGUSR1)
    if not args.inside:
        print("# seed %d" % args.seed, flush=True)
        own_disk(args)
    directory = tempfile.mkdtemp(prefix="awi-soak-", dir="/var/tmp")
    soak = Soak(args, directory)
    try:
        soak.run()
    finally:
        soak.people.kill_all()
        if args.inside == "mount":
            subprocess.run(["umount", soak.disk], check=False)
        if soak.bad:
            print("# journals are kept in " + directory)
        else:
            shutil.rmtree(directory)
    soak.summary()
    if args.tap:
        for number, name in enumerate(sorted(watch.RULES), 1):
            broken = [b for b in soak.bad if b.startswith(name)]
            print("%sok %d - %s" % ("not " if broken else "", number, name))
        print("1..%d" % len(watch.RULES))
    print("# %d violations" % len(soak.bad))
    sys.exit(1 if soak.bad else 0)


main()

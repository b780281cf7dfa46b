# SPDX-License-Identifier: Apache-2.0
"""Kinds of processes, also with another allocator and another clock that are preloaded with ours."""
import glob
import json
import os

import sandbox as box

PROGRAM = ["/usr/bin/python3", os.path.join(box.PROGRAMS, "processes.py")]
OTHERS = {"jemalloc": "/usr/lib/*/libjemalloc.so.2", "faketime": "/usr/lib/*/faketime/libfaketime.so.1"}


def run(tap, name, env):
    with box.Sandbox() as world:
        result = world.run(PROGRAM, env=env)
        if tap.ran(result, name + ": ran"):
            for step, good in json.loads(result.stdout).items():
                tap.check(good is True, "%s: %s" % (name, step), good)


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
        run(tap, name + " behind", {"LD_PRELOAD": box.LIBRARY + ":" + found[0]})
    tap.end()


main()

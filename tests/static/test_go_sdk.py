# SPDX-License-Identifier: Apache-2.0
"""aws-sdk-go-v2, linked in each of Go's ways. Its modules come from the module proxy, or from the cache."""
import json
import os
import subprocess

import test_static as base

import records
import sandbox as box


def sdk(world, tap):
    where = os.path.join(base.HERE, "programs", "sdk")
    env = base.go_env(GOFLAGS="-mod=readonly -buildvcs=false")
    if subprocess.run([base.find_go(), "mod", "download"], cwd=where, env=env, capture_output=True,
                      check=False, timeout=box.PATIENCE).returncode:
        box.skip("the modules of aws-sdk-go-v2 cannot be had")
    want = {records.WHO: {"who": box.FIRST},
            records.ROLE: {"visitor": "arn:aws:sts::222222222222:assumed-role/Visitor/visit"},
            records.OBJECTS: {"body": "from go", "there": ["second-go"]},
            records.APART: {"here": []}}
    for kind in base.GO_KINDS:
        program, why = base.build_go(world, "sdk", kind)
        if not tap.check(program, kind + ": built", why):
            continue
        fresh = [base.LAUNCHER, "run", "--fresh", "--"]
        ways = [("launcher", [*fresh, program, box.SECOND], {"LD_PRELOAD": None}),
                ("launcher, own bundle", [*fresh, program, box.SECOND],
                 {"LD_PRELOAD": None, "AWS_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt"}),
                ("preloaded shell", [*fresh, "bash", "-c", program + " " + box.SECOND], {"LD_PRELOAD": None})]
        if kind != "static":
            ways.append(("LD_PRELOAD", [program, box.SECOND], {"AWSINTERCEPT_STATE": world.path("state-" + kind)}))
        started = ", ".join(name for name, _, _ in ways if name != "launcher, own bundle")
        record = records.Record("go-sdk-" + kind, started, tap)
        for name, argv, env in ways:
            result = world.run(argv, env=env)
            good = tap.ran(result, "%s: %s: ran" % (kind, name))
            seen = json.loads(result.stdout) if good else {}
            for step, wanted in want.items():
                with record.step(step):
                    for what, value in wanted.items():
                        tap.equal(seen.get(what), value, "%s: %s: %s" % (kind, name, what))
        record.write()


def main():
    tap = box.Tap()
    with box.Sandbox() as world:
        sdk(world, tap)
        tap.check(base.is_quiet(world), "no supervisor is left", base.supervisors(world))
    tap.end()


main()

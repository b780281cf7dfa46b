#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random cases through `policy simulate --jsonl` and through the reference evaluator: they must
agree on verdict and layer.

    property.py COMMAND... [--seed N] [--cases N]
"""
import argparse
import collections
import json
import random
import subprocess
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
import generate  # noqa: E402
import reference  # noqa: E402


def simulate(command, cases):
    lines = "".join(json.dumps(c, ensure_ascii=False) + "\n" for c in cases)
    run = subprocess.run(command + ["simulate", "--jsonl"], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


def difference(case, answer):
    if answer.get("CaseId") != case["CaseId"] or "Error" in answer:
        return "answer %s" % json.dumps(answer)
    result = answer["EvaluationResults"][0]
    got = result["EvalDecision"], result["DecidingLayer"]
    wanted = reference.decide(case, case["ActionNames"][0], case["ResourceArns"][0])
    if got != wanted:
        return "got %s %s, the reference says %s %s" % (got + wanted)
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", nargs="+")
    parser.add_argument("--seed", type=int, default=None, help="default: a new one, which is printed")
    parser.add_argument("--cases", type=int, default=4000)
    args = parser.parse_args()
    seed = random.randrange(1 << 32) if args.seed is None else args.seed
    print("seed %d, %d cases" % (seed, args.cases))
    generator = generate.Generator(seed)
    cases = [generator.case(i) for i in range(args.cases)]
    answers = simulate(args.command, cases)
    if len(answers) != len(cases):
        sys.exit("%d answers to %d lines" % (len(answers), len(cases)))
    wrong = [(c, d) for c, d in ((c, difference(c, a)) for c, a in zip(cases, answers)) if d]
    for case, what in wrong[:3]:
        print(what)
        print(json.dumps(case, ensure_ascii=False))
    verdicts = collections.Counter(
        (a["EvaluationResults"][0]["EvalDecision"], a["EvaluationResults"][0]["DecidingLayer"])
        for a in answers if "EvaluationResults" in a)
    for (verdict, layer), n in sorted(verdicts.items()):
        print("%6d %s %s" % (n, verdict, layer))
    if wrong:
        sys.exit("%d of %d cases differ" % (len(wrong), len(cases)))
    # A vocabulary that no longer meets would prove nothing.
    missing = [v for v in [("allowed", "identity"), ("allowed", "resource"), ("allowed", "root"), ("allowed", "none")] +
               [("explicitDeny", l) for l in ("rcp", "scp", "resource", "identity", "boundary", "session")] +
               [("implicitDeny", l) for l in ("rcp", "scp", "resource", "identity", "boundary", "session")]
               if v not in verdicts]
    if missing and args.cases >= 4000:
        sys.exit("no case came out as %s" % missing)


main()

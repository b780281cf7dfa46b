#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cases/*.jsonl through `policy simulate --jsonl`, and through the reference evaluator: each line
says what is Expected and which Rule (docs/policy.md) it shows; every rule is shown allowing and
refusing.

    rules.py COMMAND...
"""
import collections
import glob
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import reference  # noqa: E402

# These say what cannot match at all, or only what is never refused.
ONE_SIDED = {"1.3", "3.6", "4.7"}


def main():
    shown, wrong = collections.defaultdict(set), []
    paths = sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases/*.jsonl")))
    cases = [json.loads(line) for path in paths for line in open(path, encoding="utf-8")]
    run = subprocess.run(sys.argv[1:] + ["simulate", "--jsonl"] + paths, stdout=subprocess.PIPE, check=True)
    answers = [json.loads(line) for line in run.stdout.decode().splitlines()]
    if len(answers) != len(cases) or len(cases) < 300:
        sys.exit("%d answers to %d cases" % (len(answers), len(cases)))
    for case, answer in zip(cases, answers):
        result = answer.get("EvaluationResults", [{}])[0]
        got = "%s %s" % (result.get("EvalDecision"), result.get("DecidingLayer"))
        second = "%s %s" % reference.decide(case, case["ActionNames"][0], case["ResourceArns"][0])
        if (answer["CaseId"], got, second) != (case["CaseId"], case["Expected"], case["Expected"]):
            wrong.append("%s (%s): expected %s, got %s, reference %s" % (
                case["CaseId"], case["Description"], case["Expected"], got, second))
        shown[case["Rule"]].add(got.startswith("allowed"))
    wrong += ["rule %s is shown one way only" % rule for rule, ways in sorted(shown.items())
              if len(ways) < 2 and rule not in ONE_SIDED]
    print("\n".join(wrong + ["%d cases, %d rules" % (len(cases), len(shown))]))
    sys.exit(bool(wrong))


main()

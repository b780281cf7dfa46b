# SPDX-License-Identifier: Apache-2.0
"""The numbers of all rules: each must have been seen to allow and to refuse."""
import os

from sandbox import ROOT

# Section: how many rules it has.
SECTIONS = {1: 12, 2: 5, 3: 6, 4: 9, 5: 10, 6: 20, 7: 14, 8: 10, 9: 3, 10: 5}

# Rules that only tell what an answer looks like: there is nothing to refuse.
ONLY_ANSWERS = ("6.2", "6.16", "7.2", "7.9", "7.14", "9.1", "9.3")

CASES = "tests/core/policy/cases/"
# Rules of which nothing can be seen from outside.
UNSEEN = ("10.5",)

# What cannot be seen from outside: (rule, what, why, file, what the file says of it).
ELSEWHERE = (
    ("1.8", "policies of KMS keys", "there is no KMS", CASES + "one_account.jsonl", "no key policy"),
    ("1.12", "service principals", "no service calls another", CASES + "one_account.jsonl",
     "a service that is named"),
    ("3.1", "service-linked roles", "only services assume them", CASES + "reach.jsonl",
     "SCPs spare service-linked roles"),
    ("3.2", "service-linked roles", "only services assume them", CASES + "reach.jsonl",
     "RCPs spare calls by service-linked roles"),
    ("3.2", "kms:RetireGrant", "there is no KMS", CASES + "reach.jsonl", "RCPs spare kms:RetireGrant"),
    ("8.5", "the switch turned off", "one configuration a run",
     "tests/core/request/test_switches.c", "test_policy_arn_switch"),
    ("8.8", "SNS and REST-JSON", "no such service", "tests/core/request/test_switches.c",
     "test_denials"),
    ("10.4", "an operation without permissions", "every operation has some",
     "tests/core/request/test_mapping.c", "test_unmapped_enforce"),
    ("10.5", "calls on a service's behalf", "no service makes any", CASES + "one_account.jsonl",
     "a service that is not"),
)


def check(run):
    """Every rule has its rows; every part that has none names a test that is there."""
    for rule, what, why, path, words in ELSEWHERE:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            run.tap.check(words in file.read(), "coverage: %s, %s, is tested by %s (%s)" % (
                rule, what, path, why))
    for section, n in SECTIONS.items():
        rules = ["%d.%d" % (section, number + 1) for number in range(n)]
        for rule in (rule for rule in rules if rule not in UNSEEN):
            sides = {side for number, side in run.tap.seen if number == rule}
            good = sides if rule in ONLY_ANSWERS else {"allowed", "refused"} <= sides
            run.tap.check(good, "coverage: %s" % rule, sides)
        for good in (True, False):
            run.tap.check((str(section), good) in run.cli, "coverage: section %d by the AWS CLI, %s"
                          % (section, "allowed" if good else "refused"))

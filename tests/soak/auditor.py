# SPDX-License-Identifier: Apache-2.0
"""The soak's judge, a program under the preload: reads a writer's keys back and compares them with its
journal.

    auditor.py DIR

Each line of standard input is NAME ACCOUNT of a writer that does not run; the answer is one line of
JSON: {"bad": [...], "read": N, "unanswered": N, "acknowledged": N, "refused": {...}}. The line
"count" asks for the counter since the last reset, "big ACCOUNT" for how many objects lie in files.
"""
import json
import os
import re
import sys
import time

import soaklib as lib

INLINE_MAX = 32 << 10
PATIENCE = 30


def patient_get(client, kind, key):
    """What is there, once it can be read: a full disk or a running reset does not last."""
    until = time.monotonic() + PATIENCE
    while True:
        begin = lib.now()
        try:
            status, text = client.get(kind, key)
        except lib.Broken as error:
            status, text = 0, str(error)
        if 0 < status < 500 or time.monotonic() > until:
            return (begin, lib.now()), status, text
        time.sleep(0.1)


def audit(directory, name, account):
    history = lib.History(os.path.join(directory, "journal", name))
    client = lib.Client(account)
    bad = list(history.bad)
    read = 0
    for kind, key in sorted(k for k in history.writes if k[0] != "count"):
        span, status, text = patient_get(client, kind, key)
        if status != 200:
            bad.append("audit %s %s answers %s %s" % (kind, key, status, text[:300]))
            continue
        read += 1
        found = lib.version_of(kind, key, text) if text is not None else None
        possible = history.possible(kind, key, lib.resets(os.path.join(directory, "resets")), span)
        if text is not None and found is None:
            bad.append("audit torn %s %s: %r" % (kind, key, text[:60]))
        elif found not in possible:
            bad.append("audit %s %s finds %s, possible are %s; read at %s" % (
                kind, key, found, sorted(possible, key=str), span))
    client.close()
    return {"bad": bad, "read": read, "acknowledged": history.acknowledged, "refused": history.refused}


def count(directory, accounts):
    """Every counter lies between what was acknowledged and what was tried."""
    key = "count-%d" % len(lib.resets(os.path.join(directory, "resets")))
    bad, least, most, total = [], {}, {}, 0
    for name, account in accounts.items():
        writes = lib.History(os.path.join(directory, "journal", name)).writes.get(("count", key), [])
        least[account] = least.get(account, 0) + sum(1 for w in writes if w[2])
        most[account] = most.get(account, 0) + sum(1 for w in writes if w[2] is not False)
    for account in least:
        client = lib.Client(account)
        _, text = client.dynamodb("GetItem", TableName=lib.TABLE, Key={"k": {"S": key}})
        found = int(json.loads(text).get("Item", {}).get("n", {}).get("N", 0))
        client.close()
        total += found
        if not least[account] <= found <= most[account]:
            bad.append("counter of %s is %d, acknowledged %d, tried %d" % (
                account, found, least[account], most[account]))
    return {"bad": bad, "total": total}


def big(account):
    """How many objects of the bucket are too long for a record."""
    client = lib.Client(account)
    found, token = 0, ""
    while token is not None:
        status, text = client.s3("GET", "?list-type=2" + token)
        found += sum(1 for size in re.findall(r"<Size>(\d+)</Size>", text) if int(size) > INLINE_MAX)
        following = re.search(r"<NextContinuationToken>([^<]*)<", text)
        token = "&continuation-token=" + following.group(1) if status == 200 and following else None
    client.close()
    return {"big": found}


def main():
    directory = sys.argv[1]
    for line in sys.stdin:
        words = line.split()
        if words[0] == "count":
            answer = count(directory, dict(w.split("=") for w in words[1:]))
        elif words[0] == "big":
            answer = big(words[1])
        else:
            answer = audit(directory, *words)
        print(json.dumps(answer), flush=True)


main()

# SPDX-License-Identifier: Apache-2.0
"""An SDK meets two accounts: test_sdk_clients.py CLIENT. All of them must see the same things."""
import sys

import records
import sandbox as box
import sdks

EXPECTED = {
    records.WHO: {"who": box.FIRST},
    records.ROLE: {
        "visitor": "arn:aws:sts::%s:assumed-role/Visitor/visit" % box.SECOND,
        "forged": "InvalidClientTokenId",
    },
    records.OBJECTS: {
        "object": "what the second account wrote",
        "keys": ["folder/hello.txt"],
        "no object": "NoSuchKey",
        "buckets": [sdks.BUCKET],
    },
    records.APART: {
        "first buckets": [],
        "first object": "AccessDenied",
        "first create": "BucketAlreadyExists",
    },
    records.TABLE: {
        "item": {"id": {"S": "1"}, "n": {"N": "42"}},
        "tables": ["visits"],
        "first tables": [],
        "first table": "ResourceNotFoundException",
    },
}


def main():
    name = sys.argv[1]
    client = sdks.by_name(name)
    tap = box.Tap()
    with box.Sandbox() as world:
        try:
            seen = client.run(world)
        except sdks.Failed as failure:
            seen = {}
            tap.check(False, name + ": ran to its end", failure)
    record = records.Record(name, "LD_PRELOAD", tap)
    for step, wanted in EXPECTED.items():
        if step == records.TABLE and "dynamodb" not in client.services:
            continue
        with record.step(step):
            for what, want in wanted.items():
                tap.equal(seen.get(what), want, "%s: %s" % (name, what))
    record.write()
    tap.end()


main()

# SPDX-License-Identifier: Apache-2.0
"""An SDK meets two accounts: test_sdk_clients.py CLIENT. All of them must see the same things."""
import sys

import sandbox as box
import sdks

EXPECTED = {
    "who": box.FIRST,
    "visitor": "arn:aws:sts::%s:assumed-role/Visitor/visit" % box.SECOND,
    "object": "what the second account wrote",
    "keys": ["folder/hello.txt"],
    "no object": "NoSuchKey",
    "buckets": [sdks.BUCKET],
    "first buckets": [],
    "first object": "AccessDenied",
    "first create": "BucketAlreadyExists",
    "forged": "InvalidClientTokenId",
}
EXPECTED_DYNAMODB = {
    "item": {"id": {"S": "1"}, "n": {"N": "42"}},
    "tables": ["visits"],
    "first tables": [],
    "first table": "ResourceNotFoundException",
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
    expected = {**EXPECTED, **(EXPECTED_DYNAMODB if "dynamodb" in client.services else {})}
    for step, want in expected.items():
        tap.equal(seen.get(step), want, "%s: %s" % (name, step))
    tap.end()


main()

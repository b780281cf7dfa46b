# SPDX-License-Identifier: Apache-2.0
"""The examples that the project was asked for with: test_seeds.py PYTHON (boto3-debian or -current)."""
import json
import os
import sys

import sandbox as box
import sdks

CLOUDMOCK = """\
region: us-east-1
account_id: "111111111111"
accounts:
  - id: "222222222222"
    name: "Development"
  - id: "333333333333"
    name: "Staging"
  - id: "444444444444"
    name: "Production"
"""


class Seeds:
    def __init__(self, python, tap):
        self.python = python
        self.tap = tap

    def program(self, name, want, world, env=None):
        result = world.run(self.python + [os.path.join(box.PROGRAMS, name)], env=env)
        if not self.tap.ran(result, name + ": ran"):
            return
        seen = json.loads(result.stdout)
        for step, value in want.items():
            self.tap.equal(seen.get(step), value, "%s: %s" % (name, step))

    def cloudmock(self):
        with box.Sandbox(CLOUDMOCK, "cloudmock.yml") as world:
            self.program("seed_cloudmock.py", {
                "management": "111111111111",
                "dev": [["dev-data"], ["dev-table"]],
                "staging": [[], []],
                "own": [[], []],
                "without e-mail": "boto3 refuses",
                "team is the new account": True,
                "team": ["team-data"],
                "dev still": ["dev-data"],
                "listed": ["Development", "New Team Account"],
                "unknown account": "AccessDenied",
            }, world)

    def moto(self):
        with box.Sandbox() as world:
            self.program("seed_moto.py", {
                "changed": ["bucket-in-account-2"],
                "changed who": "111111111111",
                "changed back": ["bucket-default-account"],
                "own role": ["bucket-default-account"],
                "other role": [],
                "other role after": ["foobar"],
                "variable before keys": ["bucket-in-account-2"],
                "keys again": ["foobar"],
            }, world)

    HEADER = {"put": 200, "named": ["bucket"], "default": [], "variable before header": [],
              "reset": 200, "after reset": []}

    def header(self):
        with box.Sandbox() as world:
            self.program("seed_header.py", self.HEADER, world,
                         {"AWSINTERCEPT_ENDPOINTS": "localhost:5000"})
        listed = 'endpoints: ["localhost:5000"]\naccounts:\n  - id: "333344445555"\n    name: Other\n'
        with box.Sandbox(listed) as world:
            self.program("seed_header.py", self.HEADER, world)
            self.header_curl(world)

    def header_curl(self, world):
        """The same with curl; the state is empty again after the program's reset."""
        box.need("curl", "curl")
        curl = ["curl", "-sS", "--max-time", "60"]
        named = ["-H", "x-moto-account-id: 333344445555"]
        result = world.run(curl + named + ["-X", "PUT", "http://bucket.localhost:5000/", "-w",
                                           "%{http_code}"])
        self.tap.equal(result.stdout[-3:], "200", "curl: put the bucket")
        result = world.run(curl + named + ["http://localhost:5000"])
        self.tap.check("<Name>bucket</Name>" in result.stdout, "curl: the named account lists it",
                       result.stdout + result.stderr)
        result = world.run(curl + ["http://localhost:5000"])
        self.tap.check("ListAllMyBucketsResult" in result.stdout and "<Name>" not in result.stdout,
                       "curl: the default account lists nothing", result.stdout + result.stderr)
        unknown = ["-H", "x-moto-account-id: 999999999999", "-w", "%{http_code}"]
        result = world.run(curl + unknown + ["http://localhost:5000"])
        self.tap.equal(result.stdout[-3:], "403", "curl: an account that is not listed is refused")


def main():
    tap = box.Tap()
    seeds = Seeds(sdks.python_command(sys.argv[1]), tap)
    seeds.cloudmock()
    seeds.moto()
    seeds.header()
    tap.end()


main()

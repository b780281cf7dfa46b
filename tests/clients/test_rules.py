# SPDX-License-Identifier: Apache-2.0
"""Every rule of how AWS decides, as boto3 and the AWS CLI meet it: test_rules.py enforce|audit [RULE]

The rows lie in rules/, a file a section. The same rows run where permissions are enforced and where
they are only recorded; what is recorded must be what enforce would have answered.
"""
import os
import sys

import sandbox as box
import sdks
from rules import run, sections  # noqa: F401


def main():
    mode, only = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    if os.environ.get("AWI_INSIDE"):
        run.inside(mode == "audit", only)
        return
    with box.Sandbox() as world:
        done = world.run(sdks.python_command("boto3-current") + [__file__, mode, only], env={
            "AWSINTERCEPT_IAM": mode, "AWI_INSIDE": "1", "PYTHONDONTWRITEBYTECODE": "1",
            "AWI_BUILD": box.BUILD})
        print(done.stdout, end="")
        for line in done.stderr.split("\n")[-20:]:
            print("# " + line)
        sys.exit(done.returncode)


main()

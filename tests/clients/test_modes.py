# SPDX-License-Identifier: Apache-2.0
"""Open, single and closed accounts, and a configuration that is wrong."""
import json
import os

import sandbox as box
import sdks

PYTHON = sdks.python_command("boto3-current")
OTHER = "999999999999"
BUCKET = "of-the-default-account"
REFUSED = ["InvalidClientTokenId", "InvalidAccessKeyId"]


def run(tap, name, config, want, env=None):
    with box.Sandbox(config) as world:
        result = world.run(PYTHON + [os.path.join(box.PROGRAMS, "modes.py"), OTHER, BUCKET],
                           env=env)
        if tap.ran(result, name + ": ran"):
            seen = json.loads(result.stdout)
            for way, value in want.items():
                tap.equal(seen[way], value, "%s: %s" % (name, way))


def everywhere(value, default):
    ways = ["12 digits", "key with the account in its bits", "role", "MOTO_ACCOUNT_ID",
            "AWSINTERCEPT_ACCOUNT_ID"]
    return {"default": default, "any other key": default, **{w: value for w in ways}}


def container(tap):
    """The credentials endpoint of a container, as ECS names it."""
    with box.Sandbox('account_id: "111111111111"\n') as world:
        result = world.run(PYTHON + ["-c", (
            "import boto3\n"
            "s = boto3.Session()\n"
            "print(s.get_credentials().method, s.client('sts').get_caller_identity()['Account'])")],
            env={"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/task"})
        tap.equal(result.stdout.split(), ["container-role", "111111111111"], "container: who am I")


def metadata(tap):
    """The instance metadata service, asked by hand."""
    imds = "http://169.254.169.254/latest/"
    life = "x-aws-ec2-metadata-token-ttl-seconds: "
    with box.Sandbox('region: eu-central-1\naccount_id: "111111111111"\n') as world:
        def ask(path, *words):
            result = world.run(["curl", "-sS", "--max-time", "60", "-w", "\n%{http_code}", imds + path,
                                *words])
            body, _, status = result.stdout.rpartition("\n")
            return int(status or 0), body

        status, token = ask("api/token", "-X", "PUT", "-H", life + "60")
        tap.equal(status, 200, "metadata: a token")
        for name, words in (("no time to live", []), ("too long a life", ["-H", life + "21601"]),
                            ("no number", ["-H", life + "soon"])):
            tap.equal(ask("api/token", "-X", "PUT", *words)[0], 400, "metadata: token with " + name)
        tap.equal(ask("api/token", "-X", "PUT", "-H", life + "60", "-H", "X-Forwarded-For: a")[0], 403,
                  "metadata: token for a proxy")
        proof = ["-H", "x-aws-ec2-metadata-token: " + token]
        tap.equal(ask("meta-data/placement/region", *proof), (200, "eu-central-1"), "metadata: region")
        tap.equal(ask("meta-data/placement/region"), (200, "eu-central-1"), "metadata: without token")
        wrong = ["-H", "x-aws-ec2-metadata-token: " + token[::-1]]
        tap.equal(ask("meta-data/placement/region", *wrong)[0], 401, "metadata: a wrong token")
        tap.equal(ask("meta-data/nothing", *proof)[0], 404, "metadata: a page that is not there")
        tap.equal(ask("meta-data/iam/info", "-X", "POST", *proof)[0], 405, "metadata: POST")
        document = json.loads(ask("dynamic/instance-identity/document", *proof)[1])
        tap.equal(document["accountId"], "111111111111", "metadata: identity document")


def wrong_configuration(tap):
    """The host program lives; its AWS calls say what is wrong and where."""
    text = "region: us-east-1\naccounts:\n  - id: 222222222222\n"
    with box.Sandbox(text) as world:
        result = world.run(PYTHON + ["-c", (
            "import boto3\n"
            "from botocore.config import Config\n"
            "try:\n"
            "    boto3.client('sts', aws_access_key_id='a', aws_secret_access_key='b',\n"
            "                 config=Config(retries={'max_attempts': 0})).get_caller_identity()\n"
            "except Exception as error:\n"
            "    print(error)\n"
            "print('alive')")])
        tap.ran(result, "wrong configuration: the program ends as it would")
        tap.check("alive" in result.stdout, "wrong configuration: and lives on", result)
        tap.check("awsintercept.yml:3" in result.stdout.replace(", line ", ":"),
                  "wrong configuration: the error names file and line", result.stdout + result.stderr)
        tap.equal(result.stderr, "", "wrong configuration: nothing is printed")


def main():
    tap = box.Tap()
    own = [box.FIRST, [BUCKET]]
    run(tap, "open", None, everywhere([OTHER, []], own))
    one = ["111111111111", [BUCKET]]
    run(tap, "single", 'region: us-east-1\naccount_id: "111111111111"\n', everywhere(one, one))
    closed = everywhere(REFUSED, one)
    run(tap, "closed", 'account_id: "111111111111"\naccounts:\n  - id: "222222222222"\n    name: Dev\n',
        {**closed, "role": "AccessDenied"})
    container(tap)
    metadata(tap)
    wrong_configuration(tap)
    tap.end()


main()

# SPDX-License-Identifier: Apache-2.0
"""What the S3 and DynamoDB tests share: clients of two accounts under the preload."""
import sys

from sandbox import Sandbox, skip

A, B = "111111111111", "222222222222"


def start(file, main, env=None, config=None, config_name="awsintercept.yml"):
    """Runs main() in a process of its own inside the sandbox (which has this configuration file);
    to be called at the end of a test."""
    if sys.argv[1:] == ["inside"]:
        main()
        return
    try:
        import boto3  # noqa: F401
    except ImportError:
        skip("boto3 is not here (scripts/setup installs it)")
    with Sandbox(config, config_name) as box:
        wanted = {"PYTHONPATH": ":".join(p for p in sys.path if p)}
        wanted.update(env or {})
        done = box.run([sys.executable, file, "inside"], env=wanted)
        print(done.stdout, end="")
        for line in done.stderr.split("\n")[-20:]:
            print("# " + line)
        sys.exit(done.returncode)


def client(service, key, region="us-east-1", secret="secret", token=None, **config):
    import boto3
    from botocore.config import Config

    return boto3.client(service, region_name=region, aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token,
                        config=Config(retries={"max_attempts": 1}, **config))


def code(call, **args):
    """The error's code, or "done"."""
    from botocore.exceptions import ClientError

    try:
        call(**args)
        return "done"
    except ClientError as error:
        return error.response["Error"]["Code"]


def message(call, **args):
    from botocore.exceptions import ClientError

    try:
        call(**args)
        return ""
    except ClientError as error:
        return error.response["Error"]["Message"]

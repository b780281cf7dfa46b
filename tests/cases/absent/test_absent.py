#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Services and operations that are not emulated: 501 NotImplemented in the caller's own protocol,
naming service and operation, noted in the log."""
import json
import urllib.request

from sandbox import Tap
from twoaccounts import start

# One or two of each protocol: service, operation, arguments, AWS's names for both.
CALLS = [
    ("ec2", "describe_instances", {}, "EC2", "DescribeInstances"),
    ("sns", "list_topics", {}, "SNS", "ListTopics"),
    ("cloudformation", "list_stacks", {}, "CloudFormation", "ListStacks"),
    ("sqs", "list_queues", {}, "SQS", "ListQueues"),
    ("kms", "list_keys", {}, "KMS", "ListKeys"),
    ("ecs", "list_clusters", {}, "ECS", "ListClusters"),
    ("cloudwatch", "list_metrics", {}, "CloudWatch", "ListMetrics"),
    ("lambda", "get_function", {"FunctionName": "f"}, "Lambda", "GetFunction"),
    ("apigateway", "get_rest_apis", {}, "API Gateway", "GetRestApis"),
    ("route53", "get_hosted_zone", {"Id": "Z1"}, "Route 53", "GetHostedZone"),
    ("s3", "get_object_torrent", {"Bucket": "some-bucket", "Key": "a"}, "S3",
     "GetObjectTorrent"),
]


def main():
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    tap = Tap()
    config = Config(retries={"total_max_attempts": 1})
    for service, method, arguments, service_name, operation in CALLS:
        client = boto3.client(service, region_name="eu-west-1", config=config,
                              aws_access_key_id="222222222222", aws_secret_access_key="x")
        try:
            answer = getattr(client, method)(**arguments)
            tap.check(False, service + " " + operation, answer)
        except ClientError as error:
            told = error.response["Error"]
            tap.equal((error.response["ResponseMetadata"]["HTTPStatusCode"], told["Code"]),
                      (501, "NotImplemented"), service + " " + operation)
            tap.check(service_name in told["Message"] and operation in told["Message"],
                      service + " " + operation + ": both are named", told)
    with urllib.request.urlopen("http://awsintercept.internal/calls") as answer:
        noted = [(call["operation"], call["error_code"]) for call in json.load(answer)["calls"]]
    tap.equal(noted, [(row[4], "NotImplemented") for row in CALLS], "all are in the log")
    tap.end()


start(__file__, main)

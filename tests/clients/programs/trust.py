# SPDX-License-Identifier: Apache-2.0
# trust.py URL [AWS]: asks URL with botocore, requests and urllib, after an AWS call where the second
# word stands; prints what became of each. A certificate that fails shows as "refused".
import json
import ssl
import sys
import urllib.error
import urllib.request

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import SSLError


def with_boto3(url):
    client = boto3.client("sts", endpoint_url=url, config=Config(retries={"max_attempts": 0}))
    try:
        client.get_caller_identity()
    except SSLError:
        return "refused"
    except Exception as error:  # the local server speaks no AWS: any other end was an answer
        return "answered: " + type(error).__name__
    return "answered"


def with_requests(url):
    try:
        requests.get(url, timeout=60)
    except requests.exceptions.SSLError:
        return "refused"
    return "answered"


def with_urllib(url):
    try:
        urllib.request.urlopen(url, timeout=60)
    except urllib.error.URLError as error:
        return "refused" if isinstance(error.reason, ssl.SSLError) else str(error)
    return "answered"


seen = {}
if sys.argv[2:] == ["aws"]:
    seen["aws"] = boto3.client("sts").get_caller_identity()["Account"]
for call in (with_boto3, with_requests, with_urllib):
    seen[call.__name__[5:]] = call(sys.argv[1])
print(json.dumps(seen))

# SPDX-License-Identifier: Apache-2.0
"""TLS trust: test_trust.py CLIENT.

AWS hosts are trusted, also where the user names a CA file of their own; any other host is judged as
without us: a certificate that nobody vouches for is refused, before and after an AWS call.
"""
import json
import os
import sys

import fetchers
import local_tls
import sandbox as box
import sdks
from fetchers import Request


def http_client(name, tap, world, server):
    client = fetchers.by_name(name)
    wrong = Request("GET", server.url)

    def statuses(requests, **how):
        answers = client.fetch(world, requests, **how)
        return [a.status for a in answers], answers

    got, answers = statuses([wrong])
    tap.check(got == [0], name + ": a wrong certificate is refused", answers)
    first = fetchers.presigned()
    got, answers = statuses([first, wrong])
    tap.check(got[0] == 200 and got[1] == 0, name + ": and after an AWS call", answers)
    got, answers = statuses([wrong, first])
    tap.check(got[0] == 0 and got[1] == 200, name + ": and AWS is trusted after that", answers)

    for how, options in own_ca(name, server.cert):
        got, answers = statuses([first, wrong], **options)
        tap.check(got == [200, 200], "%s: own CA file by %s: AWS and the local server" % (name, how),
                  answers)
    if name.startswith("java-"):
        got, answers = statuses([wrong], cafile=server.cert)
        tap.check(got == [200], name + ": own trust store: the local server is trusted", answers)


def own_ca(name, cert):
    """The ways in which the user of this client names a CA file."""
    by_argument = {"curl": "--cacert", "wget": "--ca-certificate", "libcurl-openssl": "CURLOPT_CAINFO",
                   "libcurl-gnutls": "CURLOPT_CAINFO", "libcurl-nss": "CURLOPT_CAINFO",
                   "node-https": "NODE_EXTRA_CA_CERTS"}
    if name in by_argument:
        yield by_argument[name], {"cafile": cert}
    if name == "curl":
        yield "CURL_CA_BUNDLE", {"env": {"CURL_CA_BUNDLE": cert}}
        yield "SSL_CERT_FILE", {"env": {"SSL_CERT_FILE": cert}}


def python_client(name, tap, world, server):
    argv = sdks.python_command(name) + [os.path.join(box.PROGRAMS, "trust.py"), server.url]

    def run(text, want, *words, env=None):
        result = world.run(argv + list(words), env=env)
        if tap.ran(result, "%s: %s: ran" % (name, text)):
            tap.equal(json.loads(result.stdout), want, "%s: %s" % (name, text))

    refused = {"boto3": "refused", "requests": "refused", "urllib": "refused"}
    # With keys of its own it asks no metadata service: no AWS call comes before.
    run("a wrong certificate is refused", refused,
        env={"AWS_ACCESS_KEY_ID": box.FIRST, "AWS_SECRET_ACCESS_KEY": "secret"})
    run("and after an AWS call", {"aws": box.FIRST, **refused}, "aws")
    # requests and botocore judge by their own variables, urllib by OpenSSL's.
    parse = "answered: ResponseParserError"
    run("own CA file by AWS_CA_BUNDLE", {"aws": box.FIRST, **refused, "boto3": parse}, "aws",
        env={"AWS_CA_BUNDLE": server.cert})
    run("own CA file by REQUESTS_CA_BUNDLE", {"aws": box.FIRST, **refused, "boto3": parse,
                                               "requests": "answered"}, "aws",
        env={"REQUESTS_CA_BUNDLE": server.cert})
    run("own CA file by SSL_CERT_FILE", {"aws": box.FIRST, **refused, "urllib": "answered"}, "aws",
        env={"SSL_CERT_FILE": server.cert})


def cli_client(name, tap, world, server):
    aws = sdks.aws_command(name)
    who = ["sts", "get-caller-identity", "--query", "Account", "--output", "text"]
    said = ("SSL validation failed", "CERTIFICATE_VERIFY_FAILED")

    # The credentials come from the metadata service first: this is an AWS call, then the wrong host.
    result = world.run(aws + who + ["--endpoint-url", server.url])
    tap.refused(result, said, name + ": a wrong certificate is refused")
    env = {"AWS_ACCESS_KEY_ID": box.FIRST, "AWS_SECRET_ACCESS_KEY": "secret"}
    result = world.run(aws + who + ["--endpoint-url", server.url], env=env)
    tap.refused(result, said, name + ": and without any AWS call")

    for how, words, env in (("--ca-bundle", ["--ca-bundle", server.cert], {}),
                            ("AWS_CA_BUNDLE", [], {"AWS_CA_BUNDLE": server.cert}),
                            ("SSL_CERT_FILE", [], {"SSL_CERT_FILE": server.cert})):
        result = world.run(aws + who + words, env=env)
        tap.equal((result.returncode, result.stdout.strip()), (0, box.FIRST),
                  "%s: own CA file by %s: AWS" % (name, how))
        if how == "SSL_CERT_FILE":
            continue
        result = world.run(aws + who + words + ["--endpoint-url", server.url], env=env)
        tap.check("SSL" not in result.stderr,
                  "%s: own CA file by %s: the local server is trusted" % (name, how), result.stderr)


# What each TLS library says of a certificate that nobody vouches for.
REFUSALS = {
    "java-sdk-url": "unable to find valid certification path",
    "java-sdk-crt": "failed to acquire a connection",
    "rust-sdk": "InvalidCertificate",
    "aiobotocore": "CERTIFICATE_VERIFY_FAILED",
    "node-sdk": "DEPTH_ZERO_SELF_SIGNED_CERT",
}
REFUSALS["java-sdk-apache"] = REFUSALS["java-sdk-netty"] = REFUSALS["java-sdk-url"]


def sdk_client(name, tap, world, server):
    """Its credentials come from the metadata service: AWS's calls go before."""
    client = sdks.by_name(name)
    argv = [*client.argv, box.SECOND, *client.last]
    result = world.run(argv, env={"AWS_ENDPOINT_URL": server.url, "AWS_MAX_ATTEMPTS": "1"})
    tap.refused(result, REFUSALS[name], name + ": a wrong certificate is refused")
    tap.equal(server.answered(), 0, name + ": and the server was asked for nothing")


def main():
    name = sys.argv[1]
    tap = box.Tap()
    with box.Sandbox() as world, local_tls.LocalTls(world.dir) as server:
        if name.startswith("awscli-"):
            cli_client(name, tap, world, server)
        elif name.startswith("boto3-"):
            python_client(name, tap, world, server)
        elif name in REFUSALS:
            sdk_client(name, tap, world, server)
        else:
            http_client(name, tap, world, server)
    tap.end()


main()

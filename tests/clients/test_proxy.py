# SPDX-License-Identifier: Apache-2.0
"""A proxy of the user's own: test_proxy.py CLIENT.

AWS requests are answered in the process, so the proxy never hears of them; other requests reach it as
they would without us.
"""
import socketserver
import sys
import threading

import fetchers
import sandbox as box
import sdks
from fetchers import Request

OTHER = "http://other.example/page"
TEXT = b"from the proxy"


class Proxy(socketserver.ThreadingTCPServer):
    """Answers every plain request itself, refuses every tunnel, remembers what it was asked."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.url = "http://127.0.0.1:%d" % self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.shutdown()
        self.server_close()

    def env(self):
        names = ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY")
        return {name: self.url for name in names}


class Handler(socketserver.StreamRequestHandler):
    timeout = 60

    def handle(self):
        first = self.rfile.readline().decode("latin-1").strip()
        if not first:
            return
        self.server.asked.append(first)
        while self.rfile.readline().strip():
            pass
        status, body = (502, b"") if first.startswith("CONNECT") else (200, TEXT)
        self.wfile.write(b"HTTP/1.1 %d Answer\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                         % (status, len(body), body))


def sts(scheme):
    keys = {"AccessKeyId": box.FIRST, "SecretAccessKey": "secret"}
    return Request("POST", scheme + "://sts.us-east-1.amazonaws.com/",
                   "Action=GetCallerIdentity&Version=2011-06-15", "sts", keys,
                   {"Content-Type": "application/x-www-form-urlencoded"})


def http_client(name, tap, world, proxy):
    client = fetchers.by_name(name)
    for scheme in ("http", "https"):
        answer, = client.fetch(world, [sts(scheme)], env=proxy.env())
        tap.check(answer.status == 200 and box.FIRST in answer.body,
                  "%s: AWS over %s" % (name, scheme), answer)
    answer, = client.fetch(world, [Request("GET", OTHER)], env=proxy.env())
    tap.check(answer.status == 200, "%s: another host, by the proxy" % name, answer)


PROGRAM = """
import boto3, urllib.request
print(boto3.client('sts').get_caller_identity()['Account'])
print(urllib.request.urlopen('%s', timeout=60).read().decode())
""" % OTHER


def python_client(name, tap, world, proxy):
    result = world.run(sdks.python_command(name) + ["-c", PROGRAM], env=proxy.env())
    if tap.ran(result, name + ": ran"):
        tap.equal(result.stdout.split("\n")[:2], [box.FIRST, TEXT.decode()], name + ": both answers")


def cli_client(name, tap, world, proxy):
    result = world.run(sdks.aws_command(name) + ["sts", "get-caller-identity", "--query", "Account",
                                                 "--output", "text"], env=proxy.env())
    tap.equal((result.returncode, result.stdout.strip()), (0, box.FIRST), name + ": who am I")
    # Any other host: the proxy sees it, and its answer is no AWS answer.
    world.run(sdks.aws_command(name) + ["sts", "get-caller-identity", "--endpoint-url", OTHER],
              env=proxy.env())


def main():
    name = sys.argv[1]
    tap = box.Tap()
    with box.Sandbox() as world, Proxy() as proxy:
        if name.startswith("awscli-"):
            cli_client(name, tap, world, proxy)
        elif name.startswith("boto3-"):
            python_client(name, tap, world, proxy)
        else:
            http_client(name, tap, world, proxy)
        for word in ("amazonaws", "169.254."):
            tap.check(not [a for a in proxy.asked if word in a],
                      "%s: the proxy hears nothing of %s" % (name, word), proxy.asked)
        tap.check([a for a in proxy.asked if "other.example" in a],
                  "%s: the proxy is asked for the other host" % name, proxy.asked)
    tap.end()


main()

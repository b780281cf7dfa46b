# SPDX-License-Identifier: Apache-2.0
"""A program of the soak: threads that write, read back, fork and drop connections until standard
input ends.

    writer.py DIR NAME ACCOUNT SEED
"""
import json
import os
import random
import socket
import struct
import sys
import threading

import soaklib as lib

THREADS = 2
PAIRS = 4


class Writer:
    def __init__(self, directory, name, account, seed, stop):
        self.directory = directory
        self.name = name
        self.random = random.Random(seed)
        self.stop = stop
        self.journal = lib.Journal(os.path.join(directory, "journal", name))
        self.client = lib.Client(account, tls=self.random.random() < 0.5)
        self.known = {}
        self.steps = [(40, self.put), (34, self.get), (8, self.count), (8, self.pair), (6, self.pair_read),
                      (1, self.fork), (2, self.drop), (1, self.client.close)]

    def resets(self):
        return lib.resets(os.path.join(self.directory, "resets"))

    def run(self):
        while not self.stop.wait(self.random.random() * 0.02):
            step = self.random.choices([s for _, s in self.steps], [w for w, _ in self.steps])[0]
            try:
                step()
            except Exception as error:  # pylint: disable=broad-except
                self.journal.line("bad", step.__name__, repr(error))

    def key(self):
        kind = self.random.choice(lib.KINDS)
        return kind, "%s-%s-%d" % (self.name, threading.current_thread().name,
                                   self.random.randrange(lib.KEYS))

    def write(self, kind, key, send):
        """One write with its lines in the journal: True, acknowledged; False, refused."""
        version = lib.now()
        self.known.pop((kind, key), None)
        self.journal.line("try", kind, key, version)
        status, text = send(version)
        if status == 200:
            self.journal.line("ack", kind, key, version, lib.now())
            self.known[kind, key] = version
        else:
            self.journal.line("no", kind, key, version, lib.now(), status, text[:300].replace("\n", " "))

    def put(self):
        kind, key = self.key()
        self.write(kind, key, lambda version: self.client.put(kind, key, version))

    def get(self):
        kind, key = self.key()
        status, text = self.client.get(kind, key)
        if status != 200:
            self.journal.line("read", kind, key, status, text[:300].replace("\n", " "))
            return
        found = lib.version_of(kind, key, text) if text is not None else None
        if text is not None and found is None:
            self.journal.line("bad torn", kind, key, text[:60], len(text))
        known = self.known.get((kind, key))
        if known and found != known:
            if any(end >= known for _, end in self.resets()):
                del self.known[kind, key]
            else:
                self.journal.line("bad read", kind, key, "wants", known, "finds", found)

    def count(self):
        """A counter for all processes, of the time since the last reset."""
        spans = self.resets()
        if spans and spans[-1][1] > lib.now():
            return
        key = "count-%d" % len(spans)
        self.write("count", key, lambda version: self.client.dynamodb(
            "UpdateItem", TableName=lib.TABLE, Key={"k": {"S": key}}, UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}}))

    def pair(self):
        """Two items, written in one transaction by everybody: they are always alike."""
        number, version = self.random.randrange(PAIRS), lib.now()
        self.client.dynamodb("TransactWriteItems", TransactItems=[
            {"Put": {"TableName": lib.TABLE, "Item": {"k": {"S": "pair-%d-%s" % (number, half)},
                                                      "v": {"N": str(version)}}}} for half in "ab"])

    def pair_read(self):
        number = self.random.randrange(PAIRS)
        status, text = self.client.dynamodb("TransactGetItems", TransactItems=[
            {"Get": {"TableName": lib.TABLE, "Key": {"k": {"S": "pair-%d-%s" % (number, half)}}}}
            for half in "ab"])
        if status == 200:
            found = [r.get("Item", {}).get("v", {}).get("N") for r in json.loads(text)["Responses"]]
            if len(found) != 2 or found[0] != found[1]:
                self.journal.line("bad pair", number, found)

    def fork(self):
        kind, key = self.key()
        pid = os.fork()
        if pid == 0:
            good = False
            try:
                status, text = lib.Client(self.client.account, tls=False).get(kind, key)
                good = status != 200 or text is None or lib.version_of(kind, key, text) is not None
            finally:
                os._exit(0 if good else 1)
        status = os.waitpid(pid, 0)[1]
        if status:
            self.journal.line("bad fork", os.waitstatus_to_exitcode(status))

    def drop(self):
        """Half a write, then the connection is reset: nothing of it may be seen."""
        kind, key = self.key()
        body = lib.content("s3", key, lib.now()) if kind == "s3" else "{"
        with socket.create_connection(("s3.us-east-1.amazonaws.com", 80)) as conn:
            head = "PUT /%s/%s HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\nContent-Length: %d\r\n\r\n" % (
                self.client.bucket, key, len(body) + 1)
            conn.sendall((head + body).encode())
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def main():
    directory, name, account, seed = sys.argv[1:]
    stop = threading.Event()
    threads = [threading.Thread(target=Writer(directory, name, account, seed + str(i), stop).run, name=str(i))
               for i in range(THREADS)]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    stop.set()
    for thread in threads:
        thread.join()


main()

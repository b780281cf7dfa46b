# SPDX-License-Identifier: Apache-2.0
"""Fail closed, shown: test_sealed.py CLIENT in a network of its own, whose only way out is an
interface that counts and leads nowhere. Whatever the client asks of AWS, no packet may come to it."""
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "clients"))

import sandbox as box  # noqa: E402
import test_static  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
LAUNCHER = os.path.join(box.BUILD, "cli", "awsintercept")
SUFFIXES = ["us-east-1.amazonaws.com", "eu-central-1.amazonaws.com", "cn-north-1.amazonaws.com.cn",
            "us-gov-west-1.amazonaws.com", "us-iso-east-1.c2s.ic.gov", "us-isob-east-1.sc2s.sgov.gov",
            "eusc-de-east-1.amazonaws.eu", "us-east-1.api.aws"]
FIXED = ["s3.amazonaws.com", "sts.amazonaws.com", "iam.amazonaws.com", "bucket.s3.amazonaws.com",
         "bucket.s3.dualstack.us-east-1.amazonaws.com", "s3-fips.us-east-1.amazonaws.com",
         "123456789012.ddb.us-east-1.amazonaws.com", "us-east-1.queue.amazonaws.com",
         "abc.lambda-url.us-east-1.on.aws", "STS.AmazonAWS.COM", "sts.amazonaws.com.",
         "169.254.169.254", "169.254.170.2", "[fd00:ec2::254]"]


def names(seed):
    """The fixed ones and as many of a kind as AWS might have tomorrow."""
    chance = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    fuzz = []
    for _ in range(12):
        labels = ["".join(chance.choice(letters + "-") for _ in range(chance.randint(1, 20))).strip("-") or "x"
                  for _ in range(chance.randint(1, 4))]
        fuzz.append(".".join(labels) + "." + chance.choice(SUFFIXES))
    return FIXED + ["sts." + s for s in SUFFIXES] + fuzz


PYTHON = """
import sys, urllib.request, urllib.error
for url in sys.argv[1:]:
    try:
        urllib.request.urlopen(url, timeout=20).read()
    except urllib.error.HTTPError:
        pass
    except Exception as error:
        print(url, error)
"""
NODE = """
const http = require('http'), https = require('https');
for (const url of process.argv.slice(1)) {
  const ask = (url.startsWith('https') ? https : http).get(url, {timeout: 20000}, r => r.resume());
  ask.on('error', e => console.log(url, e.message));
}
"""


def command(client, urls, world):
    """How this client asks for all of these, and whether it needs the launcher."""
    if client == "curl":
        return ["curl", "-sS", "-m", "20"] + [w for u in urls for w in ("-o", "/dev/null", u)], False
    if client == "wget":
        return ["wget", "-q", "-T", "20", "-t", "1", "-O", "/dev/null", *urls], False
    if client == "python":
        return ["python3", "-c", PYTHON, *urls], False
    if client == "node":
        return ["node", "-e", NODE, *urls], False
    program, why = test_static.build_go(world, "fetch")
    if not program:
        box.skip("go cannot build: " + why)
    return [LAUNCHER, "run", "--", program, "get", *urls], True


class NameServer:
    """On the loopback of this network, over TCP: knows one address, and what it was asked for."""

    def __init__(self):
        self.asked = []
        self.door = socket.create_server(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            conn = self.door.accept()[0]
            conn.settimeout(20)
            try:
                query = conn.recv(4096)
            except OSError:
                query = b""
            if query:
                self.asked.append(query)
                answer = (query[2:4] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[14:] +
                          b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\xc0\0\2\x4d")
                conn.sendall(len(answer).to_bytes(2, "big") + answer)
            conn.close()


def resolve(tap, world, wanted):
    """Static programs whose resolvers know no hooks, one for each name; how many packets left."""
    launch = [LAUNCHER, "run", "--"]
    server = NameServer()
    before = packets()
    for compiler in ("gcc", "musl-gcc"):
        program = test_static.build_c(world, "resolve", compiler)
        for name in wanted if program else []:
            result = world.run([*launch, program, name, "80", "/"], preload=False)
            tap.check(result.stdout.startswith("HTTP/1.1 "), "%s: %s is answered" % (compiler, name), result)
    program = test_static.build_c(world, "query", "gcc")
    for way, where in (("udp", "198.51.100.1"), ("sendto", "198.51.100.1"), ("tcp", "127.0.0.1")):
        said = [world.run([*launch, program, way, where, name.rstrip(".")], preload=False).stdout for name in wanted]
        good = ("127.97.",) if way != "tcp" else ("end: ", "read: ", "127.97.")
        tap.check(all(one.startswith(good) for one in said), way + ": no name server is asked", said)
    tap.equal(server.asked, [], "the name server was not asked for any of them")
    result = world.run([*launch, program, "tcp", "127.0.0.1", "www.example.org"], preload=False)
    tap.equal((result.stdout.strip(), len(server.asked)), ("192.0.2.77", 1), "but for another name it is")
    return packets() - before


def packets():
    """What has been sent: the second column of the second half."""
    with open("/proc/self/net/dev", encoding="ascii") as file:
        line = next(one for one in file if one.strip().startswith("awi0:"))
    return int(line.split(":")[1].split()[9])


def make_network():
    for words in ("link set lo up", "link add awi0 type veth peer name awi1", "link set awi1 addrgenmode none",
                  "link set awi1 multicast off", "link set awi1 up", "link set awi0 addrgenmode none",
                  "link set awi0 multicast off", "link set awi0 up", "addr add 198.51.100.2/24 dev awi0",
                  "addr add 2001:db8::2/64 dev awi0 nodad", "neigh add 198.51.100.1 lladdr 02:00:00:00:00:01 dev awi0",
                  "route add default via 198.51.100.1", "-6 route add default dev awi0"):
        subprocess.run(["ip", *words.split()], check=True)


def inside(client):
    make_network()
    tap = box.Tap()
    with box.Sandbox() as world:
        before = packets()
        subprocess.run(["curl", "-s", "-m", "1", "http://192.0.2.1/"], check=False)
        tap.check(packets() > before, "the counter sees what leaves")
        if client == "resolver":
            # Addresses need no resolver.
            wanted = [name for name in names(client) if not re.match(r"[0-9.]+$|\[", name)]
            tap.equal(resolve(tap, world, wanted), 0, client + ": no packet left")
            tap.end()
        if client == "boto3":
            calls = "".join("boto3.client('%s', region_name='%s').%s()\n" % c for c in (
                ("sts", "us-east-1", "get_caller_identity"), ("sts", "cn-north-1", "get_caller_identity"),
                ("s3", "eu-central-1", "list_buckets"), ("dynamodb", "us-gov-west-1", "list_tables")))
            runs = [(["python3", "-c", "import boto3\n" + calls], False)]
        elif client == "aws":
            runs = [(["aws", *words.split()], False) for words in (
                "sts get-caller-identity", "s3 ls", "dynamodb list-tables --region eu-west-1",
                "ec2 describe-instances")]
        else:
            runs = [command(client, [scheme + "://" + name + "/" for name in names(client)], world)
                    for scheme in ("http", "https")]
        time.sleep(1)
        before = packets()
        for argv, launched in runs:
            result = world.run(argv, preload=not launched)
            print("# status %d %s" % (result.returncode, (result.stdout + result.stderr)[:200].replace("\n", " | ")))
        tap.equal(packets() - before, 0, client + ": no packet left")
    tap.end()


def main():
    client = sys.argv[1]
    box.need({"boto3": "python3", "python": "python3", "go": "sh", "resolver": "gcc"}.get(client, client), client)
    if "inside" in sys.argv:
        inside(client)
    ready = shutil.which("unshare") and shutil.which("ip") and os.geteuid() == 0
    probe = ["unshare", "-n", "ip", "link", "add", "awi0", "type", "veth", "peer", "name", "awi1"]
    if not ready or subprocess.run(probe, check=False, capture_output=True).returncode:
        box.skip("a network of its own needs root, unshare, ip and a veth interface")
    os.execvp("unshare", ["unshare", "-n", sys.executable, os.path.abspath(__file__), client, "inside"])


main()

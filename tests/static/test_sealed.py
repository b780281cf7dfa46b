# SPDX-License-Identifier: Apache-2.0
"""Fail closed, shown: test_sealed.py CLIENT in a network of its own, whose only way out is an
interface that counts and leads nowhere. Whatever the client asks of AWS, no packet may come to it."""
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "clients"))

import fetchers  # noqa: E402
import sandbox as box  # noqa: E402
import sdks  # noqa: E402
import test_s3_tools  # noqa: E402
import test_static  # noqa: E402

LAUNCHER = os.path.join(box.BUILD, "cli", "awsintercept")
SUFFIXES = ["us-east-1.amazonaws.com", "eu-central-1.amazonaws.com", "cn-north-1.amazonaws.com.cn",
            "us-gov-west-1.amazonaws.com", "us-iso-east-1.c2s.ic.gov", "us-isob-east-1.sc2s.sgov.gov",
            "eusc-de-east-1.amazonaws.eu", "us-east-1.api.aws"]
FIXED = ["s3.amazonaws.com", "sts.amazonaws.com", "iam.amazonaws.com", "bucket.s3.amazonaws.com",
         "bucket.s3.dualstack.us-east-1.amazonaws.com", "s3-fips.us-east-1.amazonaws.com",
         "123456789012.ddb.us-east-1.amazonaws.com", "us-east-1.queue.amazonaws.com",
         "abc.lambda-url.us-east-1.on.aws", "STS.AmazonAWS.COM", "sts.amazonaws.com."]
LITERALS = ["169.254.169.254", "169.254.170.2", "[fd00:ec2::254]"]


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


def disguised(seed):
    """Names that a resolver reads as AWS's, though they do not look like it."""
    chance = random.Random(seed)
    wide = {ord(c): ord(c) + 0xfee0 for c in "abcdefghijklmnopqrstuvwxyz0123456789-"}
    found = []
    for name in FIXED + names(seed)[-12:]:
        plain = name.rstrip(".")
        letters = list(plain)
        for at in chance.sample(range(len(letters)), 3):
            letters[at] = "\\%03d" % ord(letters[at])
        longest = ".".join(["x" * 63] * ((250 - len(plain)) // 64))
        found += ["".join(letters), plain.replace(".", "\\."), longest + "." * bool(longest) + plain,
                  "".join(chance.choice((c.upper(), c)) for c in plain) + ".",
                  plain.replace(".", chance.choice("\u3002\uff0e\uff61")), plain.lower().translate(wide)]
    return found + ["*." + s for s in SUFFIXES] + ["_x." + s for s in SUFFIXES]


# Not AWS's, however near: these go their way, here to a name server that does not answer.
STRANGERS = ["sts.amazonaws.com.example.org", "xamazonaws.com", "sts.amazonaws.comm", "sts-amazonaws.com",
             "169.254.169.254.example.org"]


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
BOTO3 = """
import boto3
for service, region, call in (("sts", "us-east-1", "get_caller_identity"), ("s3", "eu-central-1", "list_buckets"),
                              ("dynamodb", "us-gov-west-1", "list_tables"), ("sqs", "us-east-1", "list_queues"),
                              ("sts", "cn-north-1", "get_caller_identity")):
    try:
        print(service, sorted(getattr(boto3.client(service, region_name=region), call)()))
    except Exception as error:
        print(service, error)
"""
COMMANDS = ("sts get-caller-identity", "s3 ls", "dynamodb list-tables --region eu-west-1",
            "ec2 describe-instances")


def find(client):
    """What ask() runs; the test is skipped where it is not here."""
    if client in ("names", "python", "resolver"):
        return None
    if client == "go":
        return test_static.find_go()
    if client in test_s3_tools.TOOLS:
        return test_s3_tools.ways(client)
    if client.startswith("awscli-"):
        return sdks.aws_command(client)
    if client.startswith("boto3-"):
        return sdks.python_command(client)
    if "sdk" in client or client == "aiobotocore":
        return sdks.by_name(client)
    return fetchers.by_name(client)


def ask(client, world):
    """The client asks AWS, whatever it gets: nothing is to be seen but packets."""
    urls = [[scheme + "://" + name + "/" for name in names(client) + LITERALS] for scheme in ("http", "https")]
    if client in ("curl", "python"):
        urls.append(["http://%s/" % name for name in disguised(client) if "\\" not in name])
    if client == "curl":
        urls.append(["http://%s/" % name.replace(".", "%2e") for name in FIXED])
    if client == "names":
        program = os.path.join(box.BUILD, "tests", "static", "ask_names")
        return [world.run([program, *names(client), *disguised(client)])]
    if client == "python":
        return [world.run(["python3", "-c", PYTHON, *some]) for some in urls]
    if client == "go":
        program, why = test_static.build_go(world, "fetch")
        if not program:
            box.skip("go cannot build: " + why)
        return [world.run([LAUNCHER, "run", "--", program, "get", *some], preload=False) for some in urls]
    found = find(client)
    if client in test_s3_tools.TOOLS:
        keys = {"AccessKeyId": box.FIRST, "SecretAccessKey": "secret"}
        return [answer for _, tool in found
                for answer in (tool.make(world, keys), tool.buckets(world, keys), tool.get(world, keys))]
    if client.startswith("awscli-"):
        return [world.run([*found, *words.split()]) for words in COMMANDS]
    if client.startswith("boto3-"):
        return [world.run([*found, "-c", BOTO3])]
    if isinstance(found, sdks.Program):
        return [world.run([*found.argv, box.SECOND, *found.last])]
    if client == "httpie":
        urls = [some[:6] for some in urls]  # it takes a process for each
    requests = [fetchers.Request("GET", url) for some in urls for url in some]
    return found.fetch(world, requests)


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
    """Static programs whose resolvers know no hooks, one for each name, and the same below a Go program; how
    many packets left."""
    plainly = [LAUNCHER, "run", "--"]
    launches = [plainly]
    if test_static.go_command():
        go, why = test_static.build_go(world, "fetch")
        tap.check(go, "built", why)
        launches += [[*plainly, go, "run"]] if go else []
    server = NameServer()
    before = packets()
    for compiler in ("gcc", "musl-gcc"):
        program = test_static.build_c(world, "resolve", compiler)
        for at, name in enumerate(wanted if program else []):
            result = world.run([*launches[at % len(launches)], program, name, "80", "/"], preload=False)
            tap.check(result.stdout.startswith("HTTP/1.1 "), "%s: %s is answered" % (compiler, name), result)
    program = test_static.build_c(world, "query", "gcc")
    ways = {way: "198.51.100.1" for way in ("udp", "sendto", "sendmsg", "sendmmsg", "sendlater")}
    ways["tcp"] = "127.0.0.1"
    past = test_static.build_c(world, "past", "gcc")
    if "refused" in world.run([past, "narrow", "127.0.0.1", "1", "/"], preload=False).stdout:
        ways.update({"narrow-" + way: "198.51.100.1" for way in ("sendto", "sendmsg", "sendmmsg", "socketcall")})
    for way, where in ways.items():
        said = [world.run([*launches[at % len(launches)], program, way, where, name.rstrip(".")], preload=False).stdout
                for at, name in enumerate(wanted)]
        good = ("127.97.",) if way != "tcp" else ("end: ", "read: ", "127.97.")
        tap.check(all(one.startswith(good) for one in said), way + ": no name server is asked", said)
    tap.equal(server.asked, [], "the name server was not asked for any of them")
    for way in ("narrow", "packed", "ring", "open"):
        said = [world.run([*launch, past, way, "169.254.169.254", "80", "/"], preload=False) for launch in launches]
        print("# %s: %s" % (way, [one.stdout.strip() for one in said]))
    result = world.run([*plainly, program, "tcp", "127.0.0.1", "www.example.org"], preload=False)
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
        if words.startswith("link add"):
            # What the kernel tells its neighbours of itself, it tells at once and not among the client's.
            with open("/proc/sys/net/ipv6/conf/awi0/mldv2_unsolicited_report_interval", "w",
                      encoding="ascii") as interval:
                interval.write("1")


def is_served(result):
    """An HTTP answer, or a program that ended well."""
    return bool(result.status) if isinstance(result, fetchers.Answer) else result.returncode == 0


def strangers(world, tap):
    for name in STRANGERS:
        before = packets()
        result = world.run(["getent", "ahosts", name])
        tap.check(packets() > before and result.returncode == 2, name + ": is asked of the name server",
                  result)


def inside(client):
    make_network()
    tap = box.Tap()
    with box.Sandbox() as world:
        server = world.write("resolv.conf", "nameserver 192.0.2.53\noptions timeout:1 attempts:1\n")
        subprocess.run(["mount", "--bind", server, "/etc/resolv.conf"], check=True)
        before = packets()
        subprocess.run(["curl", "-s", "-m", "0.3", "http://192.0.2.1/"], check=False)
        tap.check(packets() > before, "the counter sees what leaves")
        time.sleep(0.3)
        if client == "resolver":
            tap.equal(resolve(tap, world, names(client)), 0, client + ": no packet left")
            tap.end()
        before = packets()
        results = ask(client, world)
        for result in results[:8]:
            print("# " + repr(result).replace("\n", " | ")[:300])
        if client == "node-sdk-http2":
            tap.refused(results[0], "no application protocol", client + ": is refused, in TLS")
        else:
            tap.check(any(is_served(r) for r in results), client + ": is served", results)
        tap.equal(packets() - before, 0, client + ": no packet left")
        if client == "names":
            strangers(world, tap)
    tap.end()


def main():
    client = sys.argv[1]
    find(client)
    if "inside" in sys.argv:
        inside(client)
    ready = shutil.which("unshare") and shutil.which("ip") and os.geteuid() == 0
    own = ["unshare", "--net", "--mount"]
    probe = [*own, "ip", "link", "add", "awi0", "type", "veth", "peer", "name", "awi1"]
    if not ready or subprocess.run(probe, check=False, capture_output=True).returncode:
        box.skip("a network of its own needs root, unshare, ip and a veth interface")
    os.execvp("unshare", [*own, sys.executable, os.path.abspath(__file__), client, "inside"])


main()

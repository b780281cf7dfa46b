# SPDX-License-Identifier: Apache-2.0
"""Names of the user's own that lead to AWS: test_aliases.py WAY, in a network of its own with a name
server of its own. WAY: search (search lists, HOSTALIASES, LOCALDOMAIN), cname, others (what leads
elsewhere must be as it is without us)."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "clients"))

import name_server  # noqa: E402
import sandbox as box  # noqa: E402
import test_static  # noqa: E402
from name_server import A, AAAA, CNAME  # noqa: E402

LAUNCHER = os.path.join(box.BUILD, "cli", "awsintercept")
ASK = os.path.join(box.BUILD, "tests", "static", "ask_names")
REAL = "192.0.2."  # whatever answers with this, answers with an address of the real AWS
ZONE = {
    "www.corp.example": [(A, "198.51.100.1"), (AAAA, "2001:db8::1")],
    "alias.corp.example": [(CNAME, "www.corp.example")],
    "both.corp.example": [(A, "198.51.100.2")],
    "shop.corp.example": [(CNAME, "shop-1.us-east-1.elb.amazonaws.com")],
    "site.corp.example": [(CNAME, "site.s3-website-us-east-1.amazonaws.com")],
    "sts.corp.example": [(CNAME, "sts.us-east-1.amazonaws.com")],
    "hop.corp.example": [(CNAME, "sts.corp.example")],
    "sso.corp.example": [(CNAME, "sts.us-west-2.amazonaws.com")],
    "bucket.corp.example": [(CNAME, "bucket.s3.us-east-1.amazonaws.com")],
    "sts.us-east-1.amazonaws.com": [(A, REAL + "1"), (AAAA, "2001:db8:ffff::1")],
    "sts.us-west-2.amazonaws.com": [(CNAME, "api-1.us-west-2.elb.amazonaws.com")],
    "api-1.us-west-2.elb.amazonaws.com": [(A, REAL + "2")],
    "bucket.s3.us-east-1.amazonaws.com": [(CNAME, "s3-r-w.us-east-1.amazonaws.com")],
    "s3-r-w.us-east-1.amazonaws.com": [(A, REAL + "3")],
    "shop-1.us-east-1.elb.amazonaws.com": [(A, "198.51.100.3")],
    "site.s3-website-us-east-1.amazonaws.com": [(A, "198.51.100.4")],
}
LOOK = """
import socket, sys
for name in sys.argv[1:]:
    for family in (0, socket.AF_INET, socket.AF_INET6):
        for flags in (0, socket.AI_CANONNAME, socket.AI_ADDRCONFIG | socket.AI_V4MAPPED):
            try:
                print(name, sorted(socket.getaddrinfo(name, 80, family, socket.SOCK_STREAM, 0, flags)))
            except OSError as error:
                print(name, error.errno, error)
    for ask in (socket.gethostbyname, socket.gethostbyname_ex):
        try:
            print(name, ask(name))
        except OSError as error:
            print(name, error.errno, error)
"""
NODE = """
const dns = require('node:dns');
for (const name of process.argv.slice(1)) {
  dns.resolve4(name, (error, found) => console.log(name, error ? error.code : found.join(',')));
}
"""


class Net:
    """resolv.conf and the name server of this network."""

    def __init__(self, world):
        self.world = world
        self.server = name_server.NameServer(ZONE)
        self.file = world.write("resolv.conf", "")
        subprocess.run(["mount", "--bind", self.file, "/etc/resolv.conf"], check=True)

    def configure(self, lines=""):
        self.world.write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:30 attempts:1\n" + lines)
        self.server.take()

    def asked_for_aws(self):
        return [name for name, _ in self.server.take() if "amazonaws" in name]


def is_ours(address):
    return address.startswith("127.97.") or address.startswith("100::7f61:") or address.startswith("100::127.97")


def asks_everywhere(tap, net, what, name, env=None, deaf=(), through_dns=False):
    """Every way of libc that knows the name gives addresses of ours. deaf: ways that must not know it."""
    result = net.world.run([ASK, name], env=env)
    ways = {}
    for line in result.stdout.split("\n"):
        if line.startswith(name + " "):
            way, address = line.split()[1:]
            ways.setdefault(way, set()).add(address)
    for way in ("getaddrinfo", "gethostbyname", "gethostbyname_r", "gethostbyname2_r", "res_search", "res_nsearch"):
        tap.check(ways.get(way) and all(is_ours(a) for a in ways[way]), "%s: %s" % (what, way), result.stdout)
    for way in deaf:
        tap.check(way not in ways, "%s: %s does not know it" % (what, way), ways)
    # Known: libc resolves in threads of its own for getaddrinfo_a(), and shows nothing of the way.
    given = [a for way, some in ways.items() for a in some if not (through_dns and way == "getaddrinfo_a")]
    tap.check(all(is_ours(a) for a in given), what + ": none is AWS's", ways)


def served(tap, net, what, name, env=None):
    """The request is AWS's to answer over http; https is refused by the client."""
    url = "http://%s/?Action=GetCallerIdentity&Version=2011-06-15" % name
    result = net.world.run(["curl", "-sS", url], env=env)
    tap.check("MissingAuthenticationToken" in result.stdout, what + ": http is answered as AWS's", result)
    result = net.world.run(["curl", "-sS", url.replace("http:", "https:")], env=env)
    tap.check(result.returncode in (35, 51, 60) and not result.stdout, what + ": https does not verify", result)


def search(tap, net):
    net.configure("search us-east-1.amazonaws.com\n")
    asks_everywhere(tap, net, "search", "sts", deaf=("res_query",))
    served(tap, net, "search", "sts")
    tap.equal(net.asked_for_aws(), [], "search: the name server does not hear of it")

    net.configure("search corp.example us-east-1.amazonaws.com\n")
    result = net.world.run(["curl", "-sS", "http://dynamodb/"])
    tap.check("DynamoDB" in result.stdout, "search, second: is answered as AWS's", result)
    asked = net.server.take()
    tap.check(("dynamodb.corp.example", A) in asked and not [n for n, _ in asked if "amazonaws" in n],
              "search: the domains before it are asked first", asked)
    result = net.world.run(["getent", "ahostsv4", "both"])
    tap.check("198.51.100.2" in result.stdout, "search: another name is found before", result)

    net.configure("search us-east-1.amazonaws.com corp.example\noptions ndots:3\n")
    result = net.world.run(["getent", "ahostsv4", "both"])
    tap.check("198.51.100.2" in result.stdout, "search: a name that AWS has not is found behind", result)
    result = net.world.run(["getent", "ahostsv4", "nowhere"])
    tap.equal((result.returncode, result.stdout), (2, ""), "search: a name that nobody has is not found")
    result = net.world.run(["getent", "ahostsv4", "www.corp.example"])
    tap.check("198.51.100.1" in result.stdout, "search: a full name is itself", result)
    asks_everywhere(tap, net, "search, dotted", "bucket.s3")
    tap.equal(net.asked_for_aws(), [], "search: of none of these")

    net.configure()
    env = {"LOCALDOMAIN": "us-west-2.amazonaws.com"}
    served(tap, net, "LOCALDOMAIN", "sts", env)
    env = {"HOSTALIASES": net.world.write("aliases", "other www.corp.example\nmine sts.us-east-1.amazonaws.com\n")}
    asks_everywhere(tap, net, "HOSTALIASES", "mine", env)
    served(tap, net, "HOSTALIASES", "MINE", env)
    result = net.world.run(["getent", "ahostsv4", "other"], env=env)
    tap.check("198.51.100.1" in result.stdout, "HOSTALIASES: another alias", result)
    tap.equal(net.asked_for_aws(), [], "HOSTALIASES, LOCALDOMAIN: the name server does not hear of it")


def cname(tap, net):
    net.configure("search corp.example\n")
    for name in ("sts.corp.example", "hop.corp.example", "sso.corp.example", "bucket.corp.example", "sts"):
        asks_everywhere(tap, net, name, name, through_dns=True)
    served(tap, net, "cname", "sts.corp.example")
    served(tap, net, "cname of a cname", "hop.corp.example")
    served(tap, net, "cname to AWS that leads on", "sso.corp.example")
    result = net.world.run(["curl", "-sS", "http://bucket.corp.example/key"])
    tap.check("<BucketName>bucket<" in result.stdout, "cname: the bucket of the name it stands for", result)
    if shutil.which("node"):
        result = net.world.run(["node", "-e", NODE, "sts.corp.example", "www.corp.example"])
        tap.check("sts.corp.example 127.97." in result.stdout, "cname: c-ares", result)
        tap.check("www.corp.example 198.51.100.1" in result.stdout, "cname: c-ares, another", result)
    for compiler in ("gcc", "musl-gcc"):
        program = test_static.build_c(net.world, "resolve", compiler)
        if program:
            result = net.world.run([LAUNCHER, "run", "--", program, "sts.corp.example", "80", "/"], preload=False)
            tap.check(result.stdout.startswith("HTTP/1.1 "), "cname: static, " + compiler, result)
    program = test_static.build_c(net.world, "query", "gcc")
    for way in ("udp", "sendto", "sendmsg", "sendmmsg"):
        result = net.world.run([program, way, "127.0.0.1", "sts.corp.example"], preload=False)
        tap.equal(result.stdout.strip(), REAL + "1", way + ": the name server knows it")
        result = net.world.run([LAUNCHER, "run", "--", program, way, "127.0.0.1", "sts.corp.example"],
                               preload=False)
        tap.check(is_ours(result.stdout), way + ": under the launcher", result)
    hosts = net.world.write("hosts", "127.0.0.1 localhost\n192.0.2.9 sts.us-east-1.amazonaws.com private\n")
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    net.server.take()
    served(tap, net, "/etc/hosts: a second name", "private")
    tap.equal(net.server.take(), [], "/etc/hosts: nobody is asked")


def others(tap, net):
    """Answers, errors and what the name server is asked, with us and without."""
    names = ["www.corp.example", "alias.corp.example", "shop.corp.example", "site.corp.example",
             "none.corp.example", "www", "none", "localhost", "127.0.0.1", "::1", "192.0.2.1", "www.corp.example.", "x" * 70]
    for lines in ("", "search corp.example\n", "search a.example corp.example\noptions ndots:2\n"):
        net.configure(lines)
        plain = net.world.run(["python3", "-c", LOOK, *names], preload=False)
        asked = net.server.take()
        ours = net.world.run(["python3", "-c", LOOK, *names])
        again = net.server.take()
        tap.equal(ours.stdout, plain.stdout, "%r: answers" % lines)
        # Behind a load balancer of AWS's may be AWS itself: these two are asked for once more.
        led = ("shop.corp.example", "site.corp.example")
        tap.equal([one for one in again if one[0] not in led], [one for one in asked if one[0] not in led],
                  "%r: questions" % lines)
    tap.check("198.51.100.3" in plain.stdout and "198.51.100.4" in plain.stdout, "customers of AWS are strangers", plain)


def inside(way):
    # An address of each family that is not the loopback's, for AI_ADDRCONFIG.
    for words in ("link set lo up", "addr add 198.51.100.9/24 dev lo", "addr add 2001:db8::9/64 dev lo nodad"):
        subprocess.run(["ip", *words.split()], check=True)
    tap = box.Tap()
    with box.Sandbox() as world:
        {"search": search, "cname": cname, "others": others}[way](tap, Net(world))
    tap.end()


def main():
    if "inside" in sys.argv:
        inside(sys.argv[1])
    own = ["unshare", "--net", "--mount"]
    ready = shutil.which("unshare") and shutil.which("ip") and os.geteuid() == 0
    if not ready or subprocess.run([*own, "ip", "link", "set", "lo", "up"], check=False, capture_output=True).returncode:
        box.skip("a network of its own needs root, unshare and ip")
    os.execvp("unshare", [*own, sys.executable, os.path.abspath(__file__), sys.argv[1], "inside"])


main()

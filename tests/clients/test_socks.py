# SPDX-License-Identifier: Apache-2.0
"""Proxies that speak SOCKS, name servers asked over TCP: what is AWS's never gets there, the rest does."""
import os
import socket
import socketserver
import struct

import sandbox as box
from socks_proxy import TEXT, Other, Server, Socks

AWS = "sts.us-east-1.amazonaws.com"
PROGRAM = ["/usr/bin/python3", os.path.join(box.PROGRAMS, "by_socks.py")]
NAME_SERVER = ("127.0.0.97", 53)


class Silent(socketserver.BaseRequestHandler):
    """A proxy to be spoken to in TLS: it need not answer to be found out."""

    def handle(self):
        self.server.heard.append(self.client_address)


class Names(socketserver.StreamRequestHandler):
    """A name server that remembers what it is asked, and says that nothing exists."""

    timeout = 60

    def handle(self):
        size = self.rfile.read(2)
        if len(size) == 2:
            query = self.rfile.read(struct.unpack(">H", size)[0])
            self.server.heard.append(query)
            self.wfile.write(size + query[:2] + b"\x81\x83" + query[4:])


def by_hand(tap, world, proxy):
    env = {"ALL_PROXY": "socks5://127.0.0.1:%d" % proxy.port}
    for version in ("4", "4a", "5", "5h", "5-login"):
        result = world.run(PROGRAM + [version, AWS, "80"], env=env)
        tap.equal(result.stdout.count("MissingAuthenticationToken"), 2, "SOCKS %s: AWS answers" % version)
        result = world.run(PROGRAM + [version, "localhost", str(proxy.other)], env=env)
        tap.equal(result.stdout.count(TEXT), 2, "SOCKS %s: another host" % version)


def by_curl(tap, world, proxy):
    """With -L the hooks on libcurl leave its proxies alone."""
    url = "%%s://%s/?Action=GetCallerIdentity&Version=2011-06-15" % AWS
    for scheme in ("socks4", "socks4a", "socks5", "socks5h"):
        env = {"ALL_PROXY": "%s://127.0.0.1:%d" % (scheme, proxy.port)}
        for how in ("http", "https"):
            result = world.run(["curl", "-sSL", url % how], env=env)
            tap.check("MissingAuthenticationToken" in result.stdout,
                      "curl, %s, %s: AWS answers" % (scheme, how), result.stdout + result.stderr)
        result = world.run(["curl", "-sSL", "http://localhost:%d/" % proxy.other], env=env)
        tap.equal(result.stdout, TEXT, "curl, %s: another host" % scheme)


def in_tls(tap, world):
    """An https:// proxy. What is said to it cannot be read, so libcurl does not connect to it."""
    with Server(Silent) as proxy:
        env = {name: "https://127.0.0.1:%d" % proxy.port for name in ("https_proxy", "http_proxy")}
        for how in ("http", "https"):
            url = "%s://%s/?Action=GetCallerIdentity&Version=2011-06-15" % (how, AWS)
            result = world.run(["curl", "-sS", url], env=env)
            tap.check("MissingAuthenticationToken" in result.stdout,
                      "curl, a proxy in TLS, %s: AWS answers" % how, result.stdout + result.stderr)
        tap.equal(proxy.heard, [], "the proxy in TLS is not even connected to")
        tap.check(world.run(["curl", "-sS", "http://other.example/"], env=env).returncode != 0
                  and len(proxy.heard) == 1, "another host goes to the proxy in TLS", proxy.heard)


QUERY = """
import socket, struct, sys
name = b"".join(bytes([len(part)]) + part.encode() for part in sys.argv[1].split("."))
query = struct.pack(">HHHHHH", 7, 256, 1, 0, 0, 0) + name + bytes([0, 0, 1, 0, 1])
with socket.create_connection((sys.argv[2], 53), timeout=60) as sock:
    sock.sendall(struct.pack(">H", len(query)) + query)
    print(len(sock.recv(512)))
"""


def name_server(tap, world):
    try:
        server = Server(Names, NAME_SERVER)
    except OSError as error:
        print("# no name server of our own: %s" % error)
        return
    ask = ["/usr/bin/python3", "-c", QUERY]
    with server:
        tap.refused(world.run(ask + [AWS, NAME_SERVER[0]]), "ConnectionResetError",
                    "a query over TCP for a name of AWS's")
        tap.equal(server.heard, [], "the name server hears nothing of it")
        tap.ran(world.run(ask + ["other.example", NAME_SERVER[0]]), "a query for another name")
        tap.equal(len(server.heard), 1, "the name server hears that one")


def main():
    tap = box.Tap()
    box.need(PROGRAM[0], "Python")
    with box.Sandbox() as world, Server(Other) as other, Server(Socks) as proxy:
        proxy.other = other.port
        by_hand(tap, world, proxy)
        tap.check("password secret" in proxy.heard, "the log-in reaches the proxy", proxy.heard)
        by_curl(tap, world, proxy)
        heard = [host for host in proxy.heard if "amazonaws" in host or host.startswith("127.97.")]
        tap.equal(heard, [], "the proxy hears nothing of AWS")
        tap.check(proxy.heard.count("localhost") >= 4, "the proxy is asked for the other host", proxy.heard)
        in_tls(tap, world)
        name_server(tap, world)
    tap.end()


main()

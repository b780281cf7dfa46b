# SPDX-License-Identifier: Apache-2.0
"""Proxies that speak SOCKS, name servers asked over TCP: what is AWS's never gets there, the rest does."""
import os
import select
import socket
import socketserver
import struct
import threading

import sandbox as box

AWS = "sts.us-east-1.amazonaws.com"
TEXT = "from the other host"
PROGRAM = ["/usr/bin/python3", os.path.join(box.PROGRAMS, "socks.py")]
NAME_SERVER = ("127.0.0.97", 53)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, handler, where=("127.0.0.1", 0)):
        super().__init__(where, handler)
        self.port = self.server_address[1]
        self.heard = []
        self.other = None

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.shutdown()
        self.server_close()


class Other(socketserver.StreamRequestHandler):
    """A host that is not AWS's."""

    timeout = 60

    def handle(self):
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
            len(TEXT), TEXT.encode()))


class Socks(socketserver.StreamRequestHandler):
    """SOCKS 4, 4a and 5. Whatever it is asked for, it leads to the other host."""

    timeout = 60

    def handle(self):
        version = self.rfile.read(1)
        try:
            self.version4() if version == b"\4" else self.version5()
        except (IndexError, OSError):
            return  # a client whose request is granted in our place says no more
        with socket.create_connection(("127.0.0.1", self.server.other)) as other:
            self.carry(other)

    def hears(self, host):
        self.server.heard.append(host)

    def until_zero(self):
        return b"".join(iter(lambda: self.rfile.read(1).strip(b"\0"), b"")).decode()

    def version4(self):
        address = self.rfile.read(7)[3:]
        self.until_zero()
        self.hears(self.until_zero() if address[:3] == b"\0\0\0" else socket.inet_ntoa(address))
        self.wfile.write(b"\0\x5a" + bytes(6))

    def version5(self):
        methods = self.rfile.read(self.rfile.read(1)[0])
        self.wfile.write(b"\5\2" if 2 in methods else b"\5\0")
        if 2 in methods:
            self.rfile.read(1)
            self.rfile.read(self.rfile.read(1)[0])
            self.hears("password " + self.rfile.read(self.rfile.read(1)[0]).decode())
            self.wfile.write(b"\1\0")
        kind = self.rfile.read(4)[3]
        if kind == 3:
            self.hears(self.rfile.read(self.rfile.read(1)[0]).decode())
        else:
            self.hears(socket.inet_ntoa(self.rfile.read(4)))
        self.rfile.read(2)
        self.wfile.write(b"\5\0\0\1" + bytes(6))

    def carry(self, other):
        ends = {self.connection: other, other: self.connection}
        while True:
            for end in select.select(list(ends), [], [], 60)[0]:
                data = end.recv(4096)
                if not data:
                    return
                ends[end].sendall(data)


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
        tap.check("MissingAuthenticationToken" in result.stdout, "SOCKS %s: AWS answers" % version,
                  result.stdout + result.stderr)
        result = world.run(PROGRAM + [version, "localhost", str(proxy.other)], env=env)
        tap.check(TEXT in result.stdout, "SOCKS %s: another host" % version, result.stdout + result.stderr)


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

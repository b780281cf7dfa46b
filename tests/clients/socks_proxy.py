# SPDX-License-Identifier: Apache-2.0
"""A proxy that speaks SOCKS and remembers the hosts it is asked for, and the host it leads to."""
import select
import socket
import socketserver
import threading

TEXT = "from the other host"


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

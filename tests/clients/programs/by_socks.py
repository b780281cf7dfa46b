# SPDX-License-Identifier: Apache-2.0
"""A client that speaks SOCKS by hand: by_socks.py VERSION HOST PORT, by the proxy of ALL_PROXY.

VERSION is 4, 4a, 5, 5h or 5-login; 4 and 5 look the name up themselves. Asks "/" of the host in plain
HTTP, by two connections, and prints the answers."""
import os
import socket
import struct
import sys
import urllib.parse


def exactly(sock, size):
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            sys.exit("the proxy has closed")
        data += more
    return data


def version4(sock, host, port, by_name):
    address = b"\0\0\0\1" if by_name else socket.inet_aton(socket.gethostbyname(host))
    name = host.encode() + b"\0" if by_name else b""
    sock.sendall(struct.pack(">BBH", 4, 1, port) + address + b"me\0" + name)
    if exactly(sock, 8)[1] != 90:
        sys.exit("refused")


def version5(sock, host, port, by_name, login):
    sock.sendall(b"\5\2\0\2" if login else b"\5\1\0")
    if exactly(sock, 2)[1] == 2:
        sock.sendall(b"\1\2me\6secret")
        exactly(sock, 2)
    if by_name:
        where = struct.pack(">BB", 3, len(host)) + host.encode()
    else:
        where = b"\1" + socket.inet_aton(socket.gethostbyname(host))
    sock.sendall(b"\5\1\0" + where + struct.pack(">H", port))
    if exactly(sock, 10)[1] != 0:
        sys.exit("refused")


def ask(version, host, port):
    proxy = urllib.parse.urlsplit(os.environ["ALL_PROXY"])
    with socket.create_connection((proxy.hostname, proxy.port), timeout=60) as sock:
        if version.startswith("4"):
            version4(sock, host, int(port), version == "4a")
        else:
            version5(sock, host, int(port), version != "5", version == "5-login")
        query = "/?Action=GetCallerIdentity&Version=2011-06-15"
        sock.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (query, host)).encode())
        answer = b"".join(iter(lambda: sock.recv(4096), b""))
        return answer.decode()


# Twice: what is remembered of the first connection must not serve for the second.
print("\n".join(ask(*sys.argv[1:]) for _ in range(2)))

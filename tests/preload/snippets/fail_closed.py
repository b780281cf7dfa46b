# SPDX-License-Identifier: Apache-2.0
"""AWS-bound calls when the core cannot be had, or interception is off. usage: fail_closed.py HOW"""
import ctypes
import errno
import os
import socket
import sys


def refused(address):
    with socket.socket() as sock:
        return sock.connect_ex(address) == errno.ECONNREFUSED


def resolves(name):
    try:
        return socket.getaddrinfo(name, 443)
    except socket.gaierror as error:
        return -error.errno


def core_missing():
    """Nothing resolves or connects, nothing reaches the network, everything else works."""
    return [
        ("AWS names fail for good", resolves("sts.amazonaws.com") == -socket.EAI_FAIL),
        ("reserved addresses refuse", refused(("127.97.1.1", 443))),
        ("metadata refuses at once", refused(("169.254.169.254", 80))),
        ("others resolve", bool(resolves("localhost"))),
        ("bundles are as they are",
         "fake core" not in open(os.environ["BUNDLE"], encoding="utf-8").read()),
    ]


def disabled():
    """As if the library were not there."""
    os.environ.pop("NODE_EXTRA_CA_CERTS", None)
    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_char_p
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as client:
            return [
                ("AWS names are the resolver's", resolves("sts.amazonaws.com") != -socket.EAI_FAIL
                 and not str(resolves("sts.amazonaws.com")).count("127.97.")),
                ("reserved addresses are the kernel's", refused(("127.97.1.1", 443))),
                ("sockets are real", client.getpeername() == server.getsockname()),
                ("node's variable is unset", getenv(b"NODE_EXTRA_CA_CERTS") is None),
                ("bundles are as they are",
                 "fake core" not in open(os.environ["BUNDLE"], encoding="utf-8").read()),
            ]


def main():
    results = {"missing": core_missing, "disabled": disabled}[sys.argv[1]]()
    for number, (what, ok) in enumerate(results, 1):
        print("%s %d - %s" % ("ok" if ok else "not ok", number, what))
    print("1..%d" % len(results))


main()

# SPDX-License-Identifier: Apache-2.0
"""A name server on the loopback's port 53, over UDP: a zone of CNAMEs and addresses, and a record of
what it was asked for."""
import ipaddress
import socket
import threading

A, CNAME, AAAA = 1, 5, 28


def pack(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def unpack(message, at):
    labels = []
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode())
        at += 1 + message[at]
    return ".".join(labels), at + 1


class NameServer:
    """zone: name -> [(type, value)], value a name or an address."""

    def __init__(self, zone, where="127.0.0.1"):
        self.zone = zone
        self.asked = []
        self.door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.door.bind((where, 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, client = self.door.recvfrom(4096)
            name, end = unpack(query, 12)
            kind = int.from_bytes(query[end:end + 2], "big")
            self.asked.append((name.lower(), kind))
            self.door.sendto(self.answer(query[:end + 4], name.lower(), kind), client)

    def answer(self, query, name, kind):
        records = []
        known = name in self.zone
        while name in self.zone:
            to = [value for type_, value in self.zone[name] if type_ == CNAME]
            for type_, value in self.zone[name]:
                if type_ == kind or type_ == CNAME:
                    data = pack(value) if type_ == CNAME else ipaddress.ip_address(value).packed
                    records.append(pack(name) + type_.to_bytes(2, "big") + b"\0\1\0\0\0\x3c" +
                                   len(data).to_bytes(2, "big") + data)
            name = to[0] if to else ""
        flags = b"\x81\x80" if known else b"\x81\x83"
        return (query[:2] + flags + b"\0\1" + len(records).to_bytes(2, "big") + b"\0\0\0\0" + query[12:] +
                b"".join(records))

    def take(self):
        """What was asked for since the last time."""
        asked, self.asked = self.asked, []
        return asked

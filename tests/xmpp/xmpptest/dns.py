# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A name server for the hosts of the tests: A, AAAA and SRV records that a test may change at any
# time, and no such name for all else. It can fall silent, too.

import socket
import struct
import threading

A, AAAA, SRV = 1, 28, 33
NAME_ERROR = 3


def encode_name(name):
    parts = [part.encode() for part in name.rstrip('.').split('.') if part]
    return b''.join(bytes([len(part)]) + part for part in parts) + b'\0'


def read_question(packet):
    """(name, type, where it ends) of a query's only question."""
    labels = []
    at = 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode('ascii', 'replace'))
        at += 1 + packet[at]
    kind, _klass = struct.unpack('>HH', packet[at + 1:at + 5])
    return '.'.join(labels).lower(), kind, at + 5


class NameServer:
    def __init__(self, *addresses):
        self.records = {}  # (name, type) -> [data]
        self.silent = False
        self.queries = []
        self.lock = threading.Lock()
        self.sockets = []
        for address in addresses:
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind((address, 53))
            self.sockets.append(server)
            threading.Thread(target=self.serve, args=(server,), daemon=True).start()

    def set_address(self, name, *addresses):
        with self.lock:
            self.records[name, A] = [socket.inet_aton(address) for address in addresses]

    def set_service(self, name, *targets):
        """name: _xmpp-client._tcp.HOST; targets: (priority, port, host name)."""
        with self.lock:
            self.records[name, SRV] = [
                struct.pack('>HHH', priority, 1, port) + encode_name(host)
                for priority, port, host in targets]

    def forget(self, name):
        """Takes all records of this name away."""
        with self.lock:
            for key in [key for key in self.records if key[0] == name]:
                del self.records[key]

    def answer(self, packet):
        """None: there is none."""
        name, kind, end = read_question(packet)
        with self.lock:
            self.queries.append((name, kind))
            if self.silent:
                return None
            data = self.records.get((name, kind), [])
            known = any(key[0] == name for key in self.records)
        flags = 0x8580 | (0 if known else NAME_ERROR)
        header = packet[:2] + struct.pack('>HHHHH', flags, 1, len(data), 0, 0)
        answers = b''.join(b'\xc0\x0c' + struct.pack('>HHIH', kind, 1, 0, len(item)) + item
                           for item in data)
        return header + packet[12:end] + answers

    def serve(self, server):
        while True:
            try:
                packet, sender = server.recvfrom(4096)
            except OSError:
                return
            answer = self.answer(packet) if len(packet) > 16 else None
            if answer:
                server.sendto(answer, sender)

    def close(self):
        for server in self.sockets:
            try:
                server.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            server.close()

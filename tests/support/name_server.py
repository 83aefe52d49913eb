"""A real name server on this machine that changes its mind, and a resolver that asks it."""

from __future__ import annotations

import ipaddress
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_HEADER = struct.Struct(">HHHHHH")
_QUESTION_END = 5  # the root's zero, type and class


@dataclass(slots=True)
class NameServer:
    """Answers with one address after the other; the last one for ever."""

    port: int
    addresses: list[str]
    asked: list[str] = field(default_factory=list)

    def resolver(self) -> Callable[[str, int], list[str]]:
        """Give a resolver that asks this server over UDP each time."""

        def resolve(host: str, _port: int) -> list[str]:
            labels = b"".join(bytes([len(one)]) + one.encode() for one in host.split("."))
            question = _HEADER.pack(7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + b"\0\1\0\1"
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
                asking.settimeout(5)
                asking.sendto(question, ("127.0.0.1", self.port))
                answer = asking.recv(512)
            return [str(ipaddress.IPv4Address(answer[-4:]))]

        return resolve


@contextmanager
def running_name_server(*addresses: str) -> Iterator[NameServer]:
    """Serve A records (RFC 1035) on a port of the loopback interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as serving:
        serving.bind(("127.0.0.1", 0))
        serving.settimeout(0.1)
        server = NameServer(port=serving.getsockname()[1], addresses=list(addresses))
        is_over = threading.Event()
        thread = threading.Thread(target=_serve, args=(serving, server, is_over), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            is_over.set()
            thread.join()


def _serve(serving: socket.socket, server: NameServer, is_over: threading.Event) -> None:
    while not is_over.is_set():
        try:
            question, caller = serving.recvfrom(512)
        except TimeoutError:
            continue
        many = len(server.addresses) > 1
        address = server.addresses.pop(0) if many else server.addresses[0]
        server.asked.append(address)
        header = question[:2] + _HEADER.pack(0, 0x8180, 1, 1, 0, 0)[2:]
        record = b"\xc0\x0c\0\1\0\1" + struct.pack(">IH", 0, 4)
        packed = ipaddress.IPv4Address(address).packed
        serving.sendto(header + question[12:] + record + packed, caller)

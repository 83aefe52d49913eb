"""The listener's ports: datagrams of SNMP and syslog, and syslog's connections.

Everything that arrives goes to one inbox. A datagram that finds no room is dropped and counted, for
UDP has no way to say "later"; a connection is not read from until there is room.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import structlog
from typing_extensions import override

from runtime.alarms.sources.listened.health import Health
from runtime.alarms.sources.listened.inbox import Inbox, Waiting
from runtime.alarms.sources.listened.kinds import SYSLOG
from runtime.alarms.sources.listened.networks import plain_address
from runtime.alarms.sources.listened.reading import Arrived
from runtime.alarms.sources.syslog.framing import Framer, FramingError
from runtime.metrics import LISTENER_MESSAGES

log = structlog.get_logger(__name__)

BUFFER_BYTES = 8 * 1024 * 1024
READ_BYTES = 64 * 1024
CONNECTIONS_MAX = 500
CONNECTIONS_OF_A_SENDER = 20
NO_ROOM_PAUSE_S = 0.05
AGAIN_S = 5.0
Box = Inbox[Arrived]


class Datagrams(asyncio.DatagramProtocol):
    """Takes one kind's datagrams, and sends answers from whichever thread has them."""

    def __init__(self, kind: str, inbox: Box, health: Health) -> None:
        self._kind, self._inbox, self._health = kind, inbox, health
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)  # it says of itself less

    @override
    def datagram_received(self, data: bytes, addr: Any) -> None:
        arrived = Arrived(kind=self._kind, data=data, sender=plain_address(addr[0]))
        if not self._inbox.offer(
            Waiting(
                arrived,
                len(data),
                lambda told: self._answer(told, addr),
                sender=arrived.sender,
            )
        ):
            LISTENER_MESSAGES.labels(self._kind, "dropped").inc()
            self._health.dropped += 1

    def _answer(self, answer: bytes | None, addr: Any) -> None:
        if answer is not None and self._transport is not None:
            self._loop.call_soon_threadsafe(self._transport.sendto, answer, addr)


class Connections:
    """Serves syslog's connections."""

    def __init__(self, inbox: Box) -> None:
        self._inbox = inbox
        self._open: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one connection to its end."""
        sender = plain_address(writer.get_extra_info("peername")[0])
        is_one_too_many = (
            self._open.total() >= CONNECTIONS_MAX or self._open[sender] >= CONNECTIONS_OF_A_SENDER
        )
        if is_one_too_many:
            log.warning("connection_refused", sender=sender, open=self._open.total())
            writer.close()
            return
        self._open[sender] += 1
        try:
            await self._read(reader, sender)
        except FramingError as error:
            log.warning("connection_closed", sender=sender, reason=error.message)
            await self._offer(b"", sender, broken=error.message)
        except OSError as error:
            log.info("connection_lost", sender=sender, reason=str(error))
        finally:
            self._open[sender] -= 1
            writer.close()

    async def _read(self, reader: asyncio.StreamReader, sender: str) -> None:
        framer = Framer()
        while octets := await reader.read(READ_BYTES):
            for message in framer.feed(octets):
                await self._offer(message, sender)
        if rest := framer.end():
            await self._offer(rest, sender)

    async def _offer(self, message: bytes, sender: str, *, broken: str = "") -> None:
        arrived = Arrived(kind=SYSLOG, data=message, sender=sender, broken=broken)
        waiting = Waiting(arrived, len(message), sender=sender)
        while not self._inbox.offer(waiting):  # noqa: ASYNC110  room is made by another thread
            await asyncio.sleep(NO_ROOM_PAUSE_S)


async def open_datagrams(
    kind: str, inbox: Box, *, host: str, port: int, health: Health
) -> Callable[[], None]:
    """Listen for one kind's datagrams; give what ends it.

    Raises:
        OSError: the port cannot be had.
    """
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    endpoint = socket.socket(family, socket.SOCK_DGRAM)
    try:
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        endpoint.setblocking(False)
        endpoint.bind((host, port))
        transport, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(kind, inbox, health), sock=endpoint
        )
        health.buffers[port] = endpoint.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    except OSError:
        endpoint.close()
        raise
    return transport.close


async def open_connections(inbox: Box, *, host: str, port: int) -> Callable[[], None]:
    """Listen for syslog's connections; give what ends it.

    Raises:
        OSError: the port cannot be had.
    """
    server = await asyncio.start_server(Connections(inbox).serve, host, port, limit=READ_BYTES)
    return server.close

"""SNMPv3 by pysnmp: who asks is a user with secrets (RFC 3414).

Each errand has an engine of its own, because an engine keeps its users by name and those of two
tenants may be called alike. It runs on a loop in a thread of its own: whoever asks may have a loop
already. What comes from another address than the device's is dropped before anybody reads it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pysnmp.carrier.asyncio.dgram.udp import UdpAsyncioTransport
from pysnmp.carrier.asyncio.dgram.udp6 import Udp6AsyncioTransport
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch import asyncio as v3
from pysnmp.smi.error import SmiError

from blocks.brokers._snmp_errors import of_indication, of_status, snmp_error, unanswered
from blocks.brokers._snmp_values import BULK, TRY_MAX_S, asked, notification, read, written
from blocks.permissions.snmp import SnmpCredential, SnmpRequest, SnmpValue

ENGINE_PREFIX = bytes.fromhex("8000000005")  # no enterprise's own form, then octets (RFC 3411)
_AUTH = {
    "none": v3.usmNoAuthProtocol,
    "MD5": v3.usmHMACMD5AuthProtocol,
    "SHA": v3.usmHMACSHAAuthProtocol,
    "SHA224": v3.usmHMAC128SHA224AuthProtocol,
    "SHA256": v3.usmHMAC192SHA256AuthProtocol,
    "SHA384": v3.usmHMAC256SHA384AuthProtocol,
    "SHA512": v3.usmHMAC384SHA512AuthProtocol,
}
_PRIV = {
    "none": v3.usmNoPrivProtocol,
    "DES": v3.usmDESPrivProtocol,
    "AES": v3.usmAesCfb128Protocol,
    "AES192": v3.usmAesCfb192Protocol,
    "AES256": v3.usmAesCfb256Protocol,
}


class UserLine:
    """Asks one device as a user; takes what `CommunityLine` takes."""

    def __init__(
        self, request: SnmpRequest, address: str, credential: SnmpCredential, deadline: float
    ) -> None:
        self._request, self._address, self._deadline = request, address, deadline
        self._heard: list[int] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="snmp")
        self._runner = asyncio.Runner()
        self._user = _user(credential.values)
        self._engine = self._thread.submit(_engine, credential.engine).result()

    def close(self) -> None:
        """Let go of the sockets and the thread."""
        self._thread.submit(self._end).result()
        self._thread.shutdown()

    def get(self, oids: tuple[str, ...]) -> list[SnmpValue]:
        """Ask for variables."""
        return read(self._ask("get_cmd", asked(oids)))

    def following(self, oid: str) -> list[SnmpValue]:
        """Ask for what comes after a variable."""
        return read(self._ask("bulk_cmd", asked([oid]), 0, BULK))

    def set(self, values: tuple[SnmpValue, ...]) -> None:
        """Change variables."""
        self._ask("set_cmd", written(values))

    def notify(self, request: SnmpRequest) -> None:
        """Send a trap, or an inform until it is confirmed."""
        binds = notification(request.oids[0], request.values, up_s=time.monotonic())
        self._ask("send_notification", binds, request.do)

    def _ask(self, command: str, binds: list[tuple[Any, Any]], *how: Any) -> Any:
        names = tuple(str(name) for name, _ in binds)
        failed, status, index, bound = self._run(self._send(command, *how, *binds))
        if failed:
            raise of_indication(failed, self._request.host, heard=len(self._heard))
        if status:
            raise of_status(int(status), int(index), names)
        self._heard.clear()
        return bound

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._thread.submit(self._runner.run, self._in_time(work)).result()

    async def _in_time(self, work: Coroutine[Any, Any, Any]) -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # of what cannot be read
        try:
            return await asyncio.wait_for(work, self._deadline - time.monotonic())
        except TimeoutError:
            raise unanswered(self._request.host, heard=len(self._heard)) from None
        except SmiError:
            raise snmp_error("bad_value", "A value is of another type than its object.") from None
        except (PySnmpError, OSError) as error:
            told = f"{self._request.host} is out of reach: {type(error).__name__}."
            raise snmp_error("unreachable", told) from None

    async def _send(self, command: str, *given: Any) -> Any:
        retries = self._request.retries
        each_s = min((self._deadline - time.monotonic()) / (retries + 1), TRY_MAX_S)
        base = v3.Udp6TransportTarget if ":" in self._address else v3.UdpTransportTarget
        place = (self._address, self._request.port)
        target = await base.create(place, timeout=each_s, retries=retries)
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        target.PROTO_TRANSPORT = self._hearing(opened)
        who = (self._engine, self._user, target, v3.ContextData())
        answer = await getattr(v3, command)(*who, *given, lookupMib=False)
        if "trap" in given:
            await opened  # or it would be closed before the trap has left
        return answer

    def _hearing(self, opened: asyncio.Future[None]) -> type:
        """Make a transport that hears the device alone."""
        place, heard = (self._address, self._request.port), self._heard
        base: Any = Udp6AsyncioTransport if ":" in self._address else UdpAsyncioTransport

        class Hearing(base):  # type: ignore[misc]
            def connection_made(self, transport: Any) -> None:
                super().connection_made(transport)
                if not opened.done():
                    opened.set_result(None)

            def datagram_received(self, datagram: bytes, address: Any) -> None:
                if tuple(address[:2]) == place:
                    heard.append(len(datagram))
                    super().datagram_received(datagram, address)

        return Hearing

    def _end(self) -> None:
        self._engine.close_dispatcher()
        self._runner.close()


def _engine(name: bytes) -> Any:
    """Make an engine that is called as the connection is.

    Not by its argument: that would keep how often it started in a folder that all may write to. It
    counts its time from the epoch, so that it never goes back (RFC 3414, 2.3).
    """
    engine = v3.SnmpEngine()
    (own,) = engine.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID")
    own.syntax = own.syntax.clone(ENGINE_PREFIX + name)
    engine.snmpEngineID = own.syntax
    return engine


def _user(values: Mapping[str, Any]) -> Any:
    auth, priv = values.get("auth_protocol", "SHA256"), values.get("priv_protocol", "AES")
    return v3.UsmUserData(
        values["user"],
        authKey=values["auth_secret"] if auth != "none" else None,
        privKey=values["priv_secret"] if priv != "none" else None,
        authProtocol=_AUTH[auth],
        privProtocol=_PRIV[priv],
    )

"""SNMPv2c over a socket of our own: one datagram out, one back (RFC 3416, RFC 3417).

The socket is connected to the device, so that the system drops what others send. What cannot be
read is passed over: somebody may answer in the device's name before it does.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Mapping
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import rfc1905
from pysnmp.proto.api import v2c

from blocks.brokers._snmp_errors import of_status, snmp_error, unanswered
from blocks.brokers._snmp_values import BULK, TRY_MAX_S, asked, notification, read, written
from blocks.permissions.snmp import SnmpRequest, SnmpValue

DATAGRAM_MAX = 65_535
_UNREADABLE = (PyAsn1Error, ValueError, TypeError, RecursionError, LookupError, OverflowError)
_ID_MAX = 2**31 - 1


class CommunityLine:
    """Asks one device under a community.

    Args:
        request: Whom, and how patiently.
        address: The judged address of the device.
        values: Of the connection.
        deadline: Until when, by `time.monotonic`.
    """

    def __init__(
        self, request: SnmpRequest, address: str, values: Mapping[str, Any], deadline: float
    ) -> None:
        self._request, self._deadline = request, deadline
        self._community = values["community"].encode()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.connect((address, request.port))
        except OSError:
            self._socket.close()
            raise snmp_error("unreachable", f"There is no way to {request.host}.") from None

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def get(self, oids: tuple[str, ...]) -> list[SnmpValue]:
        """Ask for variables."""
        return read(self._exchange(v2c.GetRequestPDU(), asked(oids)))

    def following(self, oid: str) -> list[SnmpValue]:
        """Ask for what comes after a variable."""
        pdu = v2c.GetBulkRequestPDU()
        v2c.apiBulkPDU.set_defaults(pdu)
        v2c.apiBulkPDU.set_non_repeaters(pdu, 0)
        v2c.apiBulkPDU.set_max_repetitions(pdu, BULK)
        return read(self._exchange(pdu, asked([oid])))

    def set(self, values: tuple[SnmpValue, ...]) -> None:
        """Change variables."""
        self._exchange(v2c.SetRequestPDU(), written(values))

    def notify(self, request: SnmpRequest) -> None:
        """Send a trap, or an inform until it is confirmed."""
        binds = notification(request.oids[0], request.values, up_s=time.monotonic())
        if request.do == "inform":
            self._exchange(v2c.InformRequestPDU(), binds)
            return
        message, _ = self._written(v2c.TrapPDU(), binds)
        self._send(message)

    def _exchange(self, pdu: Any, binds: list[tuple[Any, Any]]) -> Any:
        """Send a message until it is answered, and give what was bound."""
        message, number = self._written(pdu, binds)
        tries = self._request.retries + 1
        each_s = min((self._deadline - time.monotonic()) / tries, TRY_MAX_S)
        heard = 0
        for _ in range(tries):
            ends = min(time.monotonic() + each_s, self._deadline)
            self._send(message)
            while (datagram := self._receive(ends)) is not None:
                heard += 1
                if (answer := self._read(datagram, number)) is not None:
                    return self._bound(answer, binds)
        raise unanswered(self._request.host, heard=heard)

    def _written(self, pdu: Any, binds: list[tuple[Any, Any]]) -> tuple[bytes, int]:
        number = secrets.randbelow(_ID_MAX)
        if not isinstance(pdu, rfc1905.GetBulkRequestPDU):
            v2c.apiPDU.set_defaults(pdu)
        v2c.apiPDU.set_request_id(pdu, number)
        v2c.apiPDU.set_varbinds(pdu, binds)
        message = v2c.Message()
        v2c.apiMessage.set_defaults(message)
        v2c.apiMessage.set_community(message, self._community)
        v2c.apiMessage.set_pdu(message, pdu)
        return encoder.encode(message), number

    def _send(self, message: bytes) -> None:
        try:
            self._socket.send(message)
        except ConnectionRefusedError:
            pass  # of the datagram before: nobody listened then
        except OSError as error:
            why = error.strerror or "it cannot be sent"
            raise snmp_error(
                "unreachable", f"{self._request.host} is out of reach: {why}."
            ) from None

    def _receive(self, ends: float) -> bytes | None:
        """Give what comes by then; a port where nobody listens is waited for, it may come up."""
        while (left_s := ends - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            try:
                return self._socket.recv(DATAGRAM_MAX)
            except TimeoutError:
                return None
            except ConnectionRefusedError:
                time.sleep(min(left_s, 0.05))
            except OSError:
                return None
        return None

    def _read(self, datagram: bytes, number: int) -> Any:
        """Give the PDU of an answer to us; None for anything else."""
        try:
            message, rest = decoder.decode(datagram, asn1Spec=v2c.Message())
            pdu = v2c.apiMessage.get_pdu(message)
            is_ours = not rest and isinstance(pdu, rfc1905.ResponsePDU)
            return pdu if is_ours and v2c.apiPDU.get_request_id(pdu) == number else None
        except _UNREADABLE:
            return None

    def _bound(self, pdu: Any, binds: list[tuple[Any, Any]]) -> Any:
        status = int(v2c.apiPDU.get_error_status(pdu))
        if status:
            names = tuple(str(name) for name, _ in binds)
            # not get_error_index, which raises for an index that lies outside
            raise of_status(status, int(pdu[2]), names)
        return v2c.apiPDU.get_varbinds(pdu)

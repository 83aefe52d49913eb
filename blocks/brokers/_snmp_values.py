"""A device's variables between Garland's words and pysnmp's types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pysnmp.proto import rfc1902, rfc1905

from blocks.permissions.snmp import SnmpKind, SnmpValue

BULK = 20
"""Variables asked for at a time; an answer of these fits one datagram as a rule."""
TRY_MAX_S = 5.0
"""How long an answer is waited for, before what was asked is sent again."""
UPTIME, TRAP = "1.3.6.1.2.1.1.3.0", "1.3.6.1.6.3.1.1.4.1.0"  # RFC 3416, 4.2.6
_TICKS = 2**32
_KINDS: Mapping[type, SnmpKind] = {
    rfc1902.Integer32: "integer",
    rfc1902.Integer: "integer",
    rfc1902.ObjectIdentifier: "oid",
    rfc1902.ObjectName: "oid",
    rfc1902.IpAddress: "ip",
    rfc1902.Counter32: "counter32",
    rfc1902.Gauge32: "gauge32",
    rfc1902.Unsigned32: "gauge32",
    rfc1902.TimeTicks: "timeticks",
    rfc1902.Counter64: "counter64",
    rfc1902.Opaque: "opaque",
    rfc1905.NoSuchObject: "missing",
    rfc1905.NoSuchInstance: "missing",
    rfc1905.EndOfMibView: "missing",
}
_NUMBERS = frozenset({"integer", "counter32", "gauge32", "timeticks", "counter64"})
_WRITERS: Mapping[str, Any] = {
    "integer": rfc1902.Integer32,
    "text": lambda text: rfc1902.OctetString(text.encode()),
    "octets": lambda text: rfc1902.OctetString(bytes.fromhex(text.replace(":", " "))),
    "oid": rfc1902.ObjectIdentifier,
    "ip": rfc1902.IpAddress,
    "counter32": rfc1902.Counter32,
    "gauge32": rfc1902.Gauge32,
    "timeticks": rfc1902.TimeTicks,
    "counter64": rfc1902.Counter64,
}


def asked(oids: Iterable[str]) -> list[tuple[Any, Any]]:
    """Write what is asked for."""
    return [(rfc1902.ObjectName(oid), rfc1905.unSpecified) for oid in oids]


def written(values: Iterable[SnmpValue]) -> list[tuple[Any, Any]]:
    """Write variables with their values."""
    return [(rfc1902.ObjectName(one.oid), _WRITERS[one.kind](one.value)) for one in values]


def notification(trap: str, values: Iterable[SnmpValue], *, up_s: float) -> list[tuple[Any, Any]]:
    """Write what a notification holds: how long the sender is up, its name, its variables."""
    first = [
        SnmpValue(oid=UPTIME, kind="timeticks", value=int(up_s * 100) % _TICKS),
        SnmpValue(oid=TRAP, kind="oid", value=trap),
    ]
    return written([*first, *values])


def read(bound: Iterable[Any]) -> list[SnmpValue]:
    """Read what a device answered."""
    return [_read(str(one[0]), one[1]) for one in bound]


def _read(oid: str, value: Any) -> SnmpValue:
    kind = _KINDS.get(type(value))
    if kind is not None and kind in _NUMBERS:
        return SnmpValue(oid=oid, kind=kind, value=int(value))
    if kind == "missing":
        return SnmpValue(oid=oid, kind="missing")
    if kind == "oid":
        return SnmpValue(oid=oid, kind="oid", value=str(value))
    if isinstance(value, rfc1902.OctetString):
        return _octets(oid, kind, bytes(value))
    return SnmpValue(oid=oid, kind="null")


def _octets(oid: str, kind: SnmpKind | None, octets: bytes) -> SnmpValue:
    if kind == "ip":
        return SnmpValue(oid=oid, kind="ip", value=".".join(map(str, octets)))
    if kind is None and (text := _text(octets)) is not None:
        return SnmpValue(oid=oid, kind="text", value=text)
    return SnmpValue(oid=oid, kind=kind or "octets", value=octets.hex(":"))


def _text(octets: bytes) -> str | None:
    """Give octets as text where people can read them; a NUL that ends them is left out."""
    try:
        text = octets.removesuffix(b"\0").decode()
    except UnicodeDecodeError:
        return None
    return text if all(one.isprintable() or one in "\r\n\t" for one in text) else None

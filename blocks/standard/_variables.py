"""What the blocks that send variables over SNMP share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.sdk import SnmpValue, read_oid

_NUMBERS = frozenset({"integer", "gauge32", "counter32", "counter64", "timeticks"})


def variable(row: Mapping[str, Any]) -> SnmpValue:
    """Read a row of the settings; a number may be written as a text, and a text as a number.

    What is none is left as it is, for the ability to refuse.

    >>> variable({"object": "ifAdminStatus.3", "kind": "integer", "value": " 2"}).value
    2
    """
    kind, value = row["kind"], row["value"]
    if kind in _NUMBERS and isinstance(value, str):
        text = value.strip()
        is_number = text.removeprefix("-").isdecimal() and text.isascii()
        value = int(text) if is_number else value
    return SnmpValue(oid=row["object"], kind=kind, value=value if kind in _NUMBERS else str(value))


def is_same(wanted: SnmpValue, found: SnmpValue) -> bool:
    """Tell whether a device holds what was written, however either is spelt.

    Octets that people can read come back as text, without a NUL that ends them.

    >>> ip = SnmpValue(oid="1.3", kind="octets", value="4A:42")
    >>> is_same(ip, SnmpValue(oid="1.3", kind="text", value="JB"))
    True
    """
    if found.kind in ("missing", "null"):
        return False
    if wanted.kind == "oid":
        return found.value == read_oid(str(wanted.value))
    written, now = _octets(wanted), _octets(found)
    if written is None or now is None:
        return wanted.value == found.value
    return now == written or (found.kind == "text" and now == written.removesuffix(b"\0"))


def _octets(value: SnmpValue) -> bytes | None:
    """Give what travels for a text or octets; None for another kind."""
    if value.kind == "text":
        return str(value.value).encode()
    if value.kind in ("octets", "opaque"):
        return bytes.fromhex(str(value.value).replace(":", " "))
    return None

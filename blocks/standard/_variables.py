"""What the blocks that send variables over SNMP share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.sdk import SnmpValue

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

"""A trap as a person has it at hand: a datagram's digits, or lines of a trap log. Pure."""

from __future__ import annotations

import re

from kernel.errors import InvalidError, Problem
from runtime.alarms.sources.snmp.ber import BerError
from runtime.alarms.sources.snmp.message import (
    SYS_UP_TIME,
    TRAP_ADDRESS,
    TRAP_OID,
    V2C,
    V3,
    VARIABLES_MAX,
    Notification,
    Value,
    read_message,
    version_of,
)

PASTED_MAX = 200_000
_HEX = re.compile(r"[0-9a-fA-F\s:]+")
_LINE = re.compile(r"\.?(\d+(?:\.\d+)+)(?:\s*=\s*|\s+)?(.*)")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9 -]*: ")


def read_pasted(text: str) -> Notification:
    """Read what was pasted.

    Args:
        text: The digits of a datagram of v1 or v2c; or a line `identifier = value` for each
            variable, where the first, or snmpTrapOID.0, names the trap.

    Raises:
        InvalidError: it is neither.

    >>> read_pasted("1.3.6.1.6.3.1.1.5.3").oid
    '1.3.6.1.6.3.1.1.5.3'
    """
    said = text.strip()[:PASTED_MAX]
    if not said:
        raise _unreadable("paste a trap: a datagram's hexadecimal digits, or lines of a trap log")
    if _HEX.fullmatch(said):
        digits = re.sub(r"[\s:]", "", said)
        if len(digits) % 2:
            raise _unreadable("these hexadecimal digits are an odd number: some are missing")
        return _datagram(bytes.fromhex(digits))
    return _lines(said)


def _datagram(octets: bytes) -> Notification:
    try:
        if version_of(octets) == V3:
            raise _unreadable("a datagram of v3 cannot be read without its user's key: paste lines")
        return read_message(octets).notification
    except BerError as error:
        raise _unreadable(f"these digits are no trap: {error.message}") from None


def _lines(text: str) -> Notification:
    found: list[tuple[str, Value]] = []
    for line in filter(str.strip, text.splitlines()):
        read = _LINE.fullmatch(line.strip().removeprefix("iso."))
        if read is None:
            raise _unreadable(
                f"{line.strip()[:80]!r} is no line of a trap: write 1.3.6.1.… = value, with numbers"
            )
        oid = f"1.{read.group(1)}" if line.strip().startswith("iso.") else read.group(1)
        found.append((oid, _value(read.group(2))))
    if len(found) > VARIABLES_MAX:
        raise _unreadable(f"a trap has at most {VARIABLES_MAX} variables")
    named = dict(found)
    name = str(named.get(TRAP_OID) or found[0][0]).removeprefix(".")
    frame = (TRAP_OID, TRAP_ADDRESS, SYS_UP_TIME, name)
    rest = tuple(one for one in found if one[0] not in frame)
    agent = str(named.get(TRAP_ADDRESS) or "")
    return Notification(version=V2C, oid=name, agent=agent, variables=rest)


def _value(text: str) -> Value:
    typed = _TYPE.match(text)
    said = text[typed.end() :].strip() if typed else text.strip()
    if said.startswith('"'):
        return said[1:].removesuffix('"') or None
    if said.startswith(".1."):
        return said[1:]
    return int(said) if re.fullmatch(r"-?\d{1,18}", said) else said or None


def _unreadable(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("/pasted", message)])

"""`ctx.snmp` in the host."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from typing import Any

from blocks.abilities.attempt import Attempt
from blocks.abilities.places import changes, place_of
from blocks.oids import read_oid
from blocks.permissions.snmp import SnmpDeed, SnmpRequest, SnmpValue
from blocks.sdk import BlockError

OIDS_MAX = 100
SET_MAX = 50
VALUES_MAX = 50_000
TEXT_MAX_BYTES = 16_000
RETRIES_MAX = 5
_RANGES = {
    "integer": (-(2**31), 2**31 - 1),
    "counter32": (0, 2**32 - 1),
    "gauge32": (0, 2**32 - 1),
    "timeticks": (0, 2**32 - 1),
    "counter64": (0, 2**64 - 1),
}
"""Source: RFC 2578, 7.1."""


@dataclass(frozen=True, slots=True)
class SnmpAbility:
    """`ctx.snmp`."""

    attempt: Attempt

    def get(
        self,
        host: str,
        oids: list[str],
        *,
        connection: str,
        port: int = 161,
        timeout_s: float | None = None,
        retries: int = 2,
    ) -> list[SnmpValue]:
        """See `sdk.Snmp.get`."""
        place = self._place(host, port)
        if not 1 <= len(oids) <= OIDS_MAX:
            raise _bad("oid", f"Ask for 1 to {OIDS_MAX} variables at a time.")
        wanted = tuple(read_oid(one) for one in oids)
        return self._ask(_errand("get", place, oids=wanted), connection, timeout_s, retries)

    def walk(  # noqa: PLR0913  likewise
        self,
        host: str,
        oid: str,
        *,
        connection: str,
        values_max: int = 1000,
        port: int = 161,
        timeout_s: float | None = None,
        retries: int = 2,
    ) -> list[SnmpValue]:
        """See `sdk.Snmp.walk`."""
        place = self._place(host, port)
        most = min(max(values_max, 1), VALUES_MAX)
        errand = _errand("walk", place, oids=(read_oid(oid),), values_max=most)
        return self._ask(errand, connection, timeout_s, retries)

    def set(
        self,
        host: str,
        values: list[SnmpValue],
        *,
        connection: str,
        port: int = 161,
        timeout_s: float | None = None,
        retries: int = 0,
    ) -> None:
        """See `sdk.Snmp.set`."""
        place = self._place(host, port)
        changes(self.attempt, "snmp.set")
        if not 1 <= len(values) <= SET_MAX:
            raise _bad("value", f"Change 1 to {SET_MAX} variables at a time.")
        errand = _errand("set", place, values=_checked(values))
        self._ask(errand, connection, timeout_s, retries)

    def notify(  # noqa: PLR0913  likewise
        self,
        host: str,
        trap: str,
        values: list[SnmpValue],
        *,
        connection: str,
        inform: bool = False,
        port: int = 162,
        timeout_s: float | None = None,
        retries: int = 2,
    ) -> None:
        """See `sdk.Snmp.notify`."""
        place = self._place(host, port)
        changes(self.attempt, "snmp.notify")
        if len(values) > SET_MAX:
            raise _bad("value", f"Send at most {SET_MAX} variables along.")
        do: SnmpDeed = "inform" if inform else "trap"
        errand = _errand(do, place, oids=(read_oid(trap),), values=_checked(values))
        self._ask(errand, connection, timeout_s, retries)

    def _place(self, host: str, port: int) -> tuple[str, int]:
        return place_of(self.attempt, "snmp", host, port)

    def _ask(
        self, errand: SnmpRequest, slot: str, timeout_s: float | None, retries: int
    ) -> list[SnmpValue]:
        self.attempt.permit_slot(slot)
        request = replace(
            errand,
            slot=slot,
            timeout_s=self.attempt.within(timeout_s),
            retries=min(max(retries, 0), RETRIES_MAX),
        )
        return self.attempt.services.snmp(request)


def _errand(do: SnmpDeed, place: tuple[str, int], **more: Any) -> SnmpRequest:
    return SnmpRequest(do=do, host=place[0], port=place[1], **more)


def _checked(values: list[SnmpValue]) -> tuple[SnmpValue, ...]:
    """Give the values with identifiers in numbers, each of its type."""
    return tuple(replace(one, oid=read_oid(one.oid), value=_value(one)) for one in values)


def _value(one: SnmpValue) -> int | str | None:
    value = one.value
    if one.kind in _RANGES:
        least, most = _RANGES[one.kind]
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise _bad("value", f"{one.oid} takes a whole number from {least} to {most}.")
    if not isinstance(value, str):
        raise _bad("value", f"{one.oid} takes a text as {one.kind}.")
    if one.kind == "oid":
        return read_oid(value)
    _check_text(one, value)
    return value


def _check_text(one: SnmpValue, value: str) -> None:
    if one.kind not in ("ip", "octets", "text"):
        raise _bad("value", f"{one.oid} cannot be written as {one.kind}.")
    try:
        if one.kind == "ip":
            ipaddress.IPv4Address(value)
        elif one.kind == "octets":
            bytes.fromhex(value.replace(":", " "))
    except ValueError:
        message = f"{value[:40]} is no value of the type {one.kind} for {one.oid}."
        raise _bad("value", message) from None
    if len(value.encode("utf-8", "replace")) > TEXT_MAX_BYTES:
        raise _bad("value", f"The text for {one.oid} is longer than {TEXT_MAX_BYTES:,} bytes.")


def _bad(what: str, message: str) -> BlockError:
    return BlockError(f"snmp.bad_{what}", message, retryable=False)

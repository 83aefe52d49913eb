"""Carries out a block's errands at devices over SNMP, within limits of address, size and time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blocks.brokers._snmp_errors import snmp_error
from blocks.brokers.addresses import Allowed, Resolver, pick_address, resolve
from blocks.permissions.snmp import SnmpCredential, SnmpRequest, SnmpValue
from blocks.sdk import BlockError

if TYPE_CHECKING:
    from blocks.brokers._snmp_community import CommunityLine
    from blocks.brokers._snmp_users import UserLine

ANSWER_MAX_BYTES = 2 * 1024 * 1024
_WEIGHT = 60
"""What a value takes besides its text, at the least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpBroker:
    """Asks devices for blocks.

    Attributes:
        allow_private: Whether, or which, private and loopback addresses may be asked.
        resolver: Gives a host's addresses.
    """

    allow_private: Allowed = False
    resolver: Resolver = resolve

    def ask(self, request: SnmpRequest, /) -> list[SnmpValue]:
        """Carry out an errand; gives what was read, nothing for the others.

        Raises:
            BlockError: see `sdk.Snmp`.
        """
        if request.credential is None:
            message = "SNMP needs a connection, with a user or a community: choose one."
            raise BlockError("connections.missing", message, retryable=False)
        deadline = time.monotonic() + request.timeout_s
        address = pick_address(
            request.host,
            request.port,
            allow_private=self.allow_private,
            resolver=self.resolver,
            timeout_s=request.timeout_s,
            protocol="snmp",
        )
        with closing(_line(request, request.credential, address, deadline)) as line:
            return _done(request, line)


def _line(
    request: SnmpRequest, credential: SnmpCredential, address: str, deadline: float
) -> CommunityLine | UserLine:
    """Open a line; pysnmp is read only when somebody asks, it takes a quarter of a second."""
    from blocks.brokers._snmp_community import CommunityLine
    from blocks.brokers._snmp_users import UserLine

    if credential.values.get("version", "3") == "2c":
        return CommunityLine(request, address, credential.values, deadline)
    return UserLine(request, address, credential, deadline)


def _done(request: SnmpRequest, line: CommunityLine | UserLine) -> list[SnmpValue]:
    if request.do == "get":
        return _got(request, line)
    if request.do == "walk":
        return list(_walked(request, line))
    if request.do == "set":
        line.set(request.values)
    else:
        line.notify(request)
    return []


def _got(request: SnmpRequest, line: CommunityLine | UserLine) -> list[SnmpValue]:
    found = line.get(request.oids)
    if tuple(one.oid for one in found) != request.oids:
        message = f"{request.host} answered what was not asked."
        raise snmp_error("bad_answer", message)
    return found


def _walked(request: SnmpRequest, line: CommunityLine | UserLine) -> Iterator[SnmpValue]:
    """Follow what comes after a variable for as long as it lies below and grows."""
    at, given, size = request.oids[0], 0, 0
    root = _numbers(at)
    while found := line.following(at):
        for one in found:
            if one.kind == "missing" or _numbers(one.oid)[: len(root)] != root:
                return
            if _numbers(one.oid) <= _numbers(at):
                message = f"{request.host} goes in circles: after {at} it gives {one.oid}."
                raise snmp_error("bad_answer", message)
            at, given = one.oid, given + 1
            size += len(one.oid) + len(str(one.value)) + _WEIGHT
            if size > ANSWER_MAX_BYTES:
                message = f"What {request.host} has there is too much for one step: ask for less."
                raise snmp_error("too_large", message)
            yield one
            if given >= request.values_max:
                return


def _numbers(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))

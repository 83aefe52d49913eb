"""`ctx.snmp`: asking devices, changing what they hold, and telling receivers of traps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from blocks.permissions.place import url_of

SnmpKind = Literal[
    "integer",
    "text",
    "octets",
    "oid",
    "ip",
    "counter32",
    "gauge32",
    "timeticks",
    "counter64",
    "opaque",
    "null",
    "missing",
]
SnmpDeed = Literal["get", "walk", "set", "trap", "inform"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpValue:
    """One variable of a device.

    Attributes:
        oid: Its object identifier, in numbers.
        kind: Its type (RFC 2578, 7.1): `text` is an octet string that can be read, `octets` one
            that cannot, written as `0a:1b`; `missing` stands for what the device does not have.
        value: A number, a text, or None where there is none.
    """

    oid: str
    kind: SnmpKind
    value: int | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpCredential:
    """What the host proves itself with; a block never gets one.

    Attributes:
        values: Of a connection of the kind `snmp_v3`: a user, or a community of v2c.
        engine: Names whoever sends a trap of SNMPv3, 16 octets.
    """

    values: Mapping[str, Any] = field(repr=False)
    engine: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpRequest:
    """One errand at a device, as the broker carries it out.

    Attributes:
        oids: `get`: what is asked; `walk`: the one below which is asked; `trap`, `inform`: the
            notification's name.
        values: `set`: what is to be; `trap`, `inform`: what goes along.
        values_max: `walk`: after how many values to stop.
        timeout_s: For all of it.
        retries: How often what was lost is sent again.
        slot: Of the block's manifest: the connection it is made with.
        credential: Of that connection; put in by the host.
    """

    do: SnmpDeed
    host: str
    port: int
    oids: tuple[str, ...] = ()
    values: tuple[SnmpValue, ...] = ()
    values_max: int = 1
    timeout_s: float = 20.0
    retries: int = 2
    slot: str = ""
    credential: SnmpCredential | None = field(default=None, repr=False, compare=False)

    @property
    def url(self) -> str:
        """Where it goes, for counting calls."""
        return url_of("snmp", self.host, self.port)


class Snmp(Protocol):
    """Speaking SNMP v2c or v3 with devices; needs the permission `snmp`.

    Args of every method:
        host: Name or address of the device; the manifest's hosts and ports bind.
        connection: A slot that the manifest names under `secrets`, for connections of the kind
            `snmp_v3`: it holds the user, or the community of v2c, and so decides the version.
        timeout_s: For the whole errand; never beyond the step's limit.
        retries: 0 to 5: how often what was lost is sent again, within that time.

    Object identifiers are written in numbers, or begin with a name of `blocks.oids`, such as
    `sysUpTime.0`.

    Raises:
        BlockError: `snmp.timeout`, `snmp.unreachable`, `snmp.bad_answer` or `snmp.failed`
            (retryable), `snmp.bad_address`, `snmp.bad_oid`, `snmp.bad_value`,
            `snmp.forbidden_address`, `snmp.wrong_credentials`, `snmp.not_allowed`,
            `snmp.too_large`, `connections.missing`, `connections.unknown`,
            `connections.wrong_kind`, `connections.wrong_host`.
    """

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
        """Ask for at most 100 variables; give them in order, `missing` where there is none."""
        ...

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
        """Give all variables below one, in order, at most `values_max` (50,000) of them.

        A device whose answers do not come to an end, or go back, is `snmp.bad_answer`.
        """
        ...

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
        """Change at most 50 variables: all of them, or, where one is refused, none.

        Only for blocks whose manifest says `"effects": "write"`.
        """
        ...

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
        """Send a notification (SNMPv2-Trap): a trap, which nobody answers, or an inform.

        Only for blocks whose manifest says `"effects": "write"`. An inform is sent again until the
        receiver confirms it.
        """
        ...

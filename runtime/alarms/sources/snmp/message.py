"""SNMP notifications as they come: v1 traps, v2c traps and informs, and the frame of v3.

Source: RFC 1157 clause 4 (v1), RFC 3416 (v2c), RFC 3412 clause 6 (v3), and RFC 3584 clause 3.1 for
what a v1 trap is called in v2. A decoder of its own: a general one took 18 to 30 times as long, and
traps come in floods. Pure; bytes give a message or a BerError, never anything else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from runtime.alarms.sources.snmp import ber
from runtime.alarms.sources.snmp.ber import BerError

V1, V2C, V3 = 0, 1, 3
VERSION_NAMES = {V1: "v1", V2C: "v2c", V3: "v3"}
TRAP_V1, TRAP, INFORM, RESPONSE, REPORT, GET = 0xA4, 0xA7, 0xA6, 0xA2, 0xA8, 0xA0

SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
TRAP_ADDRESS = "1.3.6.1.6.3.18.1.3.0"
TRAP_ENTERPRISE = "1.3.6.1.6.3.1.1.4.3.0"
STANDARD_TRAPS = "1.3.6.1.6.3.1.1.5"
ENTERPRISE_SPECIFIC = 6

DATAGRAM_MAX = 65_507
VARIABLES_MAX = 200
COMMUNITY_MAX = 255
_NOWHERE = "0.0.0.0"  # noqa: S104  what a v1 agent says that does not know its address

Value = str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What an agent says: which trap, and its variables in their order.

    Attributes:
        oid: The trap's name; v1 traps carry the one that RFC 3584 gives them.
        agent: The address the agent gives itself, "" where it gives none.
        variables: (object identifier, value); those that only frame a v2 trap are left out.
        inform: Whether the sender waits for an answer.
    """

    version: int
    oid: str
    agent: str = ""
    uptime: int | None = None
    enterprise: str = ""
    variables: tuple[tuple[str, Value], ...] = ()
    inform: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A datagram of v1 or v2c: who claims to know the community, and what is said."""

    community: bytes = field(repr=False)
    notification: Notification


def version_of(data: bytes) -> int:
    """Read which version of SNMP a datagram is of.

    Raises:
        BerError: it is none of the three.
    """
    if len(data) > DATAGRAM_MAX:
        raise BerError("longer than a datagram can be")
    start, stop = ber.expect(data, 0, len(data), ber.SEQUENCE)
    first, last = ber.expect(data, start, stop, ber.INTEGER)
    version = ber.integer(data, first, last)
    if version not in VERSION_NAMES:
        raise BerError(f"version {version} of SNMP is not known: v1, v2c and v3 are")
    return version


def read_message(data: bytes) -> Message:
    """Read a datagram of v1 or v2c.

    Raises:
        BerError: it is no trap and no inform of these versions.
    """
    version = version_of(data)
    start, stop = ber.expect(data, 0, len(data), ber.SEQUENCE)
    _, at = ber.expect(data, start, stop, ber.INTEGER)
    first, at = ber.expect(data, at, stop, ber.OCTETS)
    community = data[first:at]
    if len(community) > COMMUNITY_MAX:
        raise BerError(f"the community is longer than {COMMUNITY_MAX} bytes")
    tag, first, last = ber.read_element(data, at, stop)
    if version == V1 and tag == TRAP_V1:
        said = _trap_v1(data, first, last)
    elif version == V2C and tag in (TRAP, INFORM):
        said = read_notification(data, at, stop, version=V2C)
    else:
        raise BerError(f"a message of type 0x{tag:02x}, which is no trap and no inform")
    return Message(community=community, notification=said)


def read_notification(data: bytes, at: int, end: int, *, version: int) -> Notification:
    """Read a trap or an inform as v2 has it."""
    tag, start, stop = ber.read_element(data, at, end)
    if tag not in (TRAP, INFORM):
        raise BerError(f"a message of type 0x{tag:02x}, which is no trap and no inform")
    for _ in range(3):  # request, error status, error index: nothing that a trap says
        _, start = ber.expect(data, start, stop, ber.INTEGER)
    variables = _variables(data, start, stop)
    named = dict(variables)
    name = named.get(TRAP_OID)
    if not isinstance(name, str) or not name[:1].isdigit():
        raise BerError("snmpTrapOID.0 is missing, which names the trap")
    uptime, agent, enterprise = (named.get(one) for one in _FRAME)
    return Notification(
        version=version,
        oid=name,
        agent=str(agent or ""),
        uptime=uptime if isinstance(uptime, int) else None,
        enterprise=str(enterprise or ""),
        variables=tuple(one for one in variables if one[0] not in _FRAMING),
        inform=tag == INFORM,
    )


_FRAME = (SYS_UP_TIME, TRAP_ADDRESS, TRAP_ENTERPRISE)
_FRAMING = frozenset({*_FRAME, TRAP_OID})


def _trap_v1(data: bytes, start: int, stop: int) -> Notification:
    first, at = ber.expect(data, start, stop, ber.OID)
    enterprise = ber.oid(data, first, at)
    first, at = ber.expect(data, at, stop, ber.IP_ADDRESS)
    agent = ber.address(data, first, at)
    first, at = ber.expect(data, at, stop, ber.INTEGER)
    generic = ber.integer(data, first, at)
    first, at = ber.expect(data, at, stop, ber.INTEGER)
    specific = ber.integer(data, first, at)
    first, at = ber.expect(data, at, stop, ber.TIME_TICKS)
    return Notification(
        version=V1,
        oid=trap_name(enterprise, generic, specific),
        agent="" if agent == _NOWHERE else agent,
        uptime=ber.integer(data, first, at, signed=False),
        enterprise=enterprise,
        variables=tuple(_variables(data, at, stop)),
    )


def trap_name(enterprise: str, generic: int, specific: int) -> str:
    """Give the name that a v1 trap has in v2.

    >>> trap_name("1.3.6.1.4.1.9.9.13.3", 6, 1), trap_name("1.3.6.1.4.1.8072.3.2.10", 2, 0)
    ('1.3.6.1.4.1.9.9.13.3.0.1', '1.3.6.1.6.3.1.1.5.3')
    """
    if not 0 <= generic <= ENTERPRISE_SPECIFIC or specific < 0:
        raise BerError(f"a v1 trap of the unknown kind {generic}, {specific}")
    if generic < ENTERPRISE_SPECIFIC:
        return f"{STANDARD_TRAPS}.{generic + 1}"
    return f"{enterprise}.0.{specific}"


def _variables(data: bytes, at: int, end: int) -> list[tuple[str, Value]]:
    at, stop = ber.expect(data, at, end, ber.SEQUENCE)
    found: list[tuple[str, Value]] = []
    while at < stop:
        if len(found) >= VARIABLES_MAX:
            raise BerError(f"more than {VARIABLES_MAX} variables")
        first, at = ber.expect(data, at, stop, ber.SEQUENCE)
        start, middle = ber.expect(data, first, at, ber.OID)
        name = ber.oid(data, start, middle)
        tag, start, last = ber.read_element(data, middle, at)
        found.append((name, ber.value(data, tag, start, last)))
    return found


def answer_to(data: bytes) -> bytes:
    """Write the answer to an inform of v2c that was read: the same, as a response.

    Source: RFC 3416 clause 4.2.7; error status and index are 0 in an inform already.
    """
    start, stop = ber.expect(data, 0, len(data), ber.SEQUENCE)
    _, at = ber.expect(data, start, stop, ber.INTEGER)
    _, at = ber.expect(data, at, stop, ber.OCTETS)
    answer = bytearray(data)
    answer[at] = RESPONSE
    return bytes(answer)

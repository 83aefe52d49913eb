"""One datagram read: whose it is, what alarms it makes, and what its sender is answered.

Not for the database: `taking` writes what is read here, many at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kernel.errors import GarlandError, InvalidError
from runtime.alarms.sources.listened.kinds import MQTT, SYSLOG
from runtime.alarms.sources.listened.routes import Route, Routes, StrayError
from runtime.alarms.sources.listened.store import Listened
from runtime.alarms.sources.mqtt.reading import read_payload
from runtime.alarms.sources.reading import Batch
from runtime.alarms.sources.snmp.authority import Authority
from runtime.alarms.sources.snmp.ber import BerError
from runtime.alarms.sources.snmp.layers import Catalogue
from runtime.alarms.sources.snmp.message import (
    V3,
    VERSION_NAMES,
    Notification,
    answer_to,
    read_message,
    version_of,
)
from runtime.alarms.sources.snmp.reading import events_of
from runtime.alarms.sources.snmp.usm import read_frame, said_by
from runtime.alarms.sources.syslog.message import read_syslog, unreadable


class SyslogError(GarlandError):
    """What a syslog source sent is no message."""

    code = "syslog.unreadable"


CatalogueOf = Callable[[UUID], Catalogue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What came in: octets of one kind from one sender.

    Attributes:
        kind: SNMP, SYSLOG or MQTT.
        sender: Its address, plain; of MQTT the broker's.
        source_id: Of MQTT, whose connection it came by.
        broken: Why there are no octets: what came by a connection could not be cut into messages.
    """

    kind: str
    data: bytes = field(repr=False)
    sender: str
    source_id: UUID | None = None
    topic: str = ""
    broken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What one datagram comes to.

    Attributes:
        source: Whose it is; None where it is nobody's.
        events: (event document, what is kept as sent) of each alarm event; none where it is only
            counted.
        fault: Why it cannot be taken, though whose it is is known.
        stray: Why it is nobody's.
        answer: What its sender is sent, once what it says is committed.
    """

    source: Listened | None = None
    events: tuple[tuple[Any, Any], ...] = ()
    fault: GarlandError | None = None
    stray: str = ""
    sample: str = ""
    answer: bytes | None = None
    batch: Batch | None = None


class Reader:
    """Reads what arrives, by the routes and catalogues as they are now."""

    def __init__(self, routes: Routes, catalogue_of: CatalogueOf, authority: Authority) -> None:
        self._routes = routes
        self._catalogue_of = catalogue_of
        self._authority = authority
        self._by_id = {one.source_id: one for one in routes.sources}

    def read(self, arrived: Arrived) -> Read:
        """Read one; whatever came, this gives a result."""
        try:
            if arrived.kind == SYSLOG:
                return self._syslog(arrived)
            if arrived.kind == MQTT:
                return self._mqtt(arrived)
            return self._snmp(arrived)
        except StrayError as error:
            sample = arrived.data[:200].decode(errors="replace") if arrived.kind == SYSLOG else ""
            return Read(stray=error.message, sample=sample)
        except BerError as error:
            return Read(stray="unreadable", sample=f"{len(arrived.data)} bytes: {error.message}")

    def _syslog(self, arrived: Arrived) -> Read:
        route = self._routes.by_address(arrived.sender)
        if wrong := arrived.broken or unreadable(arrived.data):
            return Read(source=route.source, fault=SyslogError(wrong))
        message = read_syslog(arrived.data)
        if route.judge is None:
            raise StrayError("no source takes this sender's address")
        event = route.judge.judge(message, sender=arrived.sender).event
        return Read(source=route.source, events=((event, message.raw),) if event else ())

    def _mqtt(self, arrived: Arrived) -> Read:
        source = self._by_id.get(arrived.source_id) if arrived.source_id else None
        if source is None:
            raise StrayError("the source was removed while a message was under way")
        try:
            batch = read_payload(
                arrived.data, source=source.name, config=source.config, topic=arrived.topic
            )
        except InvalidError as error:
            return Read(source=source, fault=error)
        return Read(source=source, batch=batch)

    def _snmp(self, arrived: Arrived) -> Read:
        if version_of(arrived.data) == V3:
            return self._v3(arrived)
        message = read_message(arrived.data)
        said = message.notification
        try:
            route = self._routes.by_community(arrived.sender, message.community)
        except StrayError as error:
            return Read(stray=error.message, sample=f"{VERSION_NAMES[said.version]} {said.oid}")
        answer = answer_to(arrived.data) if said.inform else None
        return self._notified(route, said, arrived.sender, answer)

    def _v3(self, arrived: Arrived) -> Read:
        frame, ours = read_frame(arrived.data), self._authority
        if ours.is_discovery(frame):
            if not self._routes.has_users(arrived.sender):
                raise StrayError("no source with SNMPv3 users takes this sender's address")
            return Read(answer=ours.report_unknown(frame))
        route, user = self._routes.by_user(arrived.sender, arrived.data, frame)
        if ours.is_for_us(frame) and not ours.in_window(frame):
            return Read(answer=ours.report_late(frame, user))
        try:
            if not ours.is_for_us(frame):
                ours.refuse_replay(frame, user, str(route.source.source_id))
            said = said_by(arrived.data, frame, user)
        except BerError as error:
            return Read(source=route.source, fault=error)
        answer = ours.answer(arrived.data, frame, user) if said.inform else None
        return self._notified(route, said, arrived.sender, answer)

    def _notified(
        self, route: Route, said: Notification, sender: str, answer: bytes | None
    ) -> Read:
        catalogue = self._catalogue_of(route.source.tenant_id)
        raw = raw_of(said, sender)
        events = events_of(said, sender=sender, find=catalogue.find)
        return Read(source=route.source, events=tuple((one, raw) for one in events), answer=answer)


def raw_of(said: Notification, sender: str) -> dict[str, Any]:
    """Write what was sent as it is kept: all but the community."""
    return {
        "snmp": VERSION_NAMES[said.version],
        "sender": sender,
        "trap_oid": said.oid,
        "agent": said.agent,
        "enterprise": said.enterprise,
        "uptime": said.uptime,
        "variables": [list(one) for one in said.variables],
    }

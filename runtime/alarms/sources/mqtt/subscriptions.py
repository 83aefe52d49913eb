"""The connections to all tenants' brokers: opened, changed and closed as sources are.

One listener holds them, by a lease: a broker ends the older of two connections of one name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from threading import Event
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.addresses import Allowed, pick_address
from blocks.sdk import BlockError
from kernel.clock import utc_now
from kernel.secrets import SecretError, Vault
from runtime.alarms.sources.listened.inbox import Inbox, Waiting
from runtime.alarms.sources.listened.kinds import MQTT
from runtime.alarms.sources.listened.reading import Arrived
from runtime.alarms.sources.listened.store import Listened, note_state
from runtime.alarms.sources.mqtt._client import Broker, Subscription, Took, broker_of
from runtime.leases import hold_lease, release_lease
from tenancy.keys.vault import tenant_vault
from tenancy.scope import as_tenant

log = structlog.get_logger(__name__)

LEASE = "listener-mqtt"
LEASE_S = 10.0
NO_ROOM_PAUSE_S = 0.05


class Subscriptions:
    """Keeps a connection for each MQTT source while this listener holds the lease."""

    def __init__(
        self,
        *,
        inbox: Inbox[Arrived],
        sessions: sessionmaker[Session],
        vault: Vault,
        owner: str,
        allow_private: Allowed,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._inbox = inbox
        self._sessions = sessions
        self._vault = vault
        self._owner = owner
        self._allow_private = allow_private
        self._clock = clock
        self._open: dict[UUID, tuple[str, Subscription]] = {}
        self._ended = Event()

    def keep(self, sources: list[Listened]) -> None:
        """Bring the connections in line with the sources; to be called every few seconds."""
        wanted = {one.source_id: one for one in sources if one.kind == MQTT}
        if not self._leads(bool(wanted or self._open)):
            wanted = {}
        for source_id in [one for one in self._open if one not in wanted]:
            self._close(source_id)
        for source_id, source in wanted.items():
            mark = json.dumps(source.config, sort_keys=True)
            known = self._open.get(source_id)
            if known is not None and known[0] == mark:
                continue
            if known is not None:
                self._close(source_id)
            self._start(source, mark)

    def close(self) -> None:
        """End all connections, and let another listener have them."""
        self._ended.set()
        for source_id in list(self._open):
            self._close(source_id)
        with self._sessions() as session, session.begin():
            release_lease(session, LEASE, self._owner, now=self._clock())

    def _leads(self, is_needed: bool) -> bool:  # noqa: FBT001  asked in one place
        if not is_needed:
            return False
        with self._sessions() as session, session.begin():
            return hold_lease(session, LEASE, self._owner, now=self._clock(), for_s=LEASE_S)

    def _start(self, source: Listened, mark: str) -> None:
        try:
            broker = self._broker(source)
        except SecretError as error:
            self._tell(source, error.message)
            return
        subscription = Subscription(
            broker,
            address_of=self._address,
            on_message=lambda octets, topic, took: self._take(source, broker, octets, topic, took),
            on_state=lambda state: self._tell(source, state),
        )
        self._open[source.source_id] = (mark, subscription)
        subscription.open()

    def _broker(self, source: Listened) -> Broker:
        tenant_id = source.tenant_id
        with self._sessions() as session, as_tenant(session, tenant_id):
            return broker_of(
                source.config,
                client_id=f"garland-{source.source_id.hex}",
                open_secret=tenant_vault(session, tenant_id, self._vault).decrypt,
            )

    def _close(self, source_id: UUID) -> None:
        self._open.pop(source_id)[1].close()

    def _address(self, host: str, port: int) -> str:
        try:
            return pick_address(host, port, allow_private=self._allow_private)
        except BlockError as error:
            raise OSError(str(error)) from None

    def _take(
        self, source: Listened, broker: Broker, octets: bytes, topic: str, took: Took
    ) -> None:
        """Put a message into the inbox; its connection is not read from until there is room."""
        arrived = Arrived(
            kind=MQTT, data=octets, sender=broker.host, source_id=source.source_id, topic=topic
        )
        waiting = Waiting(
            arrived, len(octets), lambda _: took(), may_wait=True, sender=str(source.source_id)
        )
        while not self._inbox.offer(waiting) and not self._ended.wait(NO_ROOM_PAUSE_S):
            pass

    def _tell(self, source: Listened, state: str) -> None:
        """Note how a connection fares; called by the library's thread."""
        log.info("mqtt_state", source_id=str(source.source_id), state=state)
        try:
            with (
                self._sessions() as session,
                session.begin(),
                as_tenant(session, source.tenant_id),
            ):
                where = (session, source.tenant_id, source.source_id)
                note_state(*where, state=state, now=self._clock())
        except SQLAlchemyError as error:
            log.warning("mqtt_state_not_noted", reason=type(error).__name__)

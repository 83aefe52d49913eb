"""The one who writes: takes what arrived in batches, a transaction each, and answers after it.

A database that is away is waited for, and what arrived waits with it. A datagram that breaks its
batch is found by taking each alone, and let go: it must not hold up the rest.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from threading import Event
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.db import is_transient
from kernel.secrets import Vault
from runtime.alarms.sources.listened.inbox import Done, Inbox, Waiting
from runtime.alarms.sources.listened.reading import Arrived, Reader
from runtime.alarms.sources.listened.routes import Routes
from runtime.alarms.sources.listened.store import Listened, list_listened
from runtime.alarms.sources.listened.strays import Stray, keep_strays
from runtime.alarms.sources.listened.taking import Outcome, Result, take_arrived
from runtime.alarms.sources.snmp.authority import Authority
from runtime.alarms.sources.snmp.entries import catalogue_mark, catalogue_of
from runtime.alarms.sources.snmp.layers import Catalogue
from runtime.metrics import BATCH_ROWS, BATCH_SECONDS, LISTENER_MESSAGES
from tenancy.keys.vault import tenant_vault
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

BATCH = 500
LOOK_EVERY_S = 2.0
LATER_PAUSE_S = 1.0
LONGEST_PAUSE_S = 15.0
OF = "messages"
Items = Sequence[Waiting[Arrived]]


class Known:
    """Sources and catalogues as they were a moment ago, looked at every two seconds.

    Its sessions only read: on SQLite another's transaction may be under way.
    """

    def __init__(self, sessions: sessionmaker[Session], vault: Vault) -> None:
        self._sessions, self._vault = sessions, vault
        self._looked_at = float("-inf")
        self._sources: list[Listened] | None = None
        self._catalogues: dict[UUID, tuple[tuple[int, datetime | None], Catalogue]] = {}
        self._fresh: set[UUID] = set()
        self.routes = Routes((), lambda _: vault)

    @property
    def sources(self) -> list[Listened]:
        """Give the sources that were found last."""
        return self._sources or []

    def look(self) -> None:
        """Look at the sources where two seconds have passed."""
        if time.monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        with self._sessions() as session, session.begin(), system(session):
            found = list_listened(session)
            if found != self._sources:
                vault_of = partial(tenant_vault, session, vault=self._vault)
                self._sources, self.routes = found, Routes(found, vault_of)
        self._fresh.clear()
        self._looked_at = time.monotonic()

    def catalogue(self, tenant_id: UUID) -> Catalogue:
        """Give a tenant's trap catalogue."""
        kept = self._catalogues.get(tenant_id)
        if kept is not None and tenant_id in self._fresh:
            return kept[1]
        with self._sessions() as session, session.begin(), as_tenant(session, tenant_id):
            mark = catalogue_mark(session, tenant_id)
            if kept is None or kept[0] != mark:
                kept = (mark, catalogue_of(session, tenant_id))
        self._catalogues[tenant_id] = kept
        self._fresh.add(tenant_id)
        return kept[1]


class Writer:
    """Writes what arrives to the journal until it is told to stop."""

    def __init__(
        self,
        *,
        inbox: Inbox[Arrived],
        sessions: sessionmaker[Session],
        known: Known,
        authority: Authority,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._inbox = inbox
        self._sessions = sessions
        self._known = known
        self._authority = authority
        self._clock = clock
        self._held: list[tuple[float, Waiting[Arrived]]] = []

    def run(self, stopped: Event) -> None:
        """Write until stopped, then what is still there."""
        while not stopped.is_set() or len(self._inbox):
            self._put_back()
            items = self._inbox.take(BATCH, wait_s=0.2)
            if items and not self._write(items, stopped):
                return

    def _put_back(self) -> None:
        """Let what was over the limits of intake try again, a second later."""
        now = time.monotonic()
        due = [one for at, one in self._held if at <= now]
        if due:
            self._held = [(at, one) for at, one in self._held if at > now]
            self._inbox.put_back(due)

    def _write(self, items: Items, stopped: Event) -> bool:
        """Write a batch, however long the database is away; False when stopped meanwhile."""
        pause_s = 0.25
        while True:
            try:
                self.take(items)
            except Exception as error:
                if not _is_away(error):
                    log.exception("listener_batch_failed", messages=len(items))
                    return self._part(items, stopped)
                log.warning("database_away", reason=type(error).__name__, waiting=len(items))
                if stopped.wait(pause_s):
                    return False
                pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
            else:
                return True

    def _part(self, items: Items, stopped: Event) -> bool:
        """Take each of a broken batch by itself, and let go of the one that breaks it."""
        if len(items) > 1:
            return all(self._write([one], stopped) for one in items)
        (one,) = items
        LISTENER_MESSAGES.labels(one.what.kind, "failed").inc()
        self._tell_failed(one.what)
        if one.done is not None:
            _tell(one.done, None)  # or a broker would send it again for ever
        return True

    def take(self, items: Items) -> Result:
        """Take a batch in one transaction, and answer once it is committed."""
        began = time.monotonic()
        self._known.look()
        reader = Reader(self._known.routes, self._known.catalogue, self._authority)
        arrived = [one.what for one in items]
        reads = [reader.read(one) for one in arrived]
        with self._sessions() as session, session.begin():
            result = take_arrived(session, reads, arrived, now=self._clock())
        BATCH_ROWS.labels(OF).observe(len(items))
        BATCH_SECONDS.labels(OF).observe(time.monotonic() - began)
        self._after(items, result)
        return result

    def _after(self, items: Items, result: Result) -> None:
        again_at = time.monotonic() + LATER_PAUSE_S
        counts: Counter[tuple[str, str]] = Counter()
        for one, outcome, answer in zip(items, result.outcomes, result.answers, strict=True):
            counts[one.what.kind, outcome.value] += 1
            if outcome is Outcome.LATER:
                self._held += [(again_at, one)] if one.may_wait else []
            elif one.done is not None:
                _tell(one.done, answer)
        for labels, count in counts.items():
            LISTENER_MESSAGES.labels(*labels).inc(count)

    def _tell_failed(self, what: Arrived) -> None:
        stray = Stray(what.kind, what.sender, "a fault of ours: see the listener's log")
        try:
            with self._sessions() as session, session.begin():
                keep_strays(session, [stray], now=self._clock())
        except DBAPIError:
            log.warning("stray_not_kept", sender=what.sender)


def _is_away(error: Exception) -> bool:
    away = (OperationalError, InterfaceError, NoConnectionError)
    return is_transient(error) or isinstance(error, away)


def _tell(done: Done, answer: bytes | None) -> None:
    """Answer a sender; what is committed stays so, though it can be told no more."""
    try:
        done(answer)
    except Exception:
        log.exception("answer_not_given")

"""Sending events to listeners, in each one's order: at least once, never two rounds at a time.

A round claims the hubs that are due and hands each to a thread; a slow listener holds up no other.
An event is removed once its listener took it (a status of 2xx). When one is not taken, the hub
waits, ever longer, and begins with the same event; when that has gone on for an hour it is paused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from blocks.sdk import BlockError, HttpRequest, HttpResponse
from kernel.clock import utc_now
from kernel.ids import new_secret
from runtime.alarms.tmf642.hub._tables import PROBLEM_MAX, TmfDelivery, TmfHub
from runtime.alarms.tmf642.hub.telling import PAUSED_BY_US, tell_paused
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

THREADS = 8
TIMEOUT_S = 10.0
AT_ONCE = 50
CLAIM_FOR = timedelta(seconds=AT_ONCE * TIMEOUT_S + 60)
FAILURES_MAX = 15
WAIT_MAX_S = 600.0
WAITING_MAX = 10_000
LISTENER_PATH = "/listener"


class Http(Protocol):
    """What carries a call out of the installation, as `blocks.brokers.http.HttpBroker` does."""

    def send(self, request: HttpRequest, /) -> HttpResponse:
        """Send one request; raises BlockError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A hub that one round alone may send to."""

    hub_id: UUID
    tenant_id: UUID
    callback: str
    mark: str


class Notifier:
    """Sends what waits; one for each scheduler process."""

    def __init__(
        self,
        *,
        sessions: sessionmaker[Session],
        reading: sessionmaker[Session],
        http: Http,
        clock: Callable[[], datetime] = utc_now,
        threads: int = THREADS,
    ) -> None:
        self._sessions = sessions
        self._reading = reading
        self._http = http
        self._now = clock
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hub")
        self._threads = threads
        self._busy: set[Future[None]] = set()

    def round(self) -> list[Future[None]]:
        """Begin to send to the hubs that are due, as many as there are threads left."""
        self._busy = {one for one in self._busy if not one.done()}
        free = self._threads - len(self._busy)
        with self._reading() as session, system(session):
            is_due = free > 0 and has_due(session, now=self._now())
        if not is_due:
            return []
        with self._sessions() as session, session.begin(), system(session):
            claims = claim_due(session, now=self._now(), most=free)
        begun = [self._pool.submit(self._serve, one) for one in claims]
        self._busy.update(begun)
        return begun

    def send_all(self) -> None:
        """Send what is due and wait until it is done."""
        while begun := self.round():
            wait(begun)
            for one in begun:
                one.result()

    def trim(self) -> None:
        """Keep what waits for listeners that take nothing within its limit."""
        with self._sessions() as session, session.begin(), system(session):
            drop_overflow(session)

    def close(self) -> None:
        """End the threads; what they have claimed falls due again when the claim runs out."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _serve(self, claim: Claim) -> None:
        try:
            with self._sessions() as session, as_tenant(session, claim.tenant_id):
                waiting = next_events(session, claim)
            for seq, event_type, body in waiting:
                problem, retry_s = self._call(claim, event_type, body)
                if not self._note(claim, seq, problem, retry_s) or problem:
                    return
        finally:
            self._release(claim)

    def _call(self, claim: Claim, event_type: str, body: object) -> tuple[str, float]:
        """Send one event; give what went wrong, "" for nothing, and when to come back at best."""
        request = HttpRequest(
            method="POST",
            url=address_for(claim.callback, event_type),
            headers={"Content-Type": "application/json;charset=utf-8"},
            body=json.dumps(body, ensure_ascii=False).encode(),
            timeout_s=TIMEOUT_S,
        )
        try:
            answer = self._http.send(request)
        except BlockError as error:
            return error.message, 0.0
        if 200 <= answer.status < 300:  # noqa: PLR2004  the statuses that say it was taken
            return "", 0.0
        return f"The listener answered {answer.status}.", answer.retry_after_s or 0.0

    def _note(self, claim: Claim, seq: int, problem: str, retry_s: float) -> bool:
        with self._sessions() as session, session.begin(), as_tenant(session, claim.tenant_id):
            return note_sent(session, claim, seq, problem=problem, retry_s=retry_s, now=self._now())

    def _release(self, claim: Claim) -> None:
        with self._sessions() as session, session.begin(), as_tenant(session, claim.tenant_id):
            session.execute(
                update(TmfHub)
                .where(TmfHub.id == claim.hub_id, TmfHub.claim == claim.mark)
                .values(claim=None, claimed_until=None)
                .execution_options(synchronize_session=False)
            )


def has_due(session: Session, *, now: datetime) -> bool:
    """Tell whether events wait for a hub that may be tried; call it in system scope."""
    return session.scalar(select(TmfHub.id).where(*_due(now)).limit(1)) is not None


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        TmfHub.paused_at.is_(None),
        or_(TmfHub.next_at.is_(None), TmfHub.next_at <= now),
        or_(TmfHub.claimed_until.is_(None), TmfHub.claimed_until <= now),
        exists().where(TmfDelivery.hub_id == TmfHub.id),
    )


def claim_due(session: Session, *, now: datetime, most: int) -> list[Claim]:
    """Claim hubs for which events wait; call it in system scope."""
    rows = session.scalars(
        select(TmfHub)
        .where(*_due(now))
        .order_by(TmfHub.last_delivered_at, TmfHub.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = []
    for row in rows:
        row.claim, row.claimed_until = new_secret("c"), now + CLAIM_FOR
        found.append(
            Claim(hub_id=row.id, tenant_id=row.tenant_id, callback=row.callback, mark=row.claim)
        )
    return found


def next_events(session: Session, claim: Claim) -> list[tuple[int, str, object]]:
    """Give what waits longest for a hub, in order."""
    rows = session.execute(
        select(TmfDelivery.seq, TmfDelivery.event_type, TmfDelivery.body)
        .where(TmfDelivery.hub_id == claim.hub_id, TmfDelivery.tenant_id == claim.tenant_id)
        .order_by(TmfDelivery.seq)
        .limit(AT_ONCE)
    )
    return [(row.seq, row.event_type, row.body) for row in rows]


def note_sent(
    session: Session, claim: Claim, seq: int, *, problem: str, retry_s: float, now: datetime
) -> bool:
    """Note what became of an event; False when the hub is not this round's any more."""
    hub = session.scalar(
        select(TmfHub)
        .where(TmfHub.id == claim.hub_id, TmfHub.tenant_id == claim.tenant_id)
        .with_for_update()
    )
    if hub is None or hub.claim != claim.mark:
        return False
    if problem:
        _note_failure(session, hub, problem, retry_s=retry_s, now=now)
    else:
        hub.failures, hub.next_at = 0, None
        hub.delivered += 1
        hub.last_delivered_at = now
        session.execute(
            delete(TmfDelivery).where(
                TmfDelivery.seq == seq, TmfDelivery.tenant_id == claim.tenant_id
            )
        )
    return hub.paused_at is None


def _note_failure(
    session: Session, hub: TmfHub, problem: str, *, retry_s: float, now: datetime
) -> None:
    hub.failures += 1
    hub.failed += 1
    hub.last_problem, hub.last_problem_at = problem[:PROBLEM_MAX], now
    hub.next_at = now + timedelta(seconds=pause_after(hub.failures, retry_s))
    if hub.failures >= FAILURES_MAX and hub.paused_at is None:
        hub.paused_at, hub.paused_by = now, PAUSED_BY_US
        why = f"it failed {hub.failures} times in a row. The last time: {problem}"
        tell_paused(session, hub, why, now=now)
        log.warning("hub_paused", **_named(hub), failures=hub.failures)


def _named(hub: TmfHub) -> dict[str, str]:
    return {"tenant_id": str(hub.tenant_id), "hub_id": str(hub.id)}


def pause_after(failures: int, retry_s: float = 0.0) -> float:
    """Give how many seconds to wait after so many failures in a row, >= 1.

    >>> [pause_after(number) for number in (1, 2, 5, 15)]
    [1.0, 2.0, 16.0, 600.0]
    """
    return max(min(2.0 ** (failures - 1), WAIT_MAX_S), min(retry_s, WAIT_MAX_S))


def address_for(callback: str, event_type: str) -> str:
    """Give where an event is posted: the callback itself, or the listener resource under it.

    A callback whose path ends in `/listener` is the base of the contract's listener resources.

    >>> address_for("https://noc.example.net/tmf/listener", "AlarmCreateEvent")
    'https://noc.example.net/tmf/listener/alarmCreateEvent'
    >>> address_for("https://noc.example.net/events?key=1", "AlarmCreateEvent")
    'https://noc.example.net/events?key=1'
    """
    parts = urlsplit(callback)
    path = parts.path.rstrip("/")
    if not path.endswith(LISTENER_PATH):
        return callback
    return parts._replace(path=f"{path}/{event_type[0].lower()}{event_type[1:]}").geturl()


def drop_overflow(session: Session) -> None:
    """Let go of the oldest events over the limit of a hub that takes none; in system scope."""
    stuck = session.scalars(
        select(TmfHub).where(or_(TmfHub.paused_at.is_not(None), TmfHub.failures > 0))
    )
    for hub in stuck:
        last_dropped = session.scalar(
            select(TmfDelivery.seq)
            .where(TmfDelivery.hub_id == hub.id)
            .order_by(TmfDelivery.seq.desc())
            .offset(WAITING_MAX)
            .limit(1)
        )
        if last_dropped is not None:
            hub.dropped += _drop_up_to(session, hub.id, last_dropped)
            log.warning("hub_events_dropped", **_named(hub), dropped=hub.dropped)


def _drop_up_to(session: Session, hub_id: UUID, seq: int) -> int:
    number = session.scalar(
        select(func.count()).where(TmfDelivery.hub_id == hub_id, TmfDelivery.seq <= seq)
    )
    session.execute(
        delete(TmfDelivery)
        .where(TmfDelivery.hub_id == hub_id, TmfDelivery.seq <= seq)
        .execution_options(synchronize_session=False)
    )
    return number or 0

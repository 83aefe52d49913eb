"""What following alarms for services costs, and whether the correlator pays for it.

Usage: python benchmarks/services.py [events] [services]. Events of 1,000 objects, one half raises,
are correlated in batches of 500 on SQLite: without services, then with services that each rest on
ten of the objects while another process follows every two seconds, as the scheduler does.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from _setup import log_to_nowhere
from sqlalchemy.orm import Session, sessionmaker

from garland.database import upgrade
from kernel.clock import utc_now
from kernel.db import make_engine, make_sessions
from runtime.alarms.journal import append
from runtime.alarms.model import AlarmEvent, Severity
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.services.following import Follower
from tenancy.scope import as_tenant, guarded
from tests.factories.services import make_service
from tests.factories.tenancy import make_customer

OBJECTS = 1_000
RESTS_ON = 10
EVERY_S = 2.0


def main() -> None:
    """Correlate twice, then tell how long the follower needs alone."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    services = int(sys.argv[2]) if len(sys.argv) > 2 else 200  # noqa: PLR2004  the second argument
    print(
        "| services | followed | events/s | follower, s | services derived |\n|---|---|---|---|---|"
    )
    _row(events, 0, is_followed=False)
    _row(events, services, is_followed=False)
    _row(events, services, is_followed=True)


def _row(events: int, services: int, *, is_followed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        upgrade(url)
        sessions = _sessions(url)
        _prepare(sessions, events, services)
        told: multiprocessing.Queue[tuple[float, int]] = multiprocessing.Queue()
        ends = multiprocessing.Event()
        other = multiprocessing.Process(target=_follow, args=(url, ends, told))
        if is_followed:
            other.start()
        took = _correlate(sessions)
        ends.set()
        busy, derived = told.get() if is_followed else (0.0, 0)
        if is_followed:
            other.join()
    print(f"| {services} | {is_followed} | {events / took:,.0f} | {busy:.2f} | {derived:,} |")


def _sessions(url: str) -> sessionmaker[Session]:
    return guarded(make_sessions(make_engine(url)))


def _prepare(sessions: sessionmaker[Session], events: int, services: int) -> None:
    now = utc_now()
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            for number in range(services):
                keys = [f"o{(number * RESTS_ON + each) % OBJECTS}" for each in range(RESTS_ON)]
                need = [{"need": "all", "keys": keys}]
                make_service(session, tenant_id, now=now, key=f"s{number}", rests_on=need)
            _say(session, tenant_id, events)


def _say(session: Session, tenant_id: UUID, events: int) -> None:
    now = utc_now()
    said = [
        AlarmEvent(
            managed_object=f"o{number % OBJECTS}",
            perceived_severity=Severity("cleared" if number // OBJECTS % 2 else "critical"),
            raised_at=now + timedelta(milliseconds=number),
            source="bench",
        )
        for number in range(events)
    ]
    append(session, tenant_id, said, now=now + timedelta(milliseconds=events))


def _correlate(sessions: sessionmaker[Session]) -> float:
    began = time.perf_counter()
    with Matcher() as matcher:
        while True:
            with sessions.begin() as session:
                if not correlate_batch(session, matcher=matcher, now=utc_now()):
                    return time.perf_counter() - began


def _follow(url: str, ends: object, told: multiprocessing.Queue[tuple[float, int]]) -> None:
    """Follow every two seconds until the correlator is done, and once more."""
    log_to_nowhere()
    sessions = _sessions(url)
    follower, busy, derived = Follower(sessions, sessions), 0.0, 0
    is_last = False
    while not is_last:
        is_last = ends.wait(EVERY_S)  # type: ignore[attr-defined]
        began = time.perf_counter()
        derived += follower.round(now=utc_now())
        busy += time.perf_counter() - began
    told.put((busy, derived))


if __name__ == "__main__":
    main()

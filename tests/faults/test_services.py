"""Whoever keeps the record of services may be killed anywhere: the record comes out the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.db import make_engine, make_sessions
from runtime.alarms.journal import append
from runtime.alarms.model import AlarmEvent, Severity
from runtime.services._tables import ServiceMoment, ServiceRow
from runtime.services.record import moments_since
from tenancy.scope import as_tenant, guarded, system
from tests.factories.alarms import work_off
from tests.factories.services import make_service
from tests.factories.tenancy import NOON, make_customer
from tests.support import killed_follower
from tests.support.apart import survives

pytestmark = pytest.mark.fault

ROUNDS = 4
EVENTS = 80
KEYS = ("line-a", "line-b", "line-c")


@contextmanager
def opened(url: str) -> Iterator[sessionmaker[Session]]:
    """Open a database for a while."""
    engine = make_engine(url)
    yield guarded(make_sessions(engine))
    engine.dispose()


def prepare(sessions: sessionmaker[Session]) -> UUID:
    """Make a tenant with services of each kind of need."""
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            for how in ("any", "all", "share"):
                share = {"share": 60} if how == "share" else {}
                need = [{"need": how, "keys": list(KEYS), **share}]
                make_service(session, tenant_id, key=how, name=how, rests_on=need)
    return tenant_id


def disturb(sessions: sessionmaker[Session], tenant_id: UUID, number: int) -> None:
    """Let alarms come and go, some of them late."""
    dice = random.Random(number)  # noqa: S311  no secret
    with sessions.begin() as session, as_tenant(session, tenant_id):
        for index in range(EVENTS // ROUNDS):
            at = NOON + timedelta(seconds=600 * number + 60 * index - dice.randint(0, 900))
            event = AlarmEvent(
                managed_object=dice.choice(KEYS),
                perceived_severity=Severity(dice.choice(["critical", "major", "cleared"])),
                raised_at=at,
                source="t",
            )
            now = NOON + timedelta(hours=20, seconds=number)
            append(session, tenant_id, [event], now=now)
            work_off(session, tenant_id, now=now)


def record(sessions: sessionmaker[Session], tenant_id: UUID) -> dict[str, list[object]]:
    """Give how each service went, by its key."""
    with sessions() as session, as_tenant(session, tenant_id):
        mine = select(ServiceRow.id, ServiceRow.key).where(ServiceRow.tenant_id == tenant_id)
        ids = {row.id: row.key for row in session.execute(mine)}
        found = moments_since(session, tenant_id, list(ids), since=NOON - timedelta(days=1))
    return {
        ids[key]: [(one.at, one.state, one.is_down) for one in moments]
        for key, moments in found.items()
    }


def follow(url: str, *, dies_before: int = 0) -> bool:
    """Follow in a process of its own; tell whether it ended well."""
    return survives(killed_follower.main, url, dies_before)


def test_a_follower_killed_at_random_points_leaves_the_record_of_one_left_alone(
    new_database: Callable[[], str],
) -> None:
    dice, kills = random.Random(7), 0  # noqa: S311  no secret
    records, rows = [], 0
    for is_killed in (False, True):
        url = new_database()
        with opened(url) as sessions:
            tenant_id = prepare(sessions)
            for number in range(ROUNDS):
                disturb(sessions, tenant_id, number)
                if is_killed:
                    kills += not follow(url, dies_before=dice.randint(1, 40))
                assert follow(url)
            records.append(record(sessions, tenant_id))
            with sessions() as session, system(session):
                rows = len(session.scalars(select(ServiceMoment.seq)).all())

    assert kills >= ROUNDS // 2
    assert rows > len(KEYS)
    assert records[0] == records[1]

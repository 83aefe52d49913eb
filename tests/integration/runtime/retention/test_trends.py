"""Figures of old hours become days, and old days go: nothing is counted twice or lost before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms import store
from runtime.alarms._tables import AlarmRow
from runtime.alarms.console._tables import AlarmDay, AlarmHour
from runtime.alarms.console.tickets import count_tickets, newest_tickets
from runtime.alarms.console.trends import DAY, Trend, count_changes, trend_of
from runtime.alarms.lifecycle import Transition
from runtime.alarms.model import Severity
from runtime.alarms.store import Change
from runtime.limits.book import LimitsBook
from runtime.packs.store import goes_back_to
from runtime.retention.clearing import Clearing
from runtime.retention.trends import fold_oldest_day, remove_old_figures
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm, say
from tests.factories.tenancy import NOON, make_customer

HOUR = timedelta(hours=1)


@pytest.fixture
def tenant_id(session: Session) -> Iterator[UUID]:
    """A customer the session is bound to."""
    customer = make_customer(session)
    with as_tenant(session, customer.id):
        yield customer.id


def happen(session: Session, tenant_id: UUID, *, ago: timedelta) -> None:
    """Let one major alarm of ten events have been raised so long ago."""
    changes = say(session, tenant_id, (f"link {ago}", "major", 0))
    count_changes(session, tenant_id, changes, events=10, by_hand=1, now=NOON - ago)


def month(session: Session, tenant_id: UUID) -> Trend:
    return trend_of(session, tenant_id, steps=30, step=DAY, now=NOON)


def count(session: Session, table: type[AlarmHour | AlarmDay]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_folding_hours_into_days_changes_no_figure(session: Session, tenant_id: UUID) -> None:
    for ago in (20 * DAY, 20 * DAY + HOUR, 10 * DAY, HOUR):
        happen(session, tenant_id, ago=ago)
    before = month(session, tenant_id)

    while fold_oldest_day(session, tenant_id, before=NOON - 5 * DAY):
        pass

    assert month(session, tenant_id) == before
    assert (before.events, before.by_severity[Severity.MAJOR]) == (40, 4)
    assert (count(session, AlarmHour), count(session, AlarmDay)) == (3, 6)


def test_a_day_is_folded_when_all_of_it_is_old(session: Session, tenant_id: UUID) -> None:
    happen(session, tenant_id, ago=2 * DAY)

    early = fold_oldest_day(session, tenant_id, before=NOON - DAY - 13 * HOUR)
    due = fold_oldest_day(session, tenant_id, before=NOON - DAY - 12 * HOUR)

    assert (early, due) == (0, 3)


def test_old_days_and_tickets_go(session: Session, tenant_id: UUID) -> None:
    happen(session, tenant_id, ago=20 * DAY)
    fold_oldest_day(session, tenant_id, before=NOON)
    ticketed(session, tenant_id, "BER1", "INC-1")

    remove_old_figures(session, tenant_id, before=NOON + DAY)

    assert count(session, AlarmDay) == 0
    assert count_tickets(session, tenant_id, since=NOON - DAY) == 0


def test_the_clock_folds_once_a_day(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            happen(session, tenant_id, ago=20 * DAY)
    clearing = Clearing(
        sessions=sessions,
        limits=LimitsBook(limits_kept_s=0.0),
        goes_back=goes_back_to,
        trend_hours_kept_days=8,
        pause=lambda _: None,
    )

    rounds = [clearing.round(now=NOON).hours, clearing.round(now=NOON).hours]

    assert rounds == [3, 0]


def ticketed(session: Session, tenant_id: UUID, name: str, reference: object) -> UUID:
    alarm_id = make_alarm(session, tenant_id, name)
    fields = {"attributes": {"ticket": reference}}
    store.set_fields(session, tenant_id, alarm_id, fields=fields, by="run", now=NOON)
    return alarm_id


def test_a_ticket_of_two_alarms_is_one_ticket(session: Session, tenant_id: UUID) -> None:
    first = ticketed(session, tenant_id, "BER1", "INC-1")
    ticketed(session, tenant_id, "BER2", "INC-1")
    ticketed(session, tenant_id, "BER3", 7)

    found = newest_tickets(session, tenant_id, since=NOON)

    assert [(one.reference, one.alarm_id == first) for one in found] == [
        ("7", False),
        ("INC-1", True),
    ]


def test_a_ticket_that_the_source_names_counts(session: Session, tenant_id: UUID) -> None:
    alarm_id = make_alarm(session, tenant_id, attributes={"ticket": "T1"})
    change = Change(
        alarm=store.get_alarm(session, tenant_id, alarm_id),
        transition=Transition.CREATED,
        previous_severity=None,
        seq=1,
    )

    for _ in range(2):
        count_changes(session, tenant_id, [change], events=1, by_hand=0, now=NOON)

    assert count_tickets(session, tenant_id, since=NOON) == 1


def test_a_ticket_counts_after_its_alarm_was_purged(session: Session, tenant_id: UUID) -> None:
    alarm_id = ticketed(session, tenant_id, "BER1", "INC-1")
    session.execute(delete(AlarmRow).where(AlarmRow.id == alarm_id))

    assert count_tickets(session, tenant_id, since=NOON) == 1

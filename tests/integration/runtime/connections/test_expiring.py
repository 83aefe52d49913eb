"""A connection that runs out raises an alarm: once for each degree, and cleared once renewed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from runtime.alarms._tables import JournalEntry
from runtime.connections.expiring import has_ending, remove_connection, tell_endings
from tenancy.connections._tables import Connection
from tenancy.connections.model import ConnectionView
from tenancy.connections.store import ConnectionInUseError
from tenancy.scope import as_tenant, system
from tests.factories.tenancy import NOON
from tests.integration.runtime.connections.conftest import Calling

ENDS = NOON + timedelta(days=40)


def lasts(calling: Calling, until: datetime | None = ENDS) -> ConnectionView:
    made = calling.make()
    renew(calling, made, until)
    return made


def renew(calling: Calling, made: ConnectionView, until: datetime | None) -> None:
    with calling.sessions.begin() as session, as_tenant(session, calling.organisation.id):
        session.get_one(Connection, made.id).expires_at = until


def look(calling: Calling, now: datetime) -> int:
    with calling.sessions.begin() as session:
        with system(session):
            is_due = has_ending(session, now=now)
        told = tell_endings(session, now=now)
    assert is_due is bool(told)
    return told


def told(calling: Calling) -> list[str]:
    with calling.sessions() as session, as_tenant(session, calling.organisation.id):
        rows = session.scalars(select(JournalEntry).order_by(JournalEntry.seq))
        return [row.event["perceived_severity"] for row in rows]


def test_it_gets_worse_as_the_end_comes_and_is_told_once_each(calling: Calling) -> None:
    lasts(calling)

    days = (9, 10, 12, 33, 34, 40, 41)
    counts = [look(calling, NOON + timedelta(days=day)) for day in days]

    assert counts == [0, 1, 0, 1, 0, 1, 0]
    assert told(calling) == ["minor", "major", "critical"]


def test_what_is_renewed_is_cleared(calling: Calling) -> None:
    made = lasts(calling)
    look(calling, ENDS)

    renew(calling, made, ENDS + timedelta(days=365))

    assert (look(calling, ENDS), look(calling, ENDS)) == (1, 0)
    assert told(calling) == ["critical", "cleared"]


def test_what_never_ends_is_never_told(calling: Calling) -> None:
    lasts(calling, None)

    assert look(calling, ENDS) == 0


def test_what_is_removed_is_cleared(calling: Calling) -> None:
    made = lasts(calling)
    look(calling, ENDS)

    with calling.sessions.begin() as session, as_tenant(session, calling.organisation.id):
        where = (session, calling.organisation.id, made.id)
        remove_connection(*where, used_by=list, by="ada", now=ENDS)

    assert told(calling) == ["critical", "cleared"]


def test_what_cannot_be_removed_stays_told(calling: Calling) -> None:
    made = lasts(calling)
    look(calling, ENDS)

    with calling.sessions.begin() as session, as_tenant(session, calling.organisation.id):
        where = (session, calling.organisation.id, made.id)
        with pytest.raises(ConnectionInUseError):
            remove_connection(*where, used_by=lambda: ["Mail"], by="ada", now=ENDS)

    assert told(calling) == ["critical"]
    assert look(calling, ENDS) == 0

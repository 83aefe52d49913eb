"""What stands on which object: counted for the map in one query, by an index alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from runtime.alarms import store
from runtime.alarms.model import Severity
from runtime.alarms.standing import counts_on, worst_on
from tenancy.scope import system
from tests.factories.alarms import make_alarm, say
from tests.factories.tenancy import NOON

MAJOR, MINOR, CRITICAL = Severity.MAJOR, Severity.MINOR, Severity.CRITICAL


def test_counts_by_object_and_severity(session: Session, tenant_id: UUID) -> None:
    make_alarm(session, tenant_id, "a", specific_problem="one")
    make_alarm(session, tenant_id, "a", specific_problem="two")
    make_alarm(session, tenant_id, "a", perceived_severity=MINOR)
    make_alarm(session, tenant_id, "b", perceived_severity=CRITICAL)

    assert counts_on(session, tenant_id) == {"a": {MAJOR: 2, MINOR: 1}, "b": {CRITICAL: 1}}
    assert counts_on(session, tenant_id, ["b", "c"]) == {"b": {CRITICAL: 1}}


def test_what_is_cleared_suppressed_or_shelved_does_not_count(
    session: Session, tenant_id: UUID
) -> None:
    say(session, tenant_id, ("a", "major", 0), ("a", "cleared", 10))
    hidden = make_alarm(session, tenant_id, "b")
    store.suppress(session, tenant_id, hidden, by="t", now=NOON)

    assert counts_on(session, tenant_id) == {}


def test_lists_the_worst_of_some_objects(session: Session, tenant_id: UUID) -> None:
    make_alarm(session, tenant_id, "a", perceived_severity=MINOR)
    worst = make_alarm(session, tenant_id, "b", perceived_severity=CRITICAL)
    make_alarm(session, tenant_id, "elsewhere", perceived_severity=CRITICAL)

    (found,) = worst_on(session, tenant_id, ["a", "b"], limit=1)

    assert found.id == worst


def test_sqlite_counts_without_reading_a_row(session: Session, tenant_id: UUID) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL decides by the size of the table")
    asked: list[tuple[str, Any]] = []

    def note(*said: Any) -> None:
        asked.append((said[2], said[3]))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    counts_on(session, tenant_id)
    event.remove(session.get_bind(), "before_cursor_execute", note)

    statement, values = asked[-1]
    with system(session):
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    assert "USING COVERING INDEX ix_alarm_active_object" in str(plan.all())

"""A batch of events applied to one tenant's alarms, against a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from runtime.alarms import journal, store
from runtime.alarms._tables import IntakeFault, JournalEntry
from runtime.alarms.lifecycle import Transition
from runtime.alarms.model import Severity, parse_event

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def send(session: Session, tenant_id: UUID, *documents: dict[str, Any]) -> list[store.Change]:
    """Journal and apply events of one managed object, a minute apart."""
    events = [
        parse_event({"managed_object": "BER1", "perceived_severity": "major", **one})
        for one in documents
    ]
    journal.append(session, tenant_id, events, now=NOON)
    rows = journal.take(session, 100)
    changes = store.apply_batch(session, tenant_id, rows, now=NOON)
    journal.mark_done(session, [row.seq for row in rows], now=NOON)
    return changes


def instant(minutes: int) -> str:
    return (NOON - timedelta(days=1) + timedelta(minutes=minutes)).isoformat()


def test_keeps_what_later_events_leave_out(session: Session, tenant_id: UUID) -> None:
    said = {"text": "no light", "attributes": {"site": "BER"}, "affected_services": ["vpn-1"]}
    raised = send(session, tenant_id, said)[0].alarm
    store.set_fields(
        session, tenant_id, raised.id, fields={"attributes": {"owner": "NOC"}}, by="x", now=NOON
    )

    repeated = send(session, tenant_id, {})[0].alarm

    assert repeated.text == "no light"
    assert repeated.attributes == {"site": "BER", "owner": "NOC"}
    assert repeated.affected_services == ("vpn-1",)


def test_follows_one_problem_through_a_whole_batch(session: Session, tenant_id: UUID) -> None:
    changes = send(
        session,
        tenant_id,
        {"raised_at": instant(0)},
        {"raised_at": instant(1), "perceived_severity": "critical"},
        {"cleared_at": instant(2), "perceived_severity": "cleared"},
        {"cleared_at": instant(3), "perceived_severity": "cleared"},
        {"raised_at": instant(4), "perceived_severity": "minor"},
        {"cleared_at": instant(5), "perceived_severity": "cleared"},
        {"raised_at": instant(15), "perceived_severity": "warning"},
    )

    assert [change.transition.value for change in changes] == [
        "created",
        "changed",
        "cleared",
        "reopened",
        "cleared",
        "created",
    ]
    first, last = changes[0].alarm, changes[-1].alarm
    assert last.previous_id == first.id
    assert (last.count, changes[-2].alarm.count) == (1, 3)
    kept = store.get_alarm(session, tenant_id, first.id)
    assert (kept.perceived_severity, kept.flap_count) == (Severity.CLEARED, 1)
    assert [entry.kind for entry in store.history_of(session, tenant_id, first.id)] == [
        "cleared",
        "reopened",
        "cleared",
        "changed",
        "created",
    ]


def test_reads_anew_what_the_session_had_loaded(session: Session, tenant_id: UUID) -> None:
    alarm = send(session, tenant_id, {})[0].alarm
    store.acknowledge(session, tenant_id, alarm.id, by="Anna", now=NOON)

    worse = send(session, tenant_id, {"perceived_severity": "critical"})[0]

    assert worse.transition is Transition.CHANGED
    assert not store.get_alarm(session, tenant_id, alarm.id).is_acknowledged
    assert store.get_alarm(session, tenant_id, alarm.id).acked_by == ""


def test_one_unreadable_row_does_not_block_the_others(session: Session, tenant_id: UUID) -> None:
    broken = {"tenant_id": tenant_id, "received_at": NOON, "kind": "alarm", "event": {"old": 1}}
    session.execute(insert(JournalEntry), [broken])

    changes = send(session, tenant_id, {})

    assert [change.alarm.managed_object for change in changes] == ["BER1"]
    assert journal.count_undone(session) == 0
    fault = session.scalars(select(IntakeFault)).one()
    assert (fault.code, fault.body) == ("runtime.alarm_rejected", '{"old": 1}')

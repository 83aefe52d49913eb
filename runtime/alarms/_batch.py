"""One batch of journal rows applied to one tenant's alarms: two reads, memory, bulk writes.

The lifecycle itself is pure (`lifecycle`); this module loads what it needs for a whole batch and
writes what came out. Events of one identity are applied in the journal's order. Rows are plain
dictionaries here: the unit of work would cost four times what the lifecycle does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import insert, inspect, select, update
from sqlalchemy.orm import Session

from kernel.ids import new_id
from kernel.trace import Traceparent
from runtime.alarms._said import SAID, write_said
from runtime.alarms._tables import AlarmHistory, AlarmRow, ConditionRow, history_row
from runtime.alarms.documents import AlarmView, view_of_facts
from runtime.alarms.journal import JournalRow, keep_fault
from runtime.alarms.lifecycle import (
    AckState,
    Condition,
    Occurrence,
    Outcome,
    Transition,
    apply,
)
from runtime.alarms.model import AlarmError, AlarmEvent, Severity, parse_event
from runtime.alarms.tmf642.hub.outbox import record
from tenancy.scope import system

log = structlog.get_logger(__name__)

Facts = dict[str, Any]
_OCCURRENCE_FIELDS = tuple(Occurrence.__dataclass_fields__)
_CONDITION_FIELDS = tuple(Condition.__dataclass_fields__)
_NAMES = ("cleared_by", "acked_by", "owner", "suppressed_by", "shelved_by", "shelved_reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one event did to one alarm; `alarm` is the alarm right after it.

    `parent` is the span that the event came with.
    """

    alarm: AlarmView
    transition: Transition
    previous_severity: Severity | None
    seq: int
    parent: Traceparent | None = None


def apply_batch(
    session: Session, tenant_id: UUID, rows: Sequence[JournalRow], *, now: datetime
) -> list[Change]:
    """Apply journal rows of one tenant in their order.

    Args:
        session: The caller's transaction, which also marks the rows done (`journal.mark_done`).
        tenant_id: Whose rows these are, every one.
        rows: Undone rows, ascending.
        now: When the batch is applied; an event's own instants come from its row.

    Returns:
        A change for each event that touched an alarm, repeats included. Ignored clears are counted
        on their condition and are not in it; neither is a row that cannot be read any more (kept
        as a fault), so that one bad row never blocks the others.
    """
    readable = _readable(session, tenant_id, rows, now=now)
    batch = _Batch(session, tenant_id)
    batch.load({key for _, _, key in readable})
    changes = [change for read in readable if (change := batch.apply(*read))]
    batch.write()
    return changes


def _readable(
    session: Session, tenant_id: UUID, rows: Iterable[JournalRow], *, now: datetime
) -> list[tuple[JournalRow, AlarmEvent, str]]:
    found: list[tuple[JournalRow, AlarmEvent, str]] = []
    for row in rows:
        try:
            event = parse_event(row.event)
            found.append((row, event, event.dedup_key))
        except AlarmError as error:
            log.warning("journal_row_unreadable", seq=row.seq, reason=error.message)
            keep_fault(session, tenant_id, error, body=row.event, source_id=row.source_id, now=now)
    return found


@dataclass(slots=True)
class _Rows:
    """Rows of one table in memory: what they are now, and what they were when read."""

    now: dict[Any, Facts] = field(default_factory=dict)
    before: dict[Any, Facts] = field(default_factory=dict)

    def read(self, key: Any, facts: Facts) -> None:
        """Take over a row that was read."""
        self.now[key] = facts
        self.before[key] = dict(facts)

    def added(self) -> list[Facts]:
        """Give the rows that are new."""
        return [facts for key, facts in self.now.items() if key not in self.before]

    def changed(self) -> list[Facts]:
        """Give id and changed columns of the rows that changed, those of like columns together."""
        found = []
        for key, before in self.before.items():
            facts = self.now[key]
            moved = {name: one for name, one in facts.items() if before[name] != one}
            if moved:
                found.append({"id": facts["id"], **moved})
        return sorted(found, key=tuple)


class _Batch:
    """The conditions and latest occurrences of one batch, in memory."""

    def __init__(self, session: Session, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._conditions = _Rows()
        self._alarms = _Rows()
        self._history: list[Facts] = []
        self._told: list[AlarmView] = []

    def load(self, keys: Iterable[str]) -> None:
        """Read the conditions of these identities and their latest occurrences, locked."""
        for facts in self._read(ConditionRow, ConditionRow.dedup_key, keys):
            self._conditions.read(facts["dedup_key"], facts)
        current = [facts["current_alarm_id"] for facts in self._conditions.now.values()]
        for facts in self._read(AlarmRow, AlarmRow.id, filter(None, current)):
            self._alarms.read(facts["id"], facts)

    def _read(self, table: type[Any], column: Any, wanted: Iterable[Any]) -> list[Facts]:
        names = inspect(table).column_attrs.keys()
        found = self._session.execute(
            select(*(getattr(table, name) for name in names))
            .where(table.tenant_id == self._tenant_id, column.in_(list(wanted)))
            .order_by(table.id)
            .with_for_update()
        )
        return [dict(zip(names, row, strict=True)) for row in found]

    def apply(self, row: JournalRow, event: AlarmEvent, key: str) -> Change | None:
        """Apply one event in memory; `key` is its identity."""
        condition = self._conditions.now.get(key)
        alarm = self._alarms.now.get(condition["current_alarm_id"]) if condition else None
        outcome = apply(
            _state(Condition, _CONDITION_FIELDS, condition),
            _state(Occurrence, _OCCURRENCE_FIELDS, alarm),
            event,
            now=row.received_at,
        )
        if condition is None:
            condition = self._begin_condition(key)
        condition.update({name: getattr(outcome.condition, name) for name in _CONDITION_FIELDS})
        state = outcome.occurrence
        if outcome.transition is Transition.IGNORED or state is None:
            return None
        if alarm is None or outcome.transition is Transition.CREATED:
            alarm = self._begin_alarm(condition, alarm, row)
            alarm["original_severity"] = state.perceived_severity
        _write_occurrence(alarm, state, row, event)
        view = view_of_facts(alarm)
        if outcome.transition is not Transition.REPEATED:
            self._remember(view, outcome, row, event)
        return Change(
            alarm=view,
            transition=outcome.transition,
            previous_severity=outcome.previous_severity,
            seq=row.seq,
            parent=row.parent,
        )

    def _begin_condition(self, key: str) -> Facts:
        facts: Facts = {
            "id": new_id(),
            "tenant_id": self._tenant_id,
            "dedup_key": key,
            "current_alarm_id": None,
        }
        self._conditions.now[key] = facts
        return facts

    def _begin_alarm(self, condition: Facts, before: Facts | None, row: JournalRow) -> Facts:
        facts: Facts = {
            **dict.fromkeys(inspect(AlarmRow).column_attrs.keys()),
            **dict.fromkeys((*SAID, *_NAMES), ""),
            "id": new_id(),
            "tenant_id": self._tenant_id,
            "condition_id": condition["id"],
            "previous_id": before["id"] if before else None,
            "source_id": row.source_id,
            "affected_services": [],
            "affected_customers": [],
            "attributes": {},
            "escalation_level": 0,
            "planned_outage": False,
            "is_root_cause": False,
            "overrides": {},
            "first_reported_at": row.received_at,
            **_shelf_of(before, at=row.received_at),
        }
        condition["current_alarm_id"] = facts["id"]
        self._alarms.now[facts["id"]] = facts
        return facts

    def _remember(
        self, alarm: AlarmView, outcome: Outcome, row: JournalRow, event: AlarmEvent
    ) -> None:
        before = outcome.previous_severity
        facts: Facts = {
            "severity": alarm.perceived_severity.value,
            "previous": before.value if before else None,
            "text": event.text[:500],
            "seq": row.seq,
        }
        self._history.append(
            history_row(
                self._tenant_id,
                alarm.id,
                at=event.happened_at(row.received_at),
                kind=outcome.transition.value,
                by=alarm.source,
                facts=facts,
            )
        )
        self._told.append(alarm)

    def write(self) -> None:
        """Write conditions before the alarms that point at them, then the history."""
        changed = self._alarms.changed()
        self._insert(ConditionRow, self._conditions.added())
        self._insert(AlarmRow, self._alarms.added())
        with system(self._session):  # an UPDATE by keys; the keys were read as the tenant's own
            self._update(ConditionRow, self._conditions.changed())
            self._update(AlarmRow, changed)
        self._insert(AlarmHistory, self._history)
        record(self._session, self._tenant_id, self._history, self._told)
        for facts in changed:
            self._forget_loaded(facts["id"])

    def _insert(self, table: type[Any], rows: list[Facts]) -> None:
        if rows:
            self._session.execute(insert(table), rows)

    def _update(self, table: type[Any], rows: list[Facts]) -> None:
        if rows:
            self._session.execute(update(table), rows)

    def _forget_loaded(self, alarm_id: UUID) -> None:
        """Let a row that this session has loaded before be read anew."""
        key = inspect(AlarmRow).identity_key_from_primary_key((alarm_id,))
        loaded = self._session.identity_map.get(key)
        if loaded is not None:
            self._session.expire(loaded)


def _shelf_of(before: Facts | None, *, at: datetime) -> Facts:
    """Give the shelf that a new occurrence takes over: it was the problem that was put aside."""
    until = before["shelved_until"] if before else None
    if before is None or until is None or until <= at:
        return {}
    return {name: before[name] for name in ("shelved_until", "shelved_by", "shelved_reason")}


def _state(kind: type[Any], names: Sequence[str], facts: Mapping[str, Any] | None) -> Any:
    return None if facts is None else kind(**{name: facts[name] for name in names})


def _write_occurrence(alarm: Facts, state: Occurrence, row: JournalRow, event: AlarmEvent) -> None:
    alarm.update({name: getattr(state, name) for name in _OCCURRENCE_FIELDS})
    alarm["severity_rank"] = state.perceived_severity.rank
    alarm["is_active"] = state.is_active
    alarm["reported_at"] = row.received_at
    if event.is_clear:
        alarm["cleared_by"] = event.source
        return
    alarm["cleared_by"] = ""
    alarm["last_seq"] = row.seq
    if state.ack_state is AckState.UNACKNOWLEDGED:
        alarm["acked_at"], alarm["acked_by"] = None, ""
    write_said(alarm, event)

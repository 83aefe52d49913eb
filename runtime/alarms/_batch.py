"""One batch of journal rows applied to one tenant's alarms: two reads, memory, bulk writes.

The lifecycle itself is pure (`lifecycle`); this module loads what it needs for a whole batch and
writes what came out. Events of one identity are applied in the journal's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kernel.ids import new_id
from runtime.alarms._tables import AlarmHistory, AlarmRow, ConditionRow, history_row
from runtime.alarms.documents import AlarmView, view_of
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

log = structlog.get_logger(__name__)

_OCCURRENCE_FIELDS = tuple(Occurrence.__dataclass_fields__)
_CONDITION_FIELDS = tuple(Condition.__dataclass_fields__)
_SAID = (
    "source",
    "external_id",
    "event_type",
    "probable_cause",
    "specific_problem",
    "text",
    "managed_object",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one event did to one alarm; `alarm` is the alarm right after it."""

    alarm: AlarmView
    transition: Transition
    previous_severity: Severity | None
    seq: int


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
    batch.load({event.dedup_key for _, event in readable})
    changes = [change for row, event in readable if (change := batch.apply(row, event))]
    batch.write()
    return changes


def _readable(
    session: Session, tenant_id: UUID, rows: Iterable[JournalRow], *, now: datetime
) -> list[tuple[JournalRow, AlarmEvent]]:
    found: list[tuple[JournalRow, AlarmEvent]] = []
    for row in rows:
        try:
            found.append((row, parse_event(row.event)))
        except AlarmError as error:
            log.warning("journal_row_unreadable", seq=row.seq, reason=error.message)
            keep_fault(session, tenant_id, error, body=row.event, source_id=row.source_id, now=now)
    return found


class _Batch:
    """The conditions and latest occurrences of one batch, in memory."""

    def __init__(self, session: Session, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._conditions: dict[str, ConditionRow] = {}
        self._alarms: dict[UUID, AlarmRow] = {}
        self._history: list[dict[str, Any]] = []
        self._new_conditions: list[ConditionRow] = []
        self._new_alarms: list[AlarmRow] = []

    def load(self, keys: Iterable[str]) -> None:
        """Read the conditions of these identities and their latest occurrences, locked."""
        conditions = self._session.scalars(
            select(ConditionRow)
            .where(ConditionRow.tenant_id == self._tenant_id)
            .where(ConditionRow.dedup_key.in_(keys))
            .order_by(ConditionRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        self._conditions = {row.dedup_key: row for row in conditions}
        current = [row.current_alarm_id for row in self._conditions.values()]
        alarms = self._session.scalars(
            select(AlarmRow)
            .where(AlarmRow.tenant_id == self._tenant_id)
            .where(AlarmRow.id.in_([one for one in current if one is not None]))
            .order_by(AlarmRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        self._alarms = {row.id: row for row in alarms}

    def apply(self, row: JournalRow, event: AlarmEvent) -> Change | None:
        """Apply one event in memory."""
        condition = self._conditions.get(event.dedup_key)
        alarm = self._alarm_of(condition)
        outcome = apply(
            _condition_state(condition), _occurrence_state(alarm), event, now=row.received_at
        )
        condition = self._keep_condition(condition, event.dedup_key, outcome.condition)
        if outcome.transition is Transition.IGNORED or outcome.occurrence is None:
            return None
        if outcome.transition is Transition.CREATED:
            alarm = self._begin_alarm(condition, alarm, row)
        if alarm is None:
            raise AssertionError("only a new alarm has no row yet")
        _write_occurrence(alarm, outcome, row, event)
        self._remember(alarm, outcome, row, event)
        return Change(
            alarm=view_of(alarm),
            transition=outcome.transition,
            previous_severity=outcome.previous_severity,
            seq=row.seq,
        )

    def _alarm_of(self, condition: ConditionRow | None) -> AlarmRow | None:
        if condition is None or condition.current_alarm_id is None:
            return None
        return self._alarms.get(condition.current_alarm_id)

    def _keep_condition(self, row: ConditionRow | None, key: str, state: Condition) -> ConditionRow:
        facts = {name: getattr(state, name) for name in _CONDITION_FIELDS}
        if row is None:
            row = ConditionRow(id=new_id(), tenant_id=self._tenant_id, dedup_key=key, **facts)
            row.current_alarm_id = None
            self._conditions[key] = row
            self._new_conditions.append(row)
            return row
        for name, value in facts.items():
            setattr(row, name, value)
        return row

    def _begin_alarm(
        self, condition: ConditionRow, before: AlarmRow | None, row: JournalRow
    ) -> AlarmRow:
        alarm = AlarmRow(
            id=new_id(),
            tenant_id=self._tenant_id,
            condition_id=condition.id,
            previous_id=before.id if before else None,
            source_id=row.source_id,
            affected_services=[],
            attributes={},
            overrides={},
            cleared_by="",
            acked_at=None,
            acked_by="",
            suppressed_at=None,
            suppressed_by="",
            **dict.fromkeys(_SAID, ""),
        )
        condition.current_alarm_id = alarm.id
        self._alarms[alarm.id] = alarm
        self._new_alarms.append(alarm)
        return alarm

    def _remember(
        self, alarm: AlarmRow, outcome: Outcome, row: JournalRow, event: AlarmEvent
    ) -> None:
        if outcome.transition is Transition.REPEATED:
            return
        before = outcome.previous_severity
        facts: dict[str, Any] = {
            "severity": alarm.perceived_severity.value,
            "previous": before.value if before else None,
            "text": event.text[:500],
            "seq": row.seq,
        }
        at = event.happened_at(row.received_at)
        kind = outcome.transition.value
        self._history.append(
            history_row(self._tenant_id, alarm.id, at=at, kind=kind, by=alarm.source, facts=facts)
        )

    def write(self) -> None:
        """Flush conditions before the alarms that point at them, then add the history."""
        self._session.add_all(self._new_conditions)
        self._session.flush()
        self._session.add_all(self._new_alarms)
        self._session.flush()
        if self._history:
            self._session.execute(insert(AlarmHistory), self._history)


def _condition_state(row: ConditionRow | None) -> Condition | None:
    if row is None:
        return None
    return Condition(**{name: getattr(row, name) for name in _CONDITION_FIELDS})


def _occurrence_state(row: AlarmRow | None) -> Occurrence | None:
    if row is None:
        return None
    return Occurrence(**{name: getattr(row, name) for name in _OCCURRENCE_FIELDS})


def _write_occurrence(
    alarm: AlarmRow, outcome: Outcome, row: JournalRow, event: AlarmEvent
) -> None:
    state = outcome.occurrence
    if state is None:
        raise AssertionError("an ignored event is not written")
    for name in _OCCURRENCE_FIELDS:
        setattr(alarm, name, getattr(state, name))
    alarm.severity_rank = state.perceived_severity.rank
    alarm.is_active = state.is_active
    alarm.reported_at = row.received_at
    if outcome.transition is Transition.CREATED:
        alarm.original_severity = state.perceived_severity
    if event.is_clear:
        alarm.cleared_by = event.source
        return
    alarm.cleared_by = ""
    alarm.last_seq = row.seq
    if state.ack_state is AckState.UNACKNOWLEDGED:
        alarm.acked_at, alarm.acked_by = None, ""
    _write_said(alarm, event)


def _write_said(alarm: AlarmRow, event: AlarmEvent) -> None:
    """Take what the source said over, and lay what rules and people set over that."""
    said: dict[str, Any] = {name: getattr(event, name) for name in _SAID}
    said["affected_services"] = list(event.affected_services)
    overrides = dict(alarm.overrides)
    said["attributes"] = {**event.attributes, **overrides.pop("attributes", {})}
    for name, value in (said | overrides).items():
        if value and getattr(alarm, name) != value:
            setattr(alarm, name, value)

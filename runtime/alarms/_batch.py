"""One batch of journal rows applied to one tenant's alarms: two reads, memory, bulk writes.

The lifecycle itself is pure (`lifecycle`); this module loads what it needs for a whole batch and
writes what came out. Events of one identity are applied in the journal's order. Rows are plain
dictionaries here: the unit of work would cost four times what the lifecycle does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from kernel.ids import new_id
from kernel.trace import Traceparent
from runtime.alarms._lived import occurrence_of, shelf_of, write_occurrence
from runtime.alarms._memory import Rows
from runtime.alarms._readable import readable_rows
from runtime.alarms._said import SAID
from runtime.alarms._tables import (
    AlarmHistory,
    AlarmRow,
    ConditionRow,
    Source,
    history_row,
    line_row,
)
from runtime.alarms._timers import restart_timers
from runtime.alarms.deeds import Deed, do
from runtime.alarms.documents import AlarmView, view_of_facts
from runtime.alarms.journal import ESCALATED, EXPIRED, JournalRow
from runtime.alarms.lifecycle import (
    AckState,
    Condition,
    Outcome,
    Transition,
    apply,
)
from runtime.alarms.model import AlarmEvent, Severity
from runtime.alarms.policy.model import ttl_of
from runtime.alarms.policy.store import policy_of
from runtime.alarms.tmf642.hub.outbox import record
from tenancy.rows import insert_many, update_many

log = structlog.get_logger(__name__)

TTL = "ttl"  # who cleared an alarm that its source let expire,
RESYNC = "resync"  # and one that is missing in its source's full list

Facts = dict[str, Any]
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
    readable = readable_rows(session, tenant_id, rows, now=now)
    batch = _Batch(session, tenant_id)
    batch.load(
        {key for _, event, key in readable if event},
        {UUID(key) for _, event, key in readable if not event},
        {row.source_id for row, _, _ in readable if row.source_id},
    )
    changes = [change for read in readable if (change := batch.take(*read))]
    batch.write()
    return changes


class _Batch:
    """The conditions and latest occurrences of one batch, in memory."""

    def __init__(self, session: Session, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._conditions = Rows()
        self._alarms = Rows()
        self._history: list[Facts] = []
        self._policy = policy_of(session, tenant_id)
        self._ttls: dict[UUID | None, int] = {}
        self._told: list[AlarmView] = []

    def load(self, keys: Iterable[str], noticed: set[UUID], source_ids: Iterable[UUID]) -> None:
        """Read the conditions of these identities and their latest occurrences, locked.

        So are the alarms that notices are about; of the sources, how long their alarms last.
        """
        configs = select(Source.id, Source.config).where(Source.id.in_(list(source_ids)))
        for source_id, config in self._session.execute(configs) if source_ids else ():
            self._ttls[source_id] = ttl_of(config, self._policy)
        for facts in self._read(ConditionRow, ConditionRow.dedup_key, keys):
            self._conditions.read(facts["dedup_key"], facts)
        current = [facts["current_alarm_id"] for facts in self._conditions.now.values()]
        for facts in self._read(AlarmRow, AlarmRow.id, noticed.union(filter(None, current))):
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

    def take(self, row: JournalRow, event: AlarmEvent | None, key: str) -> Change | None:
        """Apply one event or notice in memory; `key` is its identity, or the alarm's id."""
        return self._apply(row, event, key) if event else self._notice(row, UUID(key))

    def _notice(self, row: JournalRow, alarm_id: UUID) -> Change | None:
        """Tell rules that an alarm escalated; clear one that its source forgot or left out."""
        alarm = self._alarms.now.get(alarm_id)
        if alarm is None or not alarm["is_active"]:
            return None
        before = alarm["perceived_severity"]
        if row.kind == ESCALATED:
            is_open = alarm["ack_state"] is AckState.UNACKNOWLEDGED
            return _change_of(alarm, Transition.ESCALATED, before, row) if is_open else None
        if row.kind == EXPIRED and alarm["expires_at"] is not None:  # raised again since
            return None
        by = TTL if row.kind == EXPIRED else RESYNC
        deed = Deed(kind="cleared", by=by, at=row.received_at, facts={"seq": row.seq})
        step = do(alarm, deed)
        alarm.update(step.values)
        self._history += [line_row(self._tenant_id, alarm_id, one) for one in step.lines]
        change = _change_of(alarm, Transition.CLEARED, before, row)
        self._told.append(change.alarm)
        return change

    def _apply(self, row: JournalRow, event: AlarmEvent, key: str) -> Change | None:
        condition = self._conditions.now.get(key)
        alarm = self._alarms.now.get(condition["current_alarm_id"]) if condition else None
        outcome = apply(
            _condition_of(condition) if condition else None,
            occurrence_of(alarm) if alarm else None,
            event,
            now=row.received_at,
            policy=self._policy,
        )
        if condition is None:
            condition = self._begin_condition(key)
        condition.update({name: getattr(outcome.condition, name) for name in _CONDITION_FIELDS})
        state = outcome.occurrence
        if outcome.transition is Transition.IGNORED or state is None:
            return None
        if alarm is None or outcome.transition is Transition.CREATED:
            alarm = self._begin_alarm(condition, alarm, row)
            alarm["original_severity"] = event.perceived_severity
        was_acknowledged = alarm["ack_state"] is AckState.ACKNOWLEDGED
        began = alarm["first_raised_at"]
        write_occurrence(alarm, state, event, at=row.received_at, seq=row.seq)
        restart_timers(
            alarm,
            outcome,
            was_acknowledged=was_acknowledged,
            at=row.received_at,
            policy=self._policy,
            ttl_s=self._ttls.get(row.source_id, self._policy.ttl_s),
        )
        change = _change_of(alarm, outcome.transition, outcome.previous_severity, row)
        if outcome.transition is not Transition.REPEATED:
            self._remember(change.alarm, outcome, row, event)
        elif state.first_raised_at < began:
            self._backdate(change.alarm)
        return change

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
            **shelf_of(before, at=row.received_at),
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

    def _backdate(self, alarm: AlarmView) -> None:
        """Remember that an alarm began earlier than was known: a repeat came late that says so."""
        facts: Facts = {"reason": "it began earlier than was known"}
        at, by = alarm.first_raised_at, alarm.source
        self._history.append(
            history_row(self._tenant_id, alarm.id, at=at, kind="backdated", by=by, facts=facts)
        )
        self._told.append(alarm)

    def write(self) -> None:
        """Write conditions before the alarms that point at them, then the history."""
        changed = self._alarms.changed()
        insert_many(self._session, ConditionRow, self._conditions.added())
        insert_many(self._session, AlarmRow, self._alarms.added())
        update_many(self._session, ConditionRow, self._tenant_id, self._conditions.changed())
        update_many(self._session, AlarmRow, self._tenant_id, changed)
        insert_many(self._session, AlarmHistory, self._history)
        record(self._session, self._tenant_id, self._history, self._told)
        for facts in changed:
            self._forget_loaded(facts["id"])

    def _forget_loaded(self, alarm_id: UUID) -> None:
        """Let a row that this session has loaded before be read anew."""
        key = inspect(AlarmRow).identity_key_from_primary_key((alarm_id,))
        loaded = self._session.identity_map.get(key)
        if loaded is not None:
            self._session.expire(loaded)


def _condition_of(facts: Mapping[str, Any]) -> Condition:
    return Condition(**{name: facts[name] for name in _CONDITION_FIELDS})


def _change_of(
    alarm: Facts, transition: Transition, before: Severity | None, row: JournalRow
) -> Change:
    return Change(
        alarm=view_of_facts(alarm),
        transition=transition,
        previous_severity=before,
        seq=row.seq,
        parent=row.parent,
    )

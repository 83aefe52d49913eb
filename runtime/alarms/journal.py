"""The journal: accepted events in the order they came, until the correlator is done with them.

An event is safe once its row is committed; the correlator takes rows in order and marks them done
in the transaction that carries what they led to. Whatever cannot be read is kept as a fault.
Beside events it holds notices: what people or the clock did to an alarm that workflows may wait
for and rules may ask for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kernel import trace
from kernel.clock import format_instant
from kernel.errors import GarlandError, InvalidError
from kernel.json_text import kept_text
from runtime.alarms._tables import IntakeFault, JournalEntry
from runtime.alarms.model import AlarmEvent, event_document
from runtime.wake import wake_after_commit
from tenancy.rows import insert_many

FAULT_BODY_MAX = 64 * 1024
FAULTS_KEPT = 100
ALARM = "alarm"
CLEARED = "cleared"
EXPIRED = "expired"
ESCALATED = "escalated"
MISSING = "missing"
TIME = "time"
RELEASED = "released"
APPLIED = "applied"
LIVED = frozenset({ALARM, EXPIRED, ESCALATED, MISSING})
"""Kinds that the lifecycle makes a change of."""

_COLUMNS = (
    JournalEntry.seq,
    JournalEntry.tenant_id,
    JournalEntry.source_id,
    JournalEntry.received_at,
    JournalEntry.kind,
    JournalEntry.event,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """One accepted event, or a notice.

    Attributes:
        kind: ALARM, or of a notice CLEARED (by a person), EXPIRED, ESCALATED, MISSING (in the full
            list of its source), RELEASED (rules may judge what was held back), APPLIED (a request
            made the change itself), or TIME for one that time has gone on to `until`.
        event: A canonical document that `parse_event` reads; of a notice, `alarm_id` or `until`
            and what else it needs.
        parent: The span it came with, kept beside the event in the same document.
    """

    seq: int
    tenant_id: UUID
    source_id: UUID | None
    received_at: datetime
    kind: str
    event: dict[str, Any]
    parent: trace.Traceparent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The source that events came by, and the version of its mapping that read them."""

    source_id: UUID
    mapping_version: int | None = None


def append(
    session: Session,
    tenant_id: UUID,
    events: Sequence[AlarmEvent],
    *,
    now: datetime,
    origin: Origin | None = None,
    raws: Sequence[Any] | None = None,
) -> None:
    """Write events to the journal in their order.

    Args:
        session: The caller's transaction; wake the correlator after it commits.
        tenant_id: Whose alarms these are.
        events: Checked events, `source` filled in.
        now: When they were received.
        origin: The source they came by; None for the API.
        raws: What was sent, one for each event; left out where the events are what was sent.
    """
    if not events:
        return
    rows = [
        {
            "tenant_id": tenant_id,
            "source_id": origin.source_id if origin else None,
            "mapping_version": origin.mapping_version if origin else None,
            "received_at": now,
            "kind": ALARM,
            "event": trace.keep_in(event_document(event)),
            "raw": raws[index] if raws is not None else None,
        }
        for index, event in enumerate(events)
    ]
    insert_many(session, JournalEntry, rows)


def append_taken(
    session: Session,
    tenant_id: UUID,
    event: AlarmEvent,
    *,
    now: datetime,
    raw: Any,
    source_id: UUID | None = None,
) -> JournalRow:
    """Journal one event that this transaction applies itself; the correlator passes it by."""
    document = event_document(event)
    row = JournalEntry(
        tenant_id=tenant_id,
        source_id=source_id,
        received_at=now,
        kind=ALARM,
        event=trace.keep_in(document),
        raw=raw,
        done_at=now,
    )
    session.add(row)
    session.flush()
    return JournalRow(
        seq=row.seq,
        tenant_id=tenant_id,
        source_id=source_id,
        received_at=now,
        kind=ALARM,
        event=document,
        parent=trace.kept_in(row.event),
    )


def note_applied(
    session: Session, tenant_id: UUID, facts: Mapping[str, Any], *, now: datetime
) -> None:
    """Let the correlator know of a change that a request made, so that rules see it."""
    notice = {"tenant_id": tenant_id, "received_at": now, "kind": APPLIED}
    insert_many(session, JournalEntry, [{**notice, "event": trace.keep_in(dict(facts))}])
    wake_after_commit(session, "correlator")


def note_cleared(session: Session, tenant_id: UUID, alarm_id: UUID, *, now: datetime) -> None:
    """Let the correlator know that a person cleared an alarm, in the transaction that does it."""
    note(session, tenant_id, CLEARED, [alarm_id], now=now)


def note(
    session: Session, tenant_id: UUID, kind: str, alarm_ids: Iterable[UUID], *, now: datetime
) -> None:
    """Write a notice about each of some alarms, and wake the correlator after the commit."""
    notice = {"tenant_id": tenant_id, "received_at": now, "kind": kind}
    notices = [{**notice, "event": {"alarm_id": str(one)}} for one in alarm_ids]
    if notices:
        insert_many(session, JournalEntry, notices)
        wake_after_commit(session, "correlator")


def note_time(session: Session, tenant_id: UUID, *, until: datetime, now: datetime) -> None:
    """Let the correlator judge what was due before an instant, after all that was received."""
    notice = {"tenant_id": tenant_id, "received_at": now, "kind": TIME}
    insert_many(session, JournalEntry, [{**notice, "event": {"until": format_instant(until)}}])


def note_released(
    session: Session, tenant_id: UUID, alarm_ids: Sequence[UUID], *, now: datetime
) -> None:
    """Let the correlator know that alarms are let go, in the transaction that does it."""
    note(session, tenant_id, RELEASED, alarm_ids, now=now)


def take(session: Session, limit: int) -> list[JournalRow]:
    """Give the next undone events of every tenant in reach, oldest first; at most `limit`.

    On PostgreSQL the rows stay locked until the transaction ends, so that a second correlator
    waits rather than applying the same events. Call it in a system scope for all tenants.
    """
    found = session.execute(
        select(*_COLUMNS)
        .where(JournalEntry.done_at.is_(None))
        .order_by(JournalEntry.seq)
        .limit(limit)
        .with_for_update()
    )
    return [_row(row) for row in found]


def _row(row: Any) -> JournalRow:
    return JournalRow(
        seq=row.seq,
        tenant_id=row.tenant_id,
        source_id=row.source_id,
        received_at=row.received_at,
        kind=row.kind,
        event=_said(row.event),
        parent=trace.kept_in(row.event),
    )


def mark_done(session: Session, seqs: Iterable[int], *, now: datetime) -> None:
    """Mark rows as dealt with, in the transaction that carries what they led to."""
    numbers = list(seqs)
    if numbers:
        session.execute(
            update(JournalEntry)
            .where(JournalEntry.seq.in_(numbers))
            .values(done_at=now)
            .execution_options(synchronize_session=False)
        )


def mark_held(session: Session, seqs: Iterable[int]) -> None:
    """Keep that rules do not judge some rows of a batch, in its transaction."""
    numbers = list(seqs)
    if numbers:
        session.execute(
            update(JournalEntry)
            .where(JournalEntry.seq.in_(numbers))
            .values(held=True)
            .execution_options(synchronize_session=False)
        )


def has_undone(session: Session) -> bool:
    """Tell whether an event waits, in every tenant in reach."""
    waiting = select(JournalEntry.seq).where(JournalEntry.done_at.is_(None)).limit(1)
    return session.scalar(waiting) is not None


def waits_since(session: Session, tenant_id: UUID) -> datetime | None:
    """Tell when the tenant's event that waits for longest was received; None where none waits."""
    return session.scalar(
        select(JournalEntry.received_at)
        .where(JournalEntry.tenant_id == tenant_id, JournalEntry.done_at.is_(None))
        .order_by(JournalEntry.seq)
        .limit(1)
    )


def count_undone(session: Session) -> int:
    """Count the events that wait, over every tenant in reach."""
    waiting = select(func.count(JournalEntry.seq)).where(JournalEntry.done_at.is_(None))
    return session.scalar(waiting) or 0


def raw_of(session: Session, tenant_id: UUID, seq: int) -> Any:
    """Give what was sent for one event, or None where retention has removed it."""
    row = session.execute(
        select(JournalEntry.raw, JournalEntry.event).where(
            JournalEntry.seq == seq, JournalEntry.tenant_id == tenant_id
        )
    ).first()
    if row is None:
        return None
    return _said(row.event) if row.raw is None else row.raw


def _said(document: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(document)
    said.pop(trace.HEADER, None)
    return said


def keep_fault(
    session: Session,
    tenant_id: UUID,
    error: GarlandError,
    *,
    body: Any,
    source_id: UUID | None,
    now: datetime,
) -> None:
    """Keep input that was refused, cut to 64 KB; the newest hundred of a source stay."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=True)
    clean = kept_text(text)
    session.add(
        IntakeFault(
            tenant_id=tenant_id,
            source_id=source_id,
            at=now,
            code=error.code,
            message=kept_text(error.message)[:500],
            problems=[
                {"pointer": kept_text(one.pointer), "message": kept_text(one.message)}
                for one in (error.problems if isinstance(error, InvalidError) else ())
            ],
            body=clean[:FAULT_BODY_MAX],
            size_bytes=len(clean.encode()),
        )
    )
    session.flush()
    _drop_old_faults(session, tenant_id, source_id)


def _drop_old_faults(session: Session, tenant_id: UUID, source_id: UUID | None) -> None:
    mine = (
        IntakeFault.tenant_id == tenant_id,
        IntakeFault.source_id.is_not_distinct_from(source_id),
    )
    oldest_kept = session.scalar(
        select(IntakeFault.id)
        .where(*mine)
        .order_by(IntakeFault.id.desc())
        .offset(FAULTS_KEPT - 1)
        .limit(1)
    )
    if oldest_kept is not None:
        session.execute(delete(IntakeFault).where(*mine, IntakeFault.id < oldest_kept))

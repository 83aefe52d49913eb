"""What people, rules and workflows do with alarms: find, list, acknowledge, set, clear, comment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, or_, select
from sqlalchemy.orm import Session

from kernel.clock import format_instant, parse_instant
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.schema import Schema
from runtime.alarms._batch import Change, apply_batch
from runtime.alarms._tables import AlarmHistory, AlarmRow, history_row
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import NAME_MAX, TEXT_MAX, Severity
from runtime.wake import tell_pages_after_commit

__all__ = ["AlarmFilter", "Change", "HistoryEntry", "apply_batch", "find_alarm", "list_alarms"]

COMMENT_MAX = 2_000
_SETTABLE = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {
            "perceived_severity": {
                "enum": [one.value for one in Severity if one is not Severity.CLEARED]
            },
            "text": {"type": "string", "maxLength": TEXT_MAX},
            "probable_cause": {"type": "string", "maxLength": NAME_MAX},
            "specific_problem": {"type": "string", "maxLength": NAME_MAX},
            "event_type": {"type": "string", "maxLength": 40},
            "attributes": {"type": "object", "maxProperties": 256},
        },
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFilter:
    """Which alarms to list; empty means all.

    Attributes:
        state: active, cleared or "" for both.
        severities: Perceived severities to show.
        ack: acknowledged, unacknowledged or "".
        q: Part of the managed object, text, problem or cause.
        since: Only alarms last raised at or after it.
    """

    state: str = "active"
    severities: frozenset[Severity] = frozenset()
    ack: str = ""
    q: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One thing that happened to an alarm."""

    at: datetime
    kind: str
    by: str
    facts: Mapping[str, Any]


def find_alarm(session: Session, tenant_id: UUID, alarm_id: UUID) -> AlarmView | None:
    """Give one alarm of the tenant, or None."""
    row = session.scalar(
        select(AlarmRow).where(AlarmRow.id == alarm_id, AlarmRow.tenant_id == tenant_id)
    )
    return view_of(row) if row is not None else None


def get_alarm(session: Session, tenant_id: UUID, alarm_id: UUID) -> AlarmView:
    """Give one alarm of the tenant; raises NotFoundError."""
    found = find_alarm(session, tenant_id, alarm_id)
    if found is None:
        raise NotFoundError("no such alarm", alarm_id=str(alarm_id))
    return found


def list_alarms(
    session: Session,
    tenant_id: UUID,
    wanted: AlarmFilter,
    *,
    limit: int = 50,
    after: list[str] | None = None,
) -> list[AlarmView]:
    """List alarms, last raised first; `after` is the instant and id the page before ended at."""
    query = (
        select(AlarmRow)
        .where(AlarmRow.tenant_id == tenant_id, *_conditions(wanted))
        .order_by(AlarmRow.last_raised_at.desc(), AlarmRow.id.desc())
        .limit(limit)
    )
    if after is not None:
        at, last_id = parse_instant(after[0]), UUID(after[1])
        query = query.where(
            or_(
                AlarmRow.last_raised_at < at,
                and_(AlarmRow.last_raised_at == at, AlarmRow.id < last_id),
            )
        )
    return [view_of(row) for row in session.scalars(query)]


def place_of(alarm: AlarmView) -> list[str]:
    """Give where a page that ends with this alarm ended, for `after`."""
    return [alarm.last_raised_at.isoformat(), str(alarm.id)]


def count_active(session: Session, tenant_id: UUID) -> dict[Severity, int]:
    """Count the active alarms by perceived severity; every severity is there."""
    rows = session.execute(
        select(AlarmRow.perceived_severity, func.count(AlarmRow.id))
        .where(AlarmRow.tenant_id == tenant_id, AlarmRow.is_active)
        .group_by(AlarmRow.perceived_severity)
    )
    found: dict[Severity, int] = {row[0]: row[1] for row in rows}
    return {one: found.get(one, 0) for one in reversed(Severity) if one is not Severity.CLEARED}


def raised_by_hour(
    session: Session, tenant_id: UUID, *, now: datetime, hours: int = 24
) -> list[tuple[datetime, int]]:
    """Count the alarms last raised in each of the last hours, oldest first, empty hours too."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    since = this_hour - timedelta(hours=hours - 1)
    instants = session.scalars(
        select(AlarmRow.last_raised_at).where(
            AlarmRow.tenant_id == tenant_id, AlarmRow.last_raised_at >= since
        )
    )
    counted = Counter(at.replace(minute=0, second=0, microsecond=0) for at in instants)
    starts = [since + timedelta(hours=number) for number in range(hours)]
    return [(start, counted[start]) for start in starts]


def history_of(session: Session, tenant_id: UUID, alarm_id: UUID) -> list[HistoryEntry]:
    """Give what happened to an alarm, newest first."""
    rows = session.scalars(
        select(AlarmHistory)
        .where(AlarmHistory.alarm_id == alarm_id, AlarmHistory.tenant_id == tenant_id)
        .order_by(AlarmHistory.seq.desc())
        .limit(500)
    )
    return [HistoryEntry(at=row.at, kind=row.kind, by=row.by, facts=row.facts) for row in rows]


def acknowledge(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime, comment: str = ""
) -> AlarmView:
    """Take an alarm on; an acknowledged one stays as it is."""
    row = _locked(session, tenant_id, alarm_id)
    if row.ack_state is not AckState.ACKNOWLEDGED:
        row.ack_state, row.acked_at, row.acked_by = AckState.ACKNOWLEDGED, now, by[:200]
        _remember(session, row, "acknowledged", by=by, now=now, facts={"comment": comment})
    return view_of(row)


def unacknowledge(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Give an alarm back; an unacknowledged one stays as it is."""
    row = _locked(session, tenant_id, alarm_id)
    if row.ack_state is AckState.ACKNOWLEDGED:
        row.ack_state, row.acked_at, row.acked_by = AckState.UNACKNOWLEDGED, None, ""
        _remember(session, row, "unacknowledged", by=by, now=now, facts={})
    return view_of(row)


def clear_by_person(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Clear an alarm whose source will not; a cleared one stays as it is."""
    row = _locked(session, tenant_id, alarm_id)
    if row.is_active:
        row.previous_severity = row.perceived_severity
        row.perceived_severity = row.reported_severity = Severity.CLEARED
        row.severity_rank, row.is_active = Severity.CLEARED.rank, False
        row.cleared_at, row.cleared_by, row.changed_at = now, by[:200], now
        facts = {"severity": "cleared", "previous": row.previous_severity.value}
        _remember(session, row, "cleared", by=by, now=now, facts=facts)
    return view_of(row)


def comment(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, text: str, by: str, now: datetime
) -> AlarmView:
    """Note something with an alarm.

    Raises:
        InvalidError: the text is empty or over 2,000 characters.
    """
    said = text.strip()
    if not 1 <= len(said) <= COMMENT_MAX:
        message = f"comment: write 1 to {COMMENT_MAX} characters"
        raise InvalidError(message, problems=[Problem("/comment", message)])
    row = _locked(session, tenant_id, alarm_id)
    _remember(session, row, "commented", by=by, now=now, facts={"comment": said})
    return view_of(row)


def set_fields(
    session: Session,
    tenant_id: UUID,
    alarm_id: UUID,
    *,
    fields: Mapping[str, Any],
    by: str,
    now: datetime,
) -> AlarmView:
    """Set severity, text, cause or attributes over what the source says; a repeat keeps them.

    Raises:
        InvalidError: naming the field that cannot be set so.
    """
    _SETTABLE.require(dict(fields), "the alarm cannot be set so")
    row = _locked(session, tenant_id, alarm_id)
    overrides = dict(row.overrides)
    for name, value in fields.items():
        if name == "perceived_severity":
            _set_severity(row, Severity(value), now=now)
        elif name == "attributes":
            overrides[name] = {**overrides.get(name, {}), **value}
            row.attributes = {**row.attributes, **value}
        else:
            overrides[name] = value
            setattr(row, name, value)
    row.overrides = overrides
    _remember(session, row, "set", by=by, now=now, facts={"fields": dict(fields)})
    return view_of(row)


def suppress(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Mark an alarm as suppressed by a rule: it stays in the list, out of the way."""
    row = _locked(session, tenant_id, alarm_id)
    if row.suppressed_at is None:
        row.suppressed_at, row.suppressed_by = now, by[:200]
        _remember(session, row, "suppressed", by=by, now=now, facts={})
    return view_of(row)


def values_of(session: Session, tenant_id: UUID, field: str, *, limit: int = 50) -> list[str]:
    """Suggest values that the tenant's alarms have in a field, most frequent first."""
    column = getattr(AlarmRow, field)
    rows = session.execute(
        select(column, func.count(AlarmRow.id))
        .where(AlarmRow.tenant_id == tenant_id, column != "")
        .group_by(column)
        .order_by(func.count(AlarmRow.id).desc(), column)
        .limit(limit)
    )
    return [str(row[0]) for row in rows]


def _set_severity(row: AlarmRow, severity: Severity, *, now: datetime) -> None:
    if not row.is_active or row.perceived_severity is severity:
        return
    row.previous_severity, row.perceived_severity = row.perceived_severity, severity
    row.severity_rank, row.changed_at = severity.rank, now


def _conditions(wanted: AlarmFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.state:
        yield AlarmRow.is_active.is_(wanted.state == "active")
    if wanted.severities:
        yield AlarmRow.perceived_severity.in_(wanted.severities)
    if wanted.ack:
        yield AlarmRow.ack_state == AckState(wanted.ack)
    if wanted.since is not None:
        yield AlarmRow.last_raised_at >= wanted.since
    if wanted.q:
        columns = (
            AlarmRow.managed_object,
            AlarmRow.text,
            AlarmRow.specific_problem,
            AlarmRow.probable_cause,
        )
        yield or_(*(column.icontains(wanted.q, autoescape=True) for column in columns))


def _locked(session: Session, tenant_id: UUID, alarm_id: UUID) -> AlarmRow:
    row = session.scalar(
        select(AlarmRow)
        .where(AlarmRow.id == alarm_id, AlarmRow.tenant_id == tenant_id)
        .with_for_update()
    )
    if row is None:
        raise NotFoundError("no such alarm", alarm_id=str(alarm_id))
    return row


def _remember(
    session: Session, row: AlarmRow, kind: str, *, by: str, now: datetime, facts: dict[str, Any]
) -> None:
    session.flush()
    entry = history_row(row.tenant_id, row.id, at=now, kind=kind, by=by, facts=facts)
    session.execute(insert(AlarmHistory), [entry])
    tell_pages_after_commit(
        session, row.tenant_id, "alarms", {"id": str(row.id), "at": format_instant(now)}
    )

"""What happened to one alarm that rules could see, each time with the alarm as it was then.

Read of its history and, as far as it is kept, of the journal: whether it was held back, and when it
was received, and what its source said. Of older alarms, and of repeats, that is as known now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from runtime.alarms._said import SAID, write_said
from runtime.alarms._tables import AlarmRow, JournalEntry
from runtime.alarms.deeds import UNSHELVED
from runtime.alarms.documents import AlarmView, view_of_facts
from runtime.alarms.earlier import Facts, as_it_was
from runtime.alarms.journal import ESCALATED, RELEASED
from runtime.alarms.lifecycle import Transition
from runtime.alarms.model import AlarmError, AlarmEvent, parse_event
from runtime.alarms.past_lines import Line, read_lines_of
from runtime.alarms.policy.store import policy_of
from tenancy.rows import get_owned

MOMENTS_MAX = 20
_LAST_LINE = 2**62
_HAPPENED: Mapping[str, Transition] = {
    one.value: one
    for one in (
        Transition.CREATED,
        Transition.REOPENED,
        Transition.CHANGED,
        Transition.CLEARED,
        Transition.ESCALATED,
    )
}
_NOTHING_SAID: Facts = {
    **dict.fromkeys(SAID, ""),
    "affected_services": [],
    "affected_customers": [],
    "attributes": {},
    "threshold": None,
    "service_affecting": None,
    "will_clear": None,
}
_SHELF = ("shelved", "unshelved")
_NOTICES = {"escalated": ESCALATED, "unsuppressed": RELEASED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened to an alarm.

    Attributes:
        line: Its line in the history.
        seq: Its place in the journal; None where that is not known.
        happened: What it did; an alarm that was let go counts as raised.
        alarm: The alarm right after it.
        received_at: When it was received, or happened where that is not kept.
        is_by_hand: A person cleared it, so rules did not judge it.
        held_by: Who held it back from rules, as the history names them; "" where nobody did.
    """

    line: int
    seq: int | None
    happened: Transition
    alarm: AlarmView
    received_at: datetime
    is_by_hand: bool = False
    held_by: str = ""


def moments_of(session: Session, tenant_id: UUID, alarm_id: UUID) -> list[Moment]:
    """List what happened to an alarm, the newest first, at most 20.

    Raises:
        NotFoundError: no such alarm.
    """
    row = get_owned(session, AlarmRow, tenant_id, alarm_id, name="alarm")
    facts = {one.key: getattr(row, one.key) for one in inspect(AlarmRow).column_attrs}
    lines = read_lines_of(session, [alarm_id], before=_LAST_LINE)
    if next((one.kind for one in lines if one.kind in _SHELF), "") == "shelved":
        facts |= UNSHELVED  # it was put there after it began, not taken over with its shelf
    told = [at for at, one in enumerate(lines) if one.kind in _HAPPENED or one.kind in _NOTICES]
    told = told[-MOMENTS_MAX:]
    rows = _journal_rows(session, tenant_id, [lines[at] for at in told])
    policy = policy_of(session, tenant_id)
    found, said = list[Moment](), _Said(facts)
    for at in told:
        line, entry = lines[at], rows.get(lines[at].seq)
        said.take(line, entry)
        if line.kind == "unsuppressed" and entry is None:
            continue  # a person let it show again, or it was cleared: nothing that rules saw
        then = as_it_was(facts, lines[: at + 1], policy=policy)
        found.append(
            Moment(
                line=line.seq,
                seq=entry.seq if entry is not None else line.event,
                happened=_HAPPENED.get(line.kind, Transition.CREATED),
                alarm=view_of_facts(said.over(then)),
                received_at=entry.received_at if entry is not None else line.at,
                is_by_hand=line.kind == "cleared" and line.event is None,
                held_by=_holder(lines[at + 1 :]) if entry is not None and entry.held else "",
            )
        )
    return found[::-1]


class _Said:
    """What a source had said of an alarm by then: from its first event on, where that is kept."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._events: list[AlarmEvent] = []
        self._is_whole = False

    def take(self, line: Line, entry: Any) -> None:
        """Take in what one event said."""
        if line.event is None or entry is None or line.kind == "cleared":
            return
        try:
            self._events.append(parse_event(entry.event))
        except AlarmError:
            return
        self._is_whole = self._is_whole or line.kind == Transition.CREATED

    def over(self, then: Facts) -> Facts:
        """Lay it into the alarm as it was, and over it what rules and people had set by then.

        What is not known stays as it is known now.
        """
        found = {**then, **(_NOTHING_SAID if self._is_whole else {})}
        for event in self._events:
            write_said(found, event)
        overrides = found["overrides"]
        laid = {**found["attributes"], **overrides.get("attributes", {})}
        return {**found, **overrides, "attributes": laid}


def _journal_rows(session: Session, tenant_id: UUID, lines: Sequence[Line]) -> dict[int, Any]:
    """Give the journal's rows of these lines that are still kept, by line."""
    columns = (
        JournalEntry.seq,
        JournalEntry.received_at,
        JournalEntry.held,
        JournalEntry.event,
    )
    mine = JournalEntry.tenant_id == tenant_id
    seqs = [one.event for one in lines if one.event is not None]
    rows = session.execute(select(*columns).where(mine, JournalEntry.seq.in_(seqs)))
    by_seq = {row.seq: row for row in rows}
    found: dict[int, Any] = {one.seq: by_seq[one.event] for one in lines if one.event in by_seq}
    for line in lines:
        if line.event is None and line.kind in _NOTICES:
            notices = session.execute(
                select(*columns).where(
                    mine,
                    JournalEntry.received_at == line.at,
                    JournalEntry.kind == _NOTICES[line.kind],
                )
            )
            about = (one for one in notices if one.event.get("alarm_id") == str(line.alarm_id))
            if (row := next(about, None)) is not None:
                found[line.seq] = row
    return found


def _holder(after: Sequence[Line]) -> str:
    """Name who held an alarm back: who suppressed it right then, or did so already."""
    names: Iterator[str] = (one.by for one in after if one.kind == "suppressed")
    return next(names, "planned work or a storm")

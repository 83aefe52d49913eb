"""Alarm events that somebody gave (pasted, or from a file) as rows that can be played."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kernel.errors import InvalidError, Problem
from runtime.alarms.journal import ALARM, JournalRow
from runtime.alarms.model import AlarmError, event_document, parse_event

EVENTS_MAX = 200_000
NOBODY = UUID(int=0)
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def rows_of(given: Any, tenant_id: UUID = NOBODY) -> list[JournalRow]:
    """Make rows of events in the order they are given.

    An event counts as received when it happened, and never before the one in front of it.

    Args:
        given: A list of alarm events, one event, or `{"events": [...]}`.
        tenant_id: Whose they are.

    Raises:
        InvalidError: with each problem of each event.
    """
    events = _listed(given)
    rows, problems = list[JournalRow](), list[Problem]()
    received_at = BEGINNING
    for index, document in enumerate(events):
        try:
            event = parse_event(document)
        except AlarmError as error:
            problems += [_within(index, one) for one in error.problems]
            continue
        said = event.cleared_at if event.is_clear else None
        said = said or event.raised_at
        received_at = max(received_at, said) if said is not None else received_at
        rows.append(
            JournalRow(
                seq=index,
                tenant_id=tenant_id,
                source_id=None,
                received_at=received_at,
                kind=ALARM,
                event=event_document(event),
            )
        )
    if problems:
        raise InvalidError(f"{len(problems)} problem(s) in the alarms", problems=problems[:50])
    return rows


def _listed(given: Any) -> list[Any]:
    found = given.get("events", [given]) if isinstance(given, Mapping) else given
    if not isinstance(found, list) or not found:
        message = "alarms: give a list of alarm events, at least one"
        raise InvalidError(message, problems=[Problem("/alarms", message)])
    if len(found) > EVENTS_MAX:
        message = f"alarms: give at most {EVENTS_MAX} events"
        raise InvalidError(message, problems=[Problem("/alarms", message)])
    return found


def _within(index: int, problem: Problem) -> Problem:
    return Problem(f"/alarms/{index}{problem.pointer}", problem.message)

"""Taking the full list of what stands at a source: what is missing in it is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from runtime.alarms._active import ActiveThere, active_of_source
from runtime.alarms.derived import DEPTH
from runtime.alarms.intake.limits import admit_events, event_bytes, reject_large
from runtime.alarms.intake.taking import origin_of, problems_of, refuse_if_paused, write_batch
from runtime.alarms.journal import MISSING, note
from runtime.alarms.model import AlarmEvent
from runtime.alarms.sources.counting import Counts, note_intake
from runtime.alarms.sources.reading import Batch
from runtime.alarms.sources.store import SourceView, read_body


class BrokenListError(InvalidError):
    """A source's full list cannot be believed, so nothing was taken of it."""

    code = "runtime.resync_refused"


def take_full_list(
    session: Session, source: SourceView, body: Any, *, now: datetime, allow_empty: bool = False
) -> tuple[Batch, int]:
    """Take all that stands at a source: what is new is raised, what is missing is cleared.

    Both go through the journal, so rules see them. A list with one broken event changes nothing,
    for what it could not say would be cleared; neither does an empty one that was not meant.

    Args:
        session: The caller's transaction.
        source: Whose list it is; only alarms that came by this source are cleared.
        body: The list, as the source's kind is sent; `{"events": []}` may be empty.
        now: When it was received.
        allow_empty: Nothing stands any more, and everything of the source is to be cleared.

    Returns:
        What was read, and how many alarms are missing in it.

    Raises:
        PausedError: the source is paused; nothing was taken.
        InvalidError: the list is broken, or empty and not meant so.
        TooManyEventsError: they are more than may come now; none was taken.
    """
    refuse_if_paused(source)
    is_empty = isinstance(body, dict) and body.get("events") == []
    batch = Batch(list_name="events") if is_empty else read_body(source, body)
    return take_standing(session, source, batch, now=now, allow_empty=allow_empty)


def take_standing(
    session: Session,
    source: SourceView,
    batch: Batch,
    *,
    now: datetime,
    allow_empty: bool = False,
    noted: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Batch, int]:
    """Take a list that was read; see `take_full_list`.

    `noted` are attributes for what it raises or changes; what stands as it did keeps its depth.
    """
    refuse_if_paused(source)
    batch = reject_large(batch, event_bytes(session, source.tenant_id))
    if batch.rejected:
        problems = problems_of(batch)
        raise BrokenListError("the list clears nothing: mend the fields named", problems=problems)
    standing = {event.dedup_key for event in batch.events if not event.is_clear}
    if not standing and not allow_empty:
        message = 'events: the list is empty; send "allow_empty": true to clear all of the source'
        raise BrokenListError(message, problems=[Problem("/events", message)])
    admit_events(session, source.tenant_id, len(batch.events))
    known = active_of_source(session, source.tenant_id, source.id)
    if noted:
        batch.events = _noted(batch.events, known, noted)
    write_batch(session, source.tenant_id, batch, origin=origin_of(source), now=now)
    missing = [one.id for one in known if one.key not in standing]
    note(session, source.tenant_id, MISSING, missing, now=now)
    note_intake(session, source.id, Counts(accepted=len(batch.events)), now=now)
    return batch, len(missing)


def _noted(
    events: Iterable[AlarmEvent], known: Iterable[ActiveThere], noted: Mapping[str, Any]
) -> list[AlarmEvent]:
    before = {(one.key, one.severity): _depth_of(one) for one in known}

    def with_noted(event: AlarmEvent) -> AlarmEvent:
        kept = before.get((event.dedup_key, event.perceived_severity))
        if kept is None:
            return replace(event, attributes={**event.attributes, **noted})
        if not event.attributes:  # then those that are there stay
            return event
        said = {name: value for name, value in event.attributes.items() if name != DEPTH}
        return replace(event, attributes={**said, **kept})

    return [with_noted(event) for event in events]


def _depth_of(one: ActiveThere) -> dict[str, int]:
    return {DEPTH: int(one.depth)} if one.depth is not None and one.depth.isdecimal() else {}

"""What reading a body gives: events that are good, and what is wrong with the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kernel.errors import InvalidError, Problem
from runtime.alarms.model import AlarmEvent, parse_event

EVENTS_MAX = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One event that was not taken, by its place in the batch."""

    index: int
    error: InvalidError
    raw: Any


@dataclass(slots=True)
class Batch:
    """A body read: good events with what was sent for each, and the rejected.

    `list_name` is where in the body they were, as a pointer without its first slash; "" where the
    body is one event. `ids` holds what tells a repeated delivery of an event, one for each event,
    and is empty for sources that have no such thing; `duplicates` were left out for that.
    """

    list_name: str = ""
    events: list[AlarmEvent] = field(default_factory=list)
    raws: list[Any] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    duplicates: int = 0

    @property
    def size(self) -> int:
        """Count what was read so far, good and bad."""
        return len(self.events) + len(self.rejected)

    def take(self, index: int, document: Any, *, raw: Any) -> None:
        """Read one event document into the batch."""
        try:
            self.events.append(parse_event(document))
        except InvalidError as error:
            self.refuse(index, error, raw=raw)
        else:
            self.raws.append(raw)

    def refuse(self, index: int, error: InvalidError, *, raw: Any) -> None:
        """Note an event that cannot be taken."""
        self.rejected.append(Rejected(index=index, error=error, raw=raw))


def read_canonical(body: Any, *, source: str) -> Batch:
    """Read one canonical event, or `{"events": [...]}` with at most 5,000 of them.

    Raises:
        InvalidError: the body is neither.
    """
    list_name, documents = _documents(body)
    batch = Batch(list_name=list_name)
    for index, document in enumerate(documents):
        named = {"source": source, **document} if isinstance(document, dict) else document
        batch.take(index, named, raw=document)
    return batch


def _documents(body: Any) -> tuple[str, list[Any]]:
    if not isinstance(body, dict):
        message = 'the body: send one event object, or {"events": [...]}'
        raise InvalidError(message, problems=[Problem("", message)])
    if "events" not in body:
        return "", [body]
    events = body["events"]
    if not isinstance(events, list) or not 1 <= len(events) <= EVENTS_MAX:
        message = f"events must be a list of 1 to {EVENTS_MAX} events: send more in further calls"
        raise InvalidError(message, problems=[Problem("/events", message)])
    return "events", events

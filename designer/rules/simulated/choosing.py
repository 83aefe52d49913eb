"""Which of the tenant's alarms a rule is tried on: looked for page by page, and chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from designer.rules.simulated.samples import events_of
from kernel.errors import InvalidError, Problem
from runtime.alarms.documents import AlarmView
from runtime.alarms.filters import Asked, read_filter, read_id
from runtime.alarms.store import find_alarms, list_alarms, place_of

PAGE = 20
CHOSEN_MAX = 100
EVENTS_MAX = 500
_READ_MAX = 500
_APART = "|"
STATES = (
    ("all", "All"),
    ("active", "Active"),
    ("cleared", "Cleared"),
    ("shelved", "On the shelf"),
    ("suppressed", "Suppressed"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is looked for, what of it is shown, and what is chosen so far.

    Attributes:
        cursor: Where this page begins, "" for the first.
        next_cursor: Where the next one does, "" where there is none.
    """

    q: str
    state: str
    chosen: Sequence[AlarmView]
    shown: Sequence[AlarmView]
    cursor: str = ""
    next_cursor: str = ""


def look_for(
    session: Session, tenant_id: UUID, asked: Asked, *, cursor: str, chosen: Sequence[AlarmView]
) -> Choice:
    """Look for alarms by words and state; those that are chosen are not shown again.

    Raises:
        InvalidError: naming what cannot be asked for.
    """
    after = cursor.split(_APART) if cursor else None
    found = list_alarms(session, tenant_id, read_filter(asked), limit=PAGE + 1, after=after)
    shown = found[:PAGE]
    known = {one.id for one in chosen}
    return Choice(
        q=asked.get("q", "").strip(),
        state=asked.get("state", "all"),
        chosen=chosen,
        shown=[one for one in shown if one.id not in known],
        cursor=cursor,
        next_cursor=_APART.join(place_of(shown[-1])) if len(found) > PAGE else "",
    )


def chosen_of(session: Session, tenant_id: UUID, asked: Asked) -> list[AlarmView]:
    """Give the alarms that are chosen, in the order they were; those that are gone are left out."""
    ids = [one for said in asked.getlist("chosen") if (one := read_id(said)) is not None]
    wanted = list(dict.fromkeys(ids))[:_READ_MAX]
    found = find_alarms(session, tenant_id, wanted)
    return [found[one] for one in wanted if one in found]


def taken(session: Session, chosen: Sequence[AlarmView]) -> list[dict[str, object]]:
    """Give what happened to the chosen alarms as events.

    Raises:
        InvalidError: none or too many are chosen, or too much happened to them.
    """
    if not chosen:
        raise _wrong("mark at least one alarm of the list, then take it")
    if len(chosen) > CHOSEN_MAX:
        raise _wrong(f"choose at most {CHOSEN_MAX} alarms at a time: take some out")
    events = events_of(session, chosen)
    if len(events) > EVENTS_MAX:
        raise _wrong(f"{len(events)} events happened to these alarms: choose fewer of them")
    return events


def _wrong(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("/chosen", message)])

"""A tenant's business calendars: make, change, remove, and find by the name workflows use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from kernel.kept import Kept
from runtime.calendars._tables import CalendarRow
from runtime.calendars.model import Calendar, parse_calendar
from tenancy.rows import by_name, get_owned, insert_new

CALENDARS_KEPT = 500
CALENDARS_MAX = 200
Users = Callable[[], Collection[str]]
# The instant tells apart two revisions of one number: the first may have been rolled back.
_calendars: Kept[tuple[UUID, int, datetime], Calendar] = Kept(CALENDARS_KEPT)


class CalendarChangedError(ConflictError):
    """Somebody else saved the calendar since it was read."""

    code = "calendars.changed"


class CalendarInUseError(ConflictError):
    """Workflows name the calendar; `detail` has them."""

    code = "calendars.in_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    """One calendar: its document, and the same as values."""

    id: UUID
    name: str
    document: Mapping[str, Any]
    calendar: Calendar
    revision: int
    updated_at: datetime
    updated_by: str


def create_calendar(
    session: Session, tenant_id: UUID, *, document: Any, by: str, now: datetime
) -> CalendarView:
    """Make a calendar.

    Raises:
        InvalidError: the document is no calendar, or its name is taken.
        ConflictError: the organisation has as many as it may.
    """
    calendar = parse_calendar(document)
    mine = CalendarRow.tenant_id == tenant_id
    if (session.scalar(select(func.count(CalendarRow.id)).where(mine)) or 0) >= CALENDARS_MAX:
        raise ConflictError(f"there are {CALENDARS_MAX} calendars already: remove one first")
    calendar_id = new_id()
    row = {
        "id": calendar_id,
        "tenant_id": tenant_id,
        "name": calendar.name,
        "document": {**document, "name": calendar.name},
        "revision": 1,
        "created_at": now,
        "updated_at": now,
        "updated_by": by,
    }
    if not insert_new(session, CalendarRow, row, keys=("tenant_id", "name")):
        raise _taken(calendar.name)
    return get_calendar(session, tenant_id, calendar_id)


def save_calendar(  # noqa: PLR0913  who changes what, on which revision and when
    session: Session,
    tenant_id: UUID,
    calendar_id: UUID,
    *,
    document: Any,
    expected_revision: int,
    used_by: Users = tuple,
    by: str,
    now: datetime,
) -> CalendarView:
    """Replace a calendar; it is read anew by whatever fires or waits from then on.

    Args:
        session: The transaction.
        tenant_id: Whose calendar.
        calendar_id: Which.
        document: The whole of it.
        expected_revision: The one it was read with.
        used_by: Names the workflows that name it: as long as there are some, it keeps its name.
        by: Who changes it.
        now: When.

    Raises:
        InvalidError: the document is no calendar, or its name is taken or must stay.
        CalendarChangedError: somebody else saved it meanwhile.
    """
    calendar = parse_calendar(document)
    row = get_owned(session, CalendarRow, tenant_id, calendar_id, name="calendar", lock=True)
    if row.revision != expected_revision:
        raise CalendarChangedError(
            f"{row.updated_by or 'somebody'} saved this calendar meanwhile: load it again",
            revision=row.revision,
        )
    if calendar.name != row.name:
        _refuse_new_name(session, tenant_id, calendar.name, row.name, used_by())
    with or_taken(session, _taken(calendar.name)):
        row.document = {**document, "name": calendar.name}
        row.name, row.updated_at, row.updated_by = calendar.name, now, by
        row.revision += 1
    return _view_of(row)


def delete_calendar(
    session: Session, tenant_id: UUID, calendar_id: UUID, *, used_by: Users
) -> None:
    """Remove a calendar that no workflow names.

    Raises:
        CalendarInUseError: naming those that do.
    """
    row = get_owned(session, CalendarRow, tenant_id, calendar_id, name="calendar", lock=True)
    users = list(used_by())  # asked once it is locked: who publishes meanwhile is seen
    if users:
        raise CalendarInUseError(
            f"{row.name} is used by {', '.join(users)}: let them use another first", used_by=users
        )
    session.delete(row)
    session.flush()


def get_calendar(session: Session, tenant_id: UUID, calendar_id: UUID) -> CalendarView:
    """Give one calendar; raises NotFoundError."""
    return _view_of(get_owned(session, CalendarRow, tenant_id, calendar_id, name="calendar"))


def list_calendars(
    session: Session,
    tenant_id: UUID,
    *,
    q: str = "",
    limit: int = CALENDARS_MAX,
    after: Sequence[str] | None = None,
) -> list[CalendarView]:
    """List calendars by name; `q` finds a part of it, `after` is where the page before ended."""
    mine = select(CalendarRow).where(CalendarRow.tenant_id == tenant_id)
    wanted = by_name(mine, CalendarRow, q=q, after=after).limit(limit)
    return [_view_of(row) for row in session.scalars(wanted)]


def place_of(calendar: CalendarView) -> list[str]:
    """Give where a page that ends with this calendar ended, for `after`."""
    return [calendar.name, str(calendar.id)]


def calendar_names(session: Session, tenant_id: UUID) -> list[str]:
    """List the names of a tenant's calendars."""
    wanted = select(CalendarRow.name).where(CalendarRow.tenant_id == tenant_id)
    return list(session.scalars(wanted.order_by(func.lower(CalendarRow.name))))


def hold_calendars(session: Session, tenant_id: UUID, names: Collection[str]) -> None:
    """Let nobody remove or rename these calendars before the transaction ends."""
    mine = (CalendarRow.tenant_id == tenant_id, CalendarRow.name.in_(sorted(names)))
    held = select(CalendarRow.id).where(*mine).order_by(CalendarRow.id)
    session.execute(held.with_for_update(read=True, key_share=True)).all()


def find_calendar(session: Session, tenant_id: UUID, name: str) -> Calendar:
    """Give the calendar of that name; raises NotFoundError naming it."""
    row = session.scalar(
        select(CalendarRow).where(CalendarRow.tenant_id == tenant_id, CalendarRow.name == name)
    )
    if row is None:
        raise NotFoundError(f"there is no calendar {name}: add it, or choose another")
    return _values_of(row)


def calendar_named(
    session: Session, tenant_id: UUID, name: str, *, lock: bool = False
) -> CalendarView | None:
    """Give the calendar of that name; with `lock` nobody changes it before the transaction ends."""
    wanted = select(CalendarRow).where(CalendarRow.tenant_id == tenant_id, CalendarRow.name == name)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(wanted)
    return _view_of(row) if row is not None else None


def all_calendars(session: Session) -> dict[tuple[UUID, str], Calendar]:
    """Give every calendar in reach by tenant and name; call it in system scope."""
    rows = session.scalars(select(CalendarRow))
    return {(row.tenant_id, row.name): _values_of(row) for row in rows}


def _refuse_new_name(
    session: Session, tenant_id: UUID, name: str, before: str, used_by: Collection[str]
) -> None:
    if used_by:
        message = f"name: {', '.join(used_by)} know it as {before}, so the name must stay"
        raise InvalidError(message, problems=[Problem("/name", message)])
    if name in calendar_names(session, tenant_id):
        raise _taken(name)


def _taken(name: str) -> InvalidError:
    message = f"name: there is a calendar {name} already: choose another name"
    return InvalidError(message, problems=[Problem("/name", message)])


def _values_of(row: CalendarRow) -> Calendar:
    key = (row.id, row.revision, row.updated_at)
    return _calendars.get(key, lambda: parse_calendar(row.document))


def _view_of(row: CalendarRow) -> CalendarView:
    return CalendarView(
        id=row.id,
        name=row.name,
        document=row.document,
        calendar=_values_of(row),
        revision=row.revision,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )

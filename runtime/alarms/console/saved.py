"""Saved views of the alarm list: a filter and order under a name, one's own or everybody's.

Of one's own and of the shared ones, one each may be the default: the list opens with one's own,
else with the shared one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from kernel.acting import Acting
from kernel.errors import ForbiddenError, InvalidError, NotFoundError, Problem
from runtime.alarms.console._tables import NAME_MAX, QUERY_MAX, AlarmListView
from runtime.alarms.filters import ATTRIBUTE, NAMES, Asked, read_filter, read_sort
from tenancy.rows import get_owned

VIEWS_MAX = 30
SHARE = "alarms.share"
DELETED_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """One saved view; a shared one is nobody's own."""

    id: UUID
    name: str
    query: str
    is_shared: bool
    is_default: bool


def kept_query(asked: Asked) -> str:
    """Give what a view keeps of an address: its filter and order, checked.

    >>> kept_query(MultiDict([("q", "fan"), ("cursor", "x"), ("ack", ""), ("sort", "-count")]))
    'q=fan&sort=-count'

    Raises:
        InvalidError: naming the parameter that has no such value.
    """
    read_filter(asked)
    read_sort(asked)
    names = (*NAMES, "sort", *sorted(one for one in asked if one.startswith(ATTRIBUTE)))
    pairs = [(name, value) for name in names for value in asked.getlist(name) if value]
    query = urlencode(pairs)
    if len(query) > QUERY_MAX:
        raise _bad("filter", f"the filter must be at most {QUERY_MAX:,} characters as an address")
    return query


def list_views(session: Session, tenant_id: UUID, person_id: UUID | None) -> list[SavedView]:
    """List the shared views and a person's own, in their order, the shared ones first."""
    return [_seen(row) for row in _rows(session, tenant_id, person_id)]


def opening_view(views: Sequence[SavedView]) -> SavedView | None:
    """Give the view that the list opens with."""
    defaults = [one for one in views if one.is_default]
    return min(defaults, key=lambda one: one.is_shared, default=None)


def save_view(
    session: Session,
    who: Acting,
    *,
    name: str,
    query: str,
    is_shared: bool,
    now: datetime,
) -> SavedView:
    """Keep a filter and order under a name, as one's own or for everybody.

    Raises:
        InvalidError: no name, a taken one, or too many views.
        ForbiddenError: one may not share.
    """
    if not is_shared and who.person_id is None:
        raise ForbiddenError("a token has no views of its own: sign in as a person")
    owner = None if is_shared else who.person_id
    rows = _rows_of(session, who.tenant_id, owner)
    row = AlarmListView(
        tenant_id=who.tenant_id,
        person_id=owner,
        name=_checked_name(name, rows),
        query=kept_query(MultiDict(parse_qsl(query))),
        position=max((one.position for one in rows), default=0) + 1,
        is_default=False,
        made_by=who.person_name[:200],
        made_at=now,
    )
    _require_may_change(row, who)
    if len(rows) >= VIEWS_MAX:
        raise _bad("name", f"there are {VIEWS_MAX} views already: delete one first")
    session.add(row)
    session.flush()
    return _seen(row)


def change_view(
    session: Session,
    who: Acting,
    view_id: UUID,
    *,
    name: str | None = None,
    query: str | None = None,
    is_default: bool | None = None,
) -> SavedView:
    """Rename a view, let it keep another filter, or let the list open with it or no longer."""
    row = _mine(session, who, view_id)
    others = [one for one in _rows_of(session, who.tenant_id, row.person_id) if one is not row]
    if name is not None:
        row.name = _checked_name(name, others)
    if query is not None:
        row.query = kept_query(MultiDict(parse_qsl(query)))
    if is_default is not None:
        for one in others:
            one.is_default = one.is_default and not is_default
        row.is_default = is_default
    session.flush()
    return _seen(row)


def move_view(session: Session, who: Acting, view_id: UUID, *, step: int) -> SavedView:
    """Move a view among its like, one place to the left (-1) or right (1); stops at the ends."""
    row = _mine(session, who, view_id)
    rows = _rows_of(session, who.tenant_id, row.person_id)
    at = rows.index(row)
    rows.insert(max(0, min(len(rows) - 1, at + step)), rows.pop(at))
    for position, one in enumerate(rows, start=1):
        one.position = position
    session.flush()
    return _seen(row)


def delete_view(session: Session, who: Acting, view_id: UUID, *, now: datetime) -> SavedView:
    """Delete a view; it can be brought back for a day."""
    row = _mine(session, who, view_id)
    row.deleted_at = now
    session.execute(
        delete(AlarmListView).where(
            AlarmListView.tenant_id == who.tenant_id,
            AlarmListView.deleted_at < now - DELETED_KEPT,
        )
    )
    session.flush()
    return _seen(row)


def restore_view(session: Session, who: Acting, view_id: UUID) -> SavedView:
    """Bring a deleted view back; one that is there stays."""
    row = _mine(session, who, view_id, is_deleted=True)
    row.deleted_at, row.is_default = None, False
    session.flush()
    return _seen(row)


def _mine(
    session: Session, who: Acting, view_id: UUID, *, is_deleted: bool = False
) -> AlarmListView:
    row = get_owned(session, AlarmListView, who.tenant_id, view_id, name="view", lock=True)
    is_hidden = row.person_id not in (None, who.person_id)
    if is_hidden or (row.deleted_at is not None and not is_deleted):
        raise NotFoundError("no such view", id=str(view_id))
    _require_may_change(row, who)
    return row


def _require_may_change(row: AlarmListView, who: Acting) -> None:
    if row.person_id is None and not who.may(SHARE):
        raise ForbiddenError(
            f"your role ({who.role}) cannot change views that everybody sees: save one of your own",
            permission=SHARE,
        )


def _rows(session: Session, tenant_id: UUID, person_id: UUID | None) -> list[AlarmListView]:
    shared = _rows_of(session, tenant_id, None)
    return shared if person_id is None else [*shared, *_rows_of(session, tenant_id, person_id)]


def _rows_of(session: Session, tenant_id: UUID, person_id: UUID | None) -> list[AlarmListView]:
    owner = AlarmListView.person_id
    rows = session.scalars(
        select(AlarmListView)
        .where(
            AlarmListView.tenant_id == tenant_id,
            owner.is_(None) if person_id is None else owner == person_id,
            AlarmListView.deleted_at.is_(None),
        )
        .order_by(AlarmListView.position, AlarmListView.id)
    )
    return list(rows)


def _checked_name(name: str, others: Sequence[AlarmListView]) -> str:
    said = " ".join(name.split())
    if not 1 <= len(said) <= NAME_MAX or "\0" in said:
        raise _bad("name", f"name: write 1 to {NAME_MAX} characters")
    if any(one.name.casefold() == said.casefold() for one in others):
        raise _bad("name", f"name: there is a view {said} already: choose another name")
    return said


def _seen(row: AlarmListView) -> SavedView:
    return SavedView(
        id=row.id,
        name=row.name,
        query=row.query,
        is_shared=row.person_id is None,
        is_default=row.is_default,
    )


def _bad(field: str, message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem(f"/{field}", message)])

"""Grouping: alarms put under the one that causes them. A parent's clear leaves its children."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from runtime.alarms._actions.rows import all_locked, locked, remember
from runtime.alarms._tables import AlarmRow
from runtime.alarms.documents import AlarmView, view_of

CHILDREN_MAX = 1_000
_NAMED_MAX = 50  # a history line names no more; the others are found by their parent


def group_under(
    session: Session,
    tenant_id: UUID,
    parent_id: UUID,
    child_ids: Collection[UUID],
    *,
    by: str,
    now: datetime,
) -> AlarmView:
    """Put alarms under a parent; one that is under it already stays, one under another moves.

    Raises:
        InvalidError: no child, too many, or one that the parent itself is under at any depth.
        NotFoundError: one of them is not there.
    """
    _require_some(child_ids)
    rows = all_locked(session, tenant_id, {parent_id, *child_ids})
    parent = rows[parent_id]
    above = {parent_id, *_ancestors(session, parent)}
    if not above.isdisjoint(child_ids):
        message = "children: an alarm cannot be under itself, directly or through others"
        raise InvalidError(message, problems=[Problem("/children", message)])
    moved = [rows[one] for one in sorted(set(child_ids)) if rows[one].parent_id != parent_id]
    if not moved:
        return view_of(parent)
    _take_out(session, [row for row in moved if row.parent_id is not None], by=by, now=now)
    for child in moved:
        child.parent_id = parent_id
        remember(session, child, "grouped", by=by, now=now, facts={"parent": str(parent_id)})
    parent.is_root_cause = True
    facts = {"children": _named(moved), "number": len(moved)}
    remember(session, parent, "group_joined", by=by, now=now, facts=facts)
    return view_of(parent)


def ungroup(
    session: Session, tenant_id: UUID, child_ids: Collection[UUID], *, by: str, now: datetime
) -> list[AlarmView]:
    """Take alarms out from under their parents; one that has none stays as it is.

    Raises:
        InvalidError: no child, or too many.
        NotFoundError: one of them is not there.
    """
    _require_some(child_ids)
    rows = all_locked(session, tenant_id, child_ids)
    grouped = [rows[one] for one in sorted(rows) if rows[one].parent_id is not None]
    _take_out(session, grouped, by=by, now=now)
    return [view_of(rows[one]) for one in sorted(rows)]


def _take_out(session: Session, children: Iterable[AlarmRow], *, by: str, now: datetime) -> None:
    left: dict[UUID, list[AlarmRow]] = {}
    for child in children:
        if child.parent_id is not None:
            left.setdefault(child.parent_id, []).append(child)
            before, child.parent_id = str(child.parent_id), None
            remember(session, child, "ungrouped", by=by, now=now, facts={"parent": before})
    for parent_id, gone in sorted(left.items()):
        parent = locked(session, gone[0].tenant_id, parent_id)
        parent.is_root_cause = _has_children(session, parent)
        facts = {"children": _named(gone), "number": len(gone)}
        remember(session, parent, "group_left", by=by, now=now, facts=facts)


def _ancestors(session: Session, row: AlarmRow) -> Iterable[UUID]:
    """Give what an alarm is under, to the top; locked, so that nobody closes a ring meanwhile."""
    seen: set[UUID] = {row.id}
    while row.parent_id is not None and row.parent_id not in seen:
        seen.add(row.parent_id)
        yield row.parent_id
        row = locked(session, row.tenant_id, row.parent_id)


def _has_children(session: Session, parent: AlarmRow) -> bool:
    one = select(AlarmRow.id).where(
        AlarmRow.tenant_id == parent.tenant_id, AlarmRow.parent_id == parent.id
    )
    return session.scalar(one.limit(1)) is not None


def _named(children: Iterable[AlarmRow]) -> list[str]:
    return [str(child.id) for child in children][:_NAMED_MAX]


def _require_some(child_ids: Collection[UUID]) -> None:
    if not 1 <= len(child_ids) <= CHILDREN_MAX:
        message = f"children: name 1 to {CHILDREN_MAX:,} alarms"
        raise InvalidError(message, problems=[Problem("/children", message)])

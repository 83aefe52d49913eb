"""Grouping: alarms put under the one that causes them. A parent's clear leaves its children."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from runtime.alarms._actions.rows import act, all_locked, locked, state_of, take
from runtime.alarms._tables import AlarmRow
from runtime.alarms.deeds import Deed, Kin, do
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
    kin = Kin(above={parent_id, *_ancestors(session, parent)})
    deed = Deed(kind="grouped", by=by, at=now, facts={"parent": str(parent_id)})
    steps = {one: do(state_of(rows[one]), deed, kin=kin) for one in sorted(set(child_ids))}
    moved = [rows[one] for one, step in steps.items() if step.lines]
    if not moved:
        return view_of(parent)
    _take_out(session, moved, by=by, now=now)
    for child in moved:
        take(session, child, steps[child.id])
    act(session, parent, Deed(kind="group_joined", by=by, at=now, facts=_told(moved)))
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
    children = [rows[one] for one in sorted(rows)]
    _take_out(session, children, by=by, now=now)
    return [view_of(child) for child in children]


def _take_out(session: Session, children: Iterable[AlarmRow], *, by: str, now: datetime) -> None:
    left: dict[UUID, list[AlarmRow]] = {}
    for child in children:
        parent_id = child.parent_id
        if act(session, child, Deed(kind="ungrouped", by=by, at=now)) and parent_id is not None:
            left.setdefault(parent_id, []).append(child)
    for parent_id, gone in sorted(left.items()):
        parent = locked(session, gone[0].tenant_id, parent_id)
        kin = Kin(has_children=_has_children(session, parent))
        act(session, parent, Deed(kind="group_left", by=by, at=now, facts=_told(gone)), kin=kin)


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


def _told(children: Sequence[AlarmRow]) -> dict[str, Any]:
    named = [str(child.id) for child in children[:_NAMED_MAX]]
    return {"children": named, "number": len(children)}


def _require_some(child_ids: Collection[UUID]) -> None:
    if not 1 <= len(child_ids) <= CHILDREN_MAX:
        message = f"children: name 1 to {CHILDREN_MAX:,} alarms"
        raise InvalidError(message, problems=[Problem("/children", message)])

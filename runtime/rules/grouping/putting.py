"""Putting alarms under a parent, as many as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.alarms.documents import AlarmView
from runtime.alarms.store import group_under
from runtime.rules.grouping.bounds import Bounds
from runtime.rules.grouping.parents import Parents

_AT_ONCE = 1_000  # as many as one deed on alarms may be about


@dataclass(frozen=True, slots=True)
class Put:
    """How many alarms are under the parent now, and for how many there was no room."""

    children: int = 0
    left_out: int = 0

    def told(self, parent_id: UUID) -> dict[str, Any]:
        """Tell it as it is kept with a firing."""
        said = {"parent": str(parent_id), "children": self.children}
        return said | ({"left_out": self.left_out} if self.left_out else {})


def put_under(
    parents: Parents,
    parent_id: UUID,
    children: Sequence[AlarmView],
    *,
    bounds: Bounds,
    by: str,
    now: datetime,
) -> Put:
    """Put alarms under a parent, the first of them where it has no room for all.

    Those that are under it already need no room.
    """
    fresh = [one for one in children if one.parent_id != parent_id]
    taken = fresh[: parents.room_under(parent_id, bounds)]
    for begin in range(0, len(taken), _AT_ONCE):
        ids = [one.id for one in taken[begin : begin + _AT_ONCE]]
        group_under(parents.session, parents.tenant_id, parent_id, ids, by=by, now=now)
    for one in taken:
        parents.note_moved(one, parent_id)
    left_out = len(fresh) - len(taken)
    return Put(len(children) - left_out, left_out)

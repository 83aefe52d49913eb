"""Alarms that the firings of a batch put under others: gathered, and written together at its end.

One line in a parent's history and one look at its group do then for all that a batch puts under it,
so that ten thousand alarms under one parent cost no more each than ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.documents import AlarmView
from runtime.alarms.family import ancestors_of, count_children
from runtime.alarms.store import group_under
from runtime.rules._schema import CHILDREN_MAX

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


@dataclass(slots=True)
class Moves:
    """What one tenant's batch puts under what."""

    session: Session
    tenant_id: UUID
    now: datetime
    _waiting: dict[UUID, tuple[UUID, str]] = field(default_factory=dict)
    _moved: dict[UUID, UUID] = field(default_factory=dict)
    _above_others: set[UUID] = field(default_factory=set)
    _numbers: dict[UUID, int] = field(default_factory=dict)

    def parent_of(self, alarm: AlarmView) -> UUID | None:
        """Give what an alarm is under, with what the batch did so far."""
        return self._moved.get(alarm.id, alarm.parent_id)

    def closes_ring(self, parent_id: UUID, child: AlarmView) -> bool:
        """Tell whether an alarm is the child itself, or under it at any depth.

        Only one that others are under can close a ring: what waits is written first for it.
        """
        if parent_id == child.id:
            return True
        if not child.is_root_cause and child.id not in self._above_others:
            return False
        self.write()
        return child.id in ancestors_of(self.session, self.tenant_id, parent_id)

    def put(self, children: Sequence[AlarmView], parent_id: UUID, *, most: int, by: str) -> Put:
        """Put alarms under a parent, the first of them where `most` leaves no room for all.

        Those that are under it already need no room. None may close a ring (`closes_ring`).
        """
        fresh = [one for one in children if self.parent_of(one) != parent_id]
        taken = fresh[: max(0, most - self._number(parent_id))]
        for one in taken:
            before = self.parent_of(one)
            if before in self._numbers:
                self._numbers[before] -= 1
            self._waiting[one.id] = (parent_id, by)
            self._moved[one.id] = parent_id
        if taken:
            self._numbers[parent_id] += len(taken)
            self._above_others.add(parent_id)
        left_out = len(fresh) - len(taken)
        return Put(len(children) - left_out, left_out)

    def write(self) -> None:
        """Write what was gathered, in the caller's transaction."""
        groups: dict[tuple[UUID, str], list[UUID]] = {}
        for child_id, goes in self._waiting.items():
            groups.setdefault(goes, []).append(child_id)
        self._waiting.clear()
        for (parent_id, by), ids in groups.items():
            for begin in range(0, len(ids), _AT_ONCE):
                bite = ids[begin : begin + _AT_ONCE]
                group_under(self.session, self.tenant_id, parent_id, bite, by=by, now=self.now)

    def _number(self, parent_id: UUID) -> int:
        """Count the alarms under a parent, those that wait to be written too."""
        if parent_id not in self._numbers:
            where = (self.session, self.tenant_id, parent_id)
            self._numbers[parent_id] = count_children(*where, most=CHILDREN_MAX)
        return self._numbers[parent_id]

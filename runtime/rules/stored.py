"""What rules remember, in rows: read for a whole batch at once, written back at its end.

The memory of `judging.memory` with the database behind it, in the transaction that also records the
firings and marks the events done: a crash leaves it as it was, and the same events give the same.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.orm import Session
from typing_extensions import override

from runtime.rules._tables import RuleMemory, RuleRow, RuleTimer
from runtime.rules.judging.memory import Group, Memory, Timer
from runtime.rules.judging.state import GroupState, Pending
from tenancy.rows import insert_many, update_many

KEYS_MAX = 5_000


@dataclass(kw_only=True)
class StoredMemory(Memory):
    """One tenant's memory for one batch; nothing is written before `write`."""

    session: Session
    tenant_id: UUID
    _known: set[Group] = field(default_factory=set)
    _rows: set[Group] = field(default_factory=set)
    _moved: dict[Group, None] = field(default_factory=dict)
    _set: dict[Timer, None] = field(default_factory=dict)
    _gone: dict[Timer, None] = field(default_factory=dict)

    def load(self, groups: Iterable[Group], *, ripe_before: int) -> None:
        """Read what these groups remember, and the timers that are ripe before an instant."""
        timers = self.session.execute(
            select(RuleTimer.ripe_us, RuleTimer.seq, RuleTimer.rule_id, RuleTimer.group_key).where(
                RuleTimer.tenant_id == self.tenant_id, RuleTimer.ripe_us < ripe_before
            )
        )
        for row in timers:
            heapq.heappush(self._timers, Timer(*row))
        self._read({*groups, *((one.rule_id, one.group) for one in self._timers)})

    @override
    def find(self, group: Group) -> GroupState | None:
        """Give what is remembered of a group; read now where it was not before."""
        if group not in self._known:
            self._read({group})
        return self.states.get(group)

    @override
    def touched(self, group: Group) -> None:
        """Note that a group's memory changed."""
        self._moved[group] = None

    @override
    def count(self, rule_id: UUID) -> int:
        """Count a rule's groups, those not yet written included."""
        if rule_id not in self._counts:
            mine = (RuleMemory.rule_id == rule_id, RuleMemory.tenant_id == self.tenant_id)
            counted = select(func.count()).select_from(RuleMemory).where(*mine)
            self._counts[rule_id] = self.session.scalar(counted) or 0
        return self._counts[rule_id]

    @override
    def sweep(self, rule_id: UUID, *, before: int) -> int:
        """Let go of a rule's groups that are not newer; give the newest instant of the oldest."""
        self._write_states()
        mine = (RuleMemory.rule_id == rule_id, RuleMemory.tenant_id == self.tenant_id)
        self.session.execute(
            delete(RuleMemory)
            .where(*mine, RuleMemory.newest_us <= before)
            .execution_options(synchronize_session=False)
        )
        for group, state in list(self.states.items()):
            if group[0] == rule_id and state.newest() <= before:
                del self.states[group]
                self._rows.discard(group)
        self._counts.pop(rule_id, None)
        return self.session.scalar(select(func.min(RuleMemory.newest_us)).where(*mine)) or 0

    @override
    def wait(self, group: Group, pending: Pending) -> None:
        """Set a timer."""
        super().wait(group, pending)
        self._set[Timer(pending.ripe, pending.seq, *group)] = None

    @override
    def cancel(self, group: Group, pending: Pending) -> None:
        """Take a timer back."""
        self._gone[Timer(pending.ripe, pending.seq, *group)] = None

    @override
    def next_ripe(self, before: int) -> Timer | None:
        """Take the next timer that is ripe before an instant."""
        timer = super().next_ripe(before)
        if timer is not None:
            self._gone[timer] = None
        return timer

    def write(self) -> None:
        """Write what changed, in the caller's transaction."""
        self._write_states()
        self._write_timers()
        for rule_id, left_out in self.left_out.items():
            self.session.execute(
                update(RuleRow)
                .where(RuleRow.id == rule_id, RuleRow.tenant_id == self.tenant_id)
                .values(left_out=RuleRow.left_out + left_out)
                .execution_options(synchronize_session=False)
            )
        self.left_out.clear()

    def _read(self, groups: set[Group]) -> None:
        wanted = sorted(groups - self._known, key=str)
        for first in range(0, len(wanted), KEYS_MAX):
            part = wanted[first : first + KEYS_MAX]
            rows = self.session.execute(
                select(RuleMemory.rule_id, RuleMemory.group_key, RuleMemory.state).where(
                    RuleMemory.tenant_id == self.tenant_id,
                    RuleMemory.rule_id.in_({rule_id for rule_id, _ in part}),
                    RuleMemory.group_key.in_({key for _, key in part}),
                )
            )
            for rule_id, key, document in rows:
                group = (rule_id, key)
                if group in self._known:
                    continue  # what was read before may have changed since
                self._known.add(group)
                self._rows.add(group)
                self.states[group] = GroupState.from_document(document)
            self._known.update(part)

    def _write_states(self) -> None:
        moved = [group for group in self._moved if group in self.states]
        self._moved.clear()
        rows = [
            {
                "tenant_id": self.tenant_id,
                "rule_id": group[0],
                "group_key": group[1],
                "newest_us": self.states[group].newest(),
                "state": self.states[group].to_document(),
            }
            for group in moved
        ]
        fresh = [row for group, row in zip(moved, rows, strict=True) if group not in self._rows]
        known = [row for group, row in zip(moved, rows, strict=True) if group in self._rows]
        if fresh:
            insert_many(self.session, RuleMemory, fresh)
        if known:
            update_many(self.session, RuleMemory, self.tenant_id, known)
        self._rows.update(moved)

    def _write_timers(self) -> None:
        fresh = [one for one in self._set if one not in self._gone]
        gone = [one for one in self._gone if one not in self._set]
        self._set.clear()
        self._gone.clear()
        if fresh:
            rows = [
                {
                    "tenant_id": self.tenant_id,
                    "rule_id": one.rule_id,
                    "group_key": one.group,
                    "seq": one.seq,
                    "ripe_us": one.ripe,
                }
                for one in fresh
            ]
            insert_many(self.session, RuleTimer, rows)
        keys = tuple_(RuleTimer.rule_id, RuleTimer.group_key, RuleTimer.seq)
        for first in range(0, len(gone), KEYS_MAX):
            part = [(one.rule_id, one.group, one.seq) for one in gone[first : first + KEYS_MAX]]
            self.session.execute(
                delete(RuleTimer)
                .where(RuleTimer.tenant_id == self.tenant_id, keys.in_(part))
                .execution_options(synchronize_session=False)
            )

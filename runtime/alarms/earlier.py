"""Alarms that began before the past that is played, as they were at a point of it.

What people, rules and the clock did to such an alarm, and how severe it was, is read from its
history up to there. What else its source said (text, attributes, how often) is known as of now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import inspect, or_, select, true
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow, ConditionRow
from runtime.alarms.deeds import UNACKNOWLEDGED, UNSHELVED, UNSUPPRESSED, Kin, redo
from runtime.alarms.model import Severity
from runtime.alarms.past_lines import Line, read_lines_of
from runtime.alarms.policy.model import DEFAULT, LifecyclePolicy

AT_ONCE = 500
STOOD_LATELY = timedelta(days=1)  # rules look no further back for what is down
Facts = dict[str, Any]
_BLANK: Mapping[str, Any] = {
    **UNACKNOWLEDGED,
    **UNSHELVED,
    **UNSUPPRESSED,
    "owner": "",
    "escalation_level": 0,
    "parent_id": None,
    "is_root_cause": False,
    "flap_count": 0,
    "previous_severity": None,
}


class Wanted(NamedTuple):
    """Which alarms are asked for: by identity, by id, or by what they stand on."""

    keys: Collection[str] = ()
    ids: Collection[UUID] = ()
    objects: Collection[str] = ()


class Past(NamedTuple):
    """One alarm with its condition, as values of their columns."""

    condition: Facts
    alarm: Facts


class Earlier:
    """Looks alarms up that began before an instant; `policy` is what the tenant decided."""

    def __init__(
        self,
        session: Session,
        tenant_id: UUID,
        *,
        began_before: datetime,
        policy: LifecyclePolicy = DEFAULT,
    ) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._began_before = began_before
        self._policy = policy

    def __call__(self, wanted: Wanted, /, *, upto: int) -> list[Past]:
        """Give these alarms as they were after a line of the history, in the order they began."""
        found: dict[UUID, Past] = {}
        for column, values in (
            (ConditionRow.dedup_key, wanted.keys),
            (AlarmRow.id, wanted.ids),
            (AlarmRow.managed_object, wanted.objects),
        ):
            for bite in _bites(values):
                where: list[Any] = [column.in_(bite)]
                if column is AlarmRow.managed_object:
                    where.append(self._stood_lately())
                pasts = self._read(where)
                if column is ConditionRow.dedup_key:
                    pasts = _latest(pasts)
                found |= {one.alarm["id"]: one for one in pasts}
        lines = defaultdict[UUID, list[Line]](list)
        for bite in _bites(found):
            for line in read_lines_of(self._session, bite, before=upto + 1):
                lines[line.alarm_id].append(line)
        return [
            Past(one.condition, as_it_was(one.alarm, lines[key], policy=self._policy))
            for key, one in sorted(found.items())
        ]

    def _stood_lately(self) -> Any:
        since = self._began_before - STOOD_LATELY
        return or_(AlarmRow.is_active == true(), AlarmRow.cleared_at >= since)

    def _read(self, where: Sequence[Any]) -> Iterator[Past]:
        rows = self._session.execute(
            select(*_columns(ConditionRow), *_columns(AlarmRow))
            .join(AlarmRow, AlarmRow.condition_id == ConditionRow.id)
            .where(
                AlarmRow.tenant_id == self._tenant_id,
                ConditionRow.tenant_id == self._tenant_id,
                AlarmRow.first_reported_at < self._began_before,
                *where,
            )
        )
        for row in rows:
            condition = dict(zip(_names(ConditionRow), row, strict=False))
            alarm = dict(zip(_names(AlarmRow), row[len(condition) :], strict=True))
            yield Past({**condition, "last_clear_at": None, "clear_held_until": None}, alarm)


def _latest(pasts: Iterable[Past]) -> Iterator[Past]:
    """Give the last alarm of each condition: what comes next belongs to it, or begins another."""
    in_order = sorted(pasts, key=lambda one: one.alarm["id"])
    yield from {one.condition["id"]: one for one in in_order}.values()


def as_it_was(
    alarm: Mapping[str, Any], lines: Sequence[Line], *, policy: LifecyclePolicy = DEFAULT
) -> Facts:
    """Take an alarm back to how it was after some lines of its history, the first of all included.

    Pure. Without any line it is left as it is known now.
    """
    if not lines:
        return dict(alarm)
    shelf = {} if any(one.kind in ("shelved", "unshelved") for one in lines) else _shelf_of(alarm)
    then: Facts = {**alarm, **_BLANK, **shelf, "overrides": {}}
    children = 0
    for line in lines:
        if line.event is not None:
            then |= _lived(then, line, policy)
            continue
        if line.kind in ("group_joined", "group_left"):
            children += line.facts["number"] * (1 if line.kind == "group_joined" else -1)
        then |= redo(then, line.deed, policy=policy, kin=Kin(has_children=children > 0))
    return then


def _lived(then: Mapping[str, Any], line: Line, policy: LifecyclePolicy) -> Facts:
    """Give what an event did to an alarm, as far as its line says."""
    severity = Severity(line.facts["severity"])
    said_before = line.facts.get("previous")
    before = Severity(said_before) if said_before else None
    is_over = severity is Severity.CLEARED
    said: Facts = {
        "perceived_severity": severity,
        "reported_severity": severity,
        "previous_severity": before,
        "severity_rank": severity.rank,
        "is_active": not is_over,
        "cleared_at": line.at if is_over else None,
        "changed_at": line.at,
    }
    if is_over or line.kind == "reopened":
        said["escalation_level"] = 0
    if line.kind == "reopened":
        said |= {"flap_count": then["flap_count"] + 1, **UNACKNOWLEDGED}
    is_worse = line.kind == "changed" and before is not None and severity.rank > before.rank
    if is_worse and policy.worse_unacknowledges:
        said |= UNACKNOWLEDGED
    return said


def _shelf_of(alarm: Mapping[str, Any]) -> Facts:
    """Give the shelf that an alarm took over from the one before it: no line of its own says so."""
    return {name: alarm[name] for name in ("shelved_until", "shelved_by", "shelved_reason")}


def _names(table: type[Any]) -> list[str]:
    return list(inspect(table).column_attrs.keys())


def _columns(table: type[Any]) -> list[Any]:
    return [getattr(table, name) for name in _names(table)]


def _bites(values: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(sorted(values))
    while bite := list(islice(source, AT_ONCE)):
        yield bite

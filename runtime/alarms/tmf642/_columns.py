"""Which of TMF642's attributes are columns of ours, and the comparisons that SQL does for them.

What is said here must agree with `filters`, which compares documents: a test sets the two against
each other. Attributes that are no columns are left to `filters`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, not_, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from runtime.alarms._tables import AlarmRow
from runtime.alarms.tmf642.filters import COMPARE, Condition, Operator, comparable
from runtime.alarms.tmf642.mapping import read_key

Clause = ColumnElement[bool]
_MILLISECOND = timedelta(milliseconds=1)
_TEXTS: Mapping[str, InstrumentedAttribute[Any]] = {
    "alarmDetails": AlarmRow.text,
    "alarmedObject.id": AlarmRow.managed_object,
    "externalAlarmId": AlarmRow.external_id,
    "probableCause": AlarmRow.probable_cause,
    "sourceSystemId": AlarmRow.source,
    "specificProblem": AlarmRow.specific_problem,
}
_INSTANTS: Mapping[str, InstrumentedAttribute[Any]] = {
    "alarmChangedTime": AlarmRow.changed_at,
    "alarmClearedTime": AlarmRow.cleared_at,
    "alarmRaisedTime": AlarmRow.first_raised_at,
    "alarmReportingTime": AlarmRow.reported_at,
}
_NUMBERS: Mapping[str, InstrumentedAttribute[Any]] = {
    "count": AlarmRow.count,
    "perceivedSeverity": AlarmRow.severity_rank,
}
_STATE = case(
    (AlarmRow.is_active == false(), "cleared"),
    (AlarmRow.changed_at == AlarmRow.first_raised_at, "raised"),
    else_="updated",
)
ORDERS: Mapping[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
    **_TEXTS,
    **_INSTANTS,
    **_NUMBERS,
    "ackState": AlarmRow.ack_state,
    "state": _STATE,
}
"""What a list can be sorted by."""


def clause_of(wanted: Condition, part: Mapping[str, Any], *, dialect_name: str) -> Clause | None:
    """Give a condition as SQL; None where no column answers it.

    Args:
        wanted: The condition.
        part: Its attribute's part of the schema.
        dialect_name: The database's; PostgreSQL orders text by its locale unless told otherwise.
    """
    path, operator = wanted.path, wanted.operator
    values = [comparable(one, part, path=path) for one in wanted.values]
    if path in _INSTANTS:
        return _combined(operator, values, _instants(_INSTANTS[path]))
    if path in _NUMBERS:
        return _combined(operator, values, _plain(_NUMBERS[path]))
    if path in _TEXTS:
        is_order = operator not in (Operator.EQ, Operator.NE)
        needs_bytes = is_order and dialect_name == "postgresql"
        column = _TEXTS[path].collate("C") if needs_bytes else _TEXTS[path]
        return _combined(operator, values, _plain(column, is_text=True))
    if operator not in (Operator.EQ, Operator.NE):
        return None
    return _named(path, values, is_not=operator is Operator.NE)


def _named(path: str, values: Sequence[Any], *, is_not: bool) -> Clause | None:
    found: Clause | None = None
    if path == "id":
        found = AlarmRow.id.in_([key for one in values if (key := read_key(one)) is not None])
    elif path == "state":
        found = _STATE.in_(values)
    elif path == "ackState":
        known = [one for one in values if one in ("acknowledged", "unacknowledged")]
        found = AlarmRow.ack_state.in_(known)
    return not_(found) if found is not None and is_not else found


_Compare = Callable[[Operator, Any], Clause]


def _combined(operator: Operator, values: Sequence[Any], compare: _Compare) -> Clause:
    if operator is Operator.NE:
        return and_(*(compare(operator, one) for one in values))
    return or_(*(compare(operator, one) for one in values))


def _plain(column: Any, *, is_text: bool = False) -> _Compare:
    there = column != "" if is_text else true()

    def compare(operator: Operator, value: Any) -> Clause:
        compared: Clause = COMPARE[operator](column, value)
        return compared if operator is Operator.NE else and_(there, compared)

    return compare


def _instants(column: Any) -> _Compare:
    """Compare as documents do, by the millisecond; an instant that is not there meets nothing."""

    def compare(operator: Operator, at: datetime) -> Clause:
        after = at + _MILLISECOND
        if operator is Operator.EQ:
            return and_(column >= at, column < after)
        if operator is Operator.NE:
            return or_(column.is_(None), column < at, column >= after)
        is_at_end = operator in (Operator.GT, Operator.LTE)
        sign = Operator.GTE if operator in (Operator.GT, Operator.GTE) else Operator.LT
        found: Clause = COMPARE[sign](column, after if is_at_end else at)
        return found

    return compare

"""Which alarms stood on some objects in the past: between two instants, or at a line of history.

By instants for events that somebody gave: as sources say when alarms came and went. By lines for
what was judged: as it was known then, however late sources said it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmHistory, AlarmRow, ConditionRow
from runtime.alarms.earlier import Earlier, Wanted
from runtime.alarms.lives import Life, lives_of
from runtime.alarms.model import Severity
from runtime.alarms.standing import Standing

_AT_ONCE = 500
_LATELY = timedelta(days=1)  # rules look no further back for what is down


def stood_between(
    session: Session,
    tenant_id: UUID,
    objects: Collection[str],
    *,
    least: Severity,
    first: datetime,
    last: datetime,
) -> list[Standing]:
    """List what was at least so severe on these objects between two instants, each from and until.

    Only alarms that were raised at most a day before or after.
    """
    names, found = sorted(objects), list[Standing]()
    for begin in range(0, len(names), _AT_ONCE):
        ids = session.scalars(
            select(AlarmRow.id).where(
                AlarmRow.tenant_id == tenant_id,
                AlarmRow.managed_object.in_(names[begin : begin + _AT_ONCE]),
                AlarmRow.first_raised_at >= first - _LATELY,
                AlarmRow.first_raised_at <= last + _LATELY,
                or_(AlarmRow.is_active == true(), AlarmRow.cleared_at >= first),
            )
        ).all()
        for life in lives_of(session, tenant_id, ids):
            found += _spans(life, least)
    return found


def ids_of_keys(session: Session, tenant_id: UUID, keys: Collection[str]) -> set[UUID]:
    """Give the alarms of these identities."""
    wanted, found = sorted(keys), set[UUID]()
    for begin in range(0, len(wanted), _AT_ONCE):
        found |= set(
            session.scalars(
                select(AlarmRow.id)
                .join(ConditionRow, ConditionRow.id == AlarmRow.condition_id)
                .where(
                    AlarmRow.tenant_id == tenant_id,
                    ConditionRow.tenant_id == tenant_id,
                    ConditionRow.dedup_key.in_(wanted[begin : begin + _AT_ONCE]),
                )
            )
        )
    return found


def stood_at_line(
    session: Session,
    tenant_id: UUID,
    objects: Collection[str],
    *,
    least: Severity,
    line: int,
    known_by: datetime,
) -> list[Standing]:
    """List what stood on these objects right after a line of the history, and was bad enough.

    `known_by` is when that was: alarms that were reported later are left out.
    """
    look = Earlier(session, tenant_id, began_before=known_by + timedelta(microseconds=1))
    stood = [
        one.alarm
        for one in look(Wanted(objects=objects), upto=line)
        if one.alarm["is_active"] and one.alarm["severity_rank"] >= least.rank
    ]
    begun = set(
        session.scalars(
            select(AlarmHistory.alarm_id).where(
                AlarmHistory.tenant_id == tenant_id,
                AlarmHistory.alarm_id.in_([one["id"] for one in stood]),
                AlarmHistory.seq <= line,
            )
        )
    )
    return [
        Standing(one["id"], one["managed_object"], one["first_raised_at"])
        for one in stood
        if one["id"] in begun
    ]


def _spans(life: Life, least: Severity) -> Iterator[Standing]:
    """Give each stretch of an alarm's life in which it was bad enough."""
    began: datetime | None = None
    for stage in life.stages:
        is_bad = stage.severity.rank >= least.rank
        if is_bad and began is None:
            began = stage.at
        elif not is_bad and began is not None:
            yield Standing(life.alarm_id, life.managed_object, life.raised_at, began, stage.at)
            began = None
    if began is not None:
        yield Standing(life.alarm_id, life.managed_object, life.raised_at, began)

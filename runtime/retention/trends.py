"""Folding the figures of old hours into days, and letting go of old days and tickets."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from runtime.alarms.console._tables import AlarmDay, AlarmHour, AlarmTicket, adding_to
from runtime.alarms.console.trends import DAY, start_of
from tenancy.scope import owned_connection


def fold_oldest_day(session: Session, tenant_id: UUID, *, before: datetime) -> int:
    """Fold the oldest day whose hours all lie before an instant; give how many rows went.

    In one transaction, so that no figure is ever counted twice or left out.
    """
    mine = AlarmHour.tenant_id == tenant_id
    oldest = session.scalar(select(func.min(AlarmHour.hour_at)).where(mine))
    if oldest is None or start_of(oldest, DAY) + DAY > before:
        return 0
    day_at = start_of(oldest, DAY)
    of_day = (mine, AlarmHour.hour_at >= day_at, AlarmHour.hour_at < day_at + DAY)
    sums = session.execute(
        select(AlarmHour.what, AlarmHour.severity, func.sum(AlarmHour.number), func.count())
        .where(*of_day)
        .group_by(AlarmHour.what, AlarmHour.severity)
        .order_by(AlarmHour.what, AlarmHour.severity)
    ).all()
    rows = [
        {
            "tenant_id": tenant_id,
            "day_at": day_at,
            "what": what,
            "severity": severity,
            "number": int(number),
        }
        for what, severity, number, _ in sums
    ]
    connection = owned_connection(session, tenant_id, of=AlarmDay.__name__)
    connection.execute(adding_to(AlarmDay, connection.dialect.name), rows)
    session.execute(delete(AlarmHour).where(*of_day).execution_options(synchronize_session=False))
    return sum(hours for *_, hours in sums)


def remove_old_figures(session: Session, tenant_id: UUID, *, before: datetime) -> None:
    """Let go of days and tickets from before an instant."""
    for table, at in ((AlarmDay, AlarmDay.day_at), (AlarmTicket, AlarmTicket.at)):
        session.execute(
            delete(table)
            .where(table.tenant_id == tenant_id, at < before)
            .execution_options(synchronize_session=False)
        )

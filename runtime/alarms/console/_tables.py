"""The tables of the alarm list: views that people save, and what happened in each hour."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned, UtcDateTime

NAME_MAX = 60
QUERY_MAX = 2_000


class AlarmListView(TenantOwned, Base):
    """A filter and order of the alarm list under a name; shared where it is nobody's own.

    A deleted one is kept for a while, so that it can be brought back.
    """

    __tablename__ = "alarm_view"

    id: Mapped[Key]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    query: Mapped[str] = mapped_column(String(QUERY_MAX))
    position: Mapped[int] = mapped_column(Integer)
    is_default: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[Instant]
    deleted_at: Mapped[OptionalInstant]


class AlarmHour(TenantOwned, Base):
    """How much of something happened in an hour: events, alarms raised, alarms cleared."""

    __tablename__ = "alarm_hour"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    hour_at: Mapped[datetime] = mapped_column(UtcDateTime(), primary_key=True)
    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    severity: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)

"""The tables of the alarm list: saved views, what a person did last, what happened in each hour."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Insert, Integer, String
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Instant, Key, OptionalInstant, TenantOwned, UtcDateTime

NAME_MAX = 60
QUERY_MAX = 2_000
REFERENCE_MAX = 200


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


class AlarmDeed(TenantOwned, Base):
    """What a person did last to alarms, so that it can be undone; the next deed takes its place.

    Attributes:
        owner: Who was given them, where that is what was done.
        before: The alarms it was done to, each with the owner that it had: `[[id, owner], …]`.
    """

    __tablename__ = "alarm_deed"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID]
    verb: Mapped[str] = mapped_column(String(20))
    owner: Mapped[str] = mapped_column(String(200))
    at: Mapped[Instant]
    before: Mapped[AnyDocument]


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


class AlarmDay(TenantOwned, Base):
    """The same of a day, once its hours are no longer kept one by one."""

    __tablename__ = "alarm_day"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    day_at: Mapped[datetime] = mapped_column(UtcDateTime(), primary_key=True)
    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    severity: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class AlarmTicket(TenantOwned, Base):
    """One ticket of another system, when an alarm first carried its reference, and which alarm."""

    __tablename__ = "alarm_ticket"
    __table_args__ = (Index(None, "tenant_id", "at"),)

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    reference: Mapped[str] = mapped_column(String(REFERENCE_MAX), primary_key=True)
    alarm_id: Mapped[UUID]  # no foreign key: the ticket counts when its alarm was purged
    at: Mapped[Instant]


def adding_to(table: type[AlarmHour | AlarmDay], dialect: str) -> Insert:
    """Write a statement that adds numbers to those that are there, and begins where none is."""
    keys = [column.name for column in table.__table__.primary_key]
    insert = insert_postgresql if dialect == "postgresql" else insert_sqlite
    wanted: Any = insert(table)
    added = table.number + wanted.excluded.number
    found: Insert = wanted.on_conflict_do_update(index_elements=keys, set_={"number": added})
    return found

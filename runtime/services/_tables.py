"""Tables of services: what was bought, how it went, and which alarms concern it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import (
    AnyDocument,
    Base,
    Document,
    Instant,
    Key,
    OptionalDocument,
    OptionalInstant,
    TenantOwned,
    named,
)
from runtime.imports.reading import ORIGIN_MAX
from runtime.services.timeline import State

KEY_MAX = 300
NAME_MAX = 120
NOTE_MAX = 2_000
type_sequence = BigInteger().with_variant(Integer(), "sqlite")


class ServiceRow(TenantOwned, Base):
    """One service.

    Attributes:
        key: What alarms and the inventory name it by.
        document: What it rests on and what was agreed, as `model` reads it.
        footing: The resources it rests on, spelled out over the inventory.
        defined_at: Since when that footing holds, and all its alarms are there; the past before it
            stays as it was.
        watched_from: Since when it is known how it went.
        state, is_down, since, cause: How it does now, as its newest moment says.
    """

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        Index(None, "tenant_id", "state_rank", "sort_name", "id"),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(KEY_MAX))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    sort_name: Mapped[str] = mapped_column(String(NAME_MAX * 2))
    kind: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    zone: Mapped[str] = mapped_column(String(60))
    document: Mapped[Document]
    footing: Mapped[AnyDocument]
    defined_at: Mapped[Instant]
    watched_from: Mapped[Instant]
    origin: Mapped[str] = mapped_column(String(ORIGIN_MAX), default="")
    state: Mapped[State] = mapped_column(named(State), default=State.WORKING)
    state_rank: Mapped[int] = mapped_column(SmallInteger, default=0)
    is_down: Mapped[bool] = mapped_column(default=False)
    since: Mapped[Instant]
    cause: Mapped[OptionalDocument]
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[Instant]
    updated_by: Mapped[str] = mapped_column(String(200), default="")


class ServiceMoment(TenantOwned, Base):
    """From an instant on: how a service did, as it was recorded. Rows are added, never changed.

    A row takes back what earlier rows said of its instant and later (`timeline.in_force`).
    """

    __tablename__ = "service_moment"
    __table_args__ = (Index(None, "service_id", "at"),)

    seq: Mapped[int] = mapped_column(type_sequence, primary_key=True, autoincrement=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    at: Mapped[Instant]
    state: Mapped[State] = mapped_column(named(State))
    is_down: Mapped[bool]
    cause: Mapped[OptionalDocument]
    recorded_at: Mapped[Instant]


class ServiceAlarm(TenantOwned, Base):
    """An alarm that concerns a service, as it was when the service was derived last.

    `ended_at` is None while it stands.
    """

    __tablename__ = "service_alarm"
    __table_args__ = (Index(None, "service_id", "ended_at"),)

    service_id: Mapped[UUID] = mapped_column(
        ForeignKey("service.id", ondelete="CASCADE"), primary_key=True
    )
    alarm_id: Mapped[UUID] = mapped_column(
        ForeignKey("alarm.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    raised_at: Mapped[Instant]
    ended_at: Mapped[OptionalInstant]


class ServiceFollowing(Base):
    """How far the history of alarms was followed for services; one row, once there is a service."""

    __tablename__ = "service_following"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)

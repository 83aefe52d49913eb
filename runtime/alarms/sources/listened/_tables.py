"""The tables of the listener: what it does for a source, trap catalogue entries, and strays."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, OptionalInstant, TenantOwned
from tenancy.keys.places import SEALS

OID_MAX = 512
REASON_MAX = 200
SENDER_MAX = 64
SAMPLE_MAX = 500
STATE_MAX = 300


class TrapEntry(TenantOwned, Base):
    """A tenant's own entry of the trap catalogue; it stands over the one that comes with us."""

    __tablename__ = "trap_entry"
    __table_args__ = (UniqueConstraint("tenant_id", "oid"),)

    id: Mapped[Key]
    oid: Mapped[str] = mapped_column(String(OID_MAX))
    name: Mapped[str] = mapped_column(String(100))
    document: Mapped[Document]
    updated_at: Mapped[Instant]
    updated_by: Mapped[str] = mapped_column(String(200), default="")


class Listening(TenantOwned, Base):
    """What the listener is to do for a source, and how much it heard.

    `config` holds secrets sealed. `counted_only` is how much of what was heard made no alarm.
    `state` is how a connection of ours fares, for kinds that have one.
    """

    __tablename__ = "source_listening"

    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    config: Mapped[Document] = mapped_column(info={SEALS: True})
    revision: Mapped[int] = mapped_column(default=1)
    heard: Mapped[int] = mapped_column(BigInteger, default=0)
    counted_only: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(String(STATE_MAX), default="")
    state_at: Mapped[OptionalInstant]


class StrayDatagram(Base):
    """Datagrams of one sender that no source takes, for whoever runs the installation.

    Of the installation and of no tenant: nobody knows whose they are. Of SNMP only the trap's name
    is kept, for the rest may hold a community.
    """

    __tablename__ = "stray_datagram"
    __table_args__ = (
        UniqueConstraint("kind", "sender", "reason"),
        Index(None, "last_at"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(20))
    sender: Mapped[str] = mapped_column(String(SENDER_MAX))
    reason: Mapped[str] = mapped_column(String(REASON_MAX))
    sample: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(BigInteger, default=0)
    first_at: Mapped[Instant]
    last_at: Mapped[Instant]


class ListenerState(Base):
    """How one listener fares, as it tells every few seconds, for whoever runs the installation.

    Attributes:
        owner: The process, as `process_name` names it.
        ports: Why each port is not served, "" where it is.
        buffer_bytes: What the system gave datagrams to wait in; 0 where none is listened for.
        dropped: Datagrams that found no room in the inbox.
        overrun: Datagrams that the system dropped before they were read.
        lost_at: When one was lost last.
    """

    __tablename__ = "listener_state"

    owner: Mapped[str] = mapped_column(String(80), primary_key=True)
    seen_at: Mapped[Instant]
    ports: Mapped[Document]
    buffer_bytes: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[int] = mapped_column(BigInteger, default=0)
    overrun: Mapped[int] = mapped_column(BigInteger, default=0)
    lost_at: Mapped[OptionalInstant]

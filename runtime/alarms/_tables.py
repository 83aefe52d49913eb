"""The tables of alarms: sources, the journal of what came, conditions, occurrences, history."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
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
    UtcDateTime,
    named,
    type_document,
)
from runtime.alarms.deeds import Deed
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import NAME_MAX, Severity

# SQLite numbers a row by itself only where the primary key is its INTEGER.
type_sequence = BigInteger().with_variant(Integer(), "sqlite")
NEVER_AGAIN = {"sqlite_autoincrement": True}
"""Of a table: no number is given a second time, as PostgreSQL's sequences do anyway."""
WHO_MAX = 200


class Source(TenantOwned, Base):
    """Something that sends alarms, with the secret part of the address it sends to."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    key_digest: Mapped[str] = mapped_column(String(64), unique=True)
    key_sealed: Mapped[str] = mapped_column(Text)
    config: Mapped[Document]
    created_at: Mapped[Instant]
    last_seen_at: Mapped[OptionalInstant]
    accepted: Mapped[int] = mapped_column(BigInteger, default=0)
    rejected: Mapped[int] = mapped_column(BigInteger, default=0)
    duplicates: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # Events that were to be filled from the inventory, which does not have their object.
    unknown_objects: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    last_unknown_object: Mapped[str] = mapped_column(
        String(NAME_MAX), default="", server_default=""
    )
    last_problem: Mapped[str] = mapped_column(String(500), default="")
    last_problem_at: Mapped[OptionalInstant]
    paused_at: Mapped[OptionalInstant]
    # Not heard of by then, it is silent; `silent_since` is set once that was told.
    quiet_after: Mapped[OptionalInstant] = mapped_column(UtcDateTime(), index=True)
    silent_since: Mapped[OptionalInstant]
    # The instants of what it sent last, by which the journal's rows are found.
    recent: Mapped[list[str] | None] = mapped_column(type_document)
    mapping: Mapped[OptionalDocument]
    mapping_version: Mapped[int | None] = mapped_column(Integer)


class JournalEntry(TenantOwned, Base):
    """One event as it was accepted, waiting for the correlator or done.

    `raw` is what was sent where it differs from `event`; None where `event` is what was sent.
    `mapping_version` is that of the source's mapping which made one of the other.
    """

    __tablename__ = "journal"
    __table_args__ = (
        Index(
            "ix_journal_undone",
            "seq",
            "tenant_id",  # lets those who wait be counted by tenant without reading the rows
            postgresql_where=text("done_at IS NULL"),
            sqlite_where=text("done_at IS NULL"),
        ),
        Index("ix_journal_received_at", "received_at"),
        NEVER_AGAIN,
    )

    seq: Mapped[int] = mapped_column(type_sequence, primary_key=True, autoincrement=True)
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey("source.id", ondelete="SET NULL"))
    received_at: Mapped[Instant]
    kind: Mapped[str] = mapped_column(String(20))
    event: Mapped[Document]
    raw: Mapped[AnyDocument | None]
    mapping_version: Mapped[int | None] = mapped_column(Integer)
    done_at: Mapped[OptionalInstant]
    # Planned work or a storm held its alarm back: rules did not judge it.
    held: Mapped[bool | None]


class IntakeFault(TenantOwned, Base):
    """Input that could not be taken, kept (cut to a limit) so that somebody can look at it."""

    __tablename__ = "intake_fault"
    __table_args__ = (Index(None, "tenant_id", "source_id", "id"),)

    id: Mapped[Key]
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    at: Mapped[Instant]
    code: Mapped[str] = mapped_column(String(80))
    message: Mapped[str] = mapped_column(String(500))
    problems: Mapped[list[dict[str, str]]] = mapped_column(type_document)
    body: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(Integer)


class ConditionRow(TenantOwned, Base):
    """One identity: what is remembered over all its occurrences."""

    __tablename__ = "condition"
    __table_args__ = (UniqueConstraint("tenant_id", "dedup_key"),)

    id: Mapped[Key]
    dedup_key: Mapped[str] = mapped_column(String(64))
    current_alarm_id: Mapped[UUID | None]  # no foreign key: alarm points back at condition
    raise_count: Mapped[int] = mapped_column(BigInteger, default=0)
    flap_count: Mapped[int] = mapped_column(BigInteger, default=0)
    ignored_clear_count: Mapped[int] = mapped_column(BigInteger, default=0)
    last_clear_at: Mapped[OptionalInstant]
    clear_held_until: Mapped[OptionalInstant]
    first_seen_at: Mapped[Instant]
    last_seen_at: Mapped[Instant]


class AlarmRow(TenantOwned, Base):
    """One occurrence, from raise to clear: what people and TMF642 see as the alarm."""

    __tablename__ = "alarm"

    id: Mapped[Key]
    condition_id: Mapped[UUID] = mapped_column(
        ForeignKey("condition.id", ondelete="CASCADE"), index=True
    )
    previous_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("alarm.id", ondelete="SET NULL"), index=True
    )
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey("source.id", ondelete="SET NULL"))
    last_seq: Mapped[int | None] = mapped_column(BigInteger)

    source: Mapped[str] = mapped_column(String(NAME_MAX))
    external_id: Mapped[str] = mapped_column(String(NAME_MAX))
    event_type: Mapped[str] = mapped_column(String(40))
    probable_cause: Mapped[str] = mapped_column(String(NAME_MAX))
    specific_problem: Mapped[str] = mapped_column(String(NAME_MAX))
    text: Mapped[str] = mapped_column(Text)
    proposed_repair_actions: Mapped[str] = mapped_column(Text, default="")
    threshold: Mapped[OptionalDocument]
    managed_object: Mapped[str] = mapped_column(String(NAME_MAX))
    managed_object_type: Mapped[str] = mapped_column(String(NAME_MAX), default="")
    place: Mapped[str] = mapped_column(String(NAME_MAX), default="")
    affected_services: Mapped[list[str]] = mapped_column(type_document)
    affected_customers: Mapped[list[str]] = mapped_column(type_document, default=list)
    service_affecting: Mapped[bool | None]
    will_clear: Mapped[bool | None]
    reporting_system: Mapped[str] = mapped_column(String(NAME_MAX), default="")
    problem: Mapped[str] = mapped_column(String(NAME_MAX), default="")
    attributes: Mapped[Document]
    # What rules and people set; laid over what the source says, so that a repeat keeps it.
    overrides: Mapped[Document]

    perceived_severity: Mapped[Severity] = mapped_column(named(Severity))
    reported_severity: Mapped[Severity] = mapped_column(named(Severity))
    original_severity: Mapped[Severity] = mapped_column(named(Severity))
    previous_severity: Mapped[Severity | None] = mapped_column(named(Severity))
    severity_rank: Mapped[int] = mapped_column(SmallInteger)
    is_active: Mapped[bool]

    first_raised_at: Mapped[Instant]
    last_raised_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    cleared_at: Mapped[OptionalInstant]
    cleared_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    reported_at: Mapped[Instant]
    first_reported_at: Mapped[OptionalInstant]  # not known of alarms from before it was kept
    expires_at: Mapped[OptionalInstant]
    count: Mapped[int] = mapped_column(BigInteger)
    flap_count: Mapped[int] = mapped_column(BigInteger)

    ack_state: Mapped[AckState] = mapped_column(named(AckState))
    acked_at: Mapped[OptionalInstant]
    acked_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    owner: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    escalation_level: Mapped[int] = mapped_column(SmallInteger, default=0)
    escalate_at: Mapped[OptionalInstant]
    suppressed_at: Mapped[OptionalInstant]
    suppressed_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    planned_outage: Mapped[bool] = mapped_column(default=False)
    shelved_until: Mapped[OptionalInstant]
    shelved_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    shelved_reason: Mapped[str] = mapped_column(Text, default="")
    # No foreign key: SQLite can add none to a table that has rows. Purging a parent frees them.
    parent_id: Mapped[UUID | None] = mapped_column(index=True)
    is_root_cause: Mapped[bool] = mapped_column(default=False)


# As the list's queries write it: SQLite uses a partial index only where the words are the same.
_LISTED = text("is_active AND suppressed_at IS NULL AND shelved_until IS NULL")
_LISTED_SQLITE = text("is_active = 1 AND suppressed_at IS NULL AND shelved_until IS NULL")
Index(
    "ix_alarm_active",
    AlarmRow.tenant_id,
    AlarmRow.severity_rank,
    AlarmRow.last_raised_at,
    AlarmRow.id,
    AlarmRow.is_active,  # these three let SQLite count by severity without reading the rows
    AlarmRow.suppressed_at,
    AlarmRow.shelved_until,
    postgresql_where=_LISTED,
    sqlite_where=_LISTED_SQLITE,
)
Index(
    "ix_alarm_active_recent",
    AlarmRow.tenant_id,
    AlarmRow.last_raised_at,
    AlarmRow.id,
    postgresql_where=_LISTED,
    sqlite_where=_LISTED_SQLITE,
)
Index(
    "ix_alarm_active_object",
    AlarmRow.tenant_id,
    AlarmRow.managed_object,
    AlarmRow.id,
    AlarmRow.severity_rank,  # these four let the map count by object without reading the rows
    AlarmRow.is_active,
    AlarmRow.suppressed_at,
    AlarmRow.shelved_until,
    postgresql_where=_LISTED,
    sqlite_where=_LISTED_SQLITE,
)
Index(
    "ix_alarm_active_count",
    AlarmRow.tenant_id,
    AlarmRow.count,
    AlarmRow.id,
    postgresql_where=_LISTED,
    sqlite_where=_LISTED_SQLITE,
)
# What a search looks in. Not mapped: who reads an alarm has no use for it.
WORDS = Column(
    "words",
    Text,
    Computed(
        "lower(managed_object || ' ' || specific_problem || ' ' || probable_cause"
        " || ' ' || source || ' ' || text)"
    ),
)
AlarmRow.metadata.tables["alarm"].append_column(WORDS)
Index(  # SQLite finds nothing in 100,000 alarms in 20 ms by it, where reading the rows took 300
    "ix_alarm_active_words",
    AlarmRow.tenant_id,
    AlarmRow.last_raised_at,
    AlarmRow.id,
    AlarmRow.is_active,
    AlarmRow.suppressed_at,
    AlarmRow.shelved_until,
    WORDS,
    sqlite_where=_LISTED_SQLITE,
    info={"only": "sqlite"},
)
Index("ix_alarm_recent", AlarmRow.tenant_id, AlarmRow.last_raised_at, AlarmRow.id)
Index("ix_alarm_object", AlarmRow.tenant_id, AlarmRow.managed_object)
# What the clock will do to alarms, and which are purged: few rows each, and none on most days.
for _column in (
    AlarmRow.shelved_until,
    AlarmRow.expires_at,
    AlarmRow.escalate_at,
    AlarmRow.cleared_at,
):
    _is_set = text(f"{_column.key} IS NOT NULL")
    Index(
        f"ix_alarm_{_column.key}",
        _column,
        AlarmRow.tenant_id,
        postgresql_where=_is_set,
        sqlite_where=_is_set,
    )


class AlarmHistory(TenantOwned, Base):
    """What happened to an alarm; rows are added and never changed.

    A repeat moves the alarm's count and last instant and is no row here: a flood would otherwise
    bury what people did. The journal keeps every event.
    """

    __tablename__ = "alarm_history"
    __table_args__ = (Index(None, "alarm_id", "seq"), NEVER_AGAIN)

    seq: Mapped[int] = mapped_column(type_sequence, primary_key=True, autoincrement=True)
    alarm_id: Mapped[UUID] = mapped_column(ForeignKey("alarm.id", ondelete="CASCADE"))
    at: Mapped[Instant]
    kind: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(WHO_MAX))
    facts: Mapped[Document]


class AlarmPolicy(TenantOwned, Base):
    """How one tenant's alarms live, where it differs from what the code says."""

    __tablename__ = "alarm_policy"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    policy: Mapped[Document]
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(WHO_MAX))


def history_row(
    tenant_id: UUID, alarm_id: UUID, *, at: datetime, kind: str, by: str, facts: dict[str, Any]
) -> dict[str, Any]:
    """Give the values of one history row, for a bulk insert."""
    return {
        "tenant_id": tenant_id,
        "alarm_id": alarm_id,
        "at": at,
        "kind": kind,
        "by": by[:WHO_MAX],
        "facts": facts,
    }


def line_row(tenant_id: UUID, alarm_id: UUID, line: Deed) -> dict[str, Any]:
    """Give the values of the history row that a deed leaves."""
    facts = dict(line.facts)
    return history_row(tenant_id, alarm_id, at=line.at, kind=line.kind, by=line.by, facts=facts)

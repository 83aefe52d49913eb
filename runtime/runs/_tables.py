"""Tables of runs: one row a run, one row an attempt of a step.

`due_at` on either is the outbox: it is set in the transaction that made the row due and cleared
in the one that dealt with it, so that a lost wake-up never loses work.
"""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
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

SUBJECT_MAX = 300
STEP_PATH_MAX = 300


def _where(name: str, condition: str, *columns: str) -> Index:
    """Index only the few rows that are looked for, however many are finished."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


def _where_true(name: str, flag: str, *columns: str) -> Index:
    """Index the rows with a flag, in the words in which each database is asked for it."""
    return Index(name, *columns, sqlite_where=text(f"{flag} = 1"), postgresql_where=text(flag))


class RunState(Enum):
    """How far a run is."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self in (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


class StepState(Enum):
    """How far one attempt of a step is; one that is switched off is passed over."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    PASSED = "passed_over"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Run(TenantOwned, Base):
    """One execution of one workflow version."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("tenant_id", "dedup_key"),
        Index(None, "tenant_id", "started_at"),
        Index(None, "tenant_id", "state", "started_at"),
        Index(None, "tenant_id", "flow_id", "started_at"),
        _where("ix_run_due", "due_at IS NOT NULL", "tenant_id", "due_at"),
        Index(
            "ix_run_active",
            "tenant_id",
            "parked",
            "held",
            "flow_id",
            "concurrency_key",
            "ended_at",  # always NULL here: SQLite looks it up in the row all the same
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        _where_true("ix_run_parked", "parked", "tenant_id", "started_at", "id"),
        _where_true("ix_run_trial", "is_trial", "tenant_id", "started_at"),
        _where("ix_run_held", "held", "tenant_id", "flow_id", "started_at"),
        _where("ix_run_parent", "parent_run_id IS NOT NULL", "parent_run_id"),
    )

    # No index of its own: every longer one below begins with it.
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    id: Mapped[Key]
    flow_id: Mapped[UUID] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("flow_version.id", ondelete="CASCADE"))
    state: Mapped[RunState] = mapped_column(named(RunState), default=RunState.QUEUED)
    trigger_id: Mapped[str] = mapped_column(String(80))
    trigger_kind: Mapped[str] = mapped_column(String(20))
    trigger: Mapped[Document]
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX), default="")
    dedup_key: Mapped[str | None] = mapped_column(String(200))
    started_by: Mapped[str] = mapped_column(String(200), default="")
    is_trial: Mapped[bool] = mapped_column(default=False)
    allows_effects: Mapped[bool] = mapped_column(default=True)
    progress: Mapped[OptionalDocument]
    output: Mapped[OptionalDocument]
    error: Mapped[OptionalDocument]
    parent_run_id: Mapped[UUID | None]  # no foreign key: a parent may be purged before
    parent_step: Mapped[str | None] = mapped_column(String(STEP_PATH_MAX))
    parent_attempt: Mapped[int | None]
    depth: Mapped[int] = mapped_column(default=0)
    rerun_of: Mapped[UUID | None]  # likewise
    concurrency_key: Mapped[str] = mapped_column(String(200), default="")
    held: Mapped[bool] = mapped_column(default=False)
    parked: Mapped[bool] = mapped_column(default=False)
    wish: Mapped[OptionalDocument]
    pins: Mapped[OptionalDocument]
    started_at: Mapped[Instant]
    ended_at: Mapped[OptionalInstant]
    due_at: Mapped[OptionalInstant]


class EventWait(TenantOwned, Base):
    """What a waiting step waits for, so that whoever brings the event finds it."""

    __tablename__ = "event_wait"
    __table_args__ = (
        UniqueConstraint("run_id", "step", "attempt"),
        Index(None, "tenant_id", "kind", "key"),
    )

    id: Mapped[Key]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(STEP_PATH_MAX))
    attempt: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(300), default="")
    match: Mapped[OptionalDocument]
    port: Mapped[str] = mapped_column(String(80))
    since: Mapped[Instant]


class Blob(TenantOwned, Base):
    """One large value, kept once for each tenant by the digest of its JSON."""

    __tablename__ = "blob"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    size_bytes: Mapped[int]
    body: Mapped[AnyDocument]
    stored_at: Mapped[Instant]


class BlobUse(TenantOwned, Base):
    """A run that refers to a large value, so that the value stays as long as one does."""

    __tablename__ = "blob_use"
    __table_args__ = (Index(None, "run_id"),)

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)


class StepRecord(TenantOwned, Base):
    """One attempt of one step: what went in, what came out, how long it took.

    Attributes:
        withheld: Settings that a provider decided and hides, as they were when the attempt was
            made; shown to nobody, moved nowhere, and gone once the block has run.
    """

    __tablename__ = "step_record"
    __table_args__ = (
        UniqueConstraint("run_id", "step", "attempt"),
        _where("ix_step_record_due", "due_at IS NOT NULL", "worker_group", "tenant_id", "due_at"),
        _where("ix_step_record_unread", "is_unread", "run_id"),
        _where("ix_step_record_leased", "state = 'running'", "tenant_id"),
    )

    id: Mapped[Key]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(STEP_PATH_MAX))
    attempt: Mapped[int]
    block: Mapped[str] = mapped_column(String(160))
    state: Mapped[StepState] = mapped_column(named(StepState))
    config: Mapped[AnyDocument]
    withheld: Mapped[OptionalDocument]
    input: Mapped[AnyDocument]
    output: Mapped[AnyDocument | None]
    port: Mapped[str | None] = mapped_column(String(80))
    variables: Mapped[OptionalDocument]
    error: Mapped[OptionalDocument]
    logs: Mapped[AnyDocument | None]
    progress: Mapped[OptionalDocument]
    progress_at: Mapped[OptionalInstant]
    queued_at: Mapped[Instant]
    started_at: Mapped[OptionalInstant]
    ended_at: Mapped[OptionalInstant]
    wait_until: Mapped[OptionalInstant]
    due_at: Mapped[OptionalInstant]
    worker_group: Mapped[str] = mapped_column(String(60), default="")
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    fence: Mapped[int] = mapped_column(default=0)
    is_unread: Mapped[bool] = mapped_column(default=False)

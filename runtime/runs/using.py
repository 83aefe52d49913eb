"""Which runs that are under way use a version of a block, and how each of them ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.flows.uses import versions_using
from runtime.runs._tables import Run, RunState
from runtime.runs.glance import versions_under_way


@dataclass(frozen=True, slots=True, kw_only=True)
class RunThere:
    """A run; `error_code` is "" where it did not fail."""

    id: UUID
    flow_id: UUID
    state: RunState
    error_code: str
    started_at: datetime
    ended_at: datetime | None


def runs_using(session: Session, tenant_id: UUID, block_id: str, version: str) -> list[RunThere]:
    """List the runs under way of workflow versions that use a block's version, the oldest first."""
    under_way = versions_under_way(session, tenant_id)
    versions = versions_using(session, tenant_id, under_way, block_id, version)
    wanted = select(Run).where(
        Run.tenant_id == tenant_id, Run.version_id.in_(versions), Run.ended_at.is_(None)
    )
    return [_there(row) for row in session.scalars(wanted.order_by(Run.started_at, Run.id))]


def runs_there(session: Session, tenant_id: UUID, ids: Collection[UUID]) -> dict[UUID, RunThere]:
    """Give those of some runs that are there still, by id."""
    wanted = select(Run).where(Run.tenant_id == tenant_id, Run.id.in_(list(ids)))
    return {row.id: _there(row) for row in session.scalars(wanted)}


def _there(row: Run) -> RunThere:
    return RunThere(
        id=row.id,
        flow_id=row.flow_id,
        state=row.state,
        error_code=str((row.error or {}).get("code", "")),
        started_at=row.started_at,
        ended_at=row.ended_at,
    )

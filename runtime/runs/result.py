"""What a run came to, for those who wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.runs._tables import Run, RunState
from runtime.runs.blobs import fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The end of a run: its output when it succeeded, its error when it did not."""

    run_id: UUID
    state: RunState
    output: Any
    error: Mapping[str, Any] | None


def result_of(session: Session, tenant_id: UUID, run_id: UUID) -> RunResult | None:
    """Give what a run came to; None while it goes on.

    Raises:
        NotFoundError: no such run in this tenant.
    """
    wanted = select(Run.state, Run.output, Run.error).where(
        Run.tenant_id == tenant_id, Run.id == run_id
    )
    found = session.execute(wanted).first()
    if found is None:
        raise NotFoundError("no such run", id=str(run_id))
    if not found.state.is_over:
        return None
    output = fetch(session, tenant_id, found.output)
    return RunResult(run_id=run_id, state=found.state, output=output, error=found.error)

"""What steps of a live workflow were last given and gave, for who tries another version on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.runs._tables import Run, StepRecord, StepState
from runtime.runs.blobs import fetch, is_reference
from runtime.runs.paths import split

RUNS_LOOKED = 500
"""So many of a workflow's last runs are looked through."""
RECORDS_LOOKED = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One step that worked, with all that went in and came out.

    Attributes:
        step: Its id in the workflow; `path` says in which round of a loop as well.
        version: Of the block that performed it.
        config: The settings, with all expressions evaluated.
        is_gone: Whether a large value of it is not kept any more; then nothing is here.
    """

    run_id: UUID
    step: str
    path: str
    attempt: int
    version: str
    config: Any
    input: Any
    port: str
    output: Any
    variables: Mapping[str, Any]
    began_at: datetime
    is_gone: bool = False


def recorded_steps(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    block_id: str,
    versions: Collection[str],
    *,
    per_step: int,
) -> list[Recorded]:
    """List the last steps that worked with some versions of a block, what ended last first.

    Test runs are left out. Of each step there are `per_step` at most, all rounds of a loop counted
    as one step.
    """
    recent = (
        select(Run.id)
        .where(Run.tenant_id == tenant_id, Run.flow_id == flow_id, Run.is_trial.is_(False))
        .order_by(Run.started_at.desc())
        .limit(RUNS_LOOKED)
    )
    rows = session.execute(
        select(StepRecord.id, StepRecord.step)
        .where(
            StepRecord.tenant_id == tenant_id,
            StepRecord.run_id.in_(recent),
            StepRecord.block.in_([f"{block_id}@{one}" for one in versions]),
            StepRecord.state == StepState.SUCCEEDED,
        )
        .order_by(StepRecord.ended_at.desc(), StepRecord.id)
        .limit(RECORDS_LOOKED)
    )
    seen, wanted = Counter[str](), list[UUID]()
    for row in rows:
        step = split(row.step)[1]
        seen[step] += 1
        if seen[step] <= per_step:
            wanted.append(row.id)
    found = select(StepRecord).where(StepRecord.tenant_id == tenant_id, StepRecord.id.in_(wanted))
    by_id = {one.id: one for one in session.scalars(found)}
    return [_recorded(session, tenant_id, by_id[one]) for one in wanted if one in by_id]


def _recorded(session: Session, tenant_id: UUID, row: StepRecord) -> Recorded:
    is_gone = False
    values = []
    for value in (row.config, row.input, row.output):
        try:
            values.append(fetch(session, tenant_id, value) if is_reference(value) else value)
        except NotFoundError:
            values, is_gone = [None, None, None], True
            break
    config, given, output = values
    return Recorded(
        run_id=row.run_id,
        step=split(row.step)[1],
        path=row.step,
        attempt=row.attempt,
        version=row.block.partition("@")[2],
        config=config,
        input=given,
        port=row.port or "done",
        output=output,
        variables=row.variables or {},
        began_at=row.started_at or row.queued_at,
        is_gone=is_gone,
    )

"""How steps of one version of a block end, for whoever decides whether more shall use it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import FromClause, case, func, select
from sqlalchemy.orm import Session

from runtime.runs._tables import Run, StepRecord, StepState


class Results(NamedTuple):
    """How many steps are over, and how many of them failed whatever was tried."""

    samples: int
    failures: int


def results_among(session: Session, block_id: str, version: str, since: FromClause) -> Results:
    """Count the steps with a block's version in runs of some organisations, trials left out.

    A step that worked at last is one that worked; one that failed counts once its run is over, for
    until then it may be tried again. One question for all of them, in system scope.

    Args:
        session: The session, in system scope.
        block_id: The block.
        version: Its version.
        since: Whose runs, and from when on they must have begun, by columns `tenant_id`, `since`.
    """
    worked = func.max(case((StepRecord.state == StepState.SUCCEEDED, 1), else_=0))
    failed = func.max(case((StepRecord.state == StepState.FAILED, 1), else_=0))
    each = (
        select(worked.label("worked"), failed.label("failed"), Run.ended_at)
        .join(Run, Run.id == StepRecord.run_id)
        .join(since, since.c.tenant_id == Run.tenant_id)
        .where(
            StepRecord.tenant_id == Run.tenant_id,
            Run.started_at >= since.c.since,
            Run.is_trial.is_(False),
            StepRecord.block == f"{block_id}@{version}",
        )
        .group_by(StepRecord.run_id, StepRecord.step, Run.ended_at)
        .subquery()
    )
    did_fail = (each.c.worked == 0) & (each.c.failed == 1) & each.c.ended_at.is_not(None)
    total = select(
        func.coalesce(func.sum(case((each.c.worked == 1, 1), else_=0)), 0),
        func.coalesce(func.sum(case((did_fail, 1), else_=0)), 0),
    )
    good, bad = session.execute(total).one()
    return Results(samples=good + bad, failures=bad)

"""How steps of one version of a block end, for whoever decides whether more shall use it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, Subquery, case, distinct, func, select
from sqlalchemy.orm import Session

from runtime.runs._tables import Run, StepRecord, StepState
from tenancy._tables import Environment


class Results(NamedTuple):
    """How many steps are over, and how many of them failed whatever was tried."""

    samples: int
    failures: int


class VersionResults(NamedTuple):
    """The same of one version, and how many organisations are behind it, environments as theirs."""

    samples: int
    failures: int
    organisations: int


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
    each = _each_step(since, StepRecord.block == f"{block_id}@{version}")
    total = select(
        func.coalesce(func.sum(case((each.c.worked == 1, 1), else_=0)), 0),
        func.coalesce(func.sum(case((_did_fail(each), 1), else_=0)), 0),
    )
    good, bad = session.execute(total).one()
    return Results(samples=good + bad, failures=bad)


def results_by_version(
    session: Session, block_id: str, since: FromClause
) -> dict[str, VersionResults]:
    """Count likewise for all versions of a block at once; one whose steps are not over is left out.

    Args:
        session: The session, in system scope.
        block_id: The block.
        since: As `results_among` has it.
    """
    each = _each_step(since, StepRecord.block.startswith(f"{block_id}@", autoescape=True))
    whose = func.coalesce(Environment.live_id, each.c.tenant_id)
    counted = (
        select(
            each.c.block,
            func.count(),
            func.sum(case((_did_fail(each), 1), else_=0)),
            func.count(distinct(whose)),
        )
        .outerjoin(Environment, Environment.organisation_id == each.c.tenant_id)
        .where((each.c.worked == 1) | _did_fail(each))
        .group_by(each.c.block)
    )
    return {
        block.rpartition("@")[2]: VersionResults(
            samples=samples, failures=failures, organisations=organisations
        )
        for block, samples, failures, organisations in session.execute(counted)
    }


def _each_step(since: FromClause, which: ColumnElement[bool]) -> Subquery:
    """Ask of each step, over all its attempts, whether it worked and whether one failed."""
    worked = func.max(case((StepRecord.state == StepState.SUCCEEDED, 1), else_=0))
    failed = func.max(case((StepRecord.state == StepState.FAILED, 1), else_=0))
    columns = (Run.tenant_id, StepRecord.block, Run.ended_at)
    return (
        select(worked.label("worked"), failed.label("failed"), *columns)
        .join(Run, Run.id == StepRecord.run_id)
        .join(since, since.c.tenant_id == Run.tenant_id)
        .where(
            StepRecord.tenant_id == Run.tenant_id,
            Run.started_at >= since.c.since,
            Run.is_trial.is_(False),
            which,
        )
        .group_by(StepRecord.run_id, StepRecord.step, *columns)
        .subquery()
    )


def _did_fail(each: Subquery) -> ColumnElement[bool]:
    return (each.c.worked == 0) & (each.c.failed == 1) & each.c.ended_at.is_not(None)

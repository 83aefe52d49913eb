"""Lists of runs: filters, pages, and counts that stay cheap however many runs have finished.

A count filters what an index orders there and looks for anything else in a window of the newest
rows. It says so: "1,000+" means that there are at least that many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from kernel.clock import parse_instant
from kernel.cursors import read_place
from kernel.tally import Tally
from runtime.flows.versions import flow_names
from runtime.runs._shown import RUN_COLUMNS, WAITS_ITS_TURN, RunView, run_view
from runtime.runs._tables import Run, RunState

HELD = "held"
STATES = (
    *(one.value for one in (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)),
    HELD,
    *(one.value for one in (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)),
)
KINDS = ("rule", "schedule", "webhook", "manual", "flow")
COUNT_MAX = 1_000
WINDOW = 10_000
NEWER_MAX = 100
CODES_OF = 200
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs to list. Trials are left out unless asked for.

    Attributes:
        state: One of STATES; "" for any.
        q: A part of what started them or of who did; or a run's id.
        error: Code of the error they failed with; "any" for those with an error.
        since, until: Started at or after, and before.
    """

    state: str = ""
    q: str = ""
    flow_id: UUID | None = None
    kind: str = ""
    error: str = ""
    since: datetime | None = None
    until: datetime | None = None
    with_trials: bool = False
    alarm_id: UUID | None = None


def list_runs(
    session: Session,
    tenant_id: UUID,
    wanted: RunFilter,
    *,
    limit: int = 50,
    after: Sequence[str] | None = None,
    as_of: Sequence[str] | None = None,
) -> list[RunView]:
    """List runs, newest first.

    `after` is the place (`place_of`) where the page before ended, `as_of` the place of the newest
    run to list: later ones are left out.
    """
    query = select(*RUN_COLUMNS).where(*_conditions(tenant_id, wanted))
    if after is not None:
        at, id_ = _read_place(after)
        query = query.where(_from(at, Run.id < id_))
    if as_of is not None:
        at, id_ = _read_place(as_of)
        query = query.where(_from(at, Run.id <= id_))
    rows = session.execute(_newest_first(query).limit(limit)).all()
    names = flow_names(session, tenant_id, {row.flow_id for row in rows})
    return [run_view(row, names.get(row.flow_id, "")) for row in rows]


def place_of(run: RunView) -> list[str]:
    """Give where a page that ends with this run ended, for `after`."""
    return [run.started_at.isoformat(), str(run.id)]


def matching_ids(
    session: Session, tenant_id: UUID, wanted: RunFilter, *, states: Sequence[RunState], limit: int
) -> list[UUID]:
    """List the newest runs that fit and are in one of the states."""
    query = select(Run.id).where(*_conditions(tenant_id, wanted), Run.state.in_(states))
    return list(session.scalars(_newest_first(query).limit(limit)))


def count_newer(
    session: Session, tenant_id: UUID, wanted: RunFilter, *, place: Sequence[str]
) -> Tally:
    """Count the runs that fit and started after the one at a place."""
    at, id_ = _read_place(place)
    later = or_(Run.started_at > at, and_(Run.started_at == at, Run.id > id_))
    rows = select(Run.id).where(*_conditions(tenant_id, wanted), Run.started_at >= at, later)
    found = len(session.scalars(rows.limit(NEWER_MAX)).all())
    return Tally(found, is_least=found == NEWER_MAX)


def count_by_state(session: Session, tenant_id: UUID, wanted: RunFilter) -> dict[str, Tally]:
    """Count the runs that fit by state, whichever state the filter names; every state is there."""
    return {
        state: _count(session, tenant_id, replace(wanted, state=state), state) for state in STATES
    }


def recent_error_codes(session: Session, tenant_id: UUID) -> list[str]:
    """List the codes that the latest failed runs ended with."""
    rows = session.scalars(
        select(Run.error["code"].as_string())
        .where(Run.tenant_id == tenant_id, Run.state == RunState.FAILED)
        .order_by(Run.started_at.desc())
        .limit(CODES_OF)
    )
    return sorted({code for code in rows if code})


def count_runs(session: Session, tenant_id: UUID, *, since: datetime) -> dict[RunState, int]:
    """Count the runs started since an instant by state; every state is there."""
    rows = session.execute(
        select(Run.state, func.count(Run.id))
        .where(Run.tenant_id == tenant_id, Run.started_at >= since, Run.is_trial.is_(False))
        .group_by(Run.state)
    )
    found: dict[RunState, int] = {row[0]: row[1] for row in rows}
    return {state: found.get(state, 0) for state in RunState}


def _count(session: Session, tenant_id: UUID, wanted: RunFilter, state: str) -> Tally:
    others = _looked_for(wanted)
    passes_most = len(others) <= (0 if wanted.with_trials else 1)  # trials alone are left out
    window = COUNT_MAX if passes_most else WINDOW
    fits = case((and_(*others), 1), else_=0) if others else case((Run.id.is_not(None), 1))
    newest = (
        select(fits.label("fits"))
        .where(*_indexed(tenant_id, wanted), *_in_state(state))
        .order_by(Run.started_at.desc())
        .limit(window)
        .subquery()
    )
    seen, found = session.execute(select(func.count(), func.sum(newest.c.fits))).one()
    count = found or 0
    return Tally(min(count, COUNT_MAX), is_least=seen == window or count > COUNT_MAX)


def _newest_first(query: Query) -> Query:
    return query.order_by(Run.started_at.desc(), Run.id.desc())


def _conditions(tenant_id: UUID, wanted: RunFilter) -> list[ColumnElement[bool]]:
    found = [*_indexed(tenant_id, wanted), *_looked_for(wanted)]
    return [*found, *_in_state(wanted.state)] if wanted.state else found


def _in_state(state: str) -> list[ColumnElement[bool]]:
    if state == HELD:
        return [WAITS_ITS_TURN, Run.state == RunState.QUEUED]
    if state == RunState.QUEUED.value:
        return [Run.state == RunState.QUEUED, ~WAITS_ITS_TURN]
    return [Run.state == RunState(state)]


def _indexed(tenant_id: UUID, wanted: RunFilter) -> list[ColumnElement[bool]]:
    """Give what an index finds."""
    found = [Run.tenant_id == tenant_id]
    if wanted.flow_id is not None:
        found.append(Run.flow_id == wanted.flow_id)
    if wanted.since is not None:
        found.append(Run.started_at >= wanted.since)
    if wanted.until is not None:
        found.append(Run.started_at < wanted.until)
    return found


def _looked_for(wanted: RunFilter) -> list[ColumnElement[bool]]:
    """Give what each row is asked."""
    found: list[ColumnElement[bool]] = []
    if not wanted.with_trials:
        found.append(Run.is_trial.is_(False))
    if wanted.q:
        found.append(_says(wanted.q))
    if wanted.kind:
        found.append(Run.trigger_kind == wanted.kind)
    if wanted.error == "any":
        found.append(Run.error.is_not(None))
    elif wanted.error:
        found.append(Run.error["code"].as_string() == wanted.error)
    if wanted.alarm_id is not None:
        found.append(Run.trigger["alarm"]["id"].as_string() == str(wanted.alarm_id))
    return found


def _says(q: str) -> ColumnElement[bool]:
    try:
        return Run.id == UUID(q)
    except ValueError:
        about, by = Run.subject, Run.started_by
        return or_(about.icontains(q, autoescape=True), by.icontains(q, autoescape=True))


def _from(at: datetime, within: ColumnElement[bool]) -> ColumnElement[bool]:
    """Start at an instant; said as a range first, which an index can find."""
    return and_(Run.started_at <= at, or_(Run.started_at < at, within))


def _read_place(place: Sequence[str]) -> tuple[datetime, UUID]:
    at, id_ = read_place(place, parse_instant, UUID)
    return at, id_

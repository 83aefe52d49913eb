"""Does one shadow run: taken on by a lease, workflow by workflow, whatever one of them holds.

A process of its own does it (`garland.shadow_runs`), in whose sandbox the code of others runs.
What it finds is committed workflow by workflow, so that it can be followed and stopped. Should
the process die, the next begins anew, three times at most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.across import holdings_of
from blocks.installs.offering import package_of
from blocks.installs.registry import block_to_try
from blocks.manifest import kept_manifest
from blocks.registry import Block
from kernel.clock import utc_now
from kernel.errors import GarlandError
from kernel.ids import new_id
from marketplace.impact.finding import older_of
from marketplace.impact.reach import still_reaches
from marketplace.shadow._tables import STEP_MAX, TOLD_MAX, ShadowRow, ShadowStep
from marketplace.shadow.model import PATHS_MAX, Counts, ShadowState, Tried, added, count
from marketplace.shadow.trying import NoSandboxHereError, try_recorded
from runtime.flows.block_moves import live_with
from runtime.runs.recorded import recorded_steps
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

LEASE_S = 600
TRIES_MAX = 3
_TO_DO = (ShadowState.WAITING, ShadowState.RUNNING)


class LeftError(Exception):
    """This process does not go on: somebody stopped the run, or another process has it."""


class Hold(NamedTuple):
    """That a shadow run is this process's: until another one began it, which counts `tries`."""

    shadow_id: UUID
    tries: int


class Place(NamedTuple):
    """A workflow to try; `versions` are the older ones, with the digests of their packages."""

    tenant_id: UUID
    flow_id: UUID
    versions: dict[str, str]


def has_shadow_to_do(session: Session, *, now: datetime) -> bool:
    """Tell whether a shadow run waits, or the process that did it died; in system scope."""
    return session.scalar(select(ShadowRow.id).where(_to_do(now)).limit(1)) is not None


def do_next_shadow(
    sessions: sessionmaker[Session],
    *,
    goes_on: Callable[[], bool] = lambda: True,
    clock: Callable[[], datetime] = utc_now,
) -> bool:
    """Do the shadow run that waits for longest; False when none does."""
    with sessions() as session, session.begin(), system(session):
        hold = _claim(session, now=clock())
    if hold is None:
        return False
    try:
        _do(sessions, hold, goes_on=goes_on, clock=clock)
    except LeftError:
        log.info("shadow_run_left", shadow_id=str(hold.shadow_id))
    except NoSandboxHereError as error:
        _end(sessions, hold, ShadowState.FAILED, str(error), now=clock())
    return True


def _claim(session: Session, *, now: datetime) -> Hold | None:
    row = session.scalar(
        select(ShadowRow)
        .where(_to_do(now))
        .order_by(ShadowRow.made_at, ShadowRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    if row.tries >= TRIES_MAX:
        told = f"The process that did it died {TRIES_MAX} times: it takes too much."
        row.state, row.told, row.ended_at, row.claimed_until = ShadowState.FAILED, told, now, None
        return None
    row.tries, row.state = row.tries + 1, ShadowState.RUNNING
    row.claimed_until = now + timedelta(seconds=LEASE_S)
    row.flows_done, row.flows_total, row.found = 0, 0, {}
    session.execute(delete(ShadowStep).where(ShadowStep.shadow_id == row.id))
    session.flush()
    return Hold(row.id, row.tries)


def _do(
    sessions: sessionmaker[Session],
    hold: Hold,
    *,
    goes_on: Callable[[], bool],
    clock: Callable[[], datetime],
) -> None:
    with sessions() as session, session.begin(), system(session):
        row = _held(session, hold, now=clock())
        places = list(_places(session, row))
        digest, per_step, row.flows_total = row.digest, row.per_step, len(places)
        block_id, below, owner_id = row.listing_id, row.below, row.tenant_id
    for place in places:
        with sessions() as session, session.begin(), as_tenant(session, place.tenant_id):
            where = (session, place.tenant_id, place.flow_id, block_id)
            records = recorded_steps(*where, list(place.versions), per_step=per_step)
            new, olds = _blocks(session, place, digest)
        with sessions() as session, session.begin(), system(session):
            if not still_reaches(session, owner_id, place.tenant_id):  # it moved away meanwhile
                records = []
        tried = []
        for one in records:
            if not goes_on():
                raise LeftError
            with sessions() as session, session.begin(), system(session):
                _held(session, hold, now=clock())
            tried.append((one.step, try_recorded(new, olds.get(one.version), one)))
        with sessions() as session, session.begin(), system(session):
            _keep(session, _held(session, hold, now=clock()), place, tried, below=below)
    _end(sessions, hold, ShadowState.DONE, "", now=clock())


def _places(session: Session, row: ShadowRow) -> Iterator[Place]:
    """Yield the live workflows that use an older version, of everybody it is about."""
    asked = [UUID(one) for one in row.among]
    among = [one for one in asked if still_reaches(session, row.tenant_id, one)]
    holdings = holdings_of(session, row.listing_id, among)
    new = kept_manifest(package_of(session, row.digest).manifest)
    for tenant_id in among:
        with as_tenant(session, tenant_id):
            older = older_of(holdings.get(tenant_id, []), new)
            versions = {one.version: one.digest for one in older}
            for live in live_with(session, tenant_id, row.listing_id, versions):
                yield Place(tenant_id, live.flow_id, versions)


def _blocks(session: Session, place: Place, digest: str) -> tuple[Block, dict[str, Block]]:
    """Make the new version, and the older ones that can be made still, for one organisation."""
    olds = {}
    for version, old in place.versions.items():
        try:
            olds[version] = block_to_try(session, place.tenant_id, old)
        except GarlandError:
            log.warning("shadow_old_version_gone", digest=old)
    return block_to_try(session, place.tenant_id, digest), olds


def _keep(
    session: Session,
    row: ShadowRow,
    place: Place,
    tried: Sequence[tuple[str, Tried]],
    *,
    below: bool,
) -> None:
    """Count what came of a workflow; step by step only where it is its owner who asked."""
    counts = count(one for _, one in tried)
    mine: Counts = row.found.get(str(place.tenant_id), {})
    row.found = {**row.found, str(place.tenant_id): added([mine, counts])}
    row.flows_done += 1
    if below:
        return
    by_step: dict[str, list[Tried]] = {}
    for step, one in tried:
        by_step.setdefault(step, []).append(one)
    shadow_id = row.id
    with as_tenant(session, place.tenant_id):
        session.add_all(
            ShadowStep(
                id=new_id(),
                tenant_id=place.tenant_id,
                shadow_id=shadow_id,
                flow_id=place.flow_id,
                step=step[:STEP_MAX],
                counts=count(ones),
                paths=_most(path for one in ones for path in one.paths),
                codes=_most(one.code for one in ones if one.code),
            )
            for step, ones in by_step.items()
        )
        session.flush()


def _most(words: Iterable[str]) -> list[tuple[str, int]]:
    return Counter(words).most_common(PATHS_MAX)


def _held(session: Session, hold: Hold, *, now: datetime) -> ShadowRow:
    """Give a shadow run, locked, that is still this process's; its lease is renewed.

    Raises:
        LeftError: somebody stopped it, or another process has it.
    """
    wanted = select(ShadowRow).where(ShadowRow.id == hold.shadow_id).with_for_update()
    row = session.scalar(wanted.execution_options(populate_existing=True))
    if row is None or row.state is not ShadowState.RUNNING or row.tries != hold.tries:
        raise LeftError
    row.claimed_until = now + timedelta(seconds=LEASE_S)
    return row


def _end(
    sessions: sessionmaker[Session], hold: Hold, state: ShadowState, told: str, *, now: datetime
) -> None:
    with sessions() as session, session.begin(), system(session):
        row = _held(session, hold, now=now)
        row.state, row.told, row.ended_at, row.claimed_until = state, told[:TOLD_MAX], now, None
        log.info("shadow_run_ended", block=row.listing_id, state=state.value)


def _to_do(now: datetime) -> ColumnElement[bool]:
    free = or_(ShadowRow.claimed_until.is_(None), ShadowRow.claimed_until <= now)
    return ShadowRow.state.in_(_TO_DO) & free

"""What the clock does with roll-outs: it measures, judges, moves some, or takes some back."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs.offering import package_of
from blocks.manifest import Manifest, kept_manifest
from marketplace.rollouts._tables import RolloutMember, RolloutRow
from marketplace.rollouts.model import (
    Measured,
    MemberState,
    Plan,
    Progress,
    RolloutState,
    judged,
    may_be_moved,
    read_plan,
)
from marketplace.rollouts.moving import move, take_back
from marketplace.rollouts.stops import Stops
from marketplace.rollouts.store import progress_of, put
from runtime.runs.block_results import results_of
from tenancy.audit.trail import About, note
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=10)
LOOK_AGAIN = timedelta(minutes=10)
"""How long what is kept back rests before it is looked at again."""
BITE = 20
"""So many organisations are moved in one transaction at most."""


def due_rollouts(session: Session, *, now: datetime) -> list[UUID]:
    """List the roll-outs that have to be looked at, what is due longest first; in system scope."""
    wanted = select(RolloutRow.id).where(RolloutRow.due_at <= now)
    return list(session.scalars(wanted.order_by(RolloutRow.due_at)))


def look(session: Session, rollout_id: UUID, *, now: datetime) -> bool:
    """Do what is next of one roll-out, for some organisations; tell whether there is more at once.

    In system scope. Judging comes before moving: nobody is moved to what is known to fail.
    """
    locked = select(RolloutRow).where(RolloutRow.id == rollout_id).with_for_update()
    row = session.scalar(locked.execution_options(populate_existing=True))
    if row is None or not row.state.has_to_do:
        return False
    new = kept_manifest(package_of(session, row.digest).manifest)
    if row.state is RolloutState.RUNNING:
        _judge(session, row, now=now)
    if row.state is RolloutState.GOING_BACK:
        return _take_back(session, row, new, now=now)
    if row.state is not RolloutState.RUNNING:
        return False
    is_more = _move(session, row, new, now=now)
    row.due_at = now if is_more else now + LOOK_EVERY
    session.flush()
    return is_more


def measured_of(session: Session, row: RolloutRow) -> Measured:
    """Add up how steps with the version ended wherever it was moved to, since then."""
    samples = failures = 0
    for member in _members(session, row.id, MemberState.MOVED):
        if member.moved_at is None:
            continue
        tenant_id, since = member.organisation_id, member.moved_at
        with as_tenant(session, tenant_id):
            block = (row.listing_id, row.version)
            found = results_of(session, tenant_id, *block, since=since)
        samples, failures = samples + found.samples, failures + found.failures
    return Measured(samples=samples, failures=failures)


def _judge(session: Session, row: RolloutRow, *, now: datetime) -> None:
    plan, before = read_plan(row.plan), progress_of(row)
    there = _members(session, row.id, *_NOT_MOVED)
    begun = [one.state for one in there if one.ring <= row.ring]
    waiting = begun.count(MemberState.WAITING)
    counts = {"waiting": waiting, "left": len(begun) - waiting}
    after = judged(plan, before, measured_of(session, row), **counts, now=now)
    put(row, after, due_at=now if after.state.has_to_do else None)
    session.flush()
    if after.state is not before.state:
        _tell(session, row, plan, after, now=now)


def _tell(session: Session, row: RolloutRow, plan: Plan, after: Progress, *, now: datetime) -> None:
    log.info("rollout_judged", rollout_id=str(row.id), state=after.state.value, ring=after.ring)
    about = About(kind="rollout", id=row.id, name=f"{row.listing_id} {row.version}")
    facts = {"ring": f"{after.ring} of {len(plan.rings)}", "reason": after.reason}
    with as_tenant(session, row.tenant_id):
        done = "rollout.finished" if after.state is RolloutState.FINISHED else "rollout.halted"
        note(session, row.tenant_id, done, now=now, about=about, facts=facts)


def _move(session: Session, row: RolloutRow, new: Manifest, *, now: datetime) -> bool:
    progress, stops = progress_of(row), Stops(session, row.listing_id)
    looked = 0
    for member in _members(session, row.id, *_NOT_MOVED):
        rested = member.looked_at is None or now - member.looked_at >= LOOK_AGAIN
        if not may_be_moved(progress, member.ring, member.state, looks_again=rested):
            continue
        if why := stops.why(member.organisation_id):
            member.state, member.told = MemberState.STOPPED, why
            continue
        if looked == BITE:
            return True
        looked += 1
        move(session, member, new, row.digest, now=now)
    return False


_NOT_MOVED = (MemberState.WAITING, MemberState.STOPPED, MemberState.KEPT_BACK)


def _take_back(session: Session, row: RolloutRow, new: Manifest, *, now: datetime) -> bool:
    moved = _members(session, row.id, MemberState.MOVED)
    for member in moved[:BITE]:
        take_back(session, member, new, row.digest, now=now)
    is_more = len(moved) > BITE
    if not is_more:
        row.state = RolloutState.ROLLED_BACK
        about = About(kind="rollout", id=row.id, name=f"{row.listing_id} {row.version}")
        facts = {"reason": row.reason}
        with as_tenant(session, row.tenant_id):
            note(session, row.tenant_id, "rollout.taken_back", now=now, about=about, facts=facts)
    row.due_at = now if is_more else None
    session.flush()
    return is_more


def _members(session: Session, rollout_id: UUID, *states: MemberState) -> list[RolloutMember]:
    wanted = select(RolloutMember).where(
        RolloutMember.rollout_id == rollout_id, RolloutMember.state.in_(states)
    )
    with system(session):
        return list(session.scalars(wanted.order_by(RolloutMember.ring, RolloutMember.id)))

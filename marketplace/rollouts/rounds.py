"""What the clock does with roll-outs: it measures, judges, moves some, or takes some back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, func, or_, select
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
    past_empty,
    peopled,
    read_plan,
)
from marketplace.rollouts.moving import move, take_back
from marketplace.rollouts.stops import Stops
from marketplace.rollouts.store import filled_rings, progress_of, put
from marketplace.rollouts.words import NOT_BACK, OTHERWISE
from runtime.runs.block_results import results_among
from tenancy.audit.trail import About, note
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=10)
LOOK_AGAIN = timedelta(minutes=10)
"""How long what is kept back rests before it is looked at again."""
BITE = 20
"""So many organisations are moved in one transaction at most."""
LOOK_MAX = 200
"""Of so many organisations at most it is asked in one transaction whether somebody stopped it."""


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
    moved = (
        select(
            RolloutMember.organisation_id.label("tenant_id"), RolloutMember.moved_at.label("since")
        )
        .where(_is_moved(row), RolloutMember.moved_at.is_not(None))
        .subquery()
    )
    with system(session):
        found = results_among(session, row.listing_id, row.version, moved)
    return Measured(samples=found.samples, failures=found.failures)


def _judge(session: Session, row: RolloutRow, *, now: datetime) -> None:
    plan, before = read_plan(row.plan), progress_of(row)
    begun = _begun(session, row)
    waiting = begun[MemberState.WAITING]
    counts = {"waiting": waiting, "left": begun.total() - waiting}
    filled = filled_rings(session, row)
    cut, measured = peopled(plan, filled), measured_of(session, row)
    after = past_empty(judged(cut, before, measured, **counts, now=now), filled)
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


def _begun(session: Session, row: RolloutRow) -> Counter[MemberState]:
    """Count who is not moved of the rings that began, by what became of them."""
    wanted = (
        select(RolloutMember.state, func.count(RolloutMember.id).label("number"))
        .where(
            RolloutMember.rollout_id == row.id,
            RolloutMember.state.in_(_NOT_MOVED),
            RolloutMember.ring <= row.ring,
        )
        .group_by(RolloutMember.state)
    )
    with system(session):
        return Counter({one.state: one.number for one in session.execute(wanted)})


def _move(session: Session, row: RolloutRow, new: Manifest, *, now: datetime) -> bool:
    progress, stops = progress_of(row), Stops(session, row.listing_id)
    found, tried = _to_look_at(session, row, now=now), 0
    for member in found:
        if not may_be_moved(progress, member.ring, member.state, looks_again=True):
            continue
        if why := stops.why(member.organisation_id):
            member.state, member.told, member.looked_at = MemberState.STOPPED, why, now
            continue
        if tried == BITE:
            return True
        tried += 1
        if not _apart(session, member, partial(move, session, member, new, row.digest, now=now)):
            member.state, member.told, member.looked_at = MemberState.KEPT_BACK, OTHERWISE, now
    return len(found) == LOOK_MAX


_NOT_MOVED = (MemberState.WAITING, MemberState.STOPPED, MemberState.KEPT_BACK)


def _to_look_at(session: Session, row: RolloutRow, *, now: datetime) -> list[RolloutMember]:
    """Give who may be moved of the rings that began, who was looked at longest ago first.

    Nobody is twice among them at the same time, and what is kept back rests in between.
    """
    seen = RolloutMember.looked_at
    rested = or_(RolloutMember.state != MemberState.KEPT_BACK, seen <= now - LOOK_AGAIN)
    wanted = (
        select(RolloutMember)
        .where(
            RolloutMember.rollout_id == row.id,
            RolloutMember.state.in_(_NOT_MOVED),
            RolloutMember.ring <= row.ring,
            or_(seen.is_(None), and_(seen < now, rested)),
        )
        .order_by(seen.is_not(None), seen, RolloutMember.ring, RolloutMember.id)
        .limit(LOOK_MAX)
    )
    with system(session):
        return list(session.scalars(wanted))


def _apart(session: Session, member: RolloutMember, do: Callable[[], None]) -> bool:
    """Do something with one organisation; tell whether it did not break, whatever the reason."""
    ids = {"rollout_id": str(member.rollout_id), "organisation_id": str(member.organisation_id)}
    try:
        with session.begin_nested():
            do()
    except Exception:  # one organisation's trouble keeps no other from its turn
        log.exception("rollout_member_broke", **ids)
        return False
    return True


def _take_back(session: Session, row: RolloutRow, new: Manifest, *, now: datetime) -> bool:
    moved = _to_take_back(session, row, now=now)
    for member in moved[:BITE]:
        take = partial(take_back, session, member, new, row.digest, now=now)
        if not _apart(session, member, take):
            member.told, member.looked_at = NOT_BACK, now
    session.flush()
    is_more, is_left = len(moved) > BITE, _has_moved(session, row)
    if not is_left:
        row.state = RolloutState.ROLLED_BACK
        about = About(kind="rollout", id=row.id, name=f"{row.listing_id} {row.version}")
        facts = {"reason": row.reason}
        with as_tenant(session, row.tenant_id):
            note(session, row.tenant_id, "rollout.taken_back", now=now, about=about, facts=facts)
    row.due_at = now if is_more else now + LOOK_AGAIN if is_left else None
    session.flush()
    return is_more


def _to_take_back(session: Session, row: RolloutRow, *, now: datetime) -> list[RolloutMember]:
    """Give whom to take back, one more than at once; where that broke, it rests in between."""
    rested = or_(RolloutMember.told == "", RolloutMember.looked_at <= now - LOOK_AGAIN)
    wanted = (
        select(RolloutMember)
        .where(_is_moved(row), rested)
        .order_by(RolloutMember.ring, RolloutMember.id)
        .limit(BITE + 1)
    )
    with system(session):
        return list(session.scalars(wanted))


def _has_moved(session: Session, row: RolloutRow) -> bool:
    with system(session):
        return session.scalar(select(RolloutMember.id).where(_is_moved(row)).limit(1)) is not None


def _is_moved(row: RolloutRow) -> ColumnElement[bool]:
    return and_(RolloutMember.rollout_id == row.id, RolloutMember.state == MemberState.MOVED)

"""Roll-outs as a provider begins, watches and steers them.

A provider rolls out to whom it reaches (`marketplace.impact.reach`) and sees of each how far it is;
of those it does not name, numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.installs.across import holdings_of
from kernel.acting import Acting
from kernel.cursors import read_place
from kernel.errors import ConflictError
from kernel.ids import new_id
from marketplace.impact.finding import candidate, older_of
from marketplace.impact.reach import reach_of
from marketplace.rollouts._tables import RolloutMember, RolloutRow
from marketplace.rollouts.alone import UNDER_WAY, keep_alone, refuse_before_later, refuse_second
from marketplace.rollouts.model import (
    WISHES,
    MemberState,
    Plan,
    Progress,
    RolloutState,
    past_empty,
    peopled,
    plan_document,
    read_plan,
    ring_of,
    went_on,
)
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.rows import get_owned
from tenancy.scope import system


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutView:
    """A roll-out as its provider sees it; `members` counts organisations by what became of them."""

    id: UUID
    listing_id: str
    version: str
    digest: str
    plan: Plan
    state: RolloutState
    ring: int
    ring_since: datetime
    reason: str
    made_at: datetime
    made_by: str
    members: Mapping[MemberState, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """How far it is with one of those whom a provider looks after, and all told with it."""

    organisation_id: UUID
    name: str
    rings: Sequence[int]
    states: Mapping[MemberState, int]
    told: Sequence[str]


def begin_rollout(
    session: Session, who: Acting, digest: str, plan: Any, *, now: datetime
) -> RolloutView:
    """Begin to roll a version out to all whom a provider reaches and that have an older one.

    Raises:
        NotFoundError: who acts looks after nobody, or there is no such package for them.
        InvalidError: the plan, naming each field.
        ConflictError: nobody has an older version, or another roll-out of the block is under way.
    """
    reached = reach_of(session, who)
    new, checked = candidate(session, who.tenant_id, digest), read_plan(plan)
    refuse_second(session, who.tenant_id, new.id)
    holdings = holdings_of(session, new.id, list(reached))
    meant = sorted(id_ for id_, held in holdings.items() if older_of(held, new))
    if not meant:
        raise ConflictError(
            f"nobody has a version of {new.id} older than {new.version}: there is nothing to move"
        )
    row = RolloutRow(id=new_id(), tenant_id=who.tenant_id, listing_id=new.id, digest=digest)
    row.version, row.plan, row.state = new.version, plan_document(checked), RolloutState.RUNNING
    row.ring = min(ring_of(checked, row.id, one) for one in meant)
    row.ring_since = row.due_at = now
    row.made_at, row.made_by = now, who.person_name
    keep_alone(session, row)
    session.add_all(
        RolloutMember(
            id=new_id(),
            tenant_id=who.tenant_id,
            rollout_id=row.id,
            organisation_id=one,
            ring=ring_of(checked, row.id, one),
            state=MemberState.WAITING,
        )
        for one in meant
    )
    session.flush()
    about = About(kind="rollout", id=row.id, name=f"{new.title} {new.version}")
    facts: dict[str, Fact] = {"digest": digest, "organisations": len(meant)}
    note(session, who.tenant_id, "rollout.begun", now=now, about=about, facts=facts)
    return _view(session, row)


def steer(
    session: Session, who: Acting, rollout_id: UUID, wish: str, *, reason: str = "", now: datetime
) -> RolloutView:
    """Pause, resume, halt, take back or send on a roll-out.

    Raises:
        NotFoundError: there is no such one of theirs.
        ConflictError: that is not possible in its state, or before a later one is taken back.
    """
    row = _row(session, who.tenant_id, rollout_id, lock=True)
    possible, becomes = WISHES[wish]
    if row.state not in possible:
        words = row.state.value.replace("_", " ")
        raise ConflictError(f"the roll-out is {words}: {wish} is not possible now")
    if becomes is RolloutState.GOING_BACK:
        refuse_before_later(session, row)
    progress = replace(progress_of(row), state=becomes, reason=reason.strip()[:500])
    if wish == "go-on":
        filled = filled_rings(session, row)
        gone = went_on(peopled(read_plan(row.plan), filled), progress, now=now)
        progress = past_empty(gone, filled)
    put(row, progress, due_at=now if becomes.has_to_do else None)
    if becomes.is_under_way:
        keep_alone(session, row)
    session.flush()
    about = About(kind="rollout", id=row.id, name=f"{row.listing_id} {row.version}")
    facts: dict[str, Fact] = {"wish": wish, "reason": row.reason, "ring": row.ring}
    note(session, who.tenant_id, "rollout.steered", now=now, about=about, facts=facts)
    return _view(session, row)


def list_rollouts(
    session: Session,
    tenant_id: UUID,
    *,
    limit: int,
    after: Sequence[str] | None = None,
    under_way: bool | None = None,
) -> list[RolloutView]:
    """List a provider's roll-outs, the newest first; `after` is the id of the last one.

    Args:
        session: The session.
        tenant_id: The provider.
        limit: How many at most.
        after: Where the page before ended.
        under_way: Those alone that are under way, or are not; None for all.

    Raises:
        InvalidError: `after` is no such place.
    """
    wanted = select(RolloutRow).where(RolloutRow.tenant_id == tenant_id)
    if under_way is not None:
        is_under_way = RolloutRow.state.in_(UNDER_WAY)
        wanted = wanted.where(is_under_way if under_way else ~is_under_way)
    if after is not None:
        [last] = read_place(after, UUID)
        wanted = wanted.where(RolloutRow.id < last)
    rows = session.scalars(wanted.order_by(RolloutRow.id.desc()).limit(limit))
    return [_view(session, row) for row in rows]


def get_rollout(session: Session, tenant_id: UUID, rollout_id: UUID) -> RolloutView:
    """Give one of a provider's roll-outs; raises NotFoundError."""
    return _view(session, _row(session, tenant_id, rollout_id))


def latest_of(session: Session, tenant_id: UUID, digest: str) -> RolloutView | None:
    """Give a provider's last roll-out of a package; None for none."""
    wanted = select(RolloutRow).where(
        RolloutRow.tenant_id == tenant_id, RolloutRow.digest == digest
    )
    row = session.scalar(wanted.order_by(RolloutRow.id.desc()).limit(1))
    return _view(session, row) if row is not None else None


def member_lines(session: Session, who: Acting, rollout_id: UUID) -> list[MemberLine]:
    """Say how far it is with each of those whom a provider names, by name; raises NotFoundError."""
    _row(session, who.tenant_id, rollout_id)
    reached = reach_of(session, who)
    rows = session.scalars(
        select(RolloutMember).where(
            RolloutMember.tenant_id == who.tenant_id, RolloutMember.rollout_id == rollout_id
        )
    )
    grouped: dict[UUID, list[RolloutMember]] = {}
    for row in rows:
        if row.organisation_id in reached:
            grouped.setdefault(reached[row.organisation_id].told_as, []).append(row)
    lines = [
        MemberLine(
            organisation_id=id_,
            name=reached[id_].name,
            rings=sorted({one.ring for one in ones}),
            states=Counter(one.state for one in ones),
            told=sorted({one.told for one in ones if one.told}),
        )
        for id_, ones in grouped.items()
    ]
    return sorted(lines, key=lambda one: (one.name.lower(), str(one.organisation_id)))


def filled_rings(session: Session, row: RolloutRow) -> set[int]:
    """Give in which rings of a roll-out somebody is."""
    wanted = select(RolloutMember.ring).where(RolloutMember.rollout_id == row.id).distinct()
    with system(session):
        return set(session.scalars(wanted))


def progress_of(row: RolloutRow) -> Progress:
    """Give how far a row says that a roll-out is."""
    return Progress(state=row.state, ring=row.ring, since=row.ring_since, reason=row.reason)


def put(row: RolloutRow, progress: Progress, *, due_at: datetime | None) -> None:
    """Write down how far a roll-out is."""
    row.state, row.ring, row.ring_since = progress.state, progress.ring, progress.since
    row.reason, row.due_at = progress.reason, due_at


def _row(session: Session, tenant_id: UUID, rollout_id: UUID, *, lock: bool = False) -> RolloutRow:
    return get_owned(session, RolloutRow, tenant_id, rollout_id, name="roll-out", lock=lock)


def _view(session: Session, row: RolloutRow) -> RolloutView:
    counts = session.execute(
        select(RolloutMember.state, func.count(RolloutMember.id).label("number"))
        .where(RolloutMember.tenant_id == row.tenant_id, RolloutMember.rollout_id == row.id)
        .group_by(RolloutMember.state)
    )
    return RolloutView(
        id=row.id,
        listing_id=row.listing_id,
        version=row.version,
        digest=row.digest,
        plan=read_plan(row.plan),
        state=row.state,
        ring=row.ring,
        ring_since=row.ring_since,
        reason=row.reason,
        made_at=row.made_at,
        made_by=row.made_by,
        members={row.state: row.number for row in counts},
    )

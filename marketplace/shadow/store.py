"""Shadow runs as they are asked for, read and stopped; a process of its own does them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from blocks.installs.across import holdings_of
from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from marketplace.impact.finding import candidate, older_of
from marketplace.impact.reach import reach_of
from marketplace.shadow._tables import ShadowRow, ShadowStep
from marketplace.shadow.guarding import A_DAY, RECORDS_MIN, refuse_often, refuse_unseen, too_few
from marketplace.shadow.model import Counts, ShadowState, Verdict, added, total_of
from runtime.flows.versions import flow_names
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.rows import get_owned
from tenancy.scope import as_tenant

PER_STEP = 20
PER_STEP_MAX = 100
_UNDER_WAY = tuple(one for one in ShadowState if one.is_under_way)
_WORST = (Verdict.FAILS, Verdict.DIFFERS, Verdict.NOT_COMPARABLE, Verdict.SAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowView:
    """A shadow run as who asked for it sees it.

    Attributes:
        counts: How many recorded steps came to what, in all; {} where that is not told.
        is_withheld: Whether so few were tried for a provider that it is not told.
        found: The same by organisation.
        told: Why it failed; "" where it did not.
    """

    id: UUID
    listing_id: str
    version: str
    digest: str
    below: bool
    per_step: int
    state: ShadowState
    flows_total: int
    flows_done: int
    counts: Counts
    is_withheld: bool
    found: Mapping[str, Counts]
    told: str
    made_at: datetime
    made_by: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What came of the steps of one of those whom a provider names, and all told with it.

    `is_withheld` says that it is not told, for it could be told whose records these are.
    """

    organisation_id: UUID
    name: str
    counts: Counts
    is_withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """What came of the records of one step, for its owner."""

    flow_id: UUID
    flow: str
    step: str
    counts: Counts
    paths: Sequence[tuple[str, int]]
    codes: Sequence[tuple[str, int]]


def ask_shadow(
    session: Session,
    who: Acting,
    digest: str,
    *,
    below: bool,
    per_step: int = PER_STEP,
    now: datetime,
) -> ShadowView:
    """Ask for a version to be tried on what was recorded: one's own, or of those below one.

    Raises:
        NotFoundError: there is no such package for them, or they look after nobody.
        InvalidError: `per_step` is out of bounds.
        ConflictError: nobody has an older version, or such a run is under way; of those below
            one, as `guarding.refuse_unseen` and `refuse_often`.
    """
    reached = list(reach_of(session, who)) if below else [who.tenant_id]
    new = candidate(session, who.tenant_id, digest)
    if not 1 <= per_step <= PER_STEP_MAX:
        told = f"per_step: try 1 to {PER_STEP_MAX} records of each step"
        raise InvalidError(told, problems=[Problem("/per_step", told)])
    _refuse_second(session, who.tenant_id, digest, below=below)
    if below:
        refuse_unseen(session, who.tenant_id, digest)
        refuse_often(session, who.tenant_id, new.id, now=now)
    holdings = holdings_of(session, new.id, reached)
    among = sorted(str(id_) for id_, held in holdings.items() if older_of(held, new))
    if not among:
        told = f"nobody has a version of {new.id} older than {new.version}: there is nothing to try"
        raise ConflictError(told)
    row = ShadowRow(id=new_id(), tenant_id=who.tenant_id, listing_id=new.id, digest=digest)
    row.version, row.below, row.among, row.per_step = new.version, below, among, per_step
    row.state, row.found, row.made_at, row.made_by = ShadowState.WAITING, {}, now, who.person_name
    _forget_earlier(session, row)
    session.add(row)
    session.flush()
    about = About(kind="block", id=new.id, name=f"{new.title} {new.version}")
    facts: dict[str, Fact] = {"digest": digest, "organisations": len(among), "below": below}
    note(session, who.tenant_id, "shadow.asked", now=now, about=about, facts=facts)
    facts.pop("organisations")  # how many others there are is not theirs to know
    for tenant_id in sorted(map(UUID, among)):
        if tenant_id != who.tenant_id:
            with as_tenant(session, tenant_id):
                note(session, tenant_id, "shadow.asked", now=now, about=about, facts=facts)
    return _view(row)


def get_shadow(session: Session, tenant_id: UUID, shadow_id: UUID, *, below: bool) -> ShadowView:
    """Give one of an organisation's shadow runs; raises NotFoundError."""
    return _view(_row(session, tenant_id, shadow_id, below=below))


def latest_shadow(
    session: Session, tenant_id: UUID, digest: str, *, below: bool
) -> ShadowView | None:
    """Give the last shadow run of a version that an organisation asked for; None for none."""
    wanted = select(ShadowRow).where(
        ShadowRow.tenant_id == tenant_id, ShadowRow.digest == digest, ShadowRow.below.is_(below)
    )
    row = session.scalar(wanted.order_by(ShadowRow.id.desc()).limit(1))
    return _view(row) if row is not None else None


def cancel_shadow(
    session: Session, tenant_id: UUID, shadow_id: UUID, *, below: bool, now: datetime
) -> ShadowView:
    """Stop a shadow run; what was found so far stays. One that is over stays as it is.

    Raises:
        NotFoundError: there is no such one of theirs.
    """
    row = _row(session, tenant_id, shadow_id, below=below, lock=True)
    if row.state.is_under_way:
        row.state, row.ended_at, row.claimed_until = ShadowState.CANCELLED, now, None
        session.flush()
    return _view(row)


def lines_of(session: Session, who: Acting, shadow: ShadowView) -> list[Line]:
    """Say by those whom a provider names what came of their steps, by name, once it is over.

    What is told while it goes on would tell the workflows apart.
    """
    if shadow.state.is_under_way:
        return []
    reached = reach_of(session, who)
    found: dict[UUID | None, list[Counts]] = {}
    for word, counts in shadow.found.items():
        one = reached.get(UUID(word))
        found.setdefault(one.told_as if one is not None else None, []).append(counts)
    by_name = {id_: added(ones) for id_, ones in found.items()}
    few = {*by_name} if shadow.is_withheld else too_few(by_name)
    lines = [
        Line(
            organisation_id=id_,
            name=reached[id_].name,
            counts={} if id_ in few else counts,
            is_withheld=id_ in few and bool(counts),
        )
        for id_, counts in by_name.items()
        if id_ is not None
    ]
    return sorted(lines, key=lambda one: (one.name.lower(), str(one.organisation_id)))


def steps_of(session: Session, tenant_id: UUID, shadow_id: UUID) -> list[StepLine]:
    """Say what came of each of one's own steps, what fails or differs first."""
    rows = session.scalars(
        select(ShadowStep).where(
            ShadowStep.tenant_id == tenant_id, ShadowStep.shadow_id == shadow_id
        )
    ).all()
    names = flow_names(session, tenant_id, {one.flow_id for one in rows})
    lines = [
        StepLine(
            flow_id=one.flow_id,
            flow=names.get(one.flow_id, ""),
            step=one.step,
            counts=dict(one.counts),
            paths=[(str(path), int(number)) for path, number in one.paths],
            codes=[(str(code), int(number)) for code, number in one.codes],
        )
        for one in rows
    ]
    return sorted(lines, key=lambda one: (_rank(one.counts), one.flow.lower(), one.step))


def _rank(counts: Mapping[str, int]) -> int:
    return next((at for at, one in enumerate(_WORST) if counts.get(one.value)), len(_WORST))


def _refuse_second(session: Session, tenant_id: UUID, digest: str, *, below: bool) -> None:
    wanted = select(ShadowRow.id).where(
        ShadowRow.tenant_id == tenant_id,
        ShadowRow.digest == digest,
        ShadowRow.below.is_(below),
        ShadowRow.state.in_(_UNDER_WAY),
    )
    if session.scalar(wanted.limit(1)) is not None:
        raise ConflictError("this version is being tried already: wait for it, or stop it")


def _forget_earlier(session: Session, row: ShadowRow) -> None:
    """Forget earlier ones of the version; a provider's are counted for a day."""
    mine = (ShadowRow.tenant_id == row.tenant_id, ShadowRow.digest == row.digest)
    gone = delete(ShadowRow).where(*mine, ShadowRow.below.is_(row.below))
    if row.below:
        gone = gone.where(ShadowRow.made_at <= row.made_at - A_DAY)
    session.execute(gone)


def _row(
    session: Session, tenant_id: UUID, shadow_id: UUID, *, below: bool, lock: bool = False
) -> ShadowRow:
    row = get_owned(session, ShadowRow, tenant_id, shadow_id, name="shadow run", lock=lock)
    if row.below is not below:
        raise NotFoundError("no such shadow run", id=str(shadow_id))
    return row


def _view(row: ShadowRow) -> ShadowView:
    counts = added(row.found.values())
    is_told = not row.below or not row.state.is_under_way
    is_withheld = row.below and is_told and 0 < total_of(counts) < RECORDS_MIN
    return ShadowView(
        id=row.id,
        listing_id=row.listing_id,
        version=row.version,
        digest=row.digest,
        below=row.below,
        per_step=row.per_step,
        state=row.state,
        flows_total=row.flows_total,
        flows_done=row.flows_done,
        counts=counts if is_told and not is_withheld else {},
        is_withheld=is_withheld,
        found=row.found,
        told=row.told,
        made_at=row.made_at,
        made_by=row.made_by,
        ended_at=row.ended_at,
    )

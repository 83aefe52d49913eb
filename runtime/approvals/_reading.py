"""Approvals as people see them: one with its votes, lists with what waits for the reader first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.clock import parse_instant
from kernel.cursors import read_number, read_place
from runtime.approvals._tables import Approval, ApprovalRight, ApprovalVote
from runtime.approvals.model import ApprovalState, Choice, Refusal, Vote, Voter, why_not
from tenancy.people import find_active_person
from tenancy.rows import get_owned

MINE, OTHERS, ENDED = RANKS = range(3)
STATES: Mapping[str, tuple[ApprovalState, ...]] = {
    "": tuple(ApprovalState),
    "ended": tuple(one for one in ApprovalState if one is not ApprovalState.OPEN),
    **{one.value: (one,) for one in ApprovalState},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalView:
    """One approval as one reader sees it.

    Attributes:
        marks: Who is asked and who must not decide, see `model`.
        votes: What was decided so far, in order.
        refusal: Why the reader may not decide; None when they may.
    """

    id: UUID
    run_id: UUID
    step: str
    attempt: int
    flow_name: str
    started_by: str
    subject: str
    title: str
    text: str
    needed: int
    excludes_starter: bool
    form: Mapping[str, Any]
    state: ApprovalState
    opened_at: datetime
    until: datetime | None
    timeout_port: str
    ended_at: datetime | None
    remind_every_s: float | None
    marks: frozenset[str]
    votes: tuple[Vote, ...]
    refusal: Refusal | None

    @property
    def is_open(self) -> bool:
        """Tell whether it still waits."""
        return self.state is ApprovalState.OPEN

    @property
    def is_mine(self) -> bool:
        """Tell whether it waits for the reader."""
        return self.is_open and self.refusal is None

    @property
    def approved(self) -> int:
        """How many approved so far."""
        return sum(one.choice is Choice.APPROVE for one in self.votes)

    @property
    def rank(self) -> int:
        """Where it stands in lists: what waits for the reader, for others, for nobody."""
        if not self.is_open:
            return ENDED
        return MINE if self.is_mine else OTHERS

    @property
    def roles(self) -> list[str]:
        """The roles that are asked."""
        return _named(self.marks, "role:")

    @property
    def people(self) -> list[str]:
        """The e-mail addresses that are asked."""
        return _named(self.marks, "person:")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalFilter:
    """Which approvals to list; `state` is a word of STATES, `mine` leaves what waits for others."""

    state: str = ""
    mine: bool = False
    q: str = ""


def voter_of(session: Session, who: Acting) -> Voter:
    """Say who acts, as the rules of approvals see them."""
    person = find_active_person(session, who.person_id) if who.person_id is not None else None
    return Voter(
        name=who.person_name,
        role=who.role,
        operates=who.may("runs.operate"),
        email=person.email if person is not None else "",
        person_id=who.vouched_by,
    )


def get_approval(
    session: Session, tenant_id: UUID, approval_id: UUID, voter: Voter
) -> ApprovalView:
    """Give one approval as somebody sees it; raises NotFoundError."""
    row = get_owned(session, Approval, tenant_id, approval_id, name="approval")
    return _views(session, tenant_id, [row], voter)[0]


def approvals_of_run(
    session: Session, tenant_id: UUID, run_id: UUID, voter: Voter
) -> list[ApprovalView]:
    """List what a run asked, in the order it asked."""
    query = select(Approval).where(Approval.tenant_id == tenant_id, Approval.run_id == run_id)
    rows = session.scalars(query.order_by(Approval.opened_at, Approval.id)).all()
    return _views(session, tenant_id, rows, voter)


def list_approvals(
    session: Session,
    tenant_id: UUID,
    wanted: ApprovalFilter,
    voter: Voter,
    *,
    limit: int = 50,
    after: list[str] | None = None,
) -> list[ApprovalView]:
    """List approvals: those that wait for the voter, then for others, then ended ones.

    Each kind is a query of its own, newest first, so that an index answers it however many have
    ended. `after` is where the page before ended, see `place_of`.

    Raises:
        InvalidError: `after` is no such place.
    """
    rank, place = _read_place(after) if after is not None else (MINE, None)
    found: list[Approval] = []
    for at in RANKS[rank:]:
        if wanted.mine and at != MINE:
            break
        query = _filtered(tenant_id, wanted).where(_has_rank(at, voter))
        if place is not None and at == rank:
            query = query.where(_is_after(*place))
        query = query.order_by(Approval.opened_at.desc(), Approval.id.desc())
        found += session.scalars(query.limit(limit - len(found)))
        if len(found) == limit:
            break
    return _views(session, tenant_id, found, voter)


def place_of(approval: ApprovalView) -> list[str]:
    """Give where a page that ends with this approval ended, for `after`."""
    return [str(approval.rank), approval.opened_at.isoformat(), str(approval.id)]


def count_mine(session: Session, tenant_id: UUID, voter: Voter) -> int:
    """Count what waits for somebody."""
    query = select(func.count(Approval.id)).where(
        Approval.tenant_id == tenant_id, _has_rank(MINE, voter)
    )
    return session.scalar(query) or 0


def marks_of(session: Session, tenant_id: UUID, approval_id: UUID) -> frozenset[str]:
    """Give who is asked and who must not decide."""
    return _marks(session, tenant_id, [approval_id]).get(approval_id, frozenset())


def votes_of(session: Session, tenant_id: UUID, approval_id: UUID) -> list[Vote]:
    """List what was decided so far, in order, read anew each time."""
    return _votes(session, tenant_id, [approval_id]).get(approval_id, [])


def _filtered(tenant_id: UUID, wanted: ApprovalFilter) -> Select[Approval]:
    query = select(Approval).where(Approval.tenant_id == tenant_id)
    if wanted.state:
        query = query.where(Approval.state.in_(STATES[wanted.state]))
    if wanted.q:
        about = (Approval.title, Approval.text, Approval.subject)
        columns = (*about, Approval.flow_name, Approval.started_by)
        query = query.where(or_(*(one.icontains(wanted.q, autoescape=True) for one in columns)))
    return query


def _has_rank(rank: int, voter: Voter) -> ColumnElement[bool]:
    is_open = Approval.state == ApprovalState.OPEN
    if rank == ENDED:
        return Approval.state.in_(STATES["ended"])
    mine = and_(_is_marked(voter.rights), ~_is_marked(voter.bars), ~_has_decided(voter))
    return and_(is_open, mine if rank == MINE else ~mine)


def _is_marked(marks: Iterable[str]) -> ColumnElement[bool]:
    return exists().where(
        ApprovalRight.tenant_id == Approval.tenant_id,
        ApprovalRight.approval_id == Approval.id,
        ApprovalRight.who.in_(sorted(marks)),
    )


def _has_decided(voter: Voter) -> ColumnElement[bool]:
    return exists().where(
        ApprovalVote.tenant_id == Approval.tenant_id,
        ApprovalVote.approval_id == Approval.id,
        ApprovalVote.voter == voter.key,
    )


def _is_after(opened_at: datetime, last_id: UUID) -> ColumnElement[bool]:
    same = and_(Approval.opened_at == opened_at, Approval.id < last_id)
    return or_(Approval.opened_at < opened_at, same)


def _read_place(after: list[str]) -> tuple[int, tuple[datetime, UUID]]:
    rank, opened_at, last_id = read_place(after, _read_rank, parse_instant, UUID)
    return rank, (opened_at, last_id)


def _read_rank(text: str) -> int:
    return RANKS[RANKS.index(read_number(text))]


def _views(
    session: Session, tenant_id: UUID, rows: Sequence[Approval], voter: Voter
) -> list[ApprovalView]:
    ids = [row.id for row in rows]
    marks, votes = _marks(session, tenant_id, ids), _votes(session, tenant_id, ids)
    return [
        _view(row, marks.get(row.id, frozenset()), tuple(votes.get(row.id, ())), voter)
        for row in rows
    ]


def _view(
    row: Approval, marks: frozenset[str], votes: tuple[Vote, ...], voter: Voter
) -> ApprovalView:
    own = ("marks", "votes", "refusal")
    facts = {
        name: getattr(row, name) for name in ApprovalView.__dataclass_fields__ if name not in own
    }
    return ApprovalView(**facts, marks=marks, votes=votes, refusal=why_not(marks, voter, votes))


def _marks(session: Session, tenant_id: UUID, ids: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
    rows = session.execute(
        select(ApprovalRight.approval_id, ApprovalRight.who).where(
            ApprovalRight.tenant_id == tenant_id, ApprovalRight.approval_id.in_(ids)
        )
    )
    found: dict[UUID, set[str]] = {}
    for approval_id, who in rows:
        found.setdefault(approval_id, set()).add(who)
    return {approval_id: frozenset(marks) for approval_id, marks in found.items()}


def _votes(session: Session, tenant_id: UUID, ids: Sequence[UUID]) -> dict[UUID, list[Vote]]:
    columns = (
        ApprovalVote.approval_id,
        ApprovalVote.voter,
        ApprovalVote.choice,
        ApprovalVote.by,
        ApprovalVote.at,
        ApprovalVote.comment,
        ApprovalVote.form,
    )
    rows = session.execute(
        select(*columns)
        .where(ApprovalVote.tenant_id == tenant_id, ApprovalVote.approval_id.in_(ids))
        .order_by(ApprovalVote.number)
    )
    found: dict[UUID, list[Vote]] = {}
    for row in rows:
        vote = Vote(row.voter, row.choice, row.by, row.at, row.comment, row.form)
        found.setdefault(row.approval_id, []).append(vote)
    return found


def _named(marks: Iterable[str], kind: str) -> list[str]:
    return sorted(one.removeprefix(kind) for one in marks if one.startswith(kind))

"""What drafts were: each saved one is kept for a while, thinned with age, and then let go.

The newest are all kept, since somebody may have a page open that builds on one of them. Of the
older ones the last of each sitting is, for a week.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.ids import new_id
from kernel.numbers import MOST
from runtime.flows._records import FlowView
from runtime.flows._tables import DraftRevisionRow, FlowRow

ALL_KEPT = 50
MOST_KEPT = 150
KEPT_FOR = timedelta(days=7)
SITTING = timedelta(minutes=10)
"""Who saves again within it is still at the same piece of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A draft as it was: who made it when, and what made it where that was no plain edit."""

    number: int
    made_at: datetime
    made_by: str
    told: str


class Mark(NamedTuple):
    """When a revision was made, and by whom; which row it is."""

    id: UUID
    made_at: datetime
    made_by: str


def keep_revision(session: Session, row: FlowRow, *, page: str = "", told: str = "") -> None:
    """Keep the draft as it is, unless it is kept already; and let go of what is too old."""
    known = select(DraftRevisionRow.id).where(
        DraftRevisionRow.tenant_id == row.tenant_id,
        DraftRevisionRow.flow_id == row.id,
        DraftRevisionRow.revision == row.draft_revision,
    )
    if session.scalar(known) is not None:
        return
    kept = DraftRevisionRow(id=new_id(), tenant_id=row.tenant_id, flow_id=row.id)
    kept.revision, kept.draft = row.draft_revision, row.draft
    kept.made_at, kept.made_by = row.updated_at, row.updated_by
    kept.page, kept.told = page[:36], told[:200]
    session.add(kept)
    _thin(session, row)


def built_on(session: Session, row: FlowRow | FlowView, revision: int, *, page: str) -> int:
    """Give the revision that a page's document was really made of, which it read as `revision`.

    Where the answer to its saving was lost on the way, that is the last it saved itself.
    """
    if not page or revision >= row.draft_revision:
        return revision
    saved = session.execute(
        select(DraftRevisionRow.revision, DraftRevisionRow.page)
        .where(
            DraftRevisionRow.tenant_id == row.tenant_id,
            DraftRevisionRow.flow_id == row.id,
            DraftRevisionRow.revision > revision,
        )
        .order_by(DraftRevisionRow.revision)
    )
    for number, by_page in saved:
        if (number, by_page) != (revision + 1, page):
            break
        revision = number
    return revision


def list_revisions(session: Session, tenant_id: UUID, flow_id: UUID) -> list[Revision]:
    """List the drafts that are kept, newest first, without their documents."""
    row = DraftRevisionRow
    wanted = select(row.revision, row.made_at, row.made_by, row.told).where(
        row.tenant_id == tenant_id, row.flow_id == flow_id
    )
    return [
        Revision(number=number, made_at=made_at, made_by=made_by, told=told)
        for number, made_at, made_by, told in session.execute(wanted.order_by(row.revision.desc()))
    ]


def find_revision(session: Session, flow: FlowView, number: int) -> Mapping[str, Any] | None:
    """Give the draft as a revision had it; None when it is not kept any more."""
    if flow.draft_revision == number:
        return flow.draft
    if not 0 < number <= MOST:
        return None
    wanted = select(DraftRevisionRow.draft).where(
        DraftRevisionRow.tenant_id == flow.tenant_id,
        DraftRevisionRow.flow_id == flow.id,
        DraftRevisionRow.revision == number,
    )
    return session.scalar(wanted)


def let_go(marks: Sequence[Mark], now: datetime) -> list[UUID]:
    """List the revisions that need not be kept any more; `marks` are the newest first. Pure."""
    gone = []
    for index, mark in enumerate(marks):
        if index < ALL_KEPT:
            continue
        later = marks[index - 1]
        same_sitting = later.made_by == mark.made_by and later.made_at - mark.made_at < SITTING
        if same_sitting or index >= MOST_KEPT or now - mark.made_at > KEPT_FOR:
            gone.append(mark.id)
    return gone


def _thin(session: Session, row: FlowRow) -> None:
    mine = (DraftRevisionRow.tenant_id == row.tenant_id, DraftRevisionRow.flow_id == row.id)
    wanted = select(DraftRevisionRow.id, DraftRevisionRow.made_at, DraftRevisionRow.made_by).where(
        *mine
    )
    found = session.execute(wanted.order_by(DraftRevisionRow.revision.desc())).all()
    gone = let_go([Mark(*one) for one in found], row.updated_at)
    if gone:
        session.execute(delete(DraftRevisionRow).where(*mine, DraftRevisionRow.id.in_(gone)))

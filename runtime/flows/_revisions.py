"""What drafts were: each saved one is kept for a while, thinned with age, and then let go.

The newest are all kept, since somebody may have a page open that builds on one of them. Of the
older ones the last of each sitting is, for a week.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.ids import new_id
from runtime.flows._tables import DraftRevisionRow, FlowRow

ALL_KEPT = 50
MOST_KEPT = 150
KEPT_FOR = timedelta(days=7)
SITTING = timedelta(minutes=10)
"""Who saves again within it is still at the same piece of work."""


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


def built_on(session: Session, row: FlowRow, revision: int, *, page: str) -> int:
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

"""How far announcements came: whom they reached, in how many of these somebody saw them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from tenancy._tables import Organisation
from tenancy.announcements._tables import AnnouncementReach, AnnouncementSeen
from tenancy.scope import system


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How far an announcement came.

    Attributes:
        reached: How many organisations it reached so far.
        seen: In how many of them somebody saw it.
        people: How many people did.
        dismissed: How many of those put it away.
    """

    reached: int = 0
    seen: int = 0
    people: int = 0
    dismissed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedView:
    """One whom an announcement reached; `seen_at` is when somebody there saw it first."""

    organisation_id: UUID
    name: str
    reached_at: datetime
    seen_at: datetime | None
    people: int


def reached_by(
    session: Session, announcement_id: UUID, *, limit: int, offset: int = 0
) -> list[ReachedView]:
    """List whom an announcement reached, by name; ask whose it is before."""
    seen = AnnouncementSeen
    with system(session):
        rows = session.execute(
            select(
                Organisation.id,
                Organisation.name,
                AnnouncementReach.reached_at,
                func.min(seen.seen_at).label("seen_at"),
                func.count(seen.person_id).label("people"),
            )
            .join(AnnouncementReach, AnnouncementReach.tenant_id == Organisation.id)
            .outerjoin(
                seen,
                and_(
                    seen.tenant_id == Organisation.id,
                    seen.announcement_id == AnnouncementReach.announcement_id,
                ),
            )
            .where(AnnouncementReach.announcement_id == announcement_id)
            .group_by(Organisation.id, Organisation.name, AnnouncementReach.reached_at)
            .order_by(func.lower(Organisation.name), Organisation.id)
            .limit(limit)
            .offset(offset)
        ).all()
    return [
        ReachedView(
            organisation_id=row.id,
            name=row.name,
            reached_at=row.reached_at,
            seen_at=row.seen_at,
            people=row.people,
        )
        for row in rows
    ]


def counts_of(session: Session, ids: Collection[UUID]) -> dict[UUID, Counts]:
    """Count for some announcements; ask whose they are before."""
    reach, seen = AnnouncementReach, AnnouncementSeen
    with system(session):
        reached = session.execute(
            select(reach.announcement_id, func.count())
            .where(reach.announcement_id.in_(ids))
            .group_by(reach.announcement_id)
        ).all()
        saw = session.execute(
            select(
                seen.announcement_id,
                func.count(seen.tenant_id.distinct()),
                func.count(),
                func.count(seen.dismissed_at),
            )
            .where(seen.announcement_id.in_(ids))
            .group_by(seen.announcement_id)
        ).all()
    numbers = {one: counts for one, *counts in saw}
    names = ("seen", "people", "dismissed")
    return {
        one: Counts(reached=number, **dict(zip(names, numbers.get(one, (0, 0, 0)), strict=True)))
        for one, number in reached
    }

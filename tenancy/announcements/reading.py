"""What an organisation was told: found by what reached it alone, and who of its people saw it.

Nobody learns from it whom else it reached. Who wrote it is named only where that is whom the
organisation stands under: the customer of a reseller knows the reseller and nobody above.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, and_, bindparam, select, update
from sqlalchemy.orm import Session, aliased

from kernel.cursors import read_place
from kernel.errors import ConflictError, NotFoundError
from tenancy._tables import Organisation
from tenancy.announcements._tables import AnnouncementReach, AnnouncementRow, AnnouncementSeen
from tenancy.announcements.model import Kind, Said, State
from tenancy.announcements.store import UpdateView, is_live, is_told, said_of, updates_of, view_of
from tenancy.rows import insert_new

LIVE_MAX = 20
NOT_THERE = "There is nothing at this address, or it is not yours to see."


_ME, _OWNER, _SEEN = aliased(Organisation), aliased(Organisation), AnnouncementSeen
_WHO: BindParameter[Any] = bindparam("tenant")
_PERSON: BindParameter[Any] = bindparam("person")
_RECEIVED = (
    select(AnnouncementRow, _SEEN, _OWNER.name)
    .join(AnnouncementReach, AnnouncementReach.announcement_id == AnnouncementRow.id)
    .join(_ME, _ME.id == AnnouncementReach.tenant_id)
    .outerjoin(_OWNER, and_(_OWNER.id == AnnouncementRow.owner_id, _OWNER.id == _ME.parent_id))
    .outerjoin(
        _SEEN,
        and_(
            _SEEN.announcement_id == AnnouncementRow.id,
            _SEEN.tenant_id == _WHO,
            _SEEN.person_id == _PERSON,
        ),
    )
    .where(AnnouncementReach.tenant_id == _WHO)
)
"""What reached an organisation, what a person did with it, and who may be named."""
_GOING_ON = (
    _RECEIVED.where(
        AnnouncementRow.kind == Kind.DISRUPTION.value,
        is_live(now=bindparam("now")),
        _SEEN.dismissed_at.is_(None),
    )
    .order_by(AnnouncementRow.id.desc())
    .limit(LIVE_MAX)
)
"""Put together once: every page asks it, and that costs more than running it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedView:
    """One announcement as those read it whom it reached.

    Attributes:
        sender: Who wrote it, "" where that is not whom the reader stands under.
        seen_at: When the reader saw it first; None for who reads it the first time.
    """

    id: UUID
    said: Said
    state: State
    revision: int
    changed_at: datetime
    published_at: datetime
    sender: str
    seen_at: datetime | None = None
    dismissed_at: datetime | None = None
    updates: list[UpdateView] = field(default_factory=list)


def live_for(
    session: Session, tenant_id: UUID, person_id: UUID | None, *, now: datetime
) -> list[ReceivedView]:
    """List what an organisation is told now and the person did not put away, with its updates.

    Disruptions come first, then what was published last.
    """
    wanted = _RECEIVED.where(is_live(now=now), AnnouncementSeen.dismissed_at.is_(None))
    asked = {"tenant": tenant_id, "person": person_id}
    wanted = wanted.order_by(AnnouncementRow.id.desc()).limit(LIVE_MAX)
    rows = session.execute(wanted, asked).all()
    found = [_view(session, *row, now=now) for row in rows]
    return sorted(found, key=lambda one: one.said.kind is not Kind.DISRUPTION)


def disruptions_for(
    session: Session, tenant_id: UUID, person_id: UUID, *, now: datetime
) -> list[ReceivedView]:
    """List the disruptions that go on and that the person did not put away."""
    asked = {"tenant": tenant_id, "person": person_id, "now": now}
    rows = session.execute(_GOING_ON, asked).all()
    return [_view(session, *row, now=now) for row in rows]


def list_received(  # noqa: PLR0913  to whom, which of it, from where on
    session: Session,
    tenant_id: UUID,
    person_id: UUID | None,
    *,
    q: str = "",
    limit: int,
    after: list[str] | None = None,
    now: datetime,
) -> list[ReceivedView]:
    """List what an organisation was told, the newest first; put away or not."""
    wanted = _RECEIVED.where(is_told(now=now))
    if q.strip():
        wanted = wanted.where(AnnouncementRow.title.icontains(q.strip(), autoescape=True))
    if after is not None:
        (last,) = read_place(after, UUID)
        wanted = wanted.where(AnnouncementRow.id < last)
    asked = {"tenant": tenant_id, "person": person_id}
    rows = session.execute(wanted.order_by(AnnouncementRow.id.desc()).limit(limit), asked).all()
    return [_view(session, *row, now=now) for row in rows]


def get_received(
    session: Session,
    tenant_id: UUID,
    person_id: UUID | None,
    announcement_id: UUID,
    *,
    now: datetime,
) -> ReceivedView:  # fmt: skip
    """Give one that an organisation was told, with its updates; raises NotFoundError."""
    wanted = _RECEIVED.where(is_told(now=now), AnnouncementRow.id == announcement_id)
    row = session.execute(wanted, {"tenant": tenant_id, "person": person_id}).first()
    if row is None:
        raise NotFoundError(NOT_THERE)
    return _view(session, *row, now=now)


def note_seen(
    session: Session,
    tenant_id: UUID,
    person_id: UUID,
    announcement_ids: Iterable[UUID],
    *,
    now: datetime,
) -> None:  # fmt: skip
    """Note that a person saw announcements that reached the organisation; the first time counts."""
    keys = ("tenant_id", "announcement_id", "person_id")
    mine = AnnouncementReach.tenant_id == tenant_id
    wanted = AnnouncementReach.announcement_id.in_(list(announcement_ids))
    reached = session.scalars(select(AnnouncementReach.announcement_id).where(mine, wanted)).all()
    for one in reached:
        row: dict[str, Any] = dict(zip(keys, (tenant_id, one, person_id), strict=True))
        insert_new(session, AnnouncementSeen, {**row, "seen_at": now}, keys=keys)


def dismiss(
    session: Session, tenant_id: UUID, person_id: UUID, announcement_id: UUID, *, now: datetime
) -> None:
    """Put an announcement away for one person; it stays among the earlier ones.

    Raises:
        NotFoundError: it did not reach the organisation.
        ConflictError: it cannot be put away.
    """
    found = get_received(session, tenant_id, person_id, announcement_id, now=now)
    if not found.said.dismissable:
        raise ConflictError("this announcement stays until it ends: it cannot be put away")
    note_seen(session, tenant_id, person_id, [announcement_id], now=now)
    session.execute(
        update(AnnouncementSeen)
        .where(
            AnnouncementSeen.tenant_id == tenant_id,
            AnnouncementSeen.announcement_id == announcement_id,
            AnnouncementSeen.person_id == person_id,
        )
        .values(dismissed_at=now)
        .execution_options(synchronize_session=False)
    )


def _view(
    session: Session,
    row: AnnouncementRow,
    seen: AnnouncementSeen | None,
    sender: str | None,
    *,
    now: datetime,
) -> ReceivedView:  # fmt: skip
    return ReceivedView(
        id=row.id,
        said=said_of(row),
        state=view_of(row).state(now),
        revision=row.revision,
        changed_at=row.changed_at,
        published_at=row.published_at or row.made_at,
        sender=sender or "",
        seen_at=seen.seen_at if seen else None,
        dismissed_at=seen.dismissed_at if seen else None,
        updates=updates_of(session, row.id),
    )

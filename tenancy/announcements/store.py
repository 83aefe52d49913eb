"""The announcements that an organisation wrote, as its own people see them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.cursors import read_place
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from tenancy.announcements._tables import (
    AnnouncementChange,
    AnnouncementRow,
    AnnouncementUpdate,
)
from tenancy.announcements.counting import Counts, counts_of
from tenancy.announcements.model import (
    TIMES,
    Kind,
    Said,
    State,
    parse_announcement,
    state_of,
)
from tenancy.customers.charge import require_keeper

UPDATES_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementView:
    """One announcement.

    Attributes:
        counts: How many it reached and how many saw it, where that was asked for.
    """

    id: UUID
    owner_id: UUID
    said: Said
    revision: int
    made_at: datetime
    changed_at: datetime
    changed_by: str
    published_at: datetime | None
    withdrawn_at: datetime | None
    counts: Counts = field(default_factory=Counts)

    def state(self, now: datetime) -> State:
        """Say how far it is."""
        return state_of(
            published_at=self.published_at,
            withdrawn_at=self.withdrawn_at,
            shown_from=self.said.shown_from,
            shown_until=self.said.shown_until,
            now=now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateView:
    """What was added to an announcement."""

    id: UUID
    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """What was done with an announcement; `what` lists field, what it was, what it is."""

    at: datetime
    by: str
    verb: str
    what: list[tuple[str, str, str]]


def list_written(  # noqa: PLR0913  of whom, which of them, from where on
    session: Session,
    who: Acting,
    *,
    state: str = "",
    q: str = "",
    limit: int,
    after: list[str] | None = None,
    now: datetime,
) -> list[AnnouncementView]:
    """List what who acts wrote, the newest first; `after` is when and which the last one was.

    Raises:
        NotFoundError: who acts looks after nobody.
        InvalidError: there is no such state.
    """
    require_keeper(who)
    wanted = select(AnnouncementRow).where(AnnouncementRow.owner_id == who.tenant_id)
    if state:
        wanted = wanted.where(_in_state(state, now=now))
    if q.strip():
        wanted = wanted.where(AnnouncementRow.title.icontains(q.strip(), autoescape=True))
    if after is not None:
        (last,) = read_place(after, UUID)
        wanted = wanted.where(AnnouncementRow.id < last)
    rows = session.scalars(wanted.order_by(AnnouncementRow.id.desc()).limit(limit)).all()
    return _counted(session, [view_of(row) for row in rows])


def count_by_state(session: Session, who: Acting, *, now: datetime) -> dict[str, int]:
    """Count what who acts wrote by how far it is."""
    mine = AnnouncementRow.owner_id == who.tenant_id
    counted = select(func.count()).select_from(AnnouncementRow)
    return {
        one.value: session.scalar(counted.where(mine, _in_state(one.value, now=now))) or 0
        for one in State
    }


def get_written(session: Session, who: Acting, announcement_id: UUID) -> AnnouncementView:
    """Give one that who acts wrote; raises NotFoundError."""
    row = get_row(session, who, announcement_id)
    return _counted(session, [view_of(row)])[0]


def get_row(
    session: Session, who: Acting, announcement_id: UUID, *, lock: bool = False
) -> AnnouncementRow:
    """Give the row of one that who acts wrote; raises NotFoundError."""
    require_keeper(who)
    wanted = select(AnnouncementRow).where(
        AnnouncementRow.id == announcement_id, AnnouncementRow.owner_id == who.tenant_id
    )
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFoundError("no such announcement")
    return row


def updates_of(session: Session, announcement_id: UUID) -> list[UpdateView]:
    """List what was added to an announcement, the newest first; ask whose it is before."""
    rows = session.scalars(
        select(AnnouncementUpdate)
        .where(AnnouncementUpdate.announcement_id == announcement_id)
        .order_by(AnnouncementUpdate.id.desc())
        .limit(UPDATES_SHOWN)
    )
    return [UpdateView(id=row.id, at=row.at, by=row.by, text=row.text) for row in rows]


def history_of(session: Session, who: Acting, announcement_id: UUID) -> list[ChangeView]:
    """List what was done with one that who acts wrote, the newest first; raises NotFoundError."""
    get_row(session, who, announcement_id)
    rows = session.scalars(
        select(AnnouncementChange)
        .where(AnnouncementChange.announcement_id == announcement_id)
        .order_by(AnnouncementChange.id.desc())
        .limit(UPDATES_SHOWN)
    )
    return [
        ChangeView(at=row.at, by=row.by, verb=row.verb, what=[tuple(one) for one in row.what])
        for row in rows
    ]


def view_of(row: AnnouncementRow) -> AnnouncementView:
    """Give a row as others see it."""
    return AnnouncementView(
        id=row.id,
        owner_id=row.owner_id,
        said=said_of(row),
        revision=row.revision,
        made_at=row.made_at,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
    )


def said_of(row: AnnouncementRow) -> Said:
    """Read what a row says."""
    fields = ("kind", "title", "text", "zone", "audience", "mails", "dismissable")
    plain = parse_announcement(
        {**{name: getattr(row, name) for name in fields}, "kind": "information"}
    )
    times = {name: getattr(row, name) for name in TIMES}
    return replace(plain, kind=Kind(row.kind), **times)


def keep_change(
    session: Session,
    row: AnnouncementRow,
    verb: str,
    *,
    by: str,
    now: datetime,
    what: list[tuple[str, str, str]] | None = None,
) -> None:  # fmt: skip
    """Keep what was done with an announcement."""
    told: dict[str, Any] = {"at": now, "by": by, "verb": verb, "what": list(what or [])}
    session.add(AnnouncementChange(id=new_id(), announcement_id=row.id, **told))
    session.flush()


def is_live(*, now: Any) -> ColumnElement[bool]:
    """Say, of a row, that it is shown at an instant, or at a parameter of the statement."""
    return _in_state(State.LIVE.value, now=now)


def is_told(*, now: datetime) -> ColumnElement[bool]:
    """Say, of a row, that it is shown now or was."""
    return and_(
        AnnouncementRow.published_at.is_not(None),
        AnnouncementRow.withdrawn_at.is_(None),
        AnnouncementRow.shown_from <= now,
    )


def _in_state(word: str, *, now: Any) -> ColumnElement[bool]:
    row = AnnouncementRow
    published, stands = row.published_at.is_not(None), row.withdrawn_at.is_(None)
    is_over = row.shown_until <= now
    goes_on = or_(row.shown_until.is_(None), row.shown_until > now)
    found = {
        "draft": row.published_at.is_(None),
        "withdrawn": row.withdrawn_at.is_not(None),
        "ended": and_(published, stands, is_over),
        "scheduled": and_(published, stands, goes_on, row.shown_from > now),
        "live": and_(published, stands, goes_on, row.shown_from <= now),
    }.get(word)
    if found is None:
        message = "state: choose one of " + ", ".join(one.value for one in State)
        raise InvalidError(message, problems=[Problem("/state", message)])
    return found


def _counted(session: Session, views: list[AnnouncementView]) -> list[AnnouncementView]:
    found = counts_of(session, [one.id for one in views])
    return [replace(one, counts=found.get(one.id, Counts())) for one in views]

"""Writing announcements: drafts, publishing them, changing and adding to what is live, its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError
from kernel.ids import new_id
from tenancy.announcements._tables import AnnouncementRow, AnnouncementUpdate
from tenancy.announcements.differences import differences
from tenancy.announcements.model import (
    TIMES,
    Kind,
    Said,
    State,
    checked_update,
    parse_announcement,
    said_document,
)
from tenancy.announcements.reaching import owe_mails, reach_anew, reach_out
from tenancy.announcements.store import AnnouncementView, get_row, keep_change, said_of, view_of
from tenancy.announcements.whom import checked_audience, meant_by
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.customers.charge import require_keeper
from tenancy.mails.outbox import take_back

WRITTEN_MAX = 2_000
STAYS_RESOLVED = timedelta(hours=24)
_OVER = (State.ENDED, State.WITHDRAWN)


class AnnouncementChangedError(ConflictError):
    """Somebody else saved the announcement since it was read."""

    code = "announcement.changed"


def write_announcement(
    session: Session, who: Acting, document: Any, *, now: datetime
) -> AnnouncementView:
    """Write a draft.

    Raises:
        NotFoundError: who acts looks after nobody.
        InvalidError: naming each field that cannot be taken.
        ConflictError: there are too many.
    """
    require_keeper(who)
    said = _checked(session, who, document)
    mine = AnnouncementRow.owner_id == who.tenant_id
    if (session.scalar(select(func.count(AnnouncementRow.id)).where(mine)) or 0) >= WRITTEN_MAX:
        raise ConflictError(f"there are {WRITTEN_MAX:,} already: delete drafts first")
    row = AnnouncementRow(id=new_id(), owner_id=who.tenant_id, revision=1, made_at=now)
    _write(row, said, who, now=now)
    session.add(row)
    session.flush()
    return view_of(row)


def change_announcement(
    session: Session,
    who: Acting,
    announcement_id: UUID,
    document: Any,
    *,
    revision: int,
    now: datetime,
) -> AnnouncementView:  # fmt: skip
    """Change a draft, or what was published; of the latter the history keeps what was changed.

    The admins are mailed anew where the work was moved, if they are to be mailed at all.

    Raises:
        NotFoundError: who acts wrote no such one.
        InvalidError: naming each field that cannot be taken.
        AnnouncementChangedError: somebody else saved it meanwhile.
        ConflictError: it has ended or was withdrawn, or nobody is meant by it now.
    """
    row = get_row(session, who, announcement_id, lock=True)
    state = view_of(row).state(now)
    if row.revision != revision:
        message = f"{row.changed_by} saved this announcement meanwhile: load it again"
        raise AnnouncementChangedError(message, revision=row.revision)
    if state in _OVER:
        raise ConflictError(f"it is {state.value}: copy it, and change the copy")
    before, said = said_of(row), _checked(session, who, document)
    if state is State.DRAFT:
        _write(row, said, who, now=now)
    else:
        _change_published(session, row, before, said, who, now=now)
    row.revision += 1
    session.flush()
    return view_of(row)


def publish(
    session: Session, who: Acting, announcement_id: UUID, *, now: datetime
) -> AnnouncementView:
    """Publish a draft: it is live at once, or when it is to be shown.

    Raises:
        NotFoundError: who acts wrote no such one.
        ConflictError: it is no draft, nobody is meant by it, or its time is over.
    """
    row = get_row(session, who, announcement_id, lock=True)
    if row.published_at is not None:
        raise ConflictError("it is published already")
    said = said_of(row)
    _require_meant(session, who, said)
    if row.shown_until is None and said.kind is Kind.MAINTENANCE:
        row.shown_until = row.work_ends
    if row.shown_until is not None and row.shown_until <= now:
        raise ConflictError("its time is over already: change the times first")
    row.shown_from = max(row.shown_from or now, now)
    row.published_at, row.tell_at = now, row.shown_from
    row.revision += 1
    session.flush()
    if view_of(row).state(now) is State.LIVE:
        reach_out(session, row, now=now)
    keep_change(session, row, "published", by=who.person_name, now=now)
    _note(session, who, row, "announcement.published", now=now)
    return view_of(row)


def withdraw(
    session: Session, who: Acting, announcement_id: UUID, *, now: datetime
) -> AnnouncementView:
    """Withdraw what was published: nobody sees it any more, and mails that wait are not sent.

    They are owed again, for when it is brought back.

    Raises:
        NotFoundError: who acts wrote no such one.
        ConflictError: it is a draft, or withdrawn already.
    """
    row = get_row(session, who, announcement_id, lock=True)
    _require_state(row, (State.SCHEDULED, State.LIVE, State.ENDED), "withdrawn", now=now)
    row.withdrawn_at = row.tell_at = now
    row.revision += 1
    owe_mails(session, row.id, take_back(session, row.id))
    keep_change(session, row, "withdrawn", by=who.person_name, now=now)
    _note(session, who, row, "announcement.withdrawn", now=now)
    return view_of(row)


def bring_back(
    session: Session, who: Acting, announcement_id: UUID, *, now: datetime
) -> AnnouncementView:
    """Undo that an announcement was withdrawn; raises NotFoundError, ConflictError likewise."""
    row = get_row(session, who, announcement_id, lock=True)
    _require_state(row, (State.WITHDRAWN,), "brought back", now=now)
    row.withdrawn_at, row.tell_at = None, now
    row.revision += 1
    keep_change(session, row, "brought back", by=who.person_name, now=now)
    _note(session, who, row, "announcement.brought_back", now=now)
    return view_of(row)


def end_now(
    session: Session, who: Acting, announcement_id: UUID, *, now: datetime
) -> AnnouncementView:
    """End what is live; those it reached find it among the earlier ones.

    Raises:
        NotFoundError: who acts wrote no such one.
        ConflictError: it is not live.
    """
    row = get_row(session, who, announcement_id, lock=True)
    _require_state(row, (State.LIVE,), "ended", now=now)
    row.shown_until = row.tell_at = now
    row.revision += 1
    keep_change(session, row, "ended", by=who.person_name, now=now)
    _note(session, who, row, "announcement.ended", now=now)
    return view_of(row)


def add_update(  # noqa: PLR0913  to what, which words, and what comes of them
    session: Session,
    who: Acting,
    announcement_id: UUID,
    text: str,
    *,
    mails: bool = False,
    resolves: bool = False,
    now: datetime,
) -> AnnouncementView:
    """Add to what is live; one that resolves it says so and stays for a day.

    Raises:
        NotFoundError: who acts wrote no such one.
        InvalidError: the text.
        ConflictError: it is not live, or what it tells cannot be resolved.
    """
    row = get_row(session, who, announcement_id, lock=True)
    _require_state(row, (State.LIVE,), "added to", now=now)
    if resolves and row.kind != Kind.DISRUPTION.value:
        raise ConflictError("only a disruption can be resolved")
    words = checked_update(text)
    told: dict[str, Any] = {"at": now, "by": who.person_name, "text": words}
    session.add(AnnouncementUpdate(id=new_id(), announcement_id=row.id, **told))
    if resolves:
        row.kind, row.shown_until = Kind.RESOLVED.value, now + STAYS_RESOLVED
    row.tell_at = now
    row.revision += 1
    session.flush()
    if mails:
        owe_mails(session, row.id)
    keep_change(session, row, "resolved" if resolves else "added to", by=who.person_name, now=now)
    _note(session, who, row, "announcement.added_to", now=now, is_resolved=resolves)
    return view_of(row)


def copy_announcement(
    session: Session, who: Acting, announcement_id: UUID, *, now: datetime
) -> AnnouncementView:
    """Make a draft that says the same, shown from when it is published; raises as writing does."""
    said = said_of(get_row(session, who, announcement_id))
    document = {**said_document(said), "shown_from": None, "shown_until": None}
    return write_announcement(session, who, document, now=now)


def delete_draft(session: Session, who: Acting, announcement_id: UUID) -> str:
    """Delete a draft, and give its title.

    Raises:
        NotFoundError: who acts wrote no such one.
        ConflictError: it was published.
    """
    row = get_row(session, who, announcement_id, lock=True)
    if row.published_at is not None:
        raise ConflictError("it was published: withdraw it instead")
    session.delete(row)
    session.flush()
    return row.title


def _checked(session: Session, who: Acting, document: Any) -> Said:
    said = parse_announcement(document)
    checked_audience(session, who, said.audience)
    return said


def _change_published(
    session: Session,
    row: AnnouncementRow,
    before: Said,
    said: Said,
    who: Acting,
    *,
    now: datetime,
) -> None:
    _require_meant(session, who, said)
    shown_from = said.shown_from or before.shown_from
    shown_until = said.shown_until
    if shown_until is None and said.kind is Kind.MAINTENANCE:
        shown_until = said.work_ends
    _write(row, said, who, now=now)
    row.shown_from, row.shown_until, row.tell_at = shown_from, shown_until, now
    what = differences(before, said_of(row))
    session.flush()
    if said.audience != before.audience:
        reach_anew(session, row, now=now)
    has_moved = (said.work_starts, said.work_ends) != (before.work_starts, before.work_ends)
    if said.mails and (has_moved or not before.mails):
        owe_mails(session, row.id)
    if what:
        keep_change(session, row, "changed", by=who.person_name, now=now, what=what)
        _note(session, who, row, "announcement.changed", now=now)


def _require_meant(session: Session, who: Acting, said: Said) -> None:
    if not meant_by(session, who.tenant_id, said.audience):
        raise ConflictError("nobody is meant by it as it is: choose others")


def _require_state(
    row: AnnouncementRow, possible: tuple[State, ...], done: str, *, now: datetime
) -> None:
    state = view_of(row).state(now)
    if state not in possible:
        raise ConflictError(f"it is {state.value}: it cannot be {done}")


def _write(row: AnnouncementRow, said: Said, who: Acting, *, now: datetime) -> None:
    row.kind, row.title, row.text, row.zone = said.kind.value, said.title, said.text, said.zone
    for name in TIMES:
        setattr(row, name, getattr(said, name))
    row.audience = said.audience.document()
    row.mails, row.dismissable = said.mails, said.dismissable
    row.changed_at, row.changed_by = now, who.person_name[:200]


def _note(
    session: Session,
    who: Acting,
    row: AnnouncementRow,
    action: str,
    *,
    now: datetime,
    is_resolved: bool = False,
) -> None:  # fmt: skip
    about = About(kind="announcement", id=row.id, name=row.title)
    whom = str(row.audience["whom"])
    facts: dict[str, Fact] = {
        "kind": row.kind,
        "whom": whom,
        "mails": row.mails,
        "is_resolved": is_resolved,
    }
    note(session, who.tenant_id, action, now=now, about=about, facts=facts)

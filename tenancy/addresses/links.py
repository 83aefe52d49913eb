"""Making and finding the links of a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from kernel.ids import new_id, new_secret, sha256_of
from tenancy.addresses._tables import LinkKind, PersonLink
from tenancy.mails import outbox

PER_HOUR_MAX = 3
KEPT_FOR = timedelta(days=2)
GONE = "This link no longer works: it was used, or it ran out. Ask for a new one."
_HOUR = timedelta(hours=1)


def is_asked_too_often(session: Session, kind: LinkKind, email: str, *, now: datetime) -> bool:
    """Tell whether an address was sent as many links within an hour as it may be."""
    lately = session.scalar(
        select(func.count(PersonLink.id)).where(
            PersonLink.kind == kind, PersonLink.email == email, PersonLink.made_at > now - _HOUR
        )
    )
    return (lately or 0) >= PER_HOUR_MAX


def make_link(
    session: Session,
    kind: LinkKind,
    *,
    person_id: UUID | None,
    email: str,
    lasts: timedelta,
    now: datetime,
) -> tuple[PersonLink, str]:
    """Write a link, and give it with its key."""
    key = new_secret("key")
    row = PersonLink(
        id=new_id(),
        kind=kind,
        person_id=person_id,
        email=email,
        digest=sha256_of(key),
        made_at=now,
        expires_at=now + lasts,
    )
    session.add(row)
    session.flush()
    return row, key


def link_by(
    session: Session, kind: LinkKind, key: str, *, now: datetime, lock: bool = False
) -> tuple[PersonLink, UUID]:
    """Find a link by its key, and whose it is; locked, so that of two who use it one is second.

    Raises:
        NotFoundError: it opens nothing, or nothing any more.
    """
    wanted = select(PersonLink).where(PersonLink.digest == sha256_of(key), PersonLink.kind == kind)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(wanted)
    if row is None or row.used_at is not None or row.expires_at <= now or row.person_id is None:
        raise NotFoundError(GONE)
    return row, row.person_id


def end_links_of(session: Session, person_id: UUID) -> None:
    """End every link of a person, and take their mails back that were not sent yet."""
    ids = session.scalars(select(PersonLink.id).where(PersonLink.person_id == person_id)).all()
    for one in ids:
        outbox.take_back(session, one)
    session.execute(
        delete(PersonLink)
        .where(PersonLink.person_id == person_id)
        .execution_options(synchronize_session=False)
    )


def forget_old(session: Session, *, now: datetime) -> None:
    """Let go of links that ran out."""
    session.execute(
        delete(PersonLink)
        .where(PersonLink.expires_at < now - KEPT_FOR)
        .execution_options(synchronize_session=False)
    )

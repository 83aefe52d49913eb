"""The outbox: a mail is a row of the transaction that it tells of, and is sent after it.

Nothing is sent of what was rolled back, and nothing is forgotten of what was committed. A mail is
claimed before it is sent, so that two never send the same one; a process that dies in between
leaves the claim to run out, and it is sent again: at least once, recognisable by its Message-ID.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kernel.errors import ConflictError
from kernel.ids import new_id, new_secret
from tenancy.brand.model import Brand
from tenancy.brand.store import brand_for, brand_for_person, home_of, vendors_brand
from tenancy.mails._tables import REASON_MAX, Mail
from tenancy.mails.letters import write_letter
from tenancy.mails.office import PostOffice, office_of

TRIES_MAX = 20
FIRST_PAUSE = timedelta(minutes=1)
PAUSE_MAX = timedelta(hours=1)
KEPT_FOR = timedelta(days=30)
OUT_OF_DATE = "it could not be sent before its link ran out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be mailed: a kind, to whom, with which facts, and until when that makes sense.

    Attributes:
        path: Where its link leads, from the first slash; "" for a mail without one.
        organisation_id: On whose behalf it goes, under whose brand; None where on nobody's.
        person_id: Who it goes to, under whose brand then; None where nobody is known yet.
    """

    kind: str
    to: str
    facts: Mapping[str, str]
    path: str = ""
    until: datetime | None = None
    organisation_id: UUID | None = None
    person_id: UUID | None = None
    about_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One mail that its claimer alone may send until the claim runs out."""

    id: UUID
    claim: str
    tries: int
    to: str
    subject: str
    text: str
    message_id: str
    sender_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of the newest mail about something: sent, waiting, or failed and why."""

    sent_at: datetime | None
    due_at: datetime | None
    failed: str


def write_mail(session: Session, wish: Wish, *, now: datetime) -> bool:
    """Write a mail in this transaction; False where no mail can be sent from here."""
    office = office_of(session)
    if office is None:
        return False
    brand = _brand_of(session, wish)
    home = home_of(brand, office.public_url)
    letter = write_letter(wish.kind, brand, {**wish.facts, "link": home + wish.path})
    session.add(
        Mail(
            id=new_id(),
            recipient=wish.to,
            sender_name=brand.mail_name,
            sender_host=_host_of(home),
            subject=letter.subject,
            text=office.vault.encrypt(letter.text),
            kind=wish.kind,
            organisation_id=wish.organisation_id,
            about_id=wish.about_id,
            made_at=now,
            due_at=now,
            until=wish.until,
        )
    )
    session.flush()
    return True


def require_office(session: Session) -> PostOffice:
    """Give what mails are written with; raises ConflictError where there is none."""
    office = office_of(session)
    if office is None:
        raise ConflictError("no mail can be sent from here: the operator has to set it up")
    return office


def take_back(session: Session, about_id: UUID) -> set[UUID]:
    """Let go of mails about something that were not sent yet; give on whose behalf they were."""
    gone = session.scalars(
        delete(Mail)
        .where(Mail.about_id == about_id, Mail.due_at.is_not(None))
        .returning(Mail.organisation_id)
        .execution_options(synchronize_session=False)
    )
    return {one for one in gone if one is not None}


def fates_of(session: Session, about: Iterable[UUID]) -> dict[UUID, Fate]:
    """Say what became of the newest mail about each of some things."""
    rows = session.scalars(select(Mail).where(Mail.about_id.in_(list(about))).order_by(Mail.id))
    return {
        row.about_id: Fate(sent_at=row.sent_at, due_at=row.due_at, failed=row.failed)
        for row in rows
        if row.about_id is not None
    }


def has_due(session: Session, *, now: datetime) -> bool:
    """Tell whether a mail is due."""
    return session.scalar(select(Mail.id).where(Mail.due_at <= now).limit(1)) is not None


def claim_next(session: Session, *, now: datetime, for_time: timedelta) -> Claimed | None:
    """Take the mail that is longest due; others pass it by until the claim runs out."""
    office = require_office(session)
    _give_up_late_ones(session, now=now)
    row = session.scalar(
        select(Mail)
        .where(Mail.due_at <= now)
        .order_by(Mail.due_at, Mail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.due_at, row.claim = now + for_time, new_secret("n")
    row.tries += 1
    return Claimed(
        id=row.id,
        claim=row.claim,
        tries=row.tries,
        to=row.recipient,
        subject=row.subject,
        text=office.vault.decrypt(row.text),
        message_id=f"<mail-{row.id}@{row.sender_host or _host_of(office.public_url)}>",
        sender_name=row.sender_name,
    )


def note_sent(session: Session, claimed: Claimed, *, now: datetime) -> None:
    """Note that a claimed mail was sent; its text, with the key in it, is kept no longer."""
    _settle(session, claimed, sent_at=now, due_at=None, text="", failed="")


def note_failed(
    session: Session, claimed: Claimed, *, reason: str, again: bool, now: datetime
) -> None:
    """Note that a claimed mail was not sent; try again later, where that may help."""
    if again and claimed.tries < TRIES_MAX:
        due_at = now + pause_after(claimed.tries)
        _settle(session, claimed, due_at=due_at, failed=reason[:REASON_MAX])
    else:
        _settle(session, claimed, due_at=None, text="", failed=reason[:REASON_MAX])


def pause_after(tries: int) -> timedelta:
    """Say how long to wait after so many tries: a minute, then each time twice as long.

    >>> [pause_after(tries).seconds // 60 for tries in (1, 2, 3, 20)]
    [1, 2, 4, 60]
    """
    return min(FIRST_PAUSE * (1 << (tries - 1)), PAUSE_MAX)


def forget_old(session: Session, *, now: datetime) -> None:
    """Let go of mails that were settled long ago."""
    session.execute(
        delete(Mail)
        .where(Mail.made_at < now - KEPT_FOR, Mail.due_at.is_(None))
        .execution_options(synchronize_session=False)
    )


def _give_up_late_ones(session: Session, *, now: datetime) -> None:
    session.execute(
        update(Mail)
        .where(Mail.due_at <= now, Mail.until <= now)
        .values(due_at=None, text="", failed=OUT_OF_DATE)
        .execution_options(synchronize_session=False)
    )


def _settle(session: Session, claimed: Claimed, **facts: object) -> None:
    session.execute(
        update(Mail)
        .where(Mail.id == claimed.id, Mail.claim == claimed.claim)
        .values(claim=None, **facts)
        .execution_options(synchronize_session=False)
    )


def _brand_of(session: Session, wish: Wish) -> Brand:
    if wish.organisation_id is not None:
        return brand_for(session, wish.organisation_id)
    if wish.person_id is not None:
        return brand_for_person(session, wish.person_id)
    return vendors_brand(session)


def _host_of(home: str) -> str:
    """Name the installation in a Message-ID (RFC 5322, 3.6.4) by the host people open it by."""
    return home.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"

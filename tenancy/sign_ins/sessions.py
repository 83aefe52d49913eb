"""Sessions: one row for each sign-in, so that each can be seen and ended.

A browser holds a secret of 256 bits and nothing else of it; the row holds its digest. A session
ends when the person ends it, when it was not used for some hours, or when it is old.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from kernel.ids import new_id, new_secret, sha256_of
from tenancy._tables import Person
from tenancy.sign_ins._tables import SignIn
from tenancy.sign_ins.browsers import Origin

PREFIX = "gsi"
SEEN_EVERY = timedelta(minutes=1)
KEPT_AFTER = timedelta(days=30)
HOW = {
    "link": "Link that was mailed or handed over",
    "password": "Password",
    "password_code": "Password and code",
    "password_recovery": "Password and recovery code",
    "password_passkey": "Password and passkey",
    "passkey": "Passkey",
    "provider": "Identity provider",
    "provider_code": "Identity provider and code",
    "provider_strong": "Identity provider, with a second factor",
}
BY_PROVIDERS = frozenset({"provider", "provider_code", "provider_strong"})
"""The ways by an organisation's provider: what they open is that organisation alone."""
STRONG = frozenset(HOW) - {"link", "password", "provider"}
"""The ways that prove more than what somebody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """How long a session lasts unused, and at most."""

    idle: timedelta
    most: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """One session as its person sees it."""

    id: UUID
    person_id: UUID
    how: str
    browser: str
    address: str
    made_at: datetime
    seen_at: datetime

    @property
    def is_strong(self) -> bool:
        """Tell whether a second factor was shown at this sign-in."""
        return self.how in STRONG

    @property
    def how_in_words(self) -> str:
        """Say how it was signed in, for a person."""
        return HOW.get(self.how, self.how)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A session and its secret, which the browser is to hold."""

    session: SessionView
    secret: str


def begin(
    session: Session,
    person_id: UUID,
    *,
    how: str,
    origin: Origin,
    lifetimes: Lifetimes,
    now: datetime,
) -> Held:
    """Begin a session and give it with its secret; old ones of the person are tidied away."""
    ended = func.coalesce(SignIn.ended_at, SignIn.expires_at) < now - KEPT_AFTER
    session.execute(delete(SignIn).where(SignIn.person_id == person_id, ended))
    secret = new_secret(PREFIX)
    row = SignIn(
        id=new_id(),
        person_id=person_id,
        digest=sha256_of(secret),
        how=how,
        browser=origin.browser,
        address=origin.address,
        made_at=now,
        seen_at=now,
        expires_at=now + lifetimes.most,
    )
    session.add(row)
    session.flush()
    return Held(session=_view(row), secret=secret)


def find(
    session: Session, secret: str, *, lifetimes: Lifetimes, now: datetime
) -> SessionView | None:
    """Give the session that a browser's secret opens; None where it ended, or the person left."""
    row = session.scalar(
        select(SignIn)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.digest == sha256_of(secret), Person.is_active, *_open(lifetimes, now))
    )
    return _view(row) if row is not None else None


def get_any(session: Session, session_id: UUID) -> SessionView | None:
    """Give a session by its id, also one that ended; None where there is none."""
    row = session.get(SignIn, session_id)
    return _view(row) if row is not None else None


def note_seen(session: Session, session_id: UUID, *, now: datetime) -> None:
    """Note that a session was used, at most once a minute; needs a session that writes."""
    session.execute(
        update(SignIn)
        .where(SignIn.id == session_id, SignIn.seen_at < now - SEEN_EVERY)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def list_open(
    session: Session, person_id: UUID, *, lifetimes: Lifetimes, now: datetime
) -> list[SessionView]:
    """List a person's sessions that still open something, the last used first."""
    rows = session.scalars(
        select(SignIn)
        .where(SignIn.person_id == person_id, *_open(lifetimes, now))
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )
    return [_view(row) for row in rows]


def renew(session: Session, session_id: UUID, *, how: str = "") -> Held:
    """Give a session another secret, as its rights grow: the old one opens nothing any more.

    Raises:
        NotFoundError: there is no such session.
    """
    row = session.get(SignIn, session_id)
    if row is None:
        raise NotFoundError("no such session")
    secret = new_secret(PREFIX)
    row.digest, row.how = sha256_of(secret), how or row.how
    session.flush()
    return Held(session=_view(row), secret=secret)


def end(session: Session, person_id: UUID, session_id: UUID, *, now: datetime) -> SessionView:
    """End a session of a person; one that ended stays so.

    Raises:
        NotFoundError: the person has no such session.
    """
    row = session.scalar(
        select(SignIn).where(SignIn.id == session_id, SignIn.person_id == person_id)
    )
    if row is None:
        raise NotFoundError("There is no such session any more.")
    row.ended_at = row.ended_at or now
    session.flush()
    return _view(row)


def end_others(session: Session, person_id: UUID, *, but: UUID | None, now: datetime) -> int:
    """End all sessions of a person but one; give how many ended."""
    wanted = [SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.expires_at > now]
    if but is not None:
        wanted.append(SignIn.id != but)
    ids = list(session.scalars(select(SignIn.id).where(*wanted)))
    if ids:
        session.execute(update(SignIn).where(SignIn.id.in_(ids)).values(ended_at=now))
    return len(ids)


def _open(lifetimes: Lifetimes, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        SignIn.ended_at.is_(None),
        SignIn.expires_at > now,
        SignIn.seen_at > now - lifetimes.idle,
    )


def _view(row: SignIn) -> SessionView:
    return SessionView(
        id=row.id,
        person_id=row.person_id,
        how=row.how,
        browser=row.browser,
        address=row.address,
        made_at=row.made_at,
        seen_at=row.seen_at,
    )

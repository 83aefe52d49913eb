"""People: who may sign in, and whether they are who they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from kernel.schema import Schema
from tenancy import passwords
from tenancy._tables import EMAIL_MAX, NAME_MAX, Person

_EMAIL = Schema({"type": "string", "format": "email", "maxLength": EMAIL_MAX})


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """One person as others see them."""

    id: UUID
    email: str
    name: str


def create_person(
    session: Session, *, email: str, name: str, password: str, now: datetime
) -> PersonView:
    """Add somebody who may sign in.

    Raises:
        InvalidError: naming the field.
        ConflictError: the address is known already.
    """
    address = read_email(email)
    called = _checked_name(name)
    passwords.check_new_password(password, email=address, name=called)
    if find_by_email(session, address) is not None:
        raise ConflictError("somebody with this e-mail address is there already")
    row = Person(
        id=new_id(),
        email=address,
        name=called,
        password_hash=passwords.hash_password(password),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return _view(row)


def is_email(address: str) -> bool:
    """Tell whether a text is an e-mail address, in lower case and without spaces round it."""
    return _EMAIL.accepts(address)


def read_email(text: str) -> str:
    """Give an e-mail address as it is kept: in lower case.

    Raises:
        InvalidError: it is none.
    """
    address = text.strip().lower()
    if not is_email(address):
        message = "email: write an address such as anna@example.com"
        raise InvalidError(message, problems=[Problem("/email", message)])
    return address


def check_password(session: Session, *, email: str, password: str) -> PersonView | None:
    """Give the person when address and password fit, else None; never says which was wrong."""
    row = session.scalar(select(Person).where(Person.email == email.strip().lower()))
    usable = row if row is not None and row.is_active else None
    if not passwords.is_right(password, usable.password_hash if usable else None):
        return None
    return _view(usable) if usable is not None else None


def renew_hash(session: Session, person_id: UUID, password: str) -> None:
    """Hash a password that was right with today's parameters, where the kept hash is weaker."""
    row = session.get(Person, person_id)
    if row is not None and passwords.needs_rehash(row.password_hash):
        row.password_hash = passwords.hash_password(password)
        session.flush()


def note_sign_in(session: Session, person_id: UUID, *, now: datetime) -> None:
    """Note when a person signed in last."""
    row = session.get(Person, person_id)
    if row is not None:
        row.last_sign_in_at = now
        session.flush()


def change_password(session: Session, person_id: UUID, password_hash: str) -> None:
    """Keep the hash of a person's new password, which `passwords` has checked and hashed."""
    session.execute(
        update(Person).where(Person.id == person_id).values(password_hash=password_hash)
    )


def change_name(session: Session, person_id: UUID, name: str) -> PersonView:
    """Call a person something else.

    Raises:
        InvalidError: the name is none.
        NotFoundError: the person is gone.
    """
    row = session.get(Person, person_id)
    if row is None:
        raise NotFoundError("no such person")
    row.name = _checked_name(name)
    session.flush()
    return _view(row)


def set_password(session: Session, person_id: UUID, password: str) -> None:
    """Give a person another password.

    Raises:
        NotFoundError: there is no such person, or they may no longer act.
        InvalidError: the password may not be used.
    """
    row = session.get(Person, person_id)
    if row is None or not row.is_active:
        raise NotFoundError("no such person")
    passwords.check_new_password(password, email=row.email, name=row.name)
    row.password_hash = passwords.hash_password(password)
    session.flush()


def find_by_email(session: Session, email: str) -> PersonView | None:
    """Give the person with that address, or None."""
    row = session.scalar(select(Person).where(Person.email == email.strip().lower()))
    return _view(row) if row is not None else None


def find_active_person(session: Session, person_id: UUID) -> PersonView | None:
    """Give a person who may still act, or None."""
    row = session.get(Person, person_id)
    return _view(row) if row is not None and row.is_active else None


def _checked_name(name: str) -> str:
    if not 1 <= len(name.strip()) <= NAME_MAX:
        message = f"name: write 1 to {NAME_MAX} characters"
        raise InvalidError(message, problems=[Problem("/name", message)])
    return name.strip()


def _view(row: Person) -> PersonView:
    return PersonView(id=row.id, email=row.email, name=row.name)

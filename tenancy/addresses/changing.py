"""A person's e-mail address: proved, and changed to another one, by a link that is mailed to it.

A change needs the password, is told to the old address when it is asked for and when it is done,
and is confirmed by the same person, signed in: whoever reads the new address's mail alone takes
over nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.db import or_taken
from kernel.errors import ConflictError, ForbiddenError, InvalidError, Problem
from tenancy import passwords, people
from tenancy._tables import Person
from tenancy.addresses import links
from tenancy.addresses._tables import LinkKind
from tenancy.mails.outbox import Wish, require_office, write_mail
from tenancy.sign_ins.entering import note_of_person

LASTS = timedelta(days=1)
TAKEN = "somebody else signs in with this address by now: nothing was changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A person's address, and when it was proved; None where it was not yet."""

    email: str
    verified_at: datetime | None


def address_of(session: Session, person_id: UUID) -> Address:
    """Give somebody's address."""
    person = session.get_one(Person, person_id)
    return Address(email=person.email, verified_at=person.email_verified_at)


def ask_to_verify(session: Session, person_id: UUID, *, now: datetime) -> None:
    """Mail a link that proves the address somebody has; raises ConflictError."""
    require_office(session)
    person = session.get_one(Person, person_id)
    _mail_link(session, person, person.email, now=now)


def ask_to_change(
    session: Session, person_id: UUID, *, email: str, password: str, now: datetime
) -> None:
    """Mail a link to the new address, and a notice to the old one.

    Whether somebody else has the new address is not said; nothing is mailed to it then.

    Raises:
        InvalidError: naming the field: no address, the same one, or the password is wrong.
        ConflictError: no mail can be sent from here.
    """
    require_office(session)
    person, address = session.get_one(Person, person_id), people.read_email(email)
    if address == person.email:
        _refuse("/email", "email: this is your address already: write the new one")
    if not passwords.is_right(password, person.password_hash):
        _refuse("/password", "password: that is not your password")
    if people.find_by_email(session, address) is None:
        _mail_link(session, person, address, now=now)
    facts = {"new_address": address}
    told = Wish(
        kind="address_changing",
        to=person.email,
        facts=facts,
        path="/forgotten",
        person_id=person_id,
    )
    write_mail(session, told, now=now)


def address_behind(session: Session, key: str, *, now: datetime) -> str:
    """Give the address that a link proves; raises NotFoundError."""
    row, _ = links.link_by(session, LinkKind.ADDRESS, key, now=now)
    return row.email


def confirm(session: Session, key: str, *, person_id: UUID, now: datetime) -> Address:
    """Prove the address of a link, and make it the one its person signs in with.

    Raises:
        NotFoundError: the link opens nothing.
        ForbiddenError: somebody else asked for it.
        ConflictError: somebody else has the address by now.
    """
    row, owner = links.link_by(session, LinkKind.ADDRESS, key, now=now, lock=True)
    if owner != person_id:
        raise ForbiddenError("somebody else asked for this link: sign in as that person")
    person, email = session.get_one(Person, person_id), row.email
    before = person.email
    with or_taken(session, ConflictError(TAKEN)):
        person.email, person.email_verified_at = email, now
        session.flush()
    links.end_links_of(session, person_id)
    if before != email:
        facts = {"new_address": email}
        told = Wish(kind="address_changed", to=before, facts=facts, person_id=person_id)
        write_mail(session, told, now=now)
        changed = {"before": before, "after": email}
        note_of_person(session, person, "email.changed", changed, now=now)
    else:
        note_of_person(session, person, "email.verified", {"email": email}, now=now)
    return Address(email=email, verified_at=now)


def _mail_link(session: Session, person: Person, email: str, *, now: datetime) -> None:
    if links.is_asked_too_often(session, LinkKind.ADDRESS, email, now=now):
        return
    row, key = links.make_link(
        session, LinkKind.ADDRESS, person_id=person.id, email=email, lasts=LASTS, now=now
    )
    wish = Wish(
        kind="address",
        to=email,
        facts={},
        person_id=person.id,
        path=f"/confirm-address/{key}",
        until=row.expires_at,
        about_id=row.id,
    )
    write_mail(session, wish, now=now)


def _refuse(pointer: str, message: str) -> None:
    raise InvalidError(message, problems=[Problem(pointer, message)])

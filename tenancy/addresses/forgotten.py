"""A forgotten password: a link by mail, good for an hour and once.

What is answered is the same whether somebody signs in with the address or not.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenancy import people
from tenancy._tables import Person
from tenancy.addresses import links
from tenancy.addresses._tables import LinkKind
from tenancy.mails import outbox
from tenancy.mails.outbox import Wish, require_office, write_mail
from tenancy.sign_ins import sessions
from tenancy.sign_ins.entering import note_of_person

LASTS = timedelta(hours=1)


def ask_new_password(session: Session, email: str, *, now: datetime) -> None:
    """Mail a link to choose a new password, where somebody active has the address.

    At most three an hour for an address, known or not; what is over that is left out silently.

    Raises:
        InvalidError: that is no address.
        ConflictError: no mail can be sent from here.
    """
    require_office(session)
    address = people.read_email(email)
    if links.is_asked_too_often(session, LinkKind.PASSWORD, address, now=now):
        return
    person = session.scalar(select(Person).where(Person.email == address, Person.is_active))
    row, key = links.make_link(
        session,
        LinkKind.PASSWORD,
        person_id=person.id if person is not None else None,
        email=address,
        lasts=LASTS,
        now=now,
    )
    if person is not None:
        wish = Wish(
            kind="password",
            to=address,
            facts={},
            person_id=person.id,
            path=f"/new-password/{key}",
            until=row.expires_at,
            about_id=row.id,
        )
        write_mail(session, wish, now=now)


def whose_link(session: Session, key: str, *, now: datetime) -> str:
    """Give the address that a link was mailed to; raises NotFoundError."""
    row, _ = links.link_by(session, LinkKind.PASSWORD, key, now=now)
    return row.email


def choose_password(session: Session, key: str, password: str, *, now: datetime) -> UUID:
    """Set the password of whoever the link is for, and end their sessions and links.

    The link was mailed to the address, so the address is proved by it.

    Raises:
        NotFoundError: the link opens nothing, or the address is another one by now.
        InvalidError: the password may not be used.
    """
    row, person_id = links.link_by(session, LinkKind.PASSWORD, key, now=now, lock=True)
    people.set_password(session, person_id, password)
    sessions.end_others(session, person_id, but=None, now=now)
    person = session.get_one(Person, person_id)
    if person.email == row.email:
        person.email_verified_at = person.email_verified_at or now
    links.end_links_of(session, person_id)
    told = Wish(
        kind="password_changed", to=person.email, facts={}, path="/forgotten", person_id=person_id
    )
    outbox.write_mail(session, told, now=now)
    note_of_person(session, person, "password.reset", now=now)
    return person_id

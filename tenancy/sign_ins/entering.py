"""Entering and leaving, noted: what is written when somebody signs in, out, or is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from tenancy import people
from tenancy._tables import Person
from tenancy.access import organisations_of
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, Actor, note
from tenancy.people import PersonView
from tenancy.sign_ins import sessions
from tenancy.sign_ins.browsers import Origin
from tenancy.sign_ins.sessions import Held, Lifetimes

log = structlog.get_logger(__name__)

NOTED_EVERY_S = 60
"""A refusal of one person is noted once in so long: guessing does not flood the audit."""


def enter(
    session: Session,
    person: PersonView,
    *,
    how: str,
    origin: Origin,
    lifetimes: Lifetimes,
    now: datetime,
) -> Held:
    """Begin a person's session; its secret is for their browser."""
    people.note_sign_in(session, person.id, now=now)
    held = sessions.begin(session, person.id, how=how, origin=origin, lifetimes=lifetimes, now=now)
    facts = {"how": how, "address": origin.address, "browser": origin.browser}
    note_of_person(session, person, "sign_in.made", facts, now=now)
    log.info("person_signed_in", person_id=str(person.id), how=how)
    return held


def leave(
    session: Session,
    person: PersonView,
    session_id: UUID,
    *,
    only: UUID | None = None,
    now: datetime,
) -> None:
    """End the session that a person signs out of.

    `only` is the organisation that the session opened alone, by its provider: it was noted there.
    """
    ended = sessions.end(session, person.id, session_id, now=now)
    facts: dict[str, Fact] = {"address": ended.address, "browser": ended.browser}
    if only is None:
        note_of_person(session, person, "sign_in.ended", facts, now=now)
        return
    about, by = (
        About(kind="person", id=person.id, name=person.name),
        Actor(name=person.name, id=person.id),
    )
    note(session, only, "sign_in.ended", now=now, about=about, facts=facts, by=by)


def note_refusal(
    session: Session, email: str, *, why: str, tries: int, origin: Origin, now: datetime
) -> None:
    """Note that a sign-in with somebody's address was refused; nothing where nobody has it."""
    person = people.find_by_email(session, email)
    if person is None:
        return
    facts: dict[str, Fact] = {"why": why, "tries": tries, "address": origin.address}
    facts["browser"] = origin.browser
    stranger = Actor(name="somebody not signed in")
    note_of_person(session, person, "sign_in.refused", facts, by=stranger, now=now)


def note_of_person(
    session: Session,
    person: PersonView | Person,
    action: str,
    facts: Mapping[str, Fact] | None = None,
    *,
    by: Actor | None = None,
    now: datetime,
) -> None:
    """Note what concerns a person in the audit of each organisation they belong to."""
    about = About(kind="person", id=person.id, name=person.name)
    by = by or Actor(name=person.name, id=person.id)
    for one in organisations_of(session, person.id):
        note(session, one.id, action, now=now, about=about, facts=facts, by=by)

"""The organisation that an archive is brought into: found or made, and held still first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from kernel.db import Base
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from runtime.limits.book import LIMITS_KEPT_S
from runtime.moving.importing import require_empty
from runtime.moving.manifest import Manifest
from tenancy.life_cycle.changing import hold
from tenancy.life_cycle.states import State
from tenancy.organisations import (
    OrganisationView,
    create_organisation,
    find_by_slug,
    get_organisation,
)
from tenancy.scope import system

REASON = "Brought in from another installation: look it over, then make it active"
KNOWN_AFTER_S = LIMITS_KEPT_S + 1
"""So long after this every process knows that it is suspended, and starts nothing of it."""


@contextmanager
def snapshot(reading: sessionmaker[Session]) -> Iterator[Session]:
    """Open a session that sees the database as it is at one moment, in system scope."""
    with reading() as session, system(session):
        if session.get_bind().dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def make_room(
    session: Session, manifest: Manifest, *, slug: str, under: str, now: datetime
) -> tuple[OrganisationView, bool]:
    """Give the organisation to bring an archive into, suspended; tell whether it was made.

    `slug` is its short name, "" the one it had; `under` is that of the organisation it is made
    under, "" where it is there already.

    Raises:
        NotFoundError: it is not there, and nobody was named to make it under.
        ConflictError: it is there and not empty, or closed.
        InvalidError: it cannot stand under that one.
    """
    wanted = slug or manifest.tenant["slug"]
    found = find_by_slug(session, wanted)
    if found is None:
        if not under:
            raise NotFoundError(
                f"No organisation is called {wanted}: name the one it is to stand under "
                "(--under SLUG), or an empty one that is there (--slug SLUG)."
            )
        return _made(session, manifest, wanted, under, now=now), True
    if under:
        raise ConflictError(f"{wanted} is there already: bring it in without --under.")
    if found.state not in {State.TRIAL.value, State.ACTIVE.value, State.SUSPENDED.value}:
        raise ConflictError(f"{found.name} is {found.state}: bring the archive into another one.")
    require_empty(session, found.id)
    hold(session, found.id, reason=REASON, now=now)
    return get_organisation(session, found.id), False


def take_room_back(session: Session, organisation_id: UUID) -> None:
    """Remove an organisation that was made for an archive which was refused."""
    organisation = Base.metadata.tables["organisation"]
    with system(session):
        require_empty(session, organisation_id)
        session.connection().execute(
            delete(organisation).where(organisation.c.id == organisation_id)
        )


def _made(
    session: Session, manifest: Manifest, slug: str, under: str, *, now: datetime
) -> OrganisationView:
    parent = find_by_slug(session, under)
    if parent is None:
        raise NotFoundError(f"no organisation is called {under}")
    made = create_organisation(
        session,
        kind=manifest.tenant["kind"],
        name=manifest.tenant["name"],
        parent_id=parent.id,
        slug=slug,
        now=now,
        id_=_free_id(session, manifest),
    )
    hold(session, made.id, reason=REASON, now=now)
    return get_organisation(session, made.id)


def _free_id(session: Session, manifest: Manifest) -> UUID | None:
    """Give the id that it had, where nobody has it here."""
    try:
        wanted = UUID(manifest.tenant["id"])
    except ValueError:
        message = "tenant/id: this is no id"
        raise InvalidError(message, problems=[Problem("/tenant/id", message)]) from None
    try:
        get_organisation(session, wanted)
    except NotFoundError:
        return wanted
    return None

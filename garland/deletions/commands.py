"""Deletions on the command line, for whoever runs the installation."""

from __future__ import annotations

from uuid import UUID

from garland.services import Services
from kernel.clock import utc_now
from kernel.errors import ConflictError, NotFoundError
from runtime.deleting.asking import Asker, ask_deletion, cancel_deletion, find_open
from runtime.deleting.certificate import digest_of_file
from runtime.deleting.listing import all_deletions, verdict_on
from runtime.deleting.model import DeletionView, Stage, Wish
from tenancy.audit.trail import Actor
from tenancy.organisations import OrganisationView, find_by_slug
from tenancy.scope import system

BY = Asker(actor=Actor(name="the command line"))


def named(services: Services, slug: str) -> OrganisationView:
    """Give an organisation by its short name; raises NotFoundError."""
    with services.reading() as session:
        found = find_by_slug(session, slug)
    if found is None:
        raise NotFoundError(f"no organisation is called {slug}")
    return found


def ask(services: Services, one: OrganisationView, wish: Wish) -> DeletionView:
    """Ask that an organisation be deleted; raises what `ask_deletion` does."""
    with services.sessions.begin() as session:
        made = ask_deletion(session, one.id, wish, by=BY, now=utc_now())
    return next(each for each in list_all(services) if each.id == made)


def call_off(services: Services, slug: str) -> str:
    """Call the deletion of an organisation off; give its name.

    Raises:
        NotFoundError, ConflictError: there is none, or it began.
    """
    one = named(services, slug)
    with services.sessions.begin() as session:
        known = find_open(session, one.id)
        if known is None:
            raise NotFoundError(f"no deletion of {one.name} is to come")
        cancel_deletion(session, known, by=BY, now=utc_now())
    return one.name


def list_all(services: Services) -> list[DeletionView]:
    """List all deletions of the installation, the newest first."""
    with services.reading() as session, system(session):
        return all_deletions(session)


def check_file(services: Services, content: str) -> str:
    """Hold a certificate's file against itself and against this installation; give what was found.

    Raises:
        ConflictError: it was changed, or another stands here.
        InvalidError: it is no certificate.
        NotFoundError: it is whole, and this installation knows nothing of it.
    """
    said, digest, document = digest_of_file(content)
    if said != digest:
        raise ConflictError("the file was changed: its text does not have the digest it names")
    with services.reading() as session:
        with system(session):
            known = [one for one in all_deletions(session) if one.id == _id(document.get("id"))]
        if not known or known[0].stage is not Stage.FINISHED:
            raise NotFoundError("the file is whole; this installation has no such deletion")
        if known[0].digest != digest:
            raise ConflictError("the file was changed: this installation has another certificate")
        verdict = verdict_on(session, known[0])
    if verdict.number is None:
        return "The file is whole and the same as here; the audit has no entry of it any more."
    return f"The file is whole and the same as here; entry {verdict.number} of the audit vouches."


def _id(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None

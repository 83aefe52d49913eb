"""The environments of an organisation: which there are, adding one, letting one go.

An environment is an organisation: its workflows, live versions, runs, connections, look-up tables,
sources and members are its own, and the guard keeps them apart as it keeps any two tenants apart.
What ties it to the live one is a row, by which each finds the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, Problem
from kernel.ids import SLUG_MAX, slugify
from tenancy._tables import Environment
from tenancy.access import acting_for
from tenancy.audit.trail import About, note
from tenancy.custom_roles.holding import copy_roles
from tenancy.members import add_member, list_members
from tenancy.organisations import create_organisation, get_organisation
from tenancy.plans.entitled import require_feature

log = structlog.get_logger(__name__)

LIVE = "Live"
MOST = 5
NAME_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentView:
    """One of the environments that belong together; `is_live` is the one that all others serve."""

    organisation_id: UUID
    slug: str
    name: str
    is_live: bool


def environments_of(session: Session, organisation_id: UUID) -> list[EnvironmentView]:
    """List the environments that an organisation belongs to, the live one first."""
    live_id = _live_id(session, organisation_id)
    rows = session.scalars(
        select(Environment).where(Environment.live_id == live_id).order_by(Environment.name)
    )
    found = [(live_id, LIVE), *((row.organisation_id, row.name) for row in rows)]
    return [
        EnvironmentView(
            organisation_id=id_,
            slug=get_organisation(session, id_).slug,
            name=name,
            is_live=id_ == live_id,
        )
        for id_, name in found
    ]


def make_environment(session: Session, *, who: Acting, name: str, now: datetime) -> EnvironmentView:
    """Add an environment to an organisation; its members are members there in the same roles.

    Raises:
        InvalidError: the name.
        ConflictError: it is taken, there are as many as may be, or this is no live organisation.
    """
    require_feature(session, who.tenant_id, "environments")
    live, wanted = get_organisation(session, who.tenant_id), name.strip()
    known = environments_of(session, live.id)
    _require_name(wanted, {one.name.lower() for one in known})
    if not known[0].organisation_id == live.id:
        raise ConflictError(f"this is an environment itself: add one in {known[0].slug}")
    if len(known) > MOST:
        raise ConflictError(f"an organisation has at most {MOST} environments beside the live one")
    made = create_organisation(
        session,
        kind=live.kind,
        name=f"{live.name[:70]} · {wanted}",
        parent_id=live.parent_id,
        slug=_slug(live.slug, slugify(wanted)[:20].rstrip("-")),
    )
    roles = copy_roles(session, live.id, made.id)
    for member in list_members(session, live.id):
        role = roles.get(member.role_word, member.role_word)
        add_member(session, made.id, member.person_id, role, now=now)
    session.add(
        Environment(
            organisation_id=made.id,
            live_id=live.id,
            name=wanted,
            made_at=now,
            made_by=who.person_name[:200],
        )
    )
    session.flush()
    log.info("environment_made", environment=made.slug, by=who.person_name)
    about = About(kind="environment", id=made.slug, name=wanted)
    note(session, live.id, "environment.added", now=now, about=about)
    return EnvironmentView(organisation_id=made.id, slug=made.slug, name=wanted, is_live=False)


def untie(session: Session, *, who: Acting, slug: str, now: datetime) -> None:
    """Let an environment be an organisation of its own from now on; all of it stays.

    Raises:
        NotFoundError: no such environment of this organisation.
    """
    one = find_environment(session, who.tenant_id, slug)
    gone = session.execute(
        delete(Environment).where(
            Environment.organisation_id == one.organisation_id,
            Environment.live_id == who.tenant_id,
        )
    )
    if not getattr(gone, "rowcount", 0):
        raise NotFoundError(f"{slug} is no environment of this organisation")
    log.info("environment_untied", environment=slug, by=who.person_name)
    about = About(kind="environment", id=slug, name=one.name)
    note(session, who.tenant_id, "environment.untied", now=now, about=about)


def find_environment(session: Session, organisation_id: UUID, slug: str) -> EnvironmentView:
    """Give another environment that belongs with an organisation; raises NotFoundError."""
    for one in environments_of(session, organisation_id):
        if one.slug == slug and one.organisation_id != organisation_id:
            return one
    raise NotFoundError(f"{slug} is no environment that belongs with this one")


def acting_there(
    session: Session, who: Acting, one: EnvironmentView, *, takes: bool = False
) -> Acting:
    """Give the same person as they act in another environment.

    Who takes things from there sees all of them here, secrets too: that takes who may change them.

    Raises:
        ForbiddenError: nobody answers for who asks, or they may not see workflows and rules there,
            or not change them where they take some.
    """
    found = acting_for(session, who.vouched_by, one.slug) if who.vouched_by is not None else None
    if found is None or not (found.may("workflows.view") and found.may("rules.view")):
        raise ForbiddenError(f"you may not see {one.name}: ask an admin of it to add you")
    if takes and not (found.may("workflows.edit") and found.may("rules.edit")):
        raise ForbiddenError(
            f"your role ({found.role}) in {one.name} may not change workflows and rules, and only "
            "who may brings them: ask a colleague whose role may"
        )
    return found


def _live_id(session: Session, organisation_id: UUID) -> UUID:
    found = session.scalar(
        select(Environment.live_id).where(Environment.organisation_id == organisation_id)
    )
    return found or organisation_id


def _slug(live: str, name: str) -> str:
    return f"{live[: SLUG_MAX - 1 - len(name)].rstrip('-')}-{name}"


def _require_name(name: str, taken: set[str]) -> None:
    said = ""
    if not 1 <= len(name) <= NAME_MAX:
        said = f"name: write 1 to {NAME_MAX} characters"
    elif name.lower() in taken:
        said = f"name: there is one called {name} already"
    if said:
        raise InvalidError(said, problems=[Problem("/name", said)])

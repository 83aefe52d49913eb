"""The organisation tree: vendor over CSPs and integrators, CSPs over customers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import SLUG_MAX, new_id, slugify
from tenancy._tables import NAME_MAX, Organisation, OrganisationKind

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PARENT_OF = {
    OrganisationKind.VENDOR: None,
    OrganisationKind.CSP: OrganisationKind.VENDOR,
    OrganisationKind.INTEGRATOR: OrganisationKind.VENDOR,
    OrganisationKind.CUSTOMER: OrganisationKind.CSP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationView:
    """One organisation as others see it."""

    id: UUID
    kind: str
    slug: str
    name: str
    parent_id: UUID | None


def create_organisation(
    session: Session, *, kind: str, name: str, parent_id: UUID | None = None, slug: str = ""
) -> OrganisationView:
    """Add an organisation under its parent.

    Raises:
        InvalidError: naming the field: kind, name, slug, or a parent of the wrong kind.
        ConflictError: the slug is taken.
    """
    wanted = _kind(kind)
    if not 1 <= len(name.strip()) <= NAME_MAX:
        message = f"name: write 1 to {NAME_MAX} characters"
        raise InvalidError(message, problems=[Problem("/name", message)])
    parent = session.get(Organisation, parent_id) if parent_id is not None else None
    needed = _PARENT_OF[wanted]
    if (parent.kind if parent is not None else None) is not needed:
        place = f"under a {needed.value}" if needed is not None else "at the top"
        message = f"parent: a {wanted.value} stands {place}"
        raise InvalidError(message, problems=[Problem("/parent", message)])
    address = _slug(slug or slugify(name))
    if find_by_slug(session, address) is not None:
        raise ConflictError(f"the short name {address} is taken: choose another", slug=address)
    row = Organisation(
        id=new_id(), kind=wanted, name=name.strip(), slug=address, parent_id=parent_id
    )
    session.add(row)
    session.flush()
    return view_of(row)


def find_by_slug(session: Session, slug: str) -> OrganisationView | None:
    """Give the organisation with that short name, or None."""
    row = session.scalar(select(Organisation).where(Organisation.slug == slug))
    return view_of(row) if row is not None else None


def get_organisation(session: Session, organisation_id: UUID) -> OrganisationView:
    """Give one organisation; raises NotFoundError."""
    row = session.get(Organisation, organisation_id)
    if row is None:
        raise NotFoundError("no such organisation")
    return view_of(row)


def organisation_ids(session: Session) -> list[UUID]:
    """List the ids of all organisations, in their order."""
    return list(session.scalars(select(Organisation.id).order_by(Organisation.id)))


def children_of(session: Session, organisation_id: UUID) -> list[OrganisationView]:
    """List the organisations directly below one, by name."""
    rows = session.scalars(
        select(Organisation)
        .where(Organisation.parent_id == organisation_id)
        .order_by(Organisation.name)
    )
    return [view_of(row) for row in rows]


def ancestors_of(session: Session, organisation_id: UUID) -> list[OrganisationView]:
    """List the organisations above one, the nearest first."""
    found: list[OrganisationView] = []
    above = get_organisation(session, organisation_id).parent_id
    while above is not None:
        found.append(get_organisation(session, above))
        above = found[-1].parent_id
    return found


def _kind(kind: str) -> OrganisationKind:
    for one in OrganisationKind:
        if one.value == kind:
            return one
    message = "kind: choose one of " + ", ".join(one.value for one in OrganisationKind)
    raise InvalidError(message, problems=[Problem("/kind", message)])


def _slug(slug: str) -> str:
    if len(slug) > SLUG_MAX or not _SLUG.fullmatch(slug):
        message = (
            f"slug: use lower-case letters and digits, joined by single hyphens, {SLUG_MAX} at most"
        )
        raise InvalidError(message, problems=[Problem("/slug", message)])
    return slug


def view_of(row: Organisation) -> OrganisationView:
    """Give what others see of a row."""
    return OrganisationView(
        id=row.id, kind=row.kind.value, slug=row.slug, name=row.name, parent_id=row.parent_id
    )

"""The organisation tree: vendor over CSPs and integrators, CSPs over resellers and customers.

What stands above or below one is asked in one query each, a walk along `parent_id`: a thousand
customers are found in a few milliseconds, and a move changes one row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import SLUG_MAX, new_id, slugify
from tenancy._tables import NAME_MAX, Environment, Organisation, OrganisationKind

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
DEPTH_MAX = 8
"""So many levels at most, the vendor's among them."""
_PARENTS_OF: Mapping[OrganisationKind, tuple[OrganisationKind, ...]] = MappingProxyType(
    {
        OrganisationKind.VENDOR: (),
        OrganisationKind.CSP: (OrganisationKind.VENDOR,),
        OrganisationKind.INTEGRATOR: (OrganisationKind.VENDOR,),
        OrganisationKind.RESELLER: (OrganisationKind.CSP, OrganisationKind.RESELLER),
        OrganisationKind.CUSTOMER: (
            OrganisationKind.CSP,
            OrganisationKind.RESELLER,
            OrganisationKind.CUSTOMER,
        ),
    }
)
HAVE_CUSTOMERS = ("vendor", "csp", "reseller")
"""The kinds that look after organisations below them; a vendor's customers are its CSPs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationView:
    """One organisation as others see it."""

    id: UUID
    kind: str
    slug: str
    name: str
    parent_id: UUID | None
    state: str = "active"
    state_since: datetime | None = None
    state_until: datetime | None = None
    state_reason: str = ""
    created_at: datetime | None = None


def create_organisation(  # noqa: PLR0913  what it is, where it stands, since when
    session: Session,
    *,
    kind: str,
    name: str,
    parent_id: UUID | None = None,
    slug: str = "",
    now: datetime | None = None,
    id_: UUID | None = None,
) -> OrganisationView:
    """Add an organisation under its parent; `id_` is for one that had an id elsewhere.

    Raises:
        InvalidError: naming the field: kind, name, slug, or a parent of the wrong kind, or one
            that stands as deep as may be.
        ConflictError: the slug is taken.
    """
    wanted = _kind(kind)
    named = checked_name(name)
    require_parent(session, wanted, parent_id)
    address = checked_slug(slug or slugify(name))
    if find_by_slug(session, address) is not None:
        raise ConflictError(f"the short name {address} is taken: choose another", slug=address)
    row = Organisation(
        id=id_ or new_id(),
        kind=wanted,
        name=named,
        slug=address,
        parent_id=parent_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return view_of(row)


def require_parent(session: Session, kind: OrganisationKind, parent_id: UUID | None) -> None:
    """Refuse a parent of a wrong kind, or one below which nothing more may stand."""
    parent = session.get(Organisation, parent_id) if parent_id is not None else None
    possible = _PARENTS_OF[kind]
    fits = parent.kind in possible if parent is not None else not possible
    message = ""
    if not fits:
        words = " or ".join(one.value for one in possible)
        place = f"under a {words}" if words else "at the top"
        message = f"parent: a {kind.value} stands {place}"
    elif parent is not None and len(ancestors_of(session, parent.id)) + 2 > DEPTH_MAX:
        message = (
            f"parent: {parent.name} stands on the last of {DEPTH_MAX} levels, and nothing more "
            "stands below it: choose one above it"
        )
    if message:
        raise InvalidError(message, problems=[Problem("/parent", message)])


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


def top_organisations(session: Session) -> list[UUID]:
    """List the ids of those that nobody is above, in their order."""
    top = select(Organisation.id).where(Organisation.parent_id.is_(None))
    return list(session.scalars(top.order_by(Organisation.id)))


def children_of(session: Session, organisation_id: UUID) -> list[OrganisationView]:
    """List the organisations directly below one, by name."""
    rows = session.scalars(
        select(Organisation)
        .where(Organisation.parent_id == organisation_id)
        .order_by(Organisation.name)
    )
    return [view_of(row) for row in rows]


def ancestors_of(session: Session, organisation_id: UUID) -> list[OrganisationView]:
    """List the organisations above one, the nearest first.

    Raises:
        NotFoundError: no such organisation.
    """
    first = select(Organisation.id, Organisation.parent_id, literal(0).label("height"))
    above = first.where(Organisation.id == organisation_id).cte(recursive=True)
    above = above.union_all(
        select(Organisation.id, Organisation.parent_id, above.c.height + 1)
        .join(above, Organisation.id == above.c.parent_id)
        .where(above.c.height <= DEPTH_MAX)
    )
    rows = session.scalars(
        select(Organisation).join(above, above.c.id == Organisation.id).order_by(above.c.height)
    ).all()
    if not rows:
        raise NotFoundError("no such organisation")
    return [view_of(row) for row in rows[1:]]


def below(organisation_id: UUID) -> CTE:
    """Give the ids of all that stand below one, at any depth, with that depth from 1 on.

    Environments are among them; leave them out with `is_no_environment` where people are told.
    """
    first = select(Organisation.id, literal(1).label("depth"))
    found = first.where(Organisation.parent_id == organisation_id).cte(recursive=True)
    return found.union_all(
        select(Organisation.id, found.c.depth + 1)
        .join(found, Organisation.parent_id == found.c.id)
        .where(found.c.depth <= DEPTH_MAX)
    )


def is_no_environment() -> ColumnElement[bool]:
    """Leave out the environments of other organisations."""
    wanted = select(Environment.organisation_id)
    return ~wanted.where(Environment.organisation_id == Organisation.id).exists()


def descendants_of(session: Session, organisation_id: UUID) -> list[OrganisationView]:
    """List the organisations below one, at any depth, by name; environments are not counted."""
    found = below(organisation_id)
    rows = session.scalars(
        select(Organisation)
        .join(found, found.c.id == Organisation.id)
        .where(is_no_environment())
        .order_by(func.lower(Organisation.name), Organisation.id)
    )
    return [view_of(row) for row in rows]


def _kind(kind: str) -> OrganisationKind:
    for one in OrganisationKind:
        if one.value == kind:
            return one
    message = "kind: choose one of " + ", ".join(one.value for one in OrganisationKind)
    raise InvalidError(message, problems=[Problem("/kind", message)])


def checked_name(name: str) -> str:
    """Give a name without spaces round it; raises InvalidError where it is empty or too long."""
    if not 1 <= len(name.strip()) <= NAME_MAX:
        message = f"name: write 1 to {NAME_MAX} characters"
        raise InvalidError(message, problems=[Problem("/name", message)])
    return name.strip()


def checked_slug(slug: str) -> str:
    """Give a short name; raises InvalidError where it is none."""
    if len(slug) > SLUG_MAX or not _SLUG.fullmatch(slug):
        message = (
            f"slug: use lower-case letters and digits, joined by single hyphens, {SLUG_MAX} at most"
        )
        raise InvalidError(message, problems=[Problem("/slug", message)])
    return slug


def view_of(row: Organisation) -> OrganisationView:
    """Give what others see of a row."""
    return OrganisationView(
        id=row.id,
        kind=row.kind.value,
        slug=row.slug,
        name=row.name,
        parent_id=row.parent_id,
        state=row.state.value,
        state_since=row.state_since,
        state_until=row.state_until,
        state_reason=row.state_reason,
        created_at=row.created_at,
    )

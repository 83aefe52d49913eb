"""Collections as somebody may read them: of each only the listings that the reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, or_, select
from sqlalchemy.orm import Session

from kernel.cursors import read_place
from kernel.errors import NotFoundError
from marketplace.collections._tables import MarketCollection
from marketplace.search.finding import find_listing
from marketplace.search.model import Entry, Visible
from marketplace.search.seeing import visible_to
from tenancy._tables import Organisation, OrganisationKind
from tenancy.brand.naming import names_above
from tenancy.organisations import ancestors_of
from tenancy.plans.assigning import live_of

_FOR_ALL = (OrganisationKind.VENDOR, OrganisationKind.INTEGRATOR)
_BITE = 100
COLLECTIONS_OF_ONE = 5
"""So many collections the page of one listing names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionView:
    """A collection as its reader sees it.

    Attributes:
        entries: The listings that the reader sees, in their order.
        owner_name: What its owner is called to the reader; see `tenancy.brand.naming`.
        hidden: How many of them the reader does not see; told to the owner alone, else 0.
    """

    id: UUID
    title: str
    summary: str
    owner_name: str
    is_own: bool
    entries: tuple[Entry, ...]
    hidden: int
    listings: tuple[str, ...]
    revision: int
    changed_at: datetime


def list_collections(
    session: Session,
    tenant_id: UUID,
    *,
    q: str = "",
    limit: int,
    after: Sequence[str] | None = None,
) -> list[CollectionView]:
    """List the collections of which an organisation sees anything, by title; and all of its own."""
    visible, names = visible_to(session, tenant_id), names_above(session, tenant_id)
    found: list[CollectionView] = []
    place = tuple(read_place(after, str, UUID)) if after is not None else None
    while len(found) < limit:
        rows = _page(session, tenant_id, q=q, place=place)
        views = (
            _view(session, tenant_id, row, names.get(row.owner_id, name), visible)
            for row, name in rows
        )
        found += [one for one in views if one.entries or one.is_own]
        if len(rows) < _BITE:
            break
        place = rows[-1][0].title.lower(), rows[-1][0].id
    return found[:limit]


def place_of(collection: CollectionView) -> list[str]:
    """Give where a page that ends with this one ended, for `after`."""
    return [collection.title.lower(), str(collection.id)]


def get_collection(session: Session, tenant_id: UUID, collection_id: UUID) -> CollectionView:
    """Give one collection.

    Raises:
        NotFoundError: there is none, it is not for this organisation, or it sees nothing of it.
    """
    row = session.execute(
        _whole(session, tenant_id).where(MarketCollection.id == collection_id)
    ).first()
    if row is not None:
        name = names_above(session, tenant_id).get(row[0].owner_id, row[1])
        found = _view(session, tenant_id, row[0], name, visible_to(session, tenant_id))
        if found.entries or found.is_own:
            return found
    raise NotFoundError("no such collection", id=str(collection_id))


def collections_with(session: Session, tenant_id: UUID, listing_id: str) -> list[tuple[UUID, str]]:
    """Give id and title of the first collections that hold a listing an organisation sees."""
    held = cast(MarketCollection.listings, Text).contains(f'"{listing_id}"', autoescape=True)
    wanted = _whole(session, tenant_id).where(held).order_by(MarketCollection.title)
    rows = session.execute(wanted.limit(COLLECTIONS_OF_ONE)).all()
    return [(row[0].id, row[0].title) for row in rows]


def entries_of(session: Session, listing_ids: Iterable[str], visible: Visible) -> tuple[Entry, ...]:
    """Give the listings of some ids that somebody sees, in their order."""
    found = (find_listing(session, one, visible=visible) for one in listing_ids)
    return tuple(one for one in found if one is not None)


def _whole(session: Session, tenant_id: UUID) -> Select[MarketCollection, str]:
    """Ask for the collections that are for an organisation, each with its owner's name."""
    live_id = live_of(session, tenant_id)
    near = [tenant_id, live_id, *(one.id for one in ancestors_of(session, live_id))]
    return (
        select(MarketCollection, Organisation.name)
        .join(Organisation, Organisation.id == MarketCollection.owner_id)
        .where(
            or_(
                Organisation.kind.in_(_FOR_ALL),
                MarketCollection.owner_id.in_(near),
            )
        )
    )


def _page(
    session: Session, tenant_id: UUID, *, q: str, place: tuple[str, UUID] | None
) -> list[tuple[MarketCollection, str]]:
    lowered = func.lower(MarketCollection.title)
    wanted = _whole(session, tenant_id)
    if q:
        said = (MarketCollection.title, MarketCollection.summary)
        wanted = wanted.where(or_(*(one.icontains(q, autoescape=True) for one in said)))
    if place is not None:
        title, last_id = place
        wanted = wanted.where(
            or_(lowered > title, (lowered == title) & (MarketCollection.id > last_id))
        )
    rows = session.execute(wanted.order_by(lowered, MarketCollection.id).limit(_BITE)).all()
    return [(row[0], row[1]) for row in rows]


def _view(
    session: Session, tenant_id: UUID, row: MarketCollection, owner_name: str, visible: Visible
) -> CollectionView:
    is_own = row.owner_id == tenant_id
    entries = entries_of(session, row.listings, visible)
    return CollectionView(
        id=row.id,
        title=row.title,
        summary=row.summary,
        owner_name=owner_name,
        is_own=is_own,
        entries=entries,
        hidden=len(row.listings) - len(entries) if is_own else 0,
        listings=tuple(row.listings) if is_own else (),
        revision=row.revision,
        changed_at=row.changed_at,
    )

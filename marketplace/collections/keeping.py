"""Making, changing and removing collections: of vendors, providers and publishers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from marketplace.collections._tables import WHO_MAX, MarketCollection
from marketplace.collections.model import Wanted, checked
from marketplace.collections.reading import CollectionView, entries_of, get_collection
from marketplace.releases.publishers import owns_namespace
from marketplace.search.seeing import visible_to
from tenancy.audit.trail import About, note

COLLECTIONS_MAX = 100
_PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "vendor": "reviews.decide",
        "csp": "catalogue.edit",
        "reseller": "catalogue.edit",
        "integrator": "releases.edit",
    }
)
"""By kind of organisation, what whoever keeps its collections may do."""


def may_keep(session: Session, who: Acting) -> bool:
    """Tell whether who acts may make collections here; integrators need a verified namespace."""
    permission = _PERMISSIONS.get(who.tenant_kind)
    if permission is None or not who.may(permission):
        return False
    return who.tenant_kind != "integrator" or owns_namespace(session, who.tenant_id)


def require_keeper(session: Session, who: Acting) -> None:
    """Raise ForbiddenError where who acts may make no collections here."""
    if not may_keep(session, who):
        raise ForbiddenError(
            "collections are made by reviewers of the vendor, curators of providers, and "
            "publishers with a verified namespace"
        )


def get_own(session: Session, who: Acting, collection_id: UUID) -> CollectionView:
    """Give one's own collection to change; raises NotFoundError, ForbiddenError."""
    return get_collection(session, who.tenant_id, _own(session, who, collection_id).id)


def make_collection(
    session: Session, who: Acting, wanted: Wanted, *, now: datetime
) -> CollectionView:
    """Make a collection.

    Raises:
        ForbiddenError: they may make none.
        InvalidError: naming the field; a listing that they don't see is none.
        ConflictError: there are too many.
    """
    require_keeper(session, who)
    said = _checked(session, who, wanted)
    counted = select(func.count()).where(MarketCollection.owner_id == who.tenant_id)
    if (session.scalar(counted) or 0) >= COLLECTIONS_MAX:
        raise ConflictError(f"there may be {COLLECTIONS_MAX} collections: remove one first")
    row = MarketCollection(id=new_id(), owner_id=who.tenant_id, revision=1)
    _write(row, said, who, now=now)
    session.add(row)
    session.flush()
    note(session, who.tenant_id, "collection.made", now=now, about=_about(row))
    return get_collection(session, who.tenant_id, row.id)


def change_collection(
    session: Session,
    who: Acting,
    collection_id: UUID,
    wanted: Wanted,
    *,
    revision: int,
    now: datetime,
) -> CollectionView:
    """Change a collection, if it is still as whoever changes it saw it.

    Raises:
        NotFoundError: it is not theirs.
        ForbiddenError, InvalidError: as when one is made.
        ConflictError: somebody changed it meanwhile.
    """
    row = _own(session, who, collection_id)
    if row.revision != revision:
        raise ConflictError(
            "somebody changed this collection meanwhile: look at it again, then change it"
        )
    _write(row, _checked(session, who, wanted), who, now=now)
    row.revision += 1
    session.flush()
    note(session, who.tenant_id, "collection.changed", now=now, about=_about(row))
    return get_collection(session, who.tenant_id, row.id)


def remove_collection(session: Session, who: Acting, collection_id: UUID, *, now: datetime) -> None:
    """Remove a collection; the listings stay. Raises NotFoundError, ForbiddenError."""
    row = _own(session, who, collection_id)
    about = _about(row)
    session.delete(row)
    session.flush()
    note(session, who.tenant_id, "collection.removed", now=now, about=about)


def _own(session: Session, who: Acting, collection_id: UUID) -> MarketCollection:
    row = session.get(MarketCollection, collection_id, with_for_update=True, populate_existing=True)
    if row is None or row.owner_id != who.tenant_id:
        raise NotFoundError("no such collection", id=str(collection_id))
    require_keeper(session, who)
    return row


def _checked(session: Session, who: Acting, wanted: Wanted) -> Wanted:
    said = checked(wanted)
    seen = entries_of(session, said.listings, visible_to(session, who.tenant_id))
    missing = sorted({*said.listings} - {one.listing_id for one in seen})
    if missing:
        told = f"listings: there is no listing {missing[0]}: take it out, or write its id anew"
        raise InvalidError(told, problems=[Problem("/listings", told)])
    return said


def _write(row: MarketCollection, said: Wanted, who: Acting, *, now: datetime) -> None:
    row.title, row.summary, row.listings = said.title, said.summary, list(said.listings)
    row.changed_at, row.changed_by = now, who.person_name[:WHO_MAX]


def _about(row: MarketCollection) -> About:
    return About(kind="collection", id=row.id, name=row.title)

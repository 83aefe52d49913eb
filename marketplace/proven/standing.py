"""Where organisations stand to each other, read from the tree: one of them, or all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from marketplace.money.parties import owner_of
from marketplace.proven.model import Place, stands_apart
from marketplace.releases._tables import MarketPublisher, PublisherState
from tenancy._tables import Environment, Organisation
from tenancy.organisations import ancestors_of, get_organisation


def place_of(session: Session, organisation_id: UUID) -> Place | None:
    """Give where an organisation stands; None where it is gone."""
    try:
        found = get_organisation(session, organisation_id)
    except NotFoundError:
        return None
    above = frozenset(one.id for one in ancestors_of(session, organisation_id))
    return Place(id=found.id, kind=found.kind, above=above)


def owner_place(session: Session, listing_id: str) -> Place | None:
    """Give where the publisher of a listing stands; None where nobody here publishes it."""
    owner_id = owner_of(session, listing_id)
    return place_of(session, owner_id) if owner_id is not None else None


@dataclass(frozen=True, slots=True)
class Everybody:
    """The whole tree at one moment, for what is counted across organisations.

    Attributes:
        places: By organisation where it stands; environments are not among them.
        live_of: By environment the organisation that it belongs to.
        owners: By namespace who publishes under it.
    """

    places: Mapping[UUID, Place]
    live_of: Mapping[UUID, UUID]
    owners: Mapping[str, UUID]

    def counts(self, organisation_id: UUID, listing_id: str) -> bool:
        """Tell whether an organisation's use of a listing counts; see `model.stands_apart`."""
        user = self.places.get(organisation_id)
        owner_id = self.owners.get(listing_id.partition(".")[0])
        owner = self.places.get(owner_id) if owner_id is not None else None
        return user is not None and stands_apart(user, owner)


def everybody(session: Session) -> Everybody:
    """Read the whole tree, with who publishes what."""
    rows = session.execute(select(Organisation.id, Organisation.kind, Organisation.parent_id)).all()
    parents = {row.id: row.parent_id for row in rows}
    live = {
        row.organisation_id: row.live_id
        for row in session.execute(select(Environment.organisation_id, Environment.live_id))
    }
    owners = session.execute(
        select(MarketPublisher.namespace, MarketPublisher.owner_id).where(
            MarketPublisher.state == PublisherState.VERIFIED
        )
    )
    return Everybody(
        places={
            row.id: Place(id=row.id, kind=row.kind.value, above=_above(row.id, parents))
            for row in rows
            if row.id not in live
        },
        live_of=live,
        owners={row.namespace: row.owner_id for row in owners},
    )


def _above(organisation_id: UUID, parents: Mapping[UUID, UUID | None]) -> frozenset[UUID]:
    found: set[UUID] = set()
    above = parents.get(organisation_id)
    while above is not None and above not in found:
        found.add(above)
        above = parents.get(above)
    return frozenset(found)

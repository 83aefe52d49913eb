"""What everybody may know of who publishes a listing, and where its users get help."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from marketplace.releases._tables import MarketListing, MarketPublisher, PublisherState


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who publishes something; `support` is a mail address or an https address, "" for none."""

    namespace: str
    title: str
    is_verified: bool
    support: str


def publisher_named(session: Session, namespace: str) -> str:
    """Give what a publisher is called; one that nobody verified is called by its namespace."""
    row = session.get(MarketPublisher, namespace)
    is_verified = row is not None and row.state is PublisherState.VERIFIED
    return row.title if row is not None and is_verified else namespace


def publisher_of(session: Session, listing_id: str) -> Publisher:
    """Give who publishes a block or pack; one that nobody verified is called by its namespace."""
    namespace = listing_id.partition(".")[0]
    listing = session.get(MarketListing, listing_id)
    row = session.get(MarketPublisher, namespace)
    is_verified = row is not None and row.state is PublisherState.VERIFIED
    own = listing.support if listing is not None else ""
    of_all = row.support if row is not None and is_verified else ""
    return Publisher(
        namespace=namespace,
        title=row.title if row is not None and is_verified else namespace,
        is_verified=is_verified,
        support=own or of_all,
    )

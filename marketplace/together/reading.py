"""What works with a listing, as an organisation may be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.proven.model import K
from marketplace.search.finding import find_listing, get_listing
from marketplace.search.model import Visible
from marketplace.search.seeing import visible_to
from marketplace.together._tables import MarketPair
from marketplace.together.model import ANY_PORT

SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A listing that stands before or behind another one in workflows.

    Attributes:
        ports: The ports by which the first of the two leads to the second, the most used first;
            only those that enough organisations use by themselves.
        organisations: In how many it is so, at least `proven.K`.
    """

    listing_id: str
    title: str
    summary: str
    ports: tuple[str, ...]
    organisations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksWith:
    """What comes after a listing in workflows, and what before it; the most used first."""

    after: tuple[Partner, ...]
    before: tuple[Partner, ...]

    @property
    def is_known(self) -> bool:
        """Tell whether anything may be told."""
        return bool(self.after or self.before)


def works_with(session: Session, tenant_id: UUID, listing_id: str) -> WorksWith:
    """Tell what works with a listing, of what an organisation sees.

    Raises:
        NotFoundError: it sees no such listing.
    """
    visible = visible_to(session, tenant_id)
    get_listing(session, listing_id, visible=visible)
    after = session.scalars(select(MarketPair).where(MarketPair.from_id == listing_id)).all()
    before = session.scalars(select(MarketPair).where(MarketPair.to_id == listing_id)).all()
    return WorksWith(
        after=_partners(session, ((one.to_id, one) for one in after), visible),
        before=_partners(session, ((one.from_id, one) for one in before), visible),
    )


def _partners(
    session: Session, found: Iterable[tuple[str, MarketPair]], visible: Visible
) -> tuple[Partner, ...]:
    by_listing: dict[str, list[MarketPair]] = {}
    for listing_id, row in found:
        by_listing.setdefault(listing_id, []).append(row)
    numbers = {
        listing_id: next((one.organisations for one in rows if one.port == ANY_PORT), 0)
        for listing_id, rows in by_listing.items()
    }
    shown: list[Partner] = []
    for listing_id in sorted(by_listing, key=lambda one: (-numbers[one], one)):
        is_told = numbers[listing_id] >= K and len(shown) < SHOWN
        entry = find_listing(session, listing_id, visible=visible) if is_told else None
        if entry is not None:
            ports = sorted(
                (one for one in by_listing[listing_id] if one.port != ANY_PORT),
                key=lambda one: (-one.organisations, one.port),
            )
            shown.append(
                Partner(
                    listing_id=listing_id,
                    title=entry.title,
                    summary=entry.summary,
                    ports=tuple(one.port for one in ports),
                    organisations=numbers[listing_id],
                )
            )
    return tuple(shown)

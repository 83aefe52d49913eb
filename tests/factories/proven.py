"""Builders of proven use: a listing that can be found, and organisations that use and rate it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from marketplace.proven.model import USES
from marketplace.ratings.giving import rate
from marketplace.ratings.model import Given
from marketplace.ratings.reading import RatingView
from marketplace.search.store import index
from runtime.use.of_blocks import record_block_uses
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.listings import make_entry
from tests.factories.money import LISTING
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import NOON, make_csp

TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)


def list_it(session: Session, listing_id: str = LISTING, **fields: Any) -> None:
    """Let a listing be found."""
    publisher = listing_id.partition(".")[0]
    said = {"title": "Lamp", "publisher": publisher, **fields}
    index(session, make_entry(listing_id=listing_id, **said), now=NOON)


def use_it(
    session: Session,
    organisation: OrganisationView,
    times: int = USES,
    *,
    day: date = YESTERDAY,
    listing_id: str = LISTING,
    version: str = "1.0.0",
) -> None:
    """Let an organisation use a listing so often on a day."""
    at = datetime.combine(day, time(11), UTC)
    uses = [
        (f"{listing_id} {version} {day} {one}", f"{listing_id}@{version}") for one in range(times)
    ]
    with as_tenant(session, organisation.id):
        record_block_uses(session, organisation.id, uses, now=at)


def rate_it(  # noqa: PLR0913  who gives what, and when
    session: Session,
    organisation: OrganisationView,
    stars: int = 4,
    words: str = "",
    *,
    is_signed: bool = False,
    listing_id: str = LISTING,
    now: datetime = NOON,
) -> RatingView:
    """Let an admin of an organisation rate a listing."""
    given = Given(stars=stars, words=words, is_signed=is_signed)
    with as_tenant(session, organisation.id):
        return rate(session, admin_of(organisation), listing_id, given, now=now)


def users_of(session: Session, number: int) -> list[OrganisationView]:
    """Make customers, each of a CSP of its own."""
    return [make_below(session, make_csp(session), name=f"User {one}") for one in range(number)]

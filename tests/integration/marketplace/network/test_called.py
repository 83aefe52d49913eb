"""Lists that others made call a listing as the reader's provider does, in the pinned version."""

from __future__ import annotations

from sqlalchemy.orm import Session, sessionmaker

from marketplace.catalogue import curating
from marketplace.collections.keeping import make_collection
from marketplace.collections.model import Wanted
from marketplace.collections.reading import list_collections
from marketplace.leaders._tables import MarketLeader
from marketplace.leaders.model import MOST_USED
from marketplace.leaders.reading import leaders_of
from marketplace.together._tables import MarketPair
from marketplace.together.model import ANY_PORT
from marketplace.together.reading import works_with
from tenancy.scope import as_tenant
from tests.factories.listed_releases import make_listed_release
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import NOON, make_csp

LAMP, FAN = "acme.lamp", "acme.fan"
MONTH = "2026-11"


def test_they_show_the_providers_variant(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for version in ("1.0.0", "2.0.0"):
            make_listed_release(session, id=LAMP, version=version, title="Lamp", summary="Lights.")
        make_listed_release(session, id=FAN, title="Fan", summary="Blows.")
        csp = make_csp(session)
        customer = make_below(session, csp)
        with as_tenant(session, csp.id):
            called = {"title": "North Light", "pin": "1.0.0"}
            curating.set_offer(session, admin_of(csp), LAMP, called, now=NOON)
            wanted = Wanted(title="Of ours", summary="", listings=(LAMP,))
            make_collection(session, admin_of(csp), wanted, now=NOON)
        leader = {"board": MOST_USED, "month": MONTH, "place": 1, "points": 9, "organisations": 9}
        session.add(MarketLeader(listing_id=LAMP, **leader))
        session.add(MarketPair(from_id=FAN, to_id=LAMP, port=ANY_PORT, organisations=9))
        session.flush()

    with sessions.begin() as session, as_tenant(session, customer.id):
        collected = list_collections(session, customer.id, limit=5)[0].entries[0]
        leading = leaders_of(session, customer.id, MONTH)[MOST_USED][0].entry
        partner = works_with(session, customer.id, FAN).after[0]

    assert (collected.title, collected.version) == ("North Light", "1.0.0")
    assert (leading.title, leading.version) == ("North Light", "1.0.0")
    assert partner.title == "North Light"

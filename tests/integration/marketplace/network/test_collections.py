"""Collections: who makes them for whom, and what of them is read."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, ForbiddenError, InvalidError
from marketplace.collections.keeping import change_collection, make_collection
from marketplace.collections.model import Wanted
from marketplace.collections.reading import CollectionView, get_collection, list_collections
from marketplace.search.store import remove
from tenancy.brand.model import read_brand
from tenancy.brand.store import change_brand
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.money import LISTING, Market, make_market
from tests.factories.organisations import admin_of
from tests.factories.proven import list_it
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
FAN = "baubleworks.fan"


@pytest.fixture
def market(sessions: Sessions) -> Market:
    with sessions.begin() as session:
        market = make_market(session)
        list_it(session)
        list_it(session, FAN, title="Fan")
        return market


def make(session: Session, one: OrganisationView, *listings: str) -> CollectionView:
    wanted = Wanted(title=f"Of {one.name}", summary="To begin with.", listings=listings)
    with as_tenant(session, one.id):
        return make_collection(session, admin_of(one), wanted, now=NOON)


def read(session: Session, one: OrganisationView) -> dict[str, list[str]]:
    with as_tenant(session, one.id):
        found = list_collections(session, one.id, limit=50)
    return {each.title: [entry.listing_id for entry in each.entries] for each in found}


def test_a_publishers_is_for_everybody_and_a_providers_for_its_customers(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        make(session, market.publisher, FAN, LISTING)
        make(session, market.csp, LISTING)

        assert read(session, market.other) == {"Of Baubleworks": [FAN, LISTING]}
        assert sorted(read(session, market.customer)) == ["Of Baubleworks", "Of CSP"]


def test_a_customer_reads_its_providers_brand_as_the_owner(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        made = make(session, market.csp, LISTING)
        brand = read_brand({"product": "North"})
        change_brand(session, market.csp.id, brand, {}, by="Anna", now=NOON)

        with as_tenant(session, market.customer.id):
            (listed,) = list_collections(session, market.customer.id, limit=5)
            shown = get_collection(session, market.customer.id, made.id)

    assert [listed.owner_name, shown.owner_name] == ["North", "North"]


def test_one_of_which_nothing_is_left_is_there_for_its_owner_alone(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        make(session, market.csp, LISTING)
        remove(session, LISTING, now=NOON)

        assert read(session, market.customer) == {}
        assert read(session, market.csp) == {"Of CSP": []}


def test_customers_and_who_has_no_namespace_make_none(sessions: Sessions, market: Market) -> None:
    with sessions.begin() as session, pytest.raises(ForbiddenError):
        make(session, market.customer, LISTING)


def test_what_one_does_not_see_cannot_be_put_in(sessions: Sessions, market: Market) -> None:
    said = pytest.raises(InvalidError, match=r"no listing acme\.none")
    with sessions.begin() as session, said:
        make(session, market.csp, LISTING, "acme.none")


def test_nobody_writes_over_anothers_change(sessions: Sessions, market: Market) -> None:
    with sessions.begin() as session:
        made = make(session, market.csp, LISTING)
        wanted = Wanted(title="New", summary="", listings=(FAN,))
        where = (session, admin_of(market.csp), made.id, wanted)
        with as_tenant(session, market.csp.id):
            change_collection(*where, revision=1, now=NOON)
            with pytest.raises(ConflictError):
                change_collection(*where, revision=1, now=NOON)


def test_a_collection_is_put_together_by_form_step_by_step(
    signed_in: SignedIn, market: Market
) -> None:
    client, where = (
        signed_in("curator", market.csp),
        f"/t/{market.csp.slug}/marketplace/collections",
    )
    form = {"title": "Begin", "listing": [LISTING]}

    added = client.post(f"{where}/new", data={**form, "step": "add", "add": FAN}).text
    assert added.index(f'value="{LISTING}"') < added.index(f'name="listing" value="{FAN}"')
    refused = client.post(f"{where}/new", data={**form, "title": ""})
    assert (refused.status_code, "title: write 1" in refused.text) == (422, True)
    kept = client.post(f"{where}/new", data={**form, "listing": [FAN, LISTING]})
    assert kept.status_code == 303
    UUID(kept.location.rpartition("/")[2])
    reader = signed_in("viewer", market.customer)
    shown = reader.get(f"/t/{market.customer.slug}/marketplace/collections").text
    assert ("Begin" in shown, "New collection" in shown) == (True, False)
    client.post(f"{kept.location}/remove")
    assert "No collections yet" in client.get(where).text

"""The map as a person without JavaScript uses it, and whose network it shows."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms import store
from runtime.alarms.model import Severity
from runtime.inventory.resources import put_relation, put_resource
from runtime.network_map.asked import Wanted
from runtime.network_map.looking import look_at
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]


@pytest.fixture
def at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/map"


@pytest.fixture
def alarms(sessions: Sessions, acme: OrganisationView) -> dict[str, UUID]:
    """Two sites with a router each, a link between them that is cut, and what follows from it."""
    with sessions.begin() as session, as_tenant(session, acme.id):
        where = (session, acme.id)
        link = put_resource(*where, "link", "link-1", "Zurich to Bern")
        for site, router in (("zrh", "r-zrh"), ("brn", "r-brn")):
            place = put_resource(
                *where, "site", site, site.upper(), attributes={"lat": len(site), "lon": 8}
            )
            node = put_resource(*where, "node", router, f"Router {router}", parent_id=place)
            put_relation(*where, link, node, kind="connects")
        cut = make_alarm(*where, "link-1", perceived_severity=Severity.CRITICAL)
        down = make_alarm(*where, "r-zrh", specific_problem="Neighbour lost")
        make_alarm(*where, "stranger")
        store.group_under(*where, cut, [down], by="t", now=NOON)
    return {"cut": cut, "down": down}


def test_an_empty_inventory_says_how_to_get_a_map(signed_in: SignedIn, at: str) -> None:
    page = signed_in("designer").get(at).text

    assert "Nothing to draw yet" in page
    assert "Import an inventory" in page


@pytest.mark.usefixtures("alarms")
def test_the_top_shows_sites_with_the_worst_alarm_within_and_links_as_lines(
    signed_in: SignedIn, at: str
) -> None:
    page = signed_in("viewer").get(at).text

    assert "<title>ZRH, Site, 1 inside: major, 1 alarm</title>" in page
    assert "<title>BRN, Site, 1 inside: no alarm</title>" in page
    assert "Zurich to Bern, link between BRN and ZRH: critical, 1 alarm" in page
    assert "1 active alarms are on objects that the inventory does not know" in page


@pytest.mark.usefixtures("alarms")
def test_a_place_is_opened_and_what_lies_outside_is_said_to(signed_in: SignedIn, at: str) -> None:
    page = signed_in("viewer").get(f"{at}?in=zrh").text

    assert "<title>Router r-zrh, Node: major, 1 alarm</title>" in page
    assert "<title>BRN, Site, 1 inside, outside: no alarm</title>" in page


def test_an_alarm_is_shown_with_the_way_to_its_cause(
    signed_in: SignedIn, at: str, alarms: dict[str, UUID], acme: OrganisationView
) -> None:
    browser = signed_in("viewer")

    page = browser.get(f"{at}?alarm={alarms['down']}&hops=1").text

    assert page.count("netmap-dot--path") == 2
    assert page.count("netmap-wire--path") == 2  # the way, and its sample in the legend
    assert f"{at}?alarm={alarms['down']}" in (
        browser.get(f"/t/{acme.slug}/alarms/{alarms['down']}").text
    )


@pytest.mark.usefixtures("alarms")
def test_a_chosen_thing_shows_its_alarms_and_neighbours_without_javascript(
    signed_in: SignedIn, at: str, acme: OrganisationView
) -> None:
    page = signed_in("viewer").get(f"{at}?at=r-zrh").text

    assert 'data-open="r-zrh"' in page
    assert "Neighbour lost" in page
    assert f"/t/{acme.slug}/alarms?state=active&amp;managed_object=r-zrh" in page
    assert "Connects to" in page


@pytest.mark.usefixtures("alarms")
def test_what_is_looked_for_is_found_by_its_words(signed_in: SignedIn, at: str) -> None:
    browser = signed_in("viewer")

    assert "around=r-brn&amp;at=r-brn" in browser.get(f"{at}?q=r-brn").text
    assert "No resource has the words" in browser.get(f"{at}?q=nothing").text


@pytest.mark.usefixtures("alarms")
def test_by_coordinates_the_lines_of_the_globe_are_drawn(signed_in: SignedIn, at: str) -> None:
    page = signed_in("viewer").get(f"{at}?by=place").text

    assert "8° E" in page
    assert "By coordinates" in page


@pytest.mark.usefixtures("alarms")
def test_a_key_that_is_not_in_the_inventory_is_said_with_the_remedy(
    signed_in: SignedIn, at: str
) -> None:
    browser = signed_in("viewer")

    page = browser.get(f"{at}?around=stranger")

    assert page.status_code == 200
    assert "is not in the inventory" in page.text
    assert browser.get(f"{at}/panel?key=stranger").status_code == 404


@pytest.mark.usefixtures("alarms")
def test_a_refresh_is_the_drawing_alone(signed_in: SignedIn, at: str) -> None:
    part = signed_in("viewer").get(at, headers={"HX-Request": "true"}).text

    assert part.lstrip().startswith('<div id="map-drawing"')
    assert "<html" not in part


@pytest.mark.usefixtures("alarms")
def test_another_tenants_network_alarms_and_names_are_not_seen(
    session: Session,
) -> None:
    other = make_customer(session)
    with as_tenant(session, other.id):
        put_resource(session, other.id, "node", "r-zrh", "Ours")
        found = look_at(session, other.id, Wanted(q="r-"))

    assert [dot.name for dot in found.picture.dots] == ["Ours"]
    assert found.picture.health.total == 0
    assert [one.name for one in found.found] == ["Ours"]


def test_an_alarm_that_is_not_there_is_not_found(signed_in: SignedIn, at: str) -> None:
    assert signed_in("viewer").get(f"{at}?alarm={uuid4()}").status_code == 404

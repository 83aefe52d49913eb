"""TMF635: who sees whose use, filters, parts of lists, chosen attributes, errors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.use.recording import day_of
from runtime.use.tmf635.contract import contract
from runtime.use.tmf635.documents import BASE
from tenancy.organisations import OrganisationView, create_organisation, get_organisation
from tests.api_contract.asking import Things, World, answers_of
from tests.factories.tenancy import make_customer
from tests.factories.use import use
from tests.integration.conftest import client_of
from tests.support.size import examples

Sessions = sessionmaker[Session]
Client = Callable[..., FlaskClient]
DAY = timedelta(days=1)
TODAY = day_of(utc_now())
LONG_AGO = TODAY - 10 * DAY


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    """Acme's provider; acme used something long ago and today."""
    assert acme.parent_id is not None
    with sessions.begin() as session:
        use(session, acme.id, LONG_AGO, events=500, runs=7)
        use(session, acme.id, TODAY, events=3)
        return get_organisation(session, acme.parent_id)


@pytest.fixture
def client(app: Flask, sessions: Sessions) -> Client:
    return lambda one, role="admin": client_of(app, sessions, one, role)


def listed(client: FlaskClient, query: str = "", path: str = "/usage") -> list[dict[str, Any]]:
    answer = client.get(f"{BASE}{path}{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()
    return found


def told(found: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [
        (one["usageDate"][:10], one["usageType"], one["usageCharacteristic"][0]["value"])
        for one in found
    ]


@pytest.mark.usefixtures("csp")
def test_a_customer_is_given_its_own_use_day_by_day(client: Client, acme: OrganisationView) -> None:
    found = listed(client(acme))

    assert told(found) == [
        (str(LONG_AGO), "events", 500),
        (str(LONG_AGO), "runs", 7),
        (str(TODAY), "events", 3),
    ]
    assert found[0]["relatedParty"][0]["id"] == str(acme.id)
    assert [one["status"] for one in found] == ["guided", "guided", "received"]


def test_a_provider_is_given_its_customers_by_related_party_and_nobody_elses(
    client: Client, sessions: Sessions, acme: OrganisationView, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        sister = create_organisation(session, kind="customer", name="S", parent_id=csp.id)
        use(session, sister.id, TODAY, runs=9)
        use(session, make_customer(session, "Stranger").id, TODAY, runs=1_000)

    everybody = listed(client(csp))
    acmes = listed(client(csp), f"?relatedParty.id={acme.id}")

    assert {one["relatedParty"][0]["name"] for one in everybody} == {"Acme", "S"}
    assert {one["relatedParty"][0]["name"] for one in acmes} == {"Acme"}
    assert len(acmes) == 3


def test_a_vendor_is_given_its_csps_with_all_that_stand_below_them(
    client: Client, sessions: Sessions, csp: OrganisationView
) -> None:
    assert csp.parent_id is not None
    with sessions.begin() as session:
        vendor = get_organisation(session, csp.parent_id)
        below = create_organisation(session, kind="reseller", name="R", parent_id=csp.id)
        deep = create_organisation(session, kind="customer", name="D", parent_id=below.id)
        use(session, deep.id, LONG_AGO, events=1)

    found = listed(client(vendor), f"?usageDate={LONG_AGO}&usageType=events")

    assert told(found) == [(str(LONG_AGO), "events", 501)]
    assert found[0]["relatedParty"][0]["id"] == str(csp.id)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(f"?usageDate.gte={TODAY}", 1, id="from a day on"),
        pytest.param(f"?usageDate>={LONG_AGO}&usageDate<{TODAY}", 2, id="between two days"),
        pytest.param(f"?usageDate.gt={LONG_AGO}T00:00:00Z", 1, id="after an instant"),
        pytest.param(f"?usageDate.gte={LONG_AGO}T00:00:01Z", 1, id="a second late"),
        pytest.param(f"?usageDate.lte={LONG_AGO}T12:00:00Z", 2, id="up to noon"),
        pytest.param("?usageType=runs,steps", 1, id="any of several"),
        pytest.param("?usageType.ne=runs", 2, id="all but one"),
        pytest.param("?status=received", 1, id="still growing"),
        pytest.param("?relatedParty.id=nobody", 0, id="a party that is none"),
        pytest.param("?id=x", 0, id="an id that is none"),
    ],
)
@pytest.mark.usefixtures("csp")
def test_filters(client: Client, acme: OrganisationView, query: str, expected: int) -> None:
    assert len(listed(client(acme), query)) == expected


@pytest.mark.usefixtures("csp")
def test_parts_of_a_list_say_how_long_the_whole_is(client: Client, acme: OrganisationView) -> None:
    answer = client(acme).get(f"{BASE}/usage?offset=1&limit=1&fields=usageType")

    counted = [answer.headers[one] for one in ("X-Total-Count", "X-Result-Count")]
    assert counted == ["3", "1"]
    assert [set(one) for one in answer.get_json()] == [{"id", "href", "usageType"}]


def test_a_usage_is_found_by_its_id_and_only_by_who_may_see_it(
    client: Client, sessions: Sessions, acme: OrganisationView, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        stranger = make_customer(session, "Stranger")
    one = listed(client(acme))[0]

    assert client(csp).get(one["href"]).get_json() == one
    answer = client(stranger).get(one["href"])
    assert (answer.status_code, answer.get_json()["code"]) == (404, "core.not_found")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?colour=red", "colour is not an attribute"),
        ("?usageDate.gte=soon", "usageDate is an instant"),
        ("?usageType.gt=runs", "usageType is compared by .eq or .ne"),
        ("?limit=many", "limit must be a whole number"),
        ("?fields=colour", "fields: colour is not an attribute"),
    ],
)
@pytest.mark.usefixtures("csp")
def test_what_cannot_be_asked_is_400_and_says_why(
    client: Client, acme: OrganisationView, query: str, says: str
) -> None:
    answer = client(acme).get(f"{BASE}/usage{query}")

    assert answer.status_code == 400
    assert says in answer.get_json()["reason"]


def test_use_is_to_read_only(client: Client, acme: OrganisationView) -> None:
    assert client(acme).post(f"{BASE}/usage", json={}).status_code == 405
    assert client(acme).get(f"{BASE}/bill").status_code == 404


@pytest.mark.usefixtures("csp")
def test_each_thing_that_is_counted_has_a_specification(
    client: Client, acme: OrganisationView
) -> None:
    used = {one["usageSpecification"]["id"] for one in listed(client(acme))}

    said = {one["id"] for one in listed(client(acme), path="/usageSpecification")}

    assert used < said
    assert client(acme).get(f"{BASE}/usageSpecification/runs").get_json()["name"] == "Runs"


@pytest.mark.usefixtures("csp")
def test_every_answer_is_as_its_document_says(
    app: Flask, client: Client, acme: OrganisationView
) -> None:
    asker = client(acme)
    document = asker.get(f"{BASE}/openapi.json").get_json()
    token = asker.environ_base["HTTP_AUTHORIZATION"]
    there = {"id": listed(asker)[0]["id"]}
    world = World(app=app, ids=there, token=token)

    found = answers_of(
        world,
        document,
        there=Things(ids=there),
        headers=world.headers(),
        tries=examples(3, at_night=60),
    )

    assert document == contract(f"http://localhost{BASE}")
    assert found.wrong == {}

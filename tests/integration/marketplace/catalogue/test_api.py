"""Catalogues over REST: curators decide, customers see what comes of it and not why."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView, get_organisation
from tests.factories.catalogue import make_listed
from tests.integration.conftest import client_of

Sessions = sessionmaker[Session]
BASE = "/api/v1/catalogue"
NO_SSH = {"effect": "refuse", "about": "permission", "values": ["ssh"]}


@pytest.fixture
def csp(app: Flask, sessions: Sessions, acme: OrganisationView) -> FlaskClient:
    """A curator's program of acme's CSP, where a lamp is listed in two versions."""
    assert acme.parent_id is not None
    with sessions.begin() as session:
        above = get_organisation(session, acme.parent_id)
        make_listed(session, "1.0.0")
        make_listed(session, "1.2.0", permissions=[{"name": "ssh", "reason": "To ask"}])
    return client_of(app, sessions, above, "curator")


@pytest.fixture
def customer(app: Flask, sessions: Sessions, acme: OrganisationView) -> FlaskClient:
    return client_of(app, sessions, acme, "viewer")


def resolved(client: FlaskClient, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"{BASE}/resolve", query_string={"listing": "acme.lamp", **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_curator_reads_why_a_customer_sees_a_version_and_the_customer_reads_which(
    csp: FlaskClient, customer: FlaskClient, acme: OrganisationView
) -> None:
    assert csp.put(f"{BASE}/overlay/rules/no-ssh", json=NO_SSH).status_code == 200

    why, told = resolved(csp, customer=acme.id), resolved(customer)

    assert why["offer"]["version"] == told["offer"]["version"] == "1.0.0"
    refused = {"level": 0, "version": "1.2.0", "kept": False}
    assert {**refused, "text": "The rule no-ssh refuses it: it asks for ssh."} in why["lines"]
    assert [one["text"] for one in told["lines"]] == ["It is offered: the only one that is left."]


def test_offers_are_listed_by_pages(csp: FlaskClient, sessions: Sessions) -> None:
    with sessions.begin() as session:
        make_listed(session, id="acme.bulb", title="Bulb")

    first = csp.get(f"{BASE}/offers?limit=1").get_json()
    second = csp.get(f"{BASE}/offers?limit=1&cursor={first['next_cursor']}").get_json()

    names = [one["listing"] for page in (first, second) for one in page["items"]]
    assert names == ["acme.bulb", "acme.lamp"]
    assert second["next_cursor"] is None


def test_a_part_is_written_over_only_by_who_saw_it(csp: FlaskClient) -> None:
    address = f"{BASE}/overlay/rules/no-ssh"
    tag = csp.put(address, json=NO_SSH).headers["ETag"]
    changed = {**NO_SSH, "note": "Ask Nora"}

    statuses = [
        csp.put(address, json=one, headers={"If-Match": tag}).status_code
        for one in (changed, NO_SSH)
    ]

    assert statuses == [200, 412]
    assert csp.get(address).get_json()["note"] == "Ask Nora"


@pytest.mark.parametrize(
    ("address", "said", "pointer"),
    [
        ("rules/No SSH", NO_SSH, "/key"),
        ("rules/x", {**NO_SSH, "values": []}, "/values"),
        ("rules/x", {"effect": "refuse", "about": "licence", "values": ["Nope"]}, "/values"),
        ("rules/x", {"effect": "allow", "about": "quality", "values": ["shiny"]}, "/values"),
        ("offers/acme.lamp", {"pin": "3.0.0"}, "/pin"),
        ("offers/acme.lamp", {"pin": "1.0.0", "ceiling": "1.0.0"}, "/ceiling"),
        ("offers/acme.lamp", {"audience": {"whom": "plan"}}, "/audience/plan_ids"),
        ("bundles/x", {"title": "X", "members": ["acme.none"]}, "/members"),
        ("private/acme.own", {"digests": ["sha256:0"]}, "/digests"),
    ],
)
def test_what_cannot_be_kept_names_the_field(
    csp: FlaskClient, address: str, said: dict[str, Any], pointer: str
) -> None:
    answer = csp.put(f"{BASE}/overlay/{address}", json=said)

    assert answer.status_code == 422, answer.text
    assert pointer in [one["pointer"] for one in answer.get_json()["errors"]]


def test_what_is_not_offered_answers_as_what_is_not_there(
    csp: FlaskClient, customer: FlaskClient
) -> None:
    csp.patch(f"{BASE}/overlay", json={"unmatched": "refuse"})

    answers = [
        customer.get(f"{BASE}/resolve", query_string={"listing": one})
        for one in ("acme.lamp", "acme.none")
    ]

    assert [one.status_code for one in answers] == [404, 404]
    told = [answer.get_json()["detail"] for answer in answers]
    assert told[0] == told[1]


def test_each_kind_of_part_is_set_listed_and_removed(csp: FlaskClient) -> None:
    said = {
        "rules/no-ssh": NO_SSH,
        "offers/acme.lamp": {"title": "Light"},
        "bundles/light": {"title": "Light", "members": ["acme.lamp"]},
    }
    for part, document in said.items():
        address = f"{BASE}/overlay/{part}"
        kept = csp.put(address, json=document).get_json()
        items = csp.get(f"{BASE}/overlay/{part.partition('/')[0]}").get_json()["items"]

        assert items == [kept]
        assert [csp.delete(address).status_code, csp.get(address).status_code] == [204, 404]
    assert csp.get(f"{BASE}/overlay").get_json() == {"unmatched": "allow", "revision": 6}


def test_a_customer_has_no_overlay(customer: FlaskClient, acme: OrganisationView) -> None:
    assert customer.get(f"{BASE}/overlay").status_code in (403, 404)
    assert customer.get(f"{BASE}/offers?customer={acme.parent_id}").status_code == 404
    assert customer.get(f"{BASE}/offers?customer={acme.id}").status_code == 200

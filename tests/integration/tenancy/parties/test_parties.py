"""A provider's system brings customers in by TMF632 and TMF669, and leads their lives."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.customers.first_admin import waiting_admins
from tenancy.life_cycle.changing import history_of
from tenancy.organisations import OrganisationView, get_organisation
from tests.factories.organisations import make_below
from tests.factories.tenancy import NOON, make_customer, make_member
from tests.integration.conftest import client_of

Sessions = sessionmaker[Session]
PARTY = "/tmf-api/party/v4/organization"
ROLE = "/tmf-api/partyRoleManagement/v4/partyRole"
ADA = "ada@harbour.example"
MEDIUM = {"mediumType": "email", "preferred": True, "characteristic": {"emailAddress": ADA}}
NOBODY = "00000000-0000-4000-8000-000000000000"
HARBOUR: dict[str, Any] = {
    "@type": "Organization",
    "name": "Harbour",
    "status": "initialized",
    "externalReference": [{"name": "CRM-7", "externalReferenceType": "crm"}],
    "partyCharacteristic": [{"name": "shortName", "value": "harbour"}],
    "contactMedium": [MEDIUM],
}


def characteristics(document: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in document["partyCharacteristic"]}


def test_an_organization_that_is_created_is_a_customer_on_trial_whose_admin_is_invited(
    sessions: Sessions, program: FlaskClient, csp: OrganisationView
) -> None:
    made = program.post(PARTY, json=HARBOUR)
    again = program.get(made.headers["Location"]).get_json()

    said = made.get_json()
    assert made.status_code == 201
    assert said["relatedParty"][0].items() >= {"id": str(csp.id), "role": "provider"}.items()
    assert "/join/inv_" in characteristics(said)["adminLink"]
    assert characteristics(again) == {"shortName": "harbour"}
    assert (again["status"], again["contactMedium"]) == ("initialized", [MEDIUM])
    with sessions() as session:
        one = get_organisation(session, UUID(said["id"]))
        (waiting,) = waiting_admins(session, one.id, now=NOON)
    assert (one.state, one.slug, waiting.email) == ("trial", "harbour", ADA)


def test_the_role_of_an_organization_says_how_far_its_life_is(program: FlaskClient) -> None:
    made = program.post(PARTY, json={"name": "Harbour"}).get_json()
    at = f"{ROLE}/{made['id']}"
    suspended = {"status": "suspended", "statusReason": "unpaid"}

    before = program.get(at).get_json()
    silent = program.patch(at, json={"status": "suspended"})
    after = program.patch(at, json=suspended).get_json()

    assert (before["name"], before["status"]) == ("customer", "active")
    assert before["engagedParty"]["href"] == made["href"]
    assert (silent.status_code, silent.get_json()["reason"][:13]) == (400, "statusReason:")
    assert (after["status"], after["statusReason"]) == ("suspended", "unpaid")
    assert program.get(f"{PARTY}/{made['id']}").get_json()["status"] == "validated"


def test_closing_an_organization_is_kept_in_its_history(
    sessions: Sessions, program: FlaskClient, acme: OrganisationView
) -> None:
    closed = program.patch(
        f"{PARTY}/{acme.id}",
        json={"status": "closed"},
        content_type="application/merge-patch+json",
    )

    with sessions() as session:
        (change,) = history_of(session, acme.id)
    assert closed.get_json()["status"] == "closed"
    assert (change.after, change.reason) == ("closing", "Set to closed by a system of CSP")


def test_a_patch_changes_what_it_names_and_null_takes_away(program: FlaskClient) -> None:
    made = program.post(PARTY, json=HARBOUR).get_json()

    patched = program.patch(
        made["href"], json={"name": "Pier", "externalReference": None, "tradingName": "P"}
    ).get_json()

    assert (patched["name"], patched["tradingName"]) == ("Pier", "P")
    assert "externalReference" not in patched
    assert patched["contactMedium"] == [MEDIUM]


def test_lists_come_in_parts_with_chosen_attributes(
    sessions: Sessions, program: FlaskClient, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        make_below(session, csp, name="Bay")
        make_below(session, csp, name="Cape")

    part = program.get(f"{PARTY}?offset=1&limit=1&fields=name")
    too_much = program.get(f"{PARTY}?limit=1001")

    (one,) = part.get_json()
    assert (one["name"], sorted(one)) == ("Bay", ["href", "id", "name"])
    assert (part.headers["X-Total-Count"], part.headers["X-Result-Count"]) == ("3", "1")
    assert (too_much.status_code, sorted(too_much.get_json())) == (
        400,
        ["code", "reason", "status"],
    )


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("externalReference.name=CRM-7", ["Harbour"]),
        ("status=validated&organizationType=customer,reseller", ["Acme"]),
        ("name=Acme,Harbour", ["Acme", "Harbour"]),
        ("name=acm", []),
    ],
)
def test_is_found_by_what_it_is_called_elsewhere(
    program: FlaskClient, query: str, names: list[str]
) -> None:
    program.post(PARTY, json=HARBOUR)

    assert [one["name"] for one in program.get(f"{PARTY}?{query}").get_json()] == names


def test_a_role_for_an_organization_that_is_there_invites_and_adds_nothing(
    program: FlaskClient, acme: OrganisationView
) -> None:
    said = {"name": "customer", "engagedParty": {"id": str(acme.id)}, "contactMedium": [MEDIUM]}

    made = program.post(ROLE, json=said)
    other = program.post(ROLE, json={**said, "name": "reseller"})

    assert (made.status_code, made.get_json()["id"]) == (200, str(acme.id))
    assert "Location" not in made.headers
    assert made.get_json()["characteristic"][0]["name"] == "adminLink"
    assert other.status_code == 409
    assert program.get(ROLE).headers["X-Total-Count"] == "1"


def test_a_role_for_one_that_is_only_named_adds_it(program: FlaskClient) -> None:
    said = {"name": "reseller", "status": "trial", "engagedParty": {"name": "Ferry"}}

    made = program.post(ROLE, json=said).get_json()

    assert (made["name"], made["status"]) == ("reseller", "trial")
    assert program.get(f"{PARTY}/{made['id']}").get_json()["organizationType"] == "reseller"


def test_a_reason_without_a_change_of_status_is_refused_and_the_same_is_none(
    program: FlaskClient, acme: OrganisationView
) -> None:
    at, suspended = f"{ROLE}/{acme.id}", {"status": "suspended", "statusReason": "unpaid"}
    new = {"name": "customer", "engagedParty": {"name": "Ferry"}, "statusReason": "new"}

    answers = [
        program.patch(at, json={"statusReason": "unpaid"}),
        program.patch(at, json={"status": "active", "statusReason": "unpaid"}),
        program.post(ROLE, json=new),
        program.patch(at, json=suspended),
        program.patch(at, json=suspended),
    ]

    assert [one.status_code for one in answers] == [400, 400, 400, 200, 200]
    assert {one.get_json()["reason"][:13] for one in answers[:3]} == {"statusReason:"}


def test_a_contact_is_invited_only_while_nobody_is_admin(
    sessions: Sessions, program: FlaskClient, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        make_member(session, acme, "admin")

    program.patch(f"{PARTY}/{acme.id}", json={"contactMedium": [MEDIUM]})

    with sessions() as session:
        assert waiting_admins(session, acme.id, now=NOON) == []


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, 400),
        ({"name": "X", "status": "closed"}, 400),
        ({"name": "X", "creditRating": []}, 400),
        ({"name": "X", "relatedParty": [{"id": NOBODY, "role": "broker"}]}, 400),
        ({"name": "X", "relatedParty": [{"id": NOBODY}, {"id": NOBODY}]}, 400),
        ({"name": "X", "relatedParty": [{"name": "CSP"}]}, 400),
        ({"name": "X", "partyCharacteristic": [{"name": "shortName", "value": "A B"}]}, 400),
        ({"name": "X", "relatedParty": [{"id": "0" * 32, "role": "provider"}]}, 400),
        ({"name": "X", "relatedParty": [{"id": NOBODY}]}, 404),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_added(
    program: FlaskClient, said: dict[str, Any], status: int
) -> None:
    answer = program.post(PARTY, json=said)

    assert (answer.status_code, answer.get_json()["status"]) == (status, str(status))
    assert program.get(PARTY).headers["X-Total-Count"] == "1"


def test_who_does_not_look_after_it_finds_nothing(
    app: Flask, sessions: Sessions, program: FlaskClient, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        stranger = make_customer(session, "Stranger")
    inside = client_of(app, sessions, acme, "admin")

    answers = [
        program.get(f"{PARTY}/{stranger.id}"),
        program.patch(f"{ROLE}/{stranger.id}", json={"status": "trial"}),
        program.get(f"{PARTY}/nothing"),
        program.delete(f"{PARTY}/{acme.id}"),
        inside.get(PARTY),
        app.test_client().get(PARTY),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404, 405, 403, 401]
    assert [one.get_json()["status"] for one in answers] == [
        str(one.status_code) for one in answers
    ]

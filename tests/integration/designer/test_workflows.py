"""The designer's addresses: drafts, forms, trials, and what another tenant gets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.flows.versions import FlowView
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn

JSON = {"Accept": "application/json"}


@pytest.fixture
def flow(sessions: sessionmaker[Session], acme: OrganisationView) -> FlowView:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return make_flow(session, acme.id, chain_document(2), publish=False)


def _put(browser: FlaskClient, at: str, revision: int, document: Any) -> Any:
    body = {"revision": revision, "document": document}
    return browser.put(f"{at}/draft", json=body, headers=JSON)


def test_saves_a_draft_and_answers_its_problems(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    at = f"/t/{acme.slug}/workflows/{flow.id}"
    document = flow_document({"call": step("http-request")}, ["rule > call"])

    answer = _put(signed_in("designer"), at, flow.draft_revision, document)

    assert answer.status_code == 200
    assert answer.json["revision"] == flow.draft_revision + 1
    assert {"call"} == {one["step"] for one in answer.json["problems"] if one["step"]}


def test_refuses_to_overwrite_a_draft_that_somebody_saved_meanwhile(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    browser, at = signed_in("designer"), f"/t/{acme.slug}/workflows/{flow.id}"
    _put(browser, at, flow.draft_revision, chain_document(3))

    answer = _put(browser, at, flow.draft_revision, chain_document(4))

    assert answer.status_code == 409


def test_refuses_a_draft_that_is_no_workflow_naming_the_field(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    at = f"/t/{acme.slug}/workflows/{flow.id}"

    answer = _put(signed_in("designer"), at, flow.draft_revision, {"flow": 1})

    assert answer.status_code == 422
    assert answer.json["errors"]


def test_a_number_that_a_browser_would_round_is_refused_and_named(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    at, document = f"/t/{acme.slug}/workflows/{flow.id}", chain_document(2)
    document["steps"]["s1"]["config"]["values"] = {"ticket": 12345678901234567890}

    answer = _put(signed_in("designer"), at, flow.draft_revision, document)

    told = answer.get_json()["errors"][0]
    assert (answer.status_code, told["pointer"]) == (422, "/steps/s1/config/values/ticket")
    assert "ticket: whole numbers keep their digits up to 9,007,199,254,740,991" in told["message"]


def test_a_viewer_may_look_and_not_save(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    browser, at = signed_in("viewer"), f"/t/{acme.slug}/workflows/{flow.id}"

    assert browser.get(at).status_code == 200
    assert _put(browser, at, flow.draft_revision, chain_document(3)).status_code == 403


def test_another_tenants_workflow_is_not_there(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session).id
        with as_tenant(session, other):
            foreign = make_flow(session, other, chain_document(2))

    at = f"/t/{acme.slug}/workflows/{foreign.id}"

    assert signed_in("designer").get(at).status_code == 404


def test_gives_the_form_of_a_step_and_reads_it_back(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    form = {
        "node": "call",
        "value": json.dumps(step("http-request")),
        "filled": "1",
        "/config/url": "https://tickets.example.com",
    }

    answer = signed_in("designer").post(f"/t/{acme.slug}/workflows/inspector", data=form)

    assert answer.status_code == 200
    assert 'value="https://tickets.example.com"' in answer.text
    assert '"changed": true' in answer.text


def test_a_viewer_sees_no_secret_of_a_workflow(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    document = {**chain_document(1), "vars": {"api_key": "k-9f86d081"}}
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, document)
    at = f"/t/{acme.slug}/workflows/{flow.id}"

    pages = {role: signed_in(role).get(f"{at}/details").text for role in ("viewer", "designer")}
    settings = signed_in("viewer").get(f"{at}/settings").text

    assert "k-9f86d081" in pages["designer"]
    assert "k-9f86d081" not in pages["viewer"] + settings


def test_gives_a_blocks_icon_and_404_for_none(signed_in: SignedIn, acme: OrganisationView) -> None:
    browser, at = signed_in("viewer"), f"/t/{acme.slug}/blocks"

    assert browser.get(f"{at}/garland.wait/1.0.0/icon.svg").mimetype == "image/svg+xml"
    assert browser.get(f"{at}/garland.none/1.0.0/icon.svg").status_code == 404


def test_the_icons_of_all_blocks_are_one_file_that_is_asked_for_once(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser, at = signed_in("designer"), f"/t/{acme.slug}"
    entries = browser.get(f"{at}/palette").get_json()["blocks"]
    address, _, name = entries["garland.wait@1.0.0"]["icon"].partition("#")

    kept, asked_plainly = browser.get(address), browser.get(f"{at}/blocks/icons.svg")

    assert f'<symbol id="{name}" ' in kept.text
    assert (kept.cache_control.immutable, asked_plainly.cache_control.immutable) == (True, False)


def test_gives_a_blocks_picture_that_can_do_nothing(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser, at = signed_in("viewer"), f"/t/{acme.slug}/blocks"

    picture = browser.get(f"{at}/garland.wait/1.0.0/picture.svg")

    assert picture.mimetype == "image/svg+xml"
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert picture.headers["Content-Security-Policy"] == policy
    assert browser.get(f"{at}/garland.none/1.0.0/picture.svg").status_code == 404


def test_a_refused_publish_elsewhere_lists_every_problem(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    browser, at = signed_in("designer"), f"/t/{acme.slug}/workflows/{flow.id}"
    document = flow_document({"call": step("http-request")}, ["rule > call"])
    _put(browser, at, flow.draft_revision, document)

    answer = browser.post(f"{at}/publish")

    assert answer.status_code == 422
    assert "Address is missing" in answer.text

"""From the provider's choice to the customer's first page: made, brought, taken again, updated."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.flows.versions import list_flows, publish_flow, save_draft
from tenancy.organisations import OrganisationView, find_by_slug, get_organisation
from tenancy.plans.store import PlanView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.plans import make_plan_of
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn, client_of

Sessions = sessionmaker[Session]
PART = "workflow/welcome"


def welcome(message: str) -> dict[str, object]:
    steps = {"note": step("write-log", config={"message": message})}
    return flow_document(steps, ["hand > note"], name="Welcome")


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    with sessions.begin() as session:
        found = get_organisation(session, acme.parent_id or acme.id)
        with as_tenant(session, found.id):
            make_flow(session, found.id, welcome("one"))
    return found


@pytest.fixture
def basic(sessions: Sessions, acme: OrganisationView) -> PlanView:
    with sessions.begin() as session:
        return make_plan_of(session, acme)


@pytest.fixture
def nora(signed_in: SignedIn, csp: OrganisationView) -> FlaskClient:
    return signed_in("admin", csp)


def make(nora: FlaskClient, csp: OrganisationView) -> str:
    """Make a template by the form, and give its page's address."""
    form = {"name": "Broadband", "model": str(csp.id), "part": PART}
    here = f"/t/{csp.slug}/tenant-templates"
    shown = nora.post(here, data=form)
    assert "Nothing is kept yet" in shown.text
    made = nora.post(here, data={**form, "confirmed": "yes"})
    assert made.status_code == 303, made.text
    return made.headers["Location"]


def change_model(sessions: Sessions, csp: OrganisationView, message: str) -> None:
    with sessions.begin() as session, as_tenant(session, csp.id):
        (flow,) = list_flows(session, csp.id)
        said: dict[str, Any] = {"by": "Nora", "now": NOON}
        revision = flow.draft_revision
        save_draft(
            session,
            csp.id,
            flow.id,
            document=welcome(message),
            expected_revision=revision,
            **said,
        )
        publish_flow(session, csp.id, flow.id, **said)


def test_a_new_customer_of_a_plan_reads_what_was_set_up(
    sessions: Sessions,
    signed_in: SignedIn,
    nora: FlaskClient,
    csp: OrganisationView,
    basic: PlanView,
) -> None:
    page = make(nora, csp)
    said = {"name": "Broadband", "revision": "1", "plan": str(basic.id)}
    assert nora.post(page, data=said).status_code == 303

    added = nora.post(
        f"/t/{csp.slug}/customers", data={"name": "Newcomer", "kind": "customer", "plan": basic.id}
    )
    with sessions() as session:
        newcomer = find_by_slug(session, "newcomer")
    assert newcomer is not None
    home = signed_in("admin", newcomer).get("/t/newcomer/").text

    assert "Broadband, version 1" in nora.get(added.headers["Location"]).text
    assert "Broadband was set up for you" in home
    assert "Everything of it is at work" not in home  # people are still to be invited
    assert "Invite the people" in home


def test_a_plan_without_a_block_keeps_the_customer_from_being_added(
    sessions: Sessions, nora: FlaskClient, csp: OrganisationView, acme: OrganisationView
) -> None:
    template_id = make(nora, csp).rpartition("/")[2]
    with sessions.begin() as session:
        small = make_plan_of(session, acme, "Small", blocks=["garland.branch"])
    form = {"name": "Newcomer", "kind": "customer", "plan": small.id, "template": template_id}

    refused = nora.post(f"/t/{csp.slug}/customers", data=form)

    assert refused.status_code == 403
    assert "garland.write-log" in refused.text
    with sessions() as session:
        assert find_by_slug(session, "newcomer") is None


def test_an_update_is_offered_looked_at_and_brought_by_the_customer(
    sessions: Sessions, signed_in: SignedIn, nora: FlaskClient, csp: OrganisationView
) -> None:
    page = make(nora, csp)
    form = {"name": "Newcomer", "kind": "customer", "template": page.rpartition("/")[2]}
    nora.post(f"/t/{csp.slug}/customers", data=form)
    change_model(sessions, csp, "two")
    again = {"model": str(csp.id), "part": PART, "note": "It says two", "confirmed": "yes"}
    assert nora.post(f"{page}/versions", data=again).status_code == 303
    with sessions() as session:
        newcomer = find_by_slug(session, "newcomer")
    assert newcomer is not None
    ada = signed_in("admin", newcomer)

    found = re.search(r"/t/newcomer/set-up/[0-9a-f-]{36}", ada.get("/t/newcomer/").text)
    assert found is not None
    looked = ada.get(found[0]).text
    mark = re.search(r'name="mark" value="([^"]*)"', looked)
    assert mark is not None
    brought = ada.post(f"{found[0]}/bring", data={"mark": mark[1]})

    assert "It says two" in looked
    assert "Is updated" in looked
    assert brought.status_code == 303
    assert "version 2 is offered" not in nora.get(page).text.lower()


def test_a_customer_that_is_there_is_offered_it_and_nothing_changes_by_that(
    sessions: Sessions,
    signed_in: SignedIn,
    nora: FlaskClient,
    csp: OrganisationView,
    acme: OrganisationView,
) -> None:
    page = make(nora, csp)

    nora.post(f"{page}/offers", data={"customer": str(acme.id)})

    assert "Broadband is offered to you" in signed_in("admin", acme).get(f"/t/{acme.slug}/").text
    with sessions() as session, as_tenant(session, acme.id):
        assert list_flows(session, acme.id) == []


def test_nothing_that_was_chosen_is_said_above_the_form(
    nora: FlaskClient, csp: OrganisationView
) -> None:
    form = {"name": "Broadband", "model": str(csp.id)}

    refused = nora.post(f"/t/{csp.slug}/tenant-templates", data=form)

    assert refused.status_code == 422
    assert "choose what new customers are to have" in refused.text


def test_programs_make_offer_and_bring_one(
    app: Flask, sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    here, provider = "/api/v1/tenant-templates", client_of(app, sessions, csp, "admin")
    customer = client_of(app, sessions, acme, "admin")
    (part,) = [one["part"] for one in provider.get(f"{here}/parts").get_json()["items"]]

    made = provider.post(here, json={"name": "Broadband", "parts": [part]}).get_json()
    address = f"{here}/{made['id']}"
    again = provider.post(f"{address}/versions", json={})
    use = provider.post(f"{address}/offers", json={"organisation_id": str(acme.id)}).get_json()
    plan = customer.get(f"/api/v1/set-up/{use['id']}/plan").get_json()
    done = customer.post(f"/api/v1/set-up/{use['id']}/bring", json={"mark": plan["mark"]})

    assert again.status_code == 409
    assert [one["verdict"] for one in plan["parts"]] == ["is new"]
    assert done.get_json()["version"] == 1
    (standing,) = provider.get(f"{address}/customers").get_json()["items"]
    assert (standing["organisation_id"], standing["version"]) == (str(acme.id), 1)
    assert provider.delete(address).status_code == 204
    assert customer.get("/api/v1/set-up").get_json()["items"][0]["offered"] is None

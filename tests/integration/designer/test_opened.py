"""A workflow that a step calls, looked into over the canvas."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn
from tests.integration.runtime.runs.pages import island, words

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
SECRET = {"url": "https://x.test", "headers": {"Authorization": "Bearer k-9f86d081"}}


@pytest.fixture
def browser(
    sessions: sessionmaker[Session], acme: OrganisationView, signed_in: SignedIn
) -> FlaskClient:
    """Sign in where `Inner` calls `Plain`, and `Draft` was never published."""
    inner = {
        "ask": step("http-request", title="Ask", config=SECRET, position=[64, 0]),
        "on": step("call-workflow", title="Go on", config={"flow": "plain"}),
    }
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_flow(session, acme.id, flow_document({}, [], name="Draft"), publish=False)
        make_flow(session, acme.id, flow_document({"a": step("end")}, ["hand > a"], name="Plain"))
        document = flow_document(inner, ["hand > ask", "ask:done > on"], name="Inner")
        make_flow(session, acme.id, document)
    return signed_in("designer")


def test_its_live_version_is_drawn_without_its_secrets(
    browser: FlaskClient, acme: OrganisationView
) -> None:
    page = browser.get(f"/t/{acme.slug}/workflows/opened?trail=inner", headers=PART).text

    drawn = island(page, "opened-drawing")["flow"]
    assert drawn["steps"]["ask"]["position"] == [64, 0]
    assert "k-9f86d081" not in page
    assert "Version 1, which is live" in words(page)
    assert "Edit it" in words(page)
    assert "<html" not in page


def test_each_crumb_leads_back_and_each_call_further(
    browser: FlaskClient, acme: OrganisationView
) -> None:
    at = f"/t/{acme.slug}/workflows/opened"

    first = browser.get(f"{at}?trail=inner", headers=PART).text
    second = browser.get(f"{at}?trail=inner&trail=plain", headers=PART).text

    assert f'hx-get="{at}?trail=inner&amp;trail=plain"' in first
    assert "It calls in turn: Go on (plain)" in words(first)
    assert f'hx-get="{at}?trail=inner"' in second
    assert "Back to the draft Inner Plain" in words(second)


def test_one_without_a_live_version_says_so(browser: FlaskClient, acme: OrganisationView) -> None:
    page = browser.get(f"/t/{acme.slug}/workflows/opened?trail=draft").text

    assert "No version is live" in words(page)
    assert 'id="opened-drawing"' not in page


@pytest.mark.parametrize("trail", ["", "?trail=none", "?trail=inner&trail=none"])
def test_one_that_is_not_there_is_not_found(
    browser: FlaskClient, acme: OrganisationView, trail: str
) -> None:
    assert browser.get(f"/t/{acme.slug}/workflows/opened{trail}").status_code == 404


def test_another_tenants_workflow_is_not_found(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other").id
        with as_tenant(session, other):
            make_flow(session, other, flow_document({}, [], name="Theirs"), publish=False)

    assert browser.get(f"/t/{acme.slug}/workflows/opened?trail=theirs").status_code == 404

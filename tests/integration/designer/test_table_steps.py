"""The form of a step that decides by a table: the table from a list, its inputs as fields."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.rules.model import Mode
from runtime.rules.store import RuleView, publish_rule
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn
from tests.integration.designer.conftest import make_table_of


@pytest.fixture
def table(sessions: sessionmaker[Session], acme: OrganisationView) -> RuleView:
    return published(sessions, acme)


def published(sessions: sessionmaker[Session], acme: OrganisationView, **changes: Any) -> RuleView:
    made = make_table_of(sessions, acme, **changes)
    with sessions.begin() as session, as_tenant(session, acme.id):
        return publish_rule(session, acme.id, made.id, mode=Mode.OFF, by="Berta", now=NOON)


def form_of(browser: FlaskClient, acme: OrganisationView, node: Any, **filled: str) -> str:
    data = {"node": "ask", "value": json.dumps(node), **filled}
    return browser.post(f"/t/{acme.slug}/workflows/inspector", data=data).text


def node_of(page: str) -> Any:
    found = re.search(r'id="inspector-value">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])["value"]


def test_the_published_tables_are_offered_and_no_others(
    signed_in: SignedIn,
    acme: OrganisationView,
    sessions: sessionmaker[Session],
    table: RuleView,
) -> None:
    make_table_of(sessions, acme, name="Only a draft")
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    published(sessions, other, name="Of somebody else")

    page = form_of(signed_in("designer"), acme, step("decide"))

    assert f'<option value="{table.id}">Triage</option>' in page
    assert "Only a draft" not in page
    assert "Of somebody else" not in page


def test_a_chosen_table_gives_a_field_for_each_input(
    signed_in: SignedIn, acme: OrganisationView, table: RuleView
) -> None:
    page = form_of(signed_in("designer"), acme, step("decide", config={"table": str(table.id)}))

    assert 'name="/input/values/perceived_severity"' in page
    assert 'name="/input/values/attributes.load"' in page


def test_what_is_filled_in_comes_back_as_values_of_the_step(
    signed_in: SignedIn, acme: OrganisationView, table: RuleView
) -> None:
    filled = {
        "filled": "1",
        "/config/table": str(table.id),
        "/input/alarm": "= trigger.alarm",
        "/input/values": "{}",
        "/input/values/attributes.load": "93",
    }
    node = step("decide", config={"table": str(table.id)})

    found = node_of(form_of(signed_in("designer"), acme, node, **filled))

    assert found["input"] == {"alarm": "= trigger.alarm", "values": {"attributes.load": 93}}


def test_another_table_takes_the_values_it_has_inputs_for(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session], table: RuleView
) -> None:
    rows = [{"when": ["-"], "then": ["core", ""]}]
    other = published(
        sessions, acme, name="Other", inputs=[{"field": "perceived_severity"}], rows=rows
    )
    filled = {
        "filled": "1",
        "/config/table": str(other.id),
        "/input/values": "{}",
        "/input/values/perceived_severity": "major",
        "/input/values/attributes.load": "93",
    }
    node = step("decide", config={"table": str(table.id)})

    found = node_of(form_of(signed_in("designer"), acme, node, **filled))

    assert found["input"]["values"] == {"perceived_severity": "major"}


def test_the_designer_knows_what_a_table_answers(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session], table: RuleView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        document = flow_document({"ask": step("decide")}, ["hand > ask"])
        flow = make_flow(session, acme.id, document, publish=False)

    page = signed_in("designer").get(f"/t/{acme.slug}/workflows/{flow.id}").text

    assert f'"{table.id}": ["values.team", "values.do", "rows"]' in page


def test_the_page_of_a_table_names_the_workflows_that_decide_by_it(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session], table: RuleView
) -> None:
    ask = step("decide", config={"table": str(table.id)})
    with sessions.begin() as session, as_tenant(session, acme.id):
        document = flow_document({"ask": ask}, ["hand > ask"], name="Route it")
        make_flow(session, acme.id, document, publish=False)
    browser = signed_in("designer")

    page = browser.get(f"/t/{acme.slug}/rules/tables/{table.id}").text
    versions = browser.get(f"/t/{acme.slug}/rules/{table.id}/versions").text

    assert "Workflows that decide by it: <a" in page
    assert ">Route it</a>." in page
    assert "It cannot be deleted while a workflow decides by it: Route it." in versions
    assert "Delete this table" not in versions

"""From a rule to the workflow it starts and back, and from a step to its decision table."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from runtime.flows.versions import list_flows
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.factories.rules import make_rule_document
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn
from tests.integration.designer.test_rules import FORM


@pytest.fixture
def mend(sessions: sessionmaker[Session], acme: OrganisationView) -> Any:
    """A workflow of Acme."""
    with sessions.begin() as session, as_tenant(session, acme.id):
        return make_flow(session, acme.id, chain_document(2, name="Mend"))


def test_beside_a_workflow_stand_the_rules_that_start_it(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView, mend: Any
) -> None:
    document = make_rule_document(name="Links", then=[{"do": "start", "flow": "mend"}])
    with sessions.begin() as session, as_tenant(session, acme.id):
        rule = create_rule(session, acme.id, document=document, by="t", now=NOON)
        publish_rule(session, acme.id, rule.id, mode=Mode.LIVE, by="t", now=NOON)
        create_rule(session, acme.id, document=make_rule_document(), by="t", now=NOON)

    part = signed_in("viewer").get(f"/t/{acme.slug}/workflows/{mend.id}/starting-rules").text

    assert f"/rules/{rule.id}" in part
    assert "0 in 24 h, 0 ever" in part
    assert "Critical link alarms" not in part


def test_a_new_rule_begins_with_the_workflow_that_it_was_asked_for_from(
    signed_in: SignedIn, acme: OrganisationView, mend: Any
) -> None:
    page = signed_in("designer").get(f"/t/{acme.slug}/rules/new?start=mend").text

    assert '<option value="mend" selected>' in page
    assert f"/workflows/{mend.id}/small.svg" in page


def test_a_rule_that_is_asked_for_from_no_workflow_begins_with_what_does_no_harm(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    page = signed_in("designer").get(f"/t/{acme.slug}/rules/new?start=nothing-such").text

    assert '<option value="acknowledge" selected>' in page


def test_a_workflow_is_made_for_a_rule_and_chosen_in_its_form(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    form = {**FORM, "/name": "Links", "/then/0/do": "start", "/then/0/flow": ""}

    page = signed_in("designer").post(
        f"/t/{acme.slug}/rules/new", data={**form, "_op": "workflow:/then/0"}
    )

    with sessions() as session, as_tenant(session, acme.id):
        (flow,) = list_flows(session, acme.id)
    assert flow.name == "Links: what to do"
    assert flow.draft["triggers"] == {"rule": {"kind": "rule"}}
    assert f'<option value="{flow.slug}" selected>' in page.text


def test_a_small_picture_is_drawn_of_a_workflow_and_of_none_that_is_empty(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView, mend: Any
) -> None:
    empty = flow_document({}, [], name="Empty", triggers={"x": {"kind": "rule"}}) | {"triggers": {}}
    with sessions.begin() as session, as_tenant(session, acme.id):
        none = make_flow(session, acme.id, empty, publish=False)
    browser = signed_in("viewer")

    answers = [browser.get(f"/t/{acme.slug}/workflows/{one.id}/small.svg") for one in (mend, none)]

    assert [one.status_code for one in answers] == [200, 404]
    assert answers[0].mimetype == "image/svg+xml"
    assert "script" not in answers[0].text


def test_a_step_leads_to_its_table_and_the_table_back(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        table = create_rule(session, acme.id, document=make_table_document(), by="t", now=NOON)
        publish_rule(session, acme.id, table.id, mode=Mode.OFF, by="t", now=NOON)
        decide = step("decide", config={"table": str(table.id)})
        document = flow_document({"d": decide}, ["rule > d"], name="Decides")
        flow = make_flow(session, acme.id, document, publish=False)
    browser = signed_in("designer")

    there = browser.get(f"/t/{acme.slug}/workflows/{flow.id}/details").text
    back = browser.get(f"/t/{acme.slug}/rules/tables/{table.id}").text

    assert f'href="/t/{acme.slug}/rules/{table.id}">Table ' in there
    assert "Back to workflow" not in back
    assert f'href="/t/{acme.slug}/workflows/{flow.id}">Decides</a>' in back


def test_a_form_of_a_step_leads_to_its_table_and_the_table_back_to_that_workflow(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView, mend: Any
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        table = create_rule(session, acme.id, document=make_table_document(), by="t", now=NOON)
    node = step("decide", config={"table": str(table.id)})
    browser, at = signed_in("designer"), f"/t/{acme.slug}/rules/tables/{table.id}?from={mend.id}"

    form = browser.post(
        f"/t/{acme.slug}/workflows/inspector?flow={mend.id}",
        data={"node": "d", "value": json.dumps(node)},
    ).text
    page = browser.get(at).text

    assert f'href="/t/{acme.slug}/rules/{table.id}?from={mend.id}"' in form
    assert "Back to workflow Mend" in page
    assert f'href="/t/{acme.slug}/rules/{table.id}/versions?from={mend.id}"' in page


def test_a_step_that_calls_a_workflow_leads_to_it(
    signed_in: SignedIn, acme: OrganisationView, mend: Any
) -> None:
    node = step("call-workflow", config={"flow": mend.slug})
    form = {"node": "c", "value": json.dumps(node)}

    page = signed_in("designer").post(f"/t/{acme.slug}/workflows/inspector", data=form).text

    assert f'href="/t/{acme.slug}/workflows/{mend.id}">' in page


def test_there_is_no_way_back_to_another_tenants_workflow(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        other = make_customer(session).id
        with as_tenant(session, other):
            foreign = make_flow(session, other, chain_document(2, name="Theirs"))
        with as_tenant(session, acme.id):
            rule = create_rule(session, acme.id, document=make_rule_document(), by="t", now=NOON)

    page = signed_in("designer").get(f"/t/{acme.slug}/rules/{rule.id}?from={foreign.id}").text

    assert "Theirs" not in page
    assert "Back to workflow" not in page

"""What the data picker shows of real runs, and what nobody is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from runtime.flows.versions import FlowView
from runtime.runs.drain import Drain
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.start import Start, start_trial
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn

VALUES = {"site": "= trigger.alarm.place", "token": "t-9f86", "deep": [{"n": 1}]}
DOCUMENT = flow_document(
    {
        "facts": step("set-data", config={"values": VALUES}),
        "log": step("write-log", config={"message": "x"}),
    },
    ["rule > facts", "facts:done > log"],
    triggers={"rule": {"kind": "rule"}},
)
ALARM = {"managed_object": "link-7", "place": "Bern"}


@pytest.fixture
def flow(sessions: sessionmaker[Session], acme: OrganisationView) -> FlowView:
    """A workflow whose draft was tried once."""
    start = Start(trigger={"kind": "rule", "alarm": ALARM}, trigger_id="rule", subject="link-7")
    with sessions.begin() as session, as_tenant(session, acme.id):
        made = make_flow(session, acme.id, DOCUMENT, publish=False)
        start_trial(session, acme.id, made.id, start, allow_effects=False, now=NOON)
    brokers = Brokers(http=HttpBroker(), mail=MailBroker())
    Drain(
        sessions=sessions,
        reading=sessions,
        programs=Programs(),
        brokers=brokers,
        wake_next=lambda: None,
    ).advance_batch(now=NOON)
    return made


def _ask(signed_in: SignedIn, at: str, role: str = "designer", **more: Any) -> Any:
    form = {"document": json.dumps(DOCUMENT), "step": "log", **more}
    return signed_in(role).post(at, data=form)


def test_a_step_is_offered_what_the_last_run_gave_and_no_secret(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    page = _ask(signed_in, f"/t/{acme.slug}/workflows/{flow.id}/data").text

    assert "the test run of" in page
    assert "steps.facts.output.?site.orValue(&#34;&#34;)" in page
    assert "<bdi>Bern</bdi>" in page
    assert "t-9f86" not in page


def test_an_expression_is_tried_on_what_the_last_run_gave(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    at = f"/t/{acme.slug}/workflows/{flow.id}/data/tried"
    text = "= steps.facts.output.site + '/' + steps.facts.output.token"

    page = _ask(signed_in, at, pointer="/config/message", text=text).text

    assert "Bern/••••••" in page
    assert "on the test run of" in page


def test_the_form_of_a_step_shows_what_its_fields_take_with_the_last_value(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    node = step("write-log", config={"message": "= steps.facts.output.site"})
    form = {"node": "log", "value": json.dumps(node), "document": json.dumps(DOCUMENT)}
    at = f"/t/{acme.slug}/workflows/inspector?flow={flow.id}"

    page = signed_in("designer").post(at, data=form).text

    assert "<bdi>Set data \u203a Site</bdi>" in page
    assert "Last value: <bdi>Bern</bdi>" in page


def test_the_workflow_itself_and_several_steps_have_a_form_too(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    at = f"/t/{acme.slug}/workflows/{flow.id}/inspector"

    whole = _ask(signed_in, at, filled="1", **{"/flow/description": "Why"}).text
    several = _ask(signed_in, at, node="facts,log").text

    assert '"description": "Why"' in whole
    assert "2 selected" in several


def test_an_example_of_its_block_sets_a_step_up(
    signed_in: SignedIn, acme: OrganisationView, flow: FlowView
) -> None:
    form = {"node": "log", "value": json.dumps(step("write-log", title="Kept")), "filled": "1"}
    at = f"/t/{acme.slug}/workflows/inspector?flow={flow.id}"

    page = signed_in("designer").post(at, data={**form, "_example": "0"}).text

    value = json.loads(page.partition('id="inspector-value">')[2].partition("</script>")[0])
    assert value["value"]["title"] == "Kept"
    assert value["value"]["config"]["message"]


def test_a_rule_is_offered_the_fields_of_an_alarm(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    page = signed_in("designer").get(f"/t/{acme.slug}/data/alarm").text

    assert 'data-insert="managed_object"' in page
    assert "Perceived severity" in page


def test_another_tenants_workflow_gives_no_data(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session).id
        with as_tenant(session, other):
            foreign = make_flow(session, other, DOCUMENT)
    at = f"/t/{acme.slug}/workflows/{foreign.id}"

    codes = [_ask(signed_in, f"{at}/{one}").status_code for one in ("data", "data/tried")]

    assert codes == [404, 404]
    assert _ask(signed_in, f"{at}/inspector").status_code == 404

"""The page that starts a workflow by hand: its form, its refusals, its double click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from runtime.flows.versions import FlowView, set_paused
from runtime.runs._tables import Run
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn

INPUT = {
    "type": "object",
    "required": ["site", "urgency"],
    "additionalProperties": False,
    "properties": {
        "site": {"type": "string", "title": "Site", "minLength": 1},
        "count": {"type": "integer", "title": "How many", "maximum": 9},
        "urgency": {"type": "string", "title": "Urgency", "enum": ["low", "high"]},
        "on": {"type": "string", "title": "Day", "format": "date"},
        "test": {"type": "boolean", "title": "Only a test"},
    },
}
MakeFlow = Callable[..., FlowView]


@pytest.fixture
def make(sessions: sessionmaker[Session], acme: OrganisationView) -> MakeFlow:
    def make(document: dict[str, Any] | None = None, **options: Any) -> FlowView:
        with sessions.begin() as session, as_tenant(session, acme.id):
            return make_flow(session, acme.id, document or chain_document(1), **options)

    return make


@pytest.fixture
def runs(sessions: sessionmaker[Session], acme: OrganisationView) -> Callable[[], list[Run]]:
    def runs() -> list[Run]:
        with sessions() as session, as_tenant(session, acme.id):
            return list(session.scalars(select(Run)))

    return runs


def asking() -> dict[str, Any]:
    return {**chain_document(1), "input": INPUT}


def at(acme: OrganisationView, flow: FlowView) -> str:
    return f"/t/{acme.slug}/workflows/{flow.id}/start"


def test_the_form_asks_for_what_the_workflow_takes_and_starts_it(
    signed_in: SignedIn, acme: OrganisationView, make: MakeFlow, runs: Callable[[], list[Run]]
) -> None:
    flow, browser = make(asking()), signed_in("operator")
    page = browser.get(at(acme, flow)).text
    said = {"/input/site": "ZRH", "/input/count": "3", "/input/urgency": "high"}

    answer = browser.post(
        at(acme, flow), data={**said, "/input/on": "2026-12-01", "/input/test": "true"}
    )

    (run,) = runs()
    assert "Urgency" in page
    assert 'type="date"' in page
    assert answer.status_code == 303
    assert answer.location.endswith(f"/runs/{run.id}")
    assert run.trigger["input"] == {
        "site": "ZRH",
        "count": 3,
        "urgency": "high",
        "on": "2026-12-01",
        "test": True,
    }


def test_what_does_not_fit_is_told_beside_its_field_and_kept(
    signed_in: SignedIn, acme: OrganisationView, make: MakeFlow, runs: Callable[[], list[Run]]
) -> None:
    flow = make(asking())
    said = {"/input/site": "Bern", "/input/count": "12", "/input/urgency": "high"}

    answer = signed_in("operator").post(at(acme, flow), data=said)

    assert answer.status_code == 422
    assert "How many must be at most 9" in answer.text
    assert 'aria-describedby="field--input--count-error"' in answer.text
    assert 'value="Bern"' in answer.text
    assert runs() == []


def test_the_same_form_sent_twice_starts_one_run(
    signed_in: SignedIn, acme: OrganisationView, make: MakeFlow, runs: Callable[[], list[Run]]
) -> None:
    flow, browser = make(), signed_in("operator")
    sent = [browser.post(at(acme, flow), data={"form_key": "one"}) for _ in range(2)]

    assert {answer.location for answer in sent} == {f"/t/{acme.slug}/runs/{runs()[0].id}"}
    assert len(runs()) == 1


def test_without_a_schema_the_input_is_json_text(
    signed_in: SignedIn, acme: OrganisationView, make: MakeFlow, runs: Callable[[], list[Run]]
) -> None:
    flow, browser = make(), signed_in("operator")

    refused = browser.post(at(acme, flow), data={"input_text": "[1]"})
    browser.post(at(acme, flow), data={"input_text": '{"n": 1}', "subject": "r1"})

    (run,) = runs()
    assert refused.status_code == 422
    assert "must be a JSON object" in refused.text
    assert (run.trigger["input"], run.subject) == ({"n": 1}, "r1")


@pytest.mark.parametrize(
    ("make_it", "said"),
    [
        pytest.param("unpublished", "It is not published yet", id="not published"),
        pytest.param("paused", "It is paused", id="paused"),
        pytest.param("rule only", "Nobody starts it by hand", id="no trigger by hand"),
    ],
)
def test_what_cannot_be_started_says_what_to_do(
    signed_in: SignedIn,
    acme: OrganisationView,
    make: MakeFlow,
    sessions: sessionmaker[Session],
    make_it: str,
    said: str,
) -> None:
    triggers = {"rule": {"kind": "rule"}} if make_it == "rule only" else None
    steps = {"a": step("set-data", config={"values": {"n": 1}})}
    document = flow_document(steps, ["rule > a"], triggers=triggers)
    flow = make(document, publish=make_it != "unpublished")
    with sessions.begin() as session, as_tenant(session, acme.id):
        set_paused(session, acme.id, flow.id, paused=make_it == "paused", now=NOON)
    browser = signed_in("operator")

    assert said in browser.get(at(acme, flow)).text
    assert browser.post(at(acme, flow)).status_code == 409


def test_a_start_that_is_skipped_says_so(
    signed_in: SignedIn, acme: OrganisationView, make: MakeFlow, runs: Callable[[], list[Run]]
) -> None:
    flow = make({**chain_document(1), "settings": {"concurrency": {"policy": "skip"}}})
    browser = signed_in("operator")
    browser.post(at(acme, flow), data={"form_key": "one"})

    answer = browser.post(at(acme, flow), data={"form_key": "two"})

    assert answer.status_code == 409
    assert "skips new runs while others are under way" in answer.text
    assert len(runs()) == 1


def test_a_schema_that_no_form_can_show_is_filled_in_as_text(
    signed_in: SignedIn, acme: OrganisationView, make: MakeFlow, runs: Callable[[], list[Run]]
) -> None:
    either = {"type": "object", "properties": {"a": {"oneOf": [{"type": "string"}, True]}}}
    flow, browser = make({**chain_document(1), "input": either}), signed_in("operator")

    page = browser.get(at(acme, flow))
    browser.post(at(acme, flow), data={"input_text": '{"a": 1}'})

    assert "Give it data as JSON" in page.text
    assert runs()[0].trigger["input"] == {"a": 1}


def test_viewers_and_other_tenants_start_nothing(
    signed_in: SignedIn, acme: OrganisationView, make: MakeFlow, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session)
    stranger = signed_in("admin", other)
    flow = make()

    assert signed_in("viewer").get(at(acme, flow)).status_code == 403
    assert stranger.post(f"/t/{other.slug}/workflows/{flow.id}/start").status_code == 404

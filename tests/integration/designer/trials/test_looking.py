"""Runs laid over the draft, the test panel, pins and kept inputs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from runtime.flows.versions import FlowView
from runtime.runs._tables import Run
from runtime.runs.holding import HOLDING
from runtime.runs.query import get_run
from runtime.trials.inputs import list_inputs
from runtime.trials.pins import list_pins, pinned_steps
from tenancy.organisations import OrganisationView
from tenancy.rows import get_owned
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow
from tests.integration.conftest import SignedIn, client_of
from tests.integration.designer.trials.conftest import (
    CALL,
    INPUT,
    JSON,
    PART,
    STEPS,
    WIRES,
    a_run,
    draft_with,
)


def test_a_past_run_tells_what_the_draft_does_otherwise(
    signed_in: SignedIn,
    at: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    earlier, run = a_run(sessions, acme, flow), a_run(sessions, acme, flow)
    draft_with(sessions, acme, flow, {**STEPS, "call": {**CALL, "config": {}}})

    bar = signed_in("viewer").get(f"{at}/trials/{run}", headers=PART).text

    assert "It ran version 1." in bar
    assert "changed Tell" in bar
    assert str(earlier) in bar
    assert '"changed": ["call"]' in bar


def test_a_run_of_another_workflow_is_not_laid_over(
    signed_in: SignedIn, at: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        other = make_flow(session, acme.id, flow_document(STEPS, WIRES, name="Other"))
    run = a_run(sessions, acme, other)
    browser = signed_in("designer")

    for address in (f"trials/{run}", f"steps/first/test?run={run}", "steps/first/test?run=x"):
        assert browser.get(f"{at}/{address}").status_code == 404
    assert browser.post(f"{at}/trials/{run}/go").status_code == 404
    assert browser.post(f"{at}/trials/{run}/stop").status_code == 404


def test_a_real_run_is_not_stopped_as_a_test(
    signed_in: SignedIn,
    at: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    run = a_run(sessions, acme, flow)

    assert signed_in("designer").post(f"{at}/trials/{run}/stop").status_code == 404


def test_a_test_run_is_stopped(
    signed_in: SignedIn,
    at: str,
    run_of: Any,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    browser = signed_in("operator")
    run = run_of(browser.post(f"{at}/trials", data={"source": "sample"}, headers=JSON))

    bar = browser.post(f"{at}/trials/{run.id}/stop", headers=PART)

    assert bar.status_code == 200
    with sessions() as session, as_tenant(session, acme.id):
        assert get_run(session, acme.id, run.id).is_cancelling


def test_running_on_keeps_the_steps_that_are_held_before(
    signed_in: SignedIn,
    at: str,
    run_of: Any,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    browser = signed_in("operator")
    run = run_of(browser.post(f"{at}/trials", data={"source": "sample"}, headers=JSON))
    with sessions.begin() as session, as_tenant(session, acme.id):
        row = get_owned(session, Run, acme.id, run.id, name="run")
        row.progress = {HOLDING: {"at": ["first"], "stops": ["first", "call"]}}

    browser.post(f"{at}/trials/{run.id}/go", headers=PART)

    with sessions() as session, as_tenant(session, acme.id):
        assert get_run(session, acme.id, run.id).wish == {"go": {"on": True}}


def test_a_step_tried_alone_is_compared_alone(
    signed_in: SignedIn,
    at: str,
    run_of: Any,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    browser = signed_in("operator")
    run = run_of(browser.post(f"{at}/trials", data={"only": "call"}, headers=JSON))
    other = {"first": STEPS["first"]}
    bars = []
    for steps in (STEPS, {**STEPS, "call": {**CALL, "config": {}}}, other):
        draft_with(sessions, acme, flow, steps)
        bars.append(" ".join(browser.get(f"{at}/trials/{run.id}", headers=PART).text.split()))

    same, changed, gone = bars
    assert "The draft is different since" not in same
    assert "The draft is different since: changed Tell;</p>" in changed
    assert "The draft is different since: gone Tell;</p>" in gone


def test_a_pin_goes_with_its_step_and_back_by_undo(
    signed_in: SignedIn, at: str, flow: FlowView
) -> None:
    browser, form = signed_in("designer"), {"port": "done", "output": '{"n": 5}'}
    browser.post(f"{at}/steps/first/pin", data=form, headers=PART)
    renamed = {"begin": STEPS["first"], "call": CALL}
    wires = [one.replace("first", "begin") for one in WIRES]

    def put(revision: int, document: Any) -> Any:
        body = {"revision": revision, "document": document}
        return browser.put(f"{at}/draft", json=body, headers=JSON).json

    there = put(flow.draft_revision, {**flow_document(renamed, wires), "input": INPUT})
    back = put(there["revision"], {**flow_document(STEPS, WIRES), "input": INPUT})

    assert (there["pins"], there["called"]) == (["begin"], {"first": "begin"})
    assert (back["pins"], back["called"]) == (["first"], {"begin": "first"})


@pytest.mark.parametrize("how", ["text", "REST", "a file"])
def test_a_pin_goes_with_its_step_however_the_draft_is_saved(  # noqa: PLR0913
    app: Flask,
    signed_in: SignedIn,
    at: str,
    flow: FlowView,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    *,
    how: str,
) -> None:
    browser, program = signed_in("designer"), client_of(app, sessions, acme, "designer")
    form = {"port": "done", "output": '{"n": 5}'}
    browser.post(f"{at}/steps/first/pin", data=form, headers=PART)
    wires = [one.replace("first", "begin") for one in WIRES]
    steps = {"begin": STEPS["first"], "call": CALL}
    document = {**flow_document(steps, wires, name=flow.name), "input": INPUT}
    revision, api = flow.draft_revision, "/api/v1/flows"

    saved = {
        "text": lambda: browser.post(
            f"{at}/draft", data={"document": json.dumps(document), "revision": revision}
        ),
        "REST": lambda: program.put(
            f"{api}/{flow.id}/draft", json=document, headers={"If-Match": f'"{revision}"'}
        ),
        "a file": lambda: program.post(f"{api}/import", json=document),
    }[how]()

    assert saved.status_code in (200, 303)
    with sessions() as session, as_tenant(session, acme.id):
        assert pinned_steps(session, acme.id, flow.id) == ["begin"]


def test_a_step_that_is_not_saved_yet_is_asked_for_again_once_it_is(
    signed_in: SignedIn, at: str
) -> None:
    browser = signed_in("designer")

    fresh = browser.get(f"{at}/steps/fresh/test", headers=PART).text
    saved = browser.get(f"{at}/steps/first/test", headers=PART).text

    again = f'hx-get="{at}/steps/fresh/test" hx-trigger="draft:saved from:document"'
    assert again in fresh
    assert "draft:saved" not in saved


def test_a_step_is_pinned_to_what_was_typed_and_told_to_the_canvas(
    signed_in: SignedIn,
    at: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    browser, form = signed_in("designer"), {"port": "done", "output": '{"status": "no"}'}

    pinned = browser.post(f"{at}/steps/call/pin", data=form, headers=PART)
    refused = browser.post(f"{at}/steps/call/pin", data={**form, "output": "{"}, headers=PART)
    page = browser.get(at).text
    with sessions() as session, as_tenant(session, acme.id):
        (kept,) = list_pins(session, acme.id, flow.id)
    browser.post(f"{at}/steps/call/unpin", headers=PART)

    assert json.loads(pinned.headers["HX-Trigger"])["pins"] == {"pins": ["call"]}
    assert "does not fit what the block says it gives" in pinned.text
    assert refused.status_code == 422
    assert '"pins": ["call"]' in page
    assert kept.output == {"status": "no"}
    with sessions() as session, as_tenant(session, acme.id):
        assert list_pins(session, acme.id, flow.id) == []


def test_viewers_pin_and_try_nothing(signed_in: SignedIn, at: str) -> None:
    browser = signed_in("viewer")

    for address in ("trials", "steps/call/pin", "steps/call/unpin", "unpin", "inputs"):
        assert browser.post(f"{at}/{address}").status_code == 403


def test_a_kept_input_is_renamed_and_deleted_from_its_list(
    signed_in: SignedIn,
    at: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    run, browser = a_run(sessions, acme, flow), signed_in("designer")
    browser.post(f"{at}/inputs", data={"run": str(run), "name": "One"}, headers=PART)
    with sessions() as session, as_tenant(session, acme.id):
        (kept,) = list_inputs(session, acme.id, flow.id)

    renamed = browser.post(f"{at}/inputs/{kept.id}/rename", data={"name": "Two"}, headers=PART)
    refused = browser.post(f"{at}/inputs/{kept.id}/rename", data={"name": ""}, headers=PART)
    gone = browser.post(f"{at}/inputs/{kept.id}/delete", headers=PART)

    assert "Two" in renamed.text
    assert refused.status_code == 422
    assert "None is kept yet" in gone.text


def test_the_runs_there_were_are_listed_to_be_laid_over(
    signed_in: SignedIn,
    at: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    run = a_run(sessions, acme, flow)

    page = signed_in("viewer").get(f"{at}/trials/past", headers=PART).text

    assert f"{at}/trials/{run}" in page

"""Test runs in the designer: what they are tried with, held, pinned, laid over the draft."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.flows.versions import FlowView, get_flow, save_draft
from runtime.runs._tables import Run
from runtime.runs.query import get_run
from runtime.runs.start import Start, start_run
from runtime.trials.inputs import list_inputs
from runtime.trials.pins import list_pins
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.factories.flows import flow_document, make_flow, step
from tests.integration.conftest import SignedIn

JSON = {"Accept": "application/json"}
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
CALL = step("http-request", config={"url": "https://api.test/x", "method": "POST"}, title="Tell")
DEVICE = step("run-device-command", title="Reset the port")
STEPS = {"first": step("set-data", config={"values": {"n": 1}}), "call": CALL}
WIRES = ["rule > first", "hand > first", "first > call"]
INPUT = {
    "type": "object",
    "required": ["site"],
    "properties": {"site": {"type": "string", "minLength": 2}},
}


@pytest.fixture
def flow(sessions: sessionmaker[Session], acme: OrganisationView) -> FlowView:
    document = {**flow_document(STEPS, WIRES), "input": INPUT}
    with sessions.begin() as session, as_tenant(session, acme.id):
        return make_flow(session, acme.id, document)


@pytest.fixture
def at(acme: OrganisationView, flow: FlowView) -> str:
    return f"/t/{acme.slug}/workflows/{flow.id}"


@pytest.fixture
def run_of(sessions: sessionmaker[Session], acme: OrganisationView) -> Any:
    def find(answer: Any) -> Run:
        assert answer.status_code == 200, answer.text
        with sessions() as session, as_tenant(session, acme.id):
            return session.scalars(select(Run).where(Run.id == UUID(answer.json["run"]))).one()

    return find


def a_run(sessions: sessionmaker[Session], acme: OrganisationView, flow: FlowView) -> UUID:
    start = Start(trigger={"kind": "manual", "input": {"site": "ZRH"}}, started_by="Ann")
    with sessions.begin() as session, as_tenant(session, acme.id):
        found = start_run(session, acme.id, flow.id, start, now=utc_now())
    assert found is not None
    return found


def test_alarms_are_found_by_words_and_severity_a_page_at_a_time(
    signed_in: SignedIn, at: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        for number in range(14):
            make_alarm(session, acme.id, managed_object=f"link-{number}")
        make_alarm(session, acme.id, managed_object="link-x", perceived_severity="warning")
    browser = signed_in("designer")

    first = browser.post(f"{at}/trials/ask", data={"source": "alarm"}, headers=PART).text
    found = browser.post(
        f"{at}/trials/ask",
        data={"source": "alarm", "q": "link", "severity": "warning"},
        headers=PART,
    ).text

    assert first.count('name="choice"') == 12
    assert ">Older<" in first
    assert found.count('name="choice"') == 1
    assert "link-x" in found


def test_a_chosen_alarm_starts_the_trial(
    signed_in: SignedIn,
    at: str,
    run_of: Any,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        alarm = make_alarm(session, acme.id, managed_object="link-9")
    form = {"source": "alarm", "choice": str(alarm)}

    run = run_of(signed_in("designer").post(f"{at}/trials", data=form, headers=JSON))

    assert run.is_trial
    assert run.trigger["alarm"]["managed_object"] == "link-9"


def test_a_form_is_made_of_the_workflows_input_and_checked(
    signed_in: SignedIn, at: str, run_of: Any
) -> None:
    browser, form = signed_in("designer"), {"source": "form", "trigger": "hand"}

    page = browser.post(f"{at}/trials/ask", data=form, headers=PART).text
    refused = browser.post(f"{at}/trials", data=form, headers=JSON)
    run = run_of(browser.post(f"{at}/trials", data={**form, "/input/site": "BRN"}, headers=JSON))

    assert 'name="/input/site"' in page
    assert refused.status_code == 422
    assert (refused.json or {})["errors"][0]["pointer"].startswith("/input")
    assert run.trigger["input"] == {"site": "BRN"}


def test_an_input_is_kept_and_used_by_a_colleague(
    signed_in: SignedIn,
    at: str,
    run_of: Any,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    form = {"source": "form", "trigger": "hand", "/input/site": "BRN", "keep_as": "Bern"}
    signed_in("designer").post(f"{at}/trials", data=form, headers=JSON)
    with sessions() as session, as_tenant(session, acme.id):
        (kept,) = list_inputs(session, acme.id, flow.id)
    colleague = signed_in("admin")

    colleague.post(f"{at}/inputs/{kept.id}/first", headers=PART)
    page = colleague.get(f"{at}/trials/ask", headers=PART).text
    again = {"source": "kept", "choice": str(kept.id)}
    run = run_of(colleague.post(f"{at}/trials", data=again, headers=JSON))

    assert "Bern" in page
    assert run.trigger["input"] == {"site": "BRN"}


def test_an_earlier_run_is_tried_again_with_its_input(
    signed_in: SignedIn,
    at: str,
    run_of: Any,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    past = a_run(sessions, acme, flow)

    form = {"source": "run", "choice": str(past)}
    run = run_of(signed_in("operator").post(f"{at}/trials", data=form, headers=JSON))

    assert run.trigger["input"] == {"site": "ZRH"}
    assert run.trigger_id == "hand"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        pytest.param({"source": "alarm"}, 422, id="nothing chosen"),
        pytest.param({"source": "alarm", "choice": str(uuid4())}, 404, id="no such alarm"),
        pytest.param({"source": "run", "choice": str(uuid4())}, 404, id="no such run"),
        pytest.param({"source": "kept", "choice": str(uuid4())}, 404, id="no such input"),
        pytest.param({"source": "form", "trigger": "rule", "text": "["}, 422, id="no JSON"),
        pytest.param({"source": "sample", "until": "gone"}, 422, id="no such step"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    signed_in: SignedIn, at: str, form: dict[str, str], status: int
) -> None:
    answer = signed_in("designer").post(f"{at}/trials", data=form, headers=JSON)

    assert answer.status_code == status


def test_without_javascript_a_refused_form_comes_again_and_a_good_one_shows_its_run(
    signed_in: SignedIn, at: str
) -> None:
    browser = signed_in("designer")

    refused = browser.post(f"{at}/trials", data={"source": "alarm"})
    begun = browser.post(f"{at}/trials", data={"source": "sample"})

    assert refused.status_code == 422
    assert "choose an alarm of the list" in refused.text
    assert "/runs/" in begun.location


def test_effects_are_for_those_who_may_publish(signed_in: SignedIn, at: str) -> None:
    form = {"source": "sample", "effects": "all"}

    refused = signed_in("operator").post(f"{at}/trials", data=form, headers=JSON)
    allowed = signed_in("designer").post(f"{at}/trials", data=form, headers=JSON)

    assert refused.status_code == 403
    assert allowed.status_code == 200


def test_what_reaches_into_the_network_is_confirmed_first(
    signed_in: SignedIn,
    at: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    draft_with(sessions, acme, flow, {**STEPS, "device": DEVICE})
    form = {"source": "sample", "effects": "some", "allows": "device", "only": "device"}
    browser = signed_in("designer")

    refused = browser.post(f"{at}/trials", data=form, headers=JSON)
    page = browser.get(f"{at}/trials/ask", headers=PART).text
    confirmed = browser.post(f"{at}/trials", data={**form, "confirmed": "true"}, headers=JSON)

    assert (refused.json or {})["errors"][0]["pointer"] == "/confirmed"
    assert "Reset the port" in page
    assert not any("confirmed" in one["pointer"] for one in (confirmed.json or {})["errors"])


def draft_with(
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
    steps: dict[str, Any],
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        before = get_flow(session, acme.id, flow.id)
        save_draft(
            session,
            acme.id,
            flow.id,
            document={**flow_document(steps, WIRES), "input": INPUT},
            expected_revision=before.draft_revision,
            by="Ann",
            now=utc_now(),
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

    assert json.loads(pinned.headers["HX-Trigger"])["pins"] == {"steps": ["call"]}
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


def test_a_step_alone_is_started_as_the_latest_run_was(
    signed_in: SignedIn,
    at: str,
    run_of: Any,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    a_run(sessions, acme, flow)

    run = run_of(signed_in("operator").post(f"{at}/trials", data={"only": "first"}, headers=JSON))

    assert run.trigger["input"] == {"site": "ZRH"}
    assert run.pins["only"] == "first"


def test_one_step_alone_acts_for_those_who_may_publish(signed_in: SignedIn, at: str) -> None:
    form = {"allow_effects": "true"}

    assert signed_in("operator").post(f"{at}/steps/first/try", data=form).status_code == 403
    assert signed_in("designer").post(f"{at}/steps/first/try", data=form).status_code == 303


def test_the_page_of_a_step_asks_to_confirm_what_reaches_into_the_network(
    signed_in: SignedIn,
    at: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    draft_with(sessions, acme, flow, {**STEPS, "device": DEVICE})

    page = signed_in("designer").post(f"{at}/steps/device/try", data={"allow_effects": "true"})

    assert page.status_code == 422
    assert "I know that customers may notice" in page.text

"""Test runs in the designer: what they are tried with, and what they may change."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session, sessionmaker

from runtime.flows.versions import FlowView
from runtime.runs._tables import Run
from runtime.trials.inputs import list_inputs
from runtime.trials.pins import pin_step
from tenancy.organisations import OrganisationView
from tenancy.policies import change_policy
from tenancy.rows import get_owned
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.factories.flows import step
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn
from tests.integration.designer.trials.conftest import (
    DEVICE,
    JSON,
    PART,
    STEPS,
    a_run,
    draft_with,
)


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


def test_a_step_alone_is_given_what_the_run_that_is_looked_at_gave(
    signed_in: SignedIn,
    at: str,
    run_of: Any,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    browser, past = signed_in("operator"), a_run(sessions, acme, flow)
    with sessions.begin() as session, as_tenant(session, acme.id):
        row = get_owned(session, Run, acme.id, past, name="run")
        row.pins = {"steps": {"first": {"port": "done", "output": {"n": 7}}}}
    a_run(sessions, acme, flow)
    form = {"only": "call", "source": "run", "choice": str(past)}

    run = run_of(browser.post(f"{at}/trials", data=form, headers=JSON))

    assert run.pins["steps"] == {"first": {"port": "done", "output": {"n": 7}}}


@pytest.mark.parametrize(
    ("form", "starts"),
    [
        pytest.param({"source": "alarm"}, False, id="the search for an alarm"),
        pytest.param({"source": "kept"}, False, id="the name of a recorded input"),
        pytest.param({"source": "form", "trigger": "hand"}, True, id="the last field"),
    ],
)
def test_enter_starts_only_from_what_is_filled_in(
    signed_in: SignedIn, at: str, form: dict[str, str], *, starts: bool
) -> None:
    page = signed_in("designer").post(f"{at}/trials/ask", data=form, headers=PART).text

    (first, *_) = re.findall(r"<button[^>]*type=\"submit\"[^>]*>", page)  # which Enter presses
    assert ("disabled" not in first) is starts


def test_an_entry_that_is_added_is_shown_in_the_form_and_starts_nothing(
    signed_in: SignedIn, at: str
) -> None:
    form = {"source": "form", "trigger": "hand", "_op": "add:/input"}

    page = signed_in("designer").post(f"{at}/trials", data=form, headers=PART)

    assert page.status_code == 200
    assert page.headers["HX-Retarget"] == "#trial-form"
    assert 'id="trial-form"' in page.text


def test_on_the_canvas_the_run_that_began_is_shown_at_once(signed_in: SignedIn, at: str) -> None:
    page = signed_in("designer").post(f"{at}/trials", data={"source": "sample"}, headers=PART)

    assert page.status_code == 200
    assert 'id="trial-bar"' in page.text
    assert "Test run under way." in page.text


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


@pytest.mark.parametrize(
    ("effects", "statuses"),
    [pytest.param("all", [403, 409], id="acts"), pytest.param("", [409, 409], id="tells only")],
)
def test_a_trial_that_changes_something_goes_on_by_those_who_may_publish(
    signed_in: SignedIn, at: str, run_of: Any, effects: str, statuses: list[int]
) -> None:
    form = {"source": "sample", "effects": effects, "confirmed": "true", "each": "true"}
    run = run_of(signed_in("designer").post(f"{at}/trials", data=form, headers=JSON))
    address = f"{at}/trials/{run.id}/go"  # it holds nowhere yet, which is said to who may ask

    answers = [signed_in(role).post(address, headers=JSON) for role in ("operator", "designer")]

    assert [one.status_code for one in answers] == statuses


def test_an_approval_that_is_demanded_is_not_pinned_where_the_trial_acts(
    signed_in: SignedIn,
    at: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    draft_with(sessions, acme, flow, {**STEPS, "ask": step("approval")})
    with sessions.begin() as session, as_tenant(session, acme.id):
        change_policy(session, acme.id, {"effects_need_approval": True}, by="Ann", now=NOON)
        who: dict[str, Any] = {"by": "Ann", "now": NOON}
        pin_step(session, acme.id, flow.id, "ask", port="approved", output=None, **who)
    form = {"source": "sample", "effects": "all", "confirmed": "true"}

    answer = signed_in("designer").post(f"{at}/trials", data=form, headers=JSON)

    assert answer.status_code == 422
    assert [one["pointer"] for one in (answer.json or {})["errors"]] == ["/pins/ask"]

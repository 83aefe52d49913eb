"""The page that tries one step of a draft alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from runtime.flows.versions import FlowView
from runtime.runs._tables import Run
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, make_flow
from tests.integration.conftest import SignedIn


@pytest.fixture
def flow(sessions: sessionmaker[Session], acme: OrganisationView) -> FlowView:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return make_flow(session, acme.id, chain_document(2), publish=False)


@pytest.fixture
def at(acme: OrganisationView, flow: FlowView) -> str:
    return f"/t/{acme.slug}/workflows/{flow.id}/steps/s2/try"


def test_the_form_names_the_results_that_the_step_reads(signed_in: SignedIn, at: str) -> None:
    page = signed_in("operator").get(at).text

    assert "It reads s1" in page
    assert "&#34;s1&#34;: {" in page


def test_the_step_is_tried_once_however_often_the_form_is_sent(
    signed_in: SignedIn,
    at: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    browser = signed_in("operator")
    form = {"pins": '{"s1": {"output": {"n": 4}}}', "form_key": "one"}

    answers = [browser.post(at, data=form) for _ in range(2)]

    with sessions() as session, as_tenant(session, acme.id):
        (run,) = session.scalars(select(Run))
    shown = f"/t/{acme.slug}/runs/{run.id}?step={at.split('/')[-2]}"
    assert {answer.location for answer in answers} == {shown}
    assert run.is_trial
    assert not run.allows_effects


def test_a_past_run_fills_in_and_is_named(signed_in: SignedIn, at: str) -> None:
    browser = signed_in("operator")
    tried = browser.post(at, data={"pins": '{"s1": {"output": {"n": 4}}}'}).location
    past = tried.partition("?")[0].split("/")[-1]

    page = browser.get(f"{at}?from_run={past}").text

    assert "Taken from the run: s1" in page
    assert f'name="from_run" value="{past}"' in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        pytest.param({"pins": "{"}, "the text", id="no JSON"),
        pytest.param({"pins": '{"s1": 5}'}, "write each as", id="no pin"),
        pytest.param({"trigger": "[1]"}, "write a JSON object", id="no object"),
        pytest.param({"pins": '{"s9": {}}'}, "there is no step s9", id="no such step"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field(
    signed_in: SignedIn, at: str, form: dict[str, str], said: str
) -> None:
    answer = signed_in("operator").post(at, data=form)

    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("rest", ["?from_run=x", "?from_run=01a218ff-9aa3-76fe-8fee-b9a04cf583e4"])
def test_a_run_that_is_not_there_is_not_found(signed_in: SignedIn, at: str, rest: str) -> None:
    assert signed_in("operator").get(at + rest).status_code == 404


def test_viewers_try_nothing(signed_in: SignedIn, at: str) -> None:
    assert signed_in("viewer").post(at).status_code == 403

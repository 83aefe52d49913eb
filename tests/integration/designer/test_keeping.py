"""Workflows as people keep them: the list, pausing many, copies, deleting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import NotFoundError
from runtime.flow_control.removing import delete_flow
from runtime.flows.versions import FlowView, get_flow, list_flows, set_paused
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from runtime.runs.start import Start, start_run
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

Make = Callable[..., FlowView]
See = Callable[[], list[FlowView]]


@pytest.fixture
def make(sessions: sessionmaker[Session], acme: OrganisationView) -> Make:
    def make(document: dict[str, Any] | None = None, *, runs: int = 0) -> FlowView:
        with sessions.begin() as session, as_tenant(session, acme.id):
            flow = make_flow(session, acme.id, document or chain_document(1))
            for _ in range(runs):
                start_run(session, acme.id, flow.id, Start(trigger={"kind": "manual"}), now=NOON)
            return flow

    return make


@pytest.fixture
def see(sessions: sessionmaker[Session], acme: OrganisationView) -> See:
    def see() -> list[FlowView]:
        with sessions() as session, as_tenant(session, acme.id):
            return list_flows(session, acme.id)

    return see


@pytest.fixture
def at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/workflows"


def test_the_list_tells_what_is_under_way_and_how_the_last_run_went(
    signed_in: SignedIn, at: str, make: Make
) -> None:
    flow = make(runs=2)
    make(chain_document(1, name="Idle"))

    page = signed_in("operator").get(at).text

    assert f'href="{at.removesuffix("workflows")}runs?flow={flow.id}">2</a>' in page
    assert "Last run of Chain: queued" in page
    assert page.count("Never ran") == 1
    assert f"{at}/{flow.id}/start" in page


def test_many_are_paused_and_resumed_at_once(
    signed_in: SignedIn, at: str, make: Make, see: See
) -> None:
    chosen = [str(make(chain_document(1, name=name)).id) for name in ("a", "b")]
    make(chain_document(1, name="c"))
    browser = signed_in("designer")

    browser.post(f"{at}/choice", data={"verb": "pause", "flow": chosen})
    paused = {flow.name: flow.state for flow in see()}
    browser.post(f"{at}/choice", data={"verb": "resume", "flow": chosen[:1]})

    assert paused == {"a": "paused", "b": "paused", "c": "live"}
    assert {flow.name: flow.state for flow in see()} == {"a": "live", "b": "paused", "c": "live"}
    assert "1 workflow was resumed" in browser.get(at).text


def test_pausing_is_said_where_people_look(
    signed_in: SignedIn,
    at: str,
    make: Make,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    flow = make()
    with sessions.begin() as session, as_tenant(session, acme.id):
        set_paused(session, acme.id, flow.id, paused=True, now=NOON)

    page = signed_in("operator").get(f"{at}/{flow.id}/details").text

    assert "Nothing starts it: people are told" in page
    assert "Runs under way go on" in page


def test_a_copy_is_a_draft_of_its_own_made_once_by_a_form(
    signed_in: SignedIn, at: str, make: Make, see: See
) -> None:
    flow, browser = make(), signed_in("designer")

    answers = [
        browser.post(f"{at}/{flow.id}/copy", data={"form_key": "one"}).location for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert [(one.name, one.state) for one in see()] == [
        ("Chain", "live"),
        ("Copy of Chain", "draft"),
    ]


def test_a_workflow_is_deleted_once_its_name_was_typed(
    signed_in: SignedIn, at: str, make: Make, see: See
) -> None:
    flow, browser = make(), signed_in("designer")

    page = browser.get(f"{at}/{flow.id}/delete").text
    refused = browser.post(f"{at}/{flow.id}/delete", data={"name": "chain"})
    browser.post(f"{at}/{flow.id}/delete", data={"name": "Chain"})

    assert "its draft and 1 published version" in page
    assert refused.status_code == 422
    assert "Type its name as it is written here: Chain" in refused.text
    assert see() == []


def test_a_workflow_with_runs_under_way_is_not_deleted(
    signed_in: SignedIn, at: str, make: Make, see: See
) -> None:
    flow, browser = make(runs=1), signed_in("designer")

    refused = browser.post(f"{at}/{flow.id}/delete", data={"name": "Chain"})

    assert refused.status_code == 409
    assert "under way or waiting: let them end, or cancel them" in refused.text
    assert len(see()) == 1


def test_what_needs_a_workflow_keeps_it(
    signed_in: SignedIn,
    at: str,
    make: Make,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    flow = make()
    call = {"call": step("call-workflow", config={"flow": "chain"})}
    make(flow_document(call, ["hand > call"], name="Caller"))
    make({**chain_document(1, name="Flaky"), "settings": {"on_failure": {"flow": "chain"}}})
    with sessions.begin() as session, as_tenant(session, acme.id):
        document = make_rule_document(name="Links", then=[{"do": "start", "flow": "chain"}])
        rule = create_rule(session, acme.id, document=document, by="Ann", now=NOON)
        publish_rule(session, acme.id, rule.id, mode=Mode.LIVE, by="Ann", now=NOON)

    page = signed_in("designer").get(f"{at}/{flow.id}/delete").text

    assert "Caller calls it in step call" in page
    assert "Flaky starts it when it fails" in page
    assert "he rule Links starts it" in page
    assert "Delete for good" not in page


def test_who_may_not_publish_pauses_and_deletes_nothing(
    signed_in: SignedIn, at: str, make: Make, see: See
) -> None:
    flow, browser = make(), signed_in("operator")

    answers = [
        browser.post(f"{at}/choice", data={"verb": "pause", "flow": [str(flow.id)]}),
        browser.post(f"{at}/{flow.id}/delete", data={"name": "Chain"}),
        browser.post(f"{at}/{flow.id}/copy"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert [one.state for one in see()] == ["live"]


def test_nothing_is_left_of_a_deleted_workflow(
    make: Make, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    flow = make()
    with sessions.begin() as session, as_tenant(session, acme.id):
        delete_flow(session, acme.id, flow.id, by="Ann", now=NOON)

    with (
        sessions() as session,
        as_tenant(session, acme.id),
        pytest.raises(NotFoundError),
    ):
        get_flow(session, acme.id, flow.id)

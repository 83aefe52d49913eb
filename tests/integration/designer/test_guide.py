"""The first steps tick by what is there; sample alarms come and go in one deed each."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from designer.guide.progress import Progress, next_steps, progress_of
from kernel.clock import utc_now
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.flows.versions import get_flow, problems_of
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from runtime.runs.start import Start, start_trial
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm, work_off
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.factories.rules import make_rule_document
from tests.integration.conftest import SignedIn


def ticks(sessions: sessionmaker[Session], tenant_id: UUID) -> list[str]:
    with sessions() as session, as_tenant(session, tenant_id):
        return [one.name for one in progress_of(session, tenant_id).steps if one.is_done]


def _next_of(session: Session, tenant_id: UUID, flow_id: UUID) -> Progress:
    flow = get_flow(session, tenant_id, flow_id)
    return next_steps(session, tenant_id, flow, problems_of(session, tenant_id, flow.draft))


def test_nothing_is_ticked_in_an_empty_organisation(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    assert ticks(sessions, acme.id) == []


def test_ticks_come_from_what_is_there(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_alarm(session, acme.id)
        flow = make_flow(session, acme.id, chain_document(1))
        trial = Start(trigger={"kind": "rule"}, trigger_id="rule")
        start_trial(session, acme.id, flow.id, trial, allow_effects=False, now=utc_now())

    assert ticks(sessions, acme.id) == ["alarms", "template", "test", "publish"]


def test_what_is_next_for_a_workflow_is_mending_first_and_its_rule_last(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        document = flow_document({"x": step("nothing")}, ["hand > x"], name="Bare")
        flow = make_flow(session, acme.id, document, publish=False)
        document = make_rule_document(then=[{"do": "start", "flow": flow.slug}])
        rule = create_rule(session, acme.id, document=document, by="t", now=utc_now())
        publish_rule(session, acme.id, rule.id, mode=Mode.OBSERVE, by="t", now=utc_now())

        found = _next_of(session, acme.id, flow.id)

        bare = [(one.name, one.step) for one in found.steps]
        publish_rule(session, acme.id, rule.id, mode=Mode.LIVE, by="t", now=utc_now())
        live = _next_of(session, acme.id, flow.id)
    assert bare == [("mend", "x"), ("test", ""), ("publish", ""), ("rule", ""), ("run", "")]
    assert [one.is_done for one in live.steps] == [False, False, False, True, False]


def test_what_is_to_mend_names_its_step_as_the_canvas_does(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    steps = {"write_log_2": step("write-log"), "write_log": step("write-log", title="Tell")}
    document = flow_document(steps, ["hand > write_log", "write_log > write_log_2"], name="Bare")
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, document, publish=False)

        found = _next_of(session, acme.id, flow.id)

    assert [one.text for one in found.steps if one.name == "mend"] == [
        "Tell: Message is missing: give it a value",
        "Write log 2: Message is missing: give it a value",
    ]


def test_the_first_page_shows_the_steps_until_a_person_puts_them_away(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    one, other = signed_in("designer"), signed_in("designer")
    home = f"/t/{acme.slug}/"

    before = one.get(home).text
    one.post(f"{home}guide/away")
    after = one.get(home).text

    assert "First steps</h2>" in before
    assert "First steps</h2>" not in after
    assert "Your account menu has them: First steps." in after
    assert "First steps</h2>" in other.get(home).text
    one.post(f"{home}guide/back")
    assert "First steps</h2>" in one.get(home).text


def test_the_designer_is_told_what_is_next(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, chain_document(1), publish=False)
    browser = signed_in("designer")
    address = f"/t/{acme.slug}/workflows/{flow.id}/next-steps"

    shown = browser.get(address).text
    browser.post(f"/t/{acme.slug}/guide/away")

    assert "Test it" in shown
    assert "Test it" not in browser.get(address).text


@pytest.mark.parametrize("place", ["home", "alarms", "guide", "nowhere"])
def test_sample_alarms_come_and_go_and_real_ones_stay(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView, place: str
) -> None:
    browser = signed_in("operator")
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_alarm(session, acme.id, "BER1")

    sent = browser.post(f"/t/{acme.slug}/sample-alarms/send", data={"from": place})
    with sessions.begin() as session, as_tenant(session, acme.id):
        work_off(session, acme.id, now=utc_now())
    there = standing(sessions, acme.id)
    browser.post(f"/t/{acme.slug}/sample-alarms/remove", data={"from": place})

    assert sent.status_code == 303
    assert len(there) == 12
    assert there["wdm-bern-thun-1"] == "sample"
    assert list(standing(sessions, acme.id)) == ["BER1"]


def standing(sessions: sessionmaker[Session], tenant_id: UUID) -> dict[str, str]:
    with sessions() as session, as_tenant(session, tenant_id):
        found = list_alarms(session, tenant_id, AlarmFilter(state=""))
        return {one.managed_object: one.source for one in found}


def test_who_may_only_look_sends_no_alarms(signed_in: SignedIn, acme: OrganisationView) -> None:
    assert signed_in("viewer").post(f"/t/{acme.slug}/sample-alarms/send").status_code == 403

"""The pages of rules: made, tried, saved and put live in a form, with and without JavaScript."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import RuleView, create_rule, list_rules
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.rules import make_leaf, make_rule_document
from tests.integration.conftest import SignedIn

FORM = {
    "/name": "Loss of signal",
    "/kind": "each",
    "/on": ["raised", "changed"],
    "/priority": "100",
    "/when/gate": "all",
    "/when/members/0/field": "text",
    "/when/members/0/op": "contains",
    "/when/members/0/value": "los",
    "/then/0/do": "acknowledge",
}


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in()


def rules_of(sessions: sessionmaker[Session], tenant_id: UUID) -> list[RuleView]:
    with sessions() as session, as_tenant(session, tenant_id):
        return list_rules(session, tenant_id)


@pytest.fixture
def at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/rules"


@pytest.fixture
def rule(sessions: sessionmaker[Session], acme: OrganisationView) -> RuleView:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return create_rule(
            session, acme.id, document=make_rule_document(), by="Berta", now=utc_now()
        )


def test_an_empty_list_teaches(browser: FlaskClient, at: str) -> None:
    assert "Make the first rule" in browser.get(at).text
    assert "No rule fits" in browser.get(f"{at}?q=nothing").text


def test_a_rule_is_made_in_the_form_put_live_and_switched_off(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    made = browser.post(f"{at}/new", data=FORM | {"_save": "1"})
    (rule,) = rules_of(sessions, acme.id)
    browser.post(f"{at}/{rule.id}/live")

    assert made.status_code == 303
    assert rule.draft["when"] == {"all": [make_leaf("text", "contains", "los")]}
    assert [one.mode for one in rules_of(sessions, acme.id)] == [Mode.LIVE]
    assert "text contains los, acknowledge it." in browser.get(at).text
    assert "version 1 is what runs" in browser.get(f"{at}/{rule.id}").text
    browser.post(f"{at}/{rule.id}/off", data={"back": "list"})
    assert [one.mode for one in rules_of(sessions, acme.id)] == [Mode.OFF]


def test_a_button_answers_with_the_form_and_saves_nothing(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    page = browser.post(f"{at}/new", data=FORM | {"_op": "add:/when/members"})
    part = browser.post(
        f"{at}/new", data=FORM | {"_op": "group:/when/members"}, headers={"HX-Request": "true"}
    )

    assert page.status_code == part.status_code == 200
    assert 'name="/when/members/1/field"' in page.text
    assert 'name="/when/members/1/gate"' in part.text
    assert "<html" in page.text
    assert "<html" not in part.text
    assert rules_of(sessions, acme.id) == []


def test_a_choice_alone_shows_its_controls_and_saves_nothing(browser: FlaskClient, at: str) -> None:
    answer = browser.post(f"{at}/new", data=FORM | {"/kind": "count", "/then/0/do": "start"})

    assert answer.status_code == 200
    assert 'name="/within/amount"' in answer.text
    assert "choose a workflow" in answer.text


def test_a_rule_without_a_name_is_told_so_where_one_looks(browser: FlaskClient, at: str) -> None:
    form = FORM | {"/name": "", "_save": "1"}

    refused = browser.post(f"{at}/new", data=form, headers={"HX-Request": "true"})

    assert refused.status_code == 422
    assert '<a href="#field-/name">name must not be empty: give the rule a name</a>' in refused.text
    assert refused.headers["HX-Reswap"] == "outerMorph show:top"


def test_a_refused_form_keeps_what_was_typed_and_says_it_beside_the_field(
    browser: FlaskClient, at: str
) -> None:
    wrong = FORM | {"/kind": "count", "/at_least": "many", "/within/amount": "5"}

    answer = browser.post(f"{at}/new", data=wrong | {"_save": "1"})

    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert 'id="field-/at_least-error"' in answer.text
    assert "at_least must be a whole number" in answer.text


def test_a_draft_that_somebody_else_saved_is_not_overwritten(
    browser: FlaskClient, at: str, rule: RuleView
) -> None:
    browser.post(f"{at}/{rule.id}", data=FORM | {"_save": "1", "revision": "1"})

    answer = browser.post(f"{at}/{rule.id}", data=FORM | {"_save": "1", "revision": "1"})

    assert answer.status_code == 422
    assert "saved this rule meanwhile" in answer.text


def test_trying_shows_which_recent_alarms_fit_and_fires_nothing(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        said = {"perceived_severity": "major", "attributes": {"site": "bern"}}
        events = [
            parse_event({"managed_object": "link-1", "text": "LOS on port 1", **said}),
            parse_event({"managed_object": "link-2", "text": "fan", **said}),
        ]
        append(session, acme.id, events, now=utc_now())
    with sessions.begin() as session, Matcher() as matcher:
        correlate_batch(session, matcher=matcher, now=utc_now())

    answer = browser.post(f"{at}/new", data=FORM | {"_op": "try"})

    assert "<b>1</b> of the last 2 alarms fit" in answer.text
    assert "link-1" in answer.text
    assert '<option value="attributes.site">site</option>' in answer.text
    assert rules_of(sessions, acme.id) == []


def test_a_rule_can_be_written_as_text(browser: FlaskClient, at: str, rule: RuleView) -> None:
    where = f"{at}/{rule.id}"

    shown = browser.get(f"{where}?as=text")
    wrong = browser.post(where, data={"document": '{"rule": 1,', "revision": "1"})

    assert "communicationsAlarm" in shown.text
    assert wrong.status_code == 422
    assert "line 1, column" in wrong.text


def test_a_viewer_reads_a_rule_and_cannot_change_it(
    signed_in: SignedIn, at: str, rule: RuleView
) -> None:
    viewer = signed_in("viewer")

    page = viewer.get(f"{at}/{rule.id}")

    assert page.status_code == 200
    assert "Save draft" not in page.text
    assert '<fieldset class="rule-parts" disabled>' in page.text
    assert viewer.post(f"{at}/{rule.id}", data=FORM | {"_save": "1"}).status_code == 403
    assert viewer.post(f"{at}/{rule.id}/live").status_code == 403

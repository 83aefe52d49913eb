"""Where an organisation asks for two people, nobody puts live what they changed themselves."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.rules.model import Mode
from runtime.rules.store import RuleView, get_rule, list_rules, publish_rule, versions_of
from tenancy.organisations import OrganisationView
from tenancy.policies import SecondPersonError
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn
from tests.integration.designer.test_rules import FORM

Known = Callable[[], RuleView]


@pytest.fixture
def drafter(signed_in: SignedIn, acme: OrganisationView) -> FlaskClient:
    """A designer of an organisation that asks for two, who made a rule."""
    signed_in("admin").post(f"/t/{acme.slug}/members/two-people", data={"needed": "yes"})
    browser = signed_in("designer")
    browser.post(f"/t/{acme.slug}/rules/new", data=FORM | {"_save": "1"})
    return browser


@pytest.fixture
def known(sessions: sessionmaker[Session], acme: OrganisationView) -> Known:
    def known() -> RuleView:
        with sessions() as session, as_tenant(session, acme.id):
            (rule,) = list_rules(session, acme.id)
            return get_rule(session, acme.id, rule.id)

    return known


def live_address(acme: OrganisationView, rule_id: UUID) -> str:
    return f"/t/{acme.slug}/rules/{rule_id}/live"


def test_whoever_changed_a_rule_is_told_that_somebody_else_has_to_put_it_live(
    drafter: FlaskClient, acme: OrganisationView, known: Known
) -> None:
    answer = drafter.post(live_address(acme, known().id))

    assert answer.status_code == 422
    assert "a second person has to publish it" in answer.text
    assert known().mode is Mode.DRAFT


@pytest.mark.usefixtures("drafter")
def test_a_colleague_puts_it_live_and_both_are_kept(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session], known: Known
) -> None:
    signed_in("designer").post(live_address(acme, known().id))

    assert known().mode is Mode.LIVE
    with sessions() as session, as_tenant(session, acme.id):
        (version,) = versions_of(session, acme.id, known().id)
    assert version.drafted_by == "Anna"


def test_a_version_that_a_colleague_put_live_is_switched_by_anybody(
    drafter: FlaskClient, signed_in: SignedIn, acme: OrganisationView, known: Known
) -> None:
    colleague = signed_in("designer")
    colleague.post(live_address(acme, known().id))
    drafter.post(f"/t/{acme.slug}/rules/{known().id}/off")

    drafter.post(live_address(acme, known().id))

    assert known().mode is Mode.LIVE


def test_a_version_that_a_colleague_let_observe_only_is_not_put_live_by_who_made_it(
    drafter: FlaskClient, signed_in: SignedIn, acme: OrganisationView, known: Known
) -> None:
    colleague = signed_in("designer")
    colleague.post(f"/t/{acme.slug}/rules/{known().id}/observe")

    answers = [
        browser.post(live_address(acme, known().id)).status_code for browser in (drafter, colleague)
    ]

    assert answers == [422, 303]
    assert known().mode is Mode.LIVE


@pytest.mark.usefixtures("drafter")
def test_a_program_nobody_answers_for_is_no_second_person(
    acme: OrganisationView, sessions: sessionmaker[Session], known: Known
) -> None:
    rule = known()

    with (
        sessions() as session,
        as_tenant(session, acme.id),
        pytest.raises(SecondPersonError),
    ):
        publish_rule(session, acme.id, rule.id, mode=Mode.LIVE, by="token", now=NOON)


def test_without_the_wish_one_person_does_both(
    drafter: FlaskClient, signed_in: SignedIn, acme: OrganisationView, known: Known
) -> None:
    signed_in("admin").post(f"/t/{acme.slug}/members/two-people", data={"needed": "no"})

    drafter.post(live_address(acme, known().id))

    assert known().mode is Mode.LIVE


def test_only_who_manages_members_may_ask_for_it(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    answer = signed_in("designer").post(
        f"/t/{acme.slug}/members/two-people", data={"needed": "yes"}
    )

    assert answer.status_code == 403

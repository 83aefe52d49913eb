"""Organisations that sign up by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.errors import ConflictError, TooManyError
from runtime.flows.versions import list_flows
from runtime.tenant_templates import store as templates
from runtime.tenant_templates.taking import take
from runtime.tenant_templates.versions import Origin
from tenancy import members, organisations
from tenancy.audit._tables import AuditEntry
from tenancy.organisations import OrganisationView
from tenancy.plans.assigning import plan_of
from tenancy.plans.store import Wanted, change_plan, make_plan
from tenancy.scope import as_tenant
from tenancy.sign_ups import policy, store
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.organisations import admin_of
from tests.factories.tenancy import PASSWORD, make_csp, make_member
from tests.integration.conftest import SignedIn
from tests.integration.tenancy.people.conftest import Letters

EMAIL = "carla@harbour.example"
FORM = {"organisation": "Harbour Networks", "name": "Carla", "email": EMAIL}


@pytest.fixture
def csp(posting: sessionmaker[Session]) -> OrganisationView:
    """A CSP where sign-up is open."""
    with posting.begin() as session:
        made = make_csp(session)
        with as_tenant(session, made.id):
            policy.set_open(session, made.id, is_open=True, by="Paul", now=utc_now())
        return made


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def test_an_organisation_signs_up_and_who_asked_is_its_admin(
    browser: FlaskClient, letters: Letters, csp: OrganisationView
) -> None:
    browser.post(f"/sign-up/{csp.slug}", data=FORM)
    page = browser.get(letters.path_to(EMAIL), follow_redirects=True)
    done = browser.post("/welcome", data={"password": PASSWORD})

    with letters.sessions() as session:
        (made,) = organisations.children_of(session, csp.id)
        people = members.list_members(session, made.id)
        with as_tenant(session, csp.id):
            noted = session.scalars(
                select(AuditEntry.about).where(AuditEntry.action == "organisation.signed_up")
            ).all()
    assert "Harbour Networks" in page.text
    assert (made.name, made.kind) == ("Harbour Networks", "customer")
    assert [(one.name, one.email, one.role) for one in people] == [("Carla", EMAIL, "admin")]
    assert done.location == f"/t/{made.slug}/"
    assert browser.get(f"/t/{made.slug}/members").status_code == 200
    assert noted == ["Harbour Networks"]


def with_template(session: Session, csp: OrganisationView, **terms: Any) -> None:
    """Let those that sign up come on a plan that brings a template of one workflow."""
    who, now = admin_of(csp), utc_now()
    note = step("write-log", config={"message": "hi"})
    with as_tenant(session, csp.id):
        make_flow(session, csp.id, flow_document({"note": note}, ["hand > note"], name="Welcome"))
        taken = take(session, who, csp.id, ["workflow/welcome"])
        origin = Origin(model=csp, chosen=["workflow/welcome"])
        said: dict[str, Any] = {"contents": taken.contents, "origin": origin, "now": now}
        made = templates.make_template(session, who, templates.Wanted(name="Basics"), **said)
        plan = make_plan(session, who, Wanted(name="Basic"), now=now)
        goes_with = templates.Wanted(name="Basics", plans=[plan.id])
        templates.change_template(session, who, made.id, goes_with, revision=1, now=now)
        policy.set_open(session, csp.id, is_open=True, plan_id=plan.id, by="Paul", now=now)
        if terms:
            wanted = Wanted(name="Basic", document=terms)
            change_plan(session, who, plan.id, wanted, revision=1, now=now)


@pytest.mark.parametrize(
    ("terms", "flows"),
    [
        pytest.param({}, ["Welcome"], id="the plan's template is there"),
        pytest.param({"blocks": ["garland.branch"]}, [], id="one that cannot come keeps none out"),
    ],
)
def test_who_signs_up_comes_on_the_plan_that_was_chosen_for_that(
    browser: FlaskClient,
    letters: Letters,
    csp: OrganisationView,
    terms: dict[str, Any],
    flows: list[str],
) -> None:
    with letters.sessions.begin() as session:
        with_template(session, csp, **terms)
    browser.post(f"/sign-up/{csp.slug}", data=FORM)
    browser.get(letters.path_to(EMAIL))
    browser.post("/welcome", data={"password": PASSWORD})

    with letters.sessions() as session:
        (made,) = organisations.children_of(session, csp.id)
        on = plan_of(session, made.id)
        with as_tenant(session, made.id):
            there = [one.name for one in list_flows(session, made.id)]
    assert on is not None
    assert (on.plan.name, there) == ("Basic", flows)


def test_nothing_is_made_before_the_link_is_opened_nor_twice_by_it(
    browser: FlaskClient, letters: Letters, csp: OrganisationView
) -> None:
    browser.post(f"/sign-up/{csp.slug}", data=FORM)
    path = letters.path_to(EMAIL)
    with letters.sessions() as session:
        before = organisations.children_of(session, csp.id)
    answers = []
    for _ in range(2):
        browser.get(path)
        answers.append(browser.post("/welcome", data={"password": PASSWORD}).status_code)

    with letters.sessions() as session:
        assert (len(before), len(organisations.children_of(session, csp.id))) == (0, 1)
    assert answers == [303, 404]


def test_the_mail_holds_nothing_that_was_typed(
    browser: FlaskClient, letters: Letters, csp: OrganisationView
) -> None:
    lure = {**FORM, "name": "Win a prize", "organisation": "https://evil.example"}

    browser.post(f"/sign-up/{csp.slug}", data=lure)

    mail = letters.newest_to(EMAIL)
    assert "prize" not in str(mail)
    assert "evil" not in str(mail)


def test_closed_unknown_and_no_csp_are_not_told_apart(
    browser: FlaskClient, posting: sessionmaker[Session], acme: OrganisationView
) -> None:
    with posting.begin() as session:
        closed = make_csp(session)

    answers = [browser.get(f"/sign-up/{one}") for one in (closed.slug, "no-such", acme.slug)]

    assert {one.status_code for one in answers} == {404}
    assert browser.post(f"/sign-up/{closed.slug}", data=FORM).status_code == 404


def test_a_name_that_is_taken_gets_a_short_name_of_its_own(
    browser: FlaskClient, letters: Letters, csp: OrganisationView
) -> None:
    with letters.sessions.begin() as session:
        organisations.create_organisation(
            session, kind="customer", name="Harbour Networks", parent_id=csp.id
        )

    browser.post(f"/sign-up/{csp.slug}", data=FORM)
    browser.get(letters.path_to(EMAIL))
    done = browser.post("/welcome", data={"password": PASSWORD})

    assert done.status_code == 303
    assert done.location.startswith("/t/harbour-networks-")


def test_a_person_whose_address_nobody_proved_gets_no_organisation(
    letters: Letters, csp: OrganisationView, acme: OrganisationView
) -> None:
    with letters.sessions.begin() as session:
        squatter = make_member(session, acme)
        facts = {**FORM, "email": squatter.email}
        store.ask(session, csp.slug, now=utc_now(), **facts)
    key = letters.path_to(squatter.email).rpartition("/")[2]

    with letters.sessions() as session, pytest.raises(ConflictError, match="never confirmed"):
        store.finish(session, key, password=PASSWORD, now=utc_now())


def test_a_csp_takes_so_many_in_a_day(
    posting: sessionmaker[Session], csp: OrganisationView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PER_DAY_MAX", 2)
    with posting.begin() as session:
        for number in range(2):
            facts = {**FORM, "email": f"p{number}@example.com"}
            store.ask(session, csp.slug, now=utc_now(), **facts)

        with pytest.raises(TooManyError):
            store.ask(session, csp.slug, now=utc_now(), **FORM)


def test_a_csp_opens_and_closes_it_on_its_page(
    posting: sessionmaker[Session], signed_in: SignedIn, browser: FlaskClient
) -> None:
    with posting.begin() as session:
        csp = make_csp(session)
    admin, at, page = signed_in("admin", csp), f"/t/{csp.slug}/sign-up", f"/sign-up/{csp.slug}"

    answers = []
    for form in ({"open": "yes"}, {}):
        admin.post(at, data=form)
        answers.append(browser.get(page).status_code)

    assert answers == [200, 404]


def test_it_cannot_be_opened_where_no_mail_is_sent(
    sessions: sessionmaker[Session], signed_in: SignedIn
) -> None:
    with sessions.begin() as session:
        csp = make_csp(session)

    answer = signed_in("admin", csp).post(f"/t/{csp.slug}/sign-up", data={"open": "yes"})

    assert answer.status_code == 409
    assert "needs mail" in answer.text


def test_a_customer_has_no_such_page(signed_in: SignedIn, acme: OrganisationView) -> None:
    assert signed_in().get(f"/t/{acme.slug}/sign-up").status_code == 404

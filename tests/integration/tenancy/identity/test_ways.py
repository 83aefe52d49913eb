"""What a provider's answer leads to: linked, confirmed, made, asked for more, or led there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tenancy.audit._tables import AuditEntry
from tenancy.identity import switching
from tenancy.identity.model import Provider
from tenancy.members import list_members
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView, find_by_email
from tenancy.scope import as_tenant
from tenancy.sign_ins.policy import set_second_factor
from tests.factories.tenancy import NOON, PASSWORD, make_csp
from tests.integration.conftest import SignedIn
from tests.integration.tenancy.identity.conftest import Browser

SetUp = Callable[..., Provider]
MakePerson = Callable[..., PersonView]
NORA: dict[str, Any] = {"email": "nora@acme.example", "email_verified": True}
CONFIRM = "/sign-in/confirm"


@pytest.fixture
def nora(make_person: MakePerson, acme: OrganisationView) -> PersonView:
    return make_person("nora@acme.example", acme)


def role_of(sessions: sessionmaker[Session], organisation: OrganisationView, email: str) -> str:
    with sessions() as session:
        found = list_members(session, organisation.id)
    return next((one.role_word for one in found if one.email == email), "")


def told(sessions: sessionmaker[Session], organisation: OrganisationView) -> list[str]:
    with sessions() as session, as_tenant(session, organisation.id):
        wanted = select(AuditEntry.action).where(AuditEntry.tenant_id == organisation.id)
        return list(session.scalars(wanted.order_by(AuditEntry.number)))


def is_in(browser: Browser, organisation: OrganisationView) -> bool:
    return browser.client.get(f"/t/{organisation.slug}/").status_code == 200


def test_a_member_of_a_proven_domain_is_linked_and_known_by_subject_from_then_on(
    browser: Browser,
    set_up: SetUp,
    acme: OrganisationView,
    nora: PersonView,
    sessions: sessionmaker[Session],
) -> None:
    provider = set_up(acme)

    browser.sign_in(provider, **NORA)
    again = browser.sign_in(provider, email="new-name@acme.example", email_verified=True)

    assert again.status_code == 303
    assert nora.name in browser.client.get("/account").text
    assert told(sessions, acme)[-3:] == ["identity.linked", "sign_in.made", "sign_in.made"]


def test_a_member_confirms_by_password_where_the_domain_is_not_proven(
    browser: Browser, set_up: SetUp, acme: OrganisationView, nora: PersonView
) -> None:
    provider = set_up(acme, proven=False)

    assert browser.sign_in(provider, **NORA).location == CONFIRM
    assert nora.email in browser.client.get(CONFIRM).text
    wrong = browser.client.post(CONFIRM, data={"password": "not the password"})
    assert (wrong.status_code, is_in(browser, acme)) == (422, False)
    assert browser.client.post(CONFIRM, data={"password": PASSWORD}).status_code == 303

    assert is_in(browser, acme)
    assert browser.sign_in(provider, **NORA).location == "/"


def test_wrong_passwords_wait_as_they_do_at_sign_in(
    browser: Browser, set_up: SetUp, acme: OrganisationView, nora: PersonView
) -> None:
    browser.sign_in(set_up(acme, proven=False), **NORA)

    answers = [browser.client.post(CONFIRM, data={"password": "wrong one"}) for _ in range(11)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert nora.email


def test_a_new_person_of_a_proven_domain_is_made_with_the_role_of_their_group(
    browser: Browser, set_up: SetUp, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    provider = set_up(
        acme, makes_people=True, groups_claim="groups", role_map=(("noc", "operator"),)
    )

    browser.sign_in(provider, **NORA, name="Nora", groups=["noc"])

    assert is_in(browser, acme)
    assert role_of(sessions, acme, "nora@acme.example") == "operator"
    assert "member.joined" in told(sessions, acme)
    with sessions() as session:
        assert find_by_email(session, "nora@acme.example")


def test_somebody_who_belongs_elsewhere_joins_by_their_password(
    browser: Browser,
    set_up: SetUp,
    acme: OrganisationView,
    make_person: MakePerson,
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        other = make_csp(session)
    make_person("nora@acme.example", other)
    provider = set_up(acme, makes_people=True, default_role="viewer")

    assert browser.sign_in(provider, **NORA).location == CONFIRM
    assert not is_in(browser, acme)
    browser.client.post(CONFIRM, data={"password": PASSWORD})

    assert (is_in(browser, acme), is_in(browser, other)) == (True, False)


def test_roles_follow_the_groups_where_that_is_wanted(
    browser: Browser,
    set_up: SetUp,
    acme: OrganisationView,
    nora: PersonView,
    sessions: sessionmaker[Session],
) -> None:
    mapped = {"groups_claim": "groups", "role_map": (("leads", "admin"), ("noc", "operator"))}
    provider = set_up(acme, follows_groups=True, **mapped)

    browser.sign_in(provider, **NORA, groups=["leads"])
    assert role_of(sessions, acme, nora.email) == "admin"
    browser.sign_in(provider, **NORA, groups=["noc"])

    assert role_of(sessions, acme, nora.email) == "admin", "the last admin stays one"


def test_who_was_removed_does_not_come_back_by_the_provider(
    browser: Browser, set_up: SetUp, acme: OrganisationView, nora: PersonView, signed_in: SignedIn
) -> None:
    provider = set_up(acme, makes_people=True, default_role="viewer")
    browser.sign_in(provider, **NORA)

    signed_in().post(f"/t/{acme.slug}/members/{nora.id}/remove")

    answer = browser.sign_in(provider, **NORA)
    assert (answer.status_code, "invite you again" in answer.text) == (403, True)


@pytest.mark.usefixtures("nora")
@pytest.mark.parametrize("strong", [(), ("mfa",)], ids=["not counted", "counted"])
def test_the_providers_second_factor_counts_only_as_the_organisation_says(
    browser: Browser,
    set_up: SetUp,
    acme: OrganisationView,
    sessions: sessionmaker[Session],
    strong: tuple[str, ...],
) -> None:
    provider = set_up(acme, strong_values=strong)
    with sessions.begin() as session, as_tenant(session, acme.id):
        set_second_factor(session, acme.id, needed=True, by="Anna", now=NOON)

    browser.sign_in(provider, **NORA, amr=["pwd", "mfa"])

    answer = browser.client.get(f"/t/{acme.slug}/")
    assert answer.status_code == (200 if strong else 303)
    if not strong:
        assert answer.location.startswith("/sign-in/code-too")
        assert "did not say" in browser.client.get(answer.location).text


def demand(sessions: sessionmaker[Session], acme: OrganisationView, way_out: UUID) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        facts: dict[str, Any] = {"needed": True, "by": "Anna", "now": NOON}
        switching.set_demand(session, acme.id, way_out_id=way_out, **facts)


def test_members_have_to_come_by_the_provider_but_for_one_admin(
    browser: Browser,
    set_up: SetUp,
    acme: OrganisationView,
    nora: PersonView,
    signed_in: SignedIn,
    sessions: sessionmaker[Session],
) -> None:
    provider, admin = set_up(acme), signed_in()
    with sessions() as session:
        anna = next(one for one in list_members(session, acme.id) if one.role == "admin")
    browser.sign_in(provider, **NORA)

    demand(sessions, acme, anna.person_id)

    by_password = browser.client.application.test_client()
    by_password.post("/sign-in", data={"email": nora.email, "password": PASSWORD})
    answer = by_password.get(f"/t/{acme.slug}/runs")
    assert answer.location.startswith("/sign-in/needed")
    assert f"/sign-in/with/{provider.id}" in by_password.get(answer.location).text
    assert is_in(browser, acme)
    assert admin.get(f"/t/{acme.slug}/").status_code == 200
    page = f"/t/{acme.slug}/identity-providers/{provider.id}"
    assert admin.post(f"{page}/switch", data={"on": "no"}).status_code == 409
    assert admin.post(f"{page}/remove").status_code == 409


def test_it_is_not_asked_for_before_anybody_came_by_it(
    set_up: SetUp, acme: OrganisationView, signed_in: SignedIn
) -> None:
    set_up(acme)
    admin = signed_in()

    answer = admin.post(f"/t/{acme.slug}/identity-providers/demand", data={"needed": "yes"})

    assert (answer.status_code, "once yourself" in answer.text) == (409, True)


def test_switching_off_ends_what_it_opened(
    browser: Browser, set_up: SetUp, acme: OrganisationView, nora: PersonView, signed_in: SignedIn
) -> None:
    provider = set_up(acme)
    browser.sign_in(provider, **NORA)
    assert is_in(browser, acme), nora.name

    signed_in().post(f"/t/{acme.slug}/identity-providers/{provider.id}/switch", data={"on": "no"})

    assert not is_in(browser, acme)
    assert browser.go(provider).status_code == 404


def test_the_secret_is_never_shown_and_goes_to_no_other_issuer(
    set_up: SetUp, acme: OrganisationView, signed_in: SignedIn
) -> None:
    provider = set_up(acme, on=False, secret="a very secret word")
    admin, page = signed_in(), f"/t/{acme.slug}/identity-providers/{provider.id}"

    shown = admin.get(page).text
    form = {"name": "A", "client_id": "the-product", "issuer": "https://evil.example"}
    moved = admin.post(page, data=form)

    assert "a very secret word" not in shown
    assert (moved.status_code, "enter the secret anew" in moved.text) == (422, True)


def test_only_an_admin_sets_providers_up(acme: OrganisationView, signed_in: SignedIn) -> None:
    form = {"name": "A", "client_id": "c", "issuer": "https://i.example", "scopes": "openid"}
    where = f"/t/{acme.slug}/identity-providers/new"

    answers = [signed_in(role).post(where, data=form).status_code for role in ("admin", "designer")]

    assert answers == [303, 403]


def test_an_address_leads_to_the_provider_that_proved_its_domain_alone(
    app: Flask, set_up: SetUp, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_csp(session)
    mine, theirs = set_up(acme), set_up(other, name="Not theirs", proven=False)
    browser = app.test_client()

    by_address = browser.post("/sign-in/organisation", data={"word": "x@acme.example"}).text
    by_name = browser.get("/sign-in", query_string={"next": f"/t/{acme.slug}/alarms"}).text
    nothing = browser.post("/sign-in/organisation", data={"word": "nobody"}).text

    assert str(mine.id) in by_address
    assert str(theirs.id) not in by_address
    assert str(mine.id) in by_name
    assert "No identity provider is known" in nothing


def test_signing_out_is_told_to_the_provider_too(
    browser: Browser, set_up: SetUp, acme: OrganisationView, nora: PersonView
) -> None:
    browser.sign_in(set_up(acme), **NORA)

    assert browser.client.post("/sign-out").location == "/sign-in/left"
    there = browser.client.get("/sign-in/left/there").location

    assert there.startswith("https://id.acme.example/leave?")
    assert "id_token_hint=" in there
    assert not is_in(browser, acme), nora.name

"""Forgotten passwords, and addresses that are proved and changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.errors import ForbiddenError, NotFoundError
from tenancy import people
from tenancy._tables import Person
from tenancy.addresses import changing, forgotten
from tenancy.audit._tables import AuditEntry
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView
from tenancy.scope import as_tenant
from tests.factories.tenancy import PASSWORD, make_member
from tests.integration.tenancy.people.conftest import Letters

OTHER = "three small green apples"
NEW = "anna.new@example.com"


@pytest.fixture
def anna(posting: sessionmaker[Session], acme: OrganisationView) -> PersonView:
    with posting.begin() as session:
        return make_member(session, acme)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def may_sign_in(sessions: sessionmaker[Session], email: str, password: str) -> bool:
    with sessions.begin() as session:
        found = people.check_password(session, email=email, password=password)
    return found is not None


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(
    browser: FlaskClient, letters: Letters, anna: PersonView
) -> None:
    browser.post("/forgotten", data={"email": anna.email})
    path = letters.path_to(anna.email)
    browser.get(path)

    done = browser.post("/new-password", data={"password": OTHER})
    browser.get(path)
    again = browser.post("/new-password", data={"password": "yet another of them"})

    assert (done.status_code, again.status_code) == (303, 404)
    assert may_sign_in(letters.sessions, anna.email, OTHER)
    assert not may_sign_in(letters.sessions, anna.email, PASSWORD)
    assert "was changed" in letters.newest_to(anna.email)["Subject"]


def test_a_known_and_an_unknown_address_are_answered_alike(
    browser: FlaskClient, letters: Letters, anna: PersonView
) -> None:
    pages = {
        email: browser.post("/forgotten", data={"email": email})
        for email in (anna.email, "nobody@example.com")
    }

    said = {page.text.replace(email, "").partition("<main")[2] for email, page in pages.items()}
    assert {page.status_code for page in pages.values()} == {200}
    assert len(said) == 1
    assert letters.send() == 1


def test_an_address_gets_three_links_an_hour(
    posting: sessionmaker[Session], letters: Letters, anna: PersonView
) -> None:
    now = utc_now()
    for _ in range(5):
        with posting.begin() as session:
            forgotten.ask_new_password(session, anna.email, now=now)

    assert letters.send() == 3


def test_asking_for_one_address_over_and_over_is_slowed_down(
    browser: FlaskClient, letters: Letters
) -> None:
    form = {"email": "nobody@example.com"}

    assert [browser.post("/forgotten", data=form).status_code for _ in range(6)][-1] == 429
    assert letters.send() == 0


def test_a_link_runs_out_after_an_hour(letters: Letters, anna: PersonView) -> None:
    with letters.sessions.begin() as session:
        forgotten.ask_new_password(session, anna.email, now=utc_now())
    key = letters.path_to(anna.email).rpartition("/")[2]
    late = utc_now() + timedelta(hours=1, seconds=1)

    with letters.sessions() as session, pytest.raises(NotFoundError):
        forgotten.choose_password(session, key, OTHER, now=late)


def test_a_weak_password_is_refused_and_the_link_still_works(
    browser: FlaskClient, letters: Letters, anna: PersonView
) -> None:
    browser.post("/forgotten", data={"email": anna.email})
    browser.get(letters.path_to(anna.email))

    short = browser.post("/new-password", data={"password": "short"})

    assert short.status_code == 422
    assert 'id="field-password-error"' in short.text
    assert browser.post("/new-password", data={"password": OTHER}).status_code == 303


def test_a_new_password_ends_every_session(
    app: Flask, browser: FlaskClient, letters: Letters, anna: PersonView
) -> None:
    elsewhere = app.test_client()
    elsewhere.post("/sign-in", data={"email": anna.email, "password": PASSWORD})
    before = elsewhere.get("/account").status_code
    browser.post("/forgotten", data={"email": anna.email})
    browser.get(letters.path_to(anna.email))

    browser.post("/new-password", data={"password": OTHER})

    assert (before, elsewhere.get("/account").status_code) == (200, 303)


def test_an_address_changes_once_the_new_one_is_confirmed_and_the_old_one_is_told(
    browser: FlaskClient, letters: Letters, anna: PersonView, acme: OrganisationView
) -> None:
    browser.post("/sign-in", data={"email": anna.email, "password": PASSWORD})
    browser.post("/account/email", data={"email": NEW, "password": PASSWORD})
    before = may_sign_in(letters.sessions, NEW, PASSWORD)
    warned = letters.newest_to(anna.email).get_content()

    page = browser.get(letters.path_to(NEW), follow_redirects=True)
    browser.post("/confirm-address")

    assert NEW in warned
    assert NEW in page.text
    assert (before, may_sign_in(letters.sessions, NEW, PASSWORD)) == (False, True)
    assert "was changed" in letters.newest_to(anna.email)["Subject"]
    with letters.sessions() as session, as_tenant(session, acme.id):
        noted = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "email.changed")
        ).one()
    assert noted.facts == {"before": anna.email, "after": NEW}


@pytest.mark.parametrize(
    ("form", "field"),
    [
        pytest.param(
            {"email": NEW, "password": "not mine at all"}, "password", id="wrong password"
        ),
        pytest.param({"email": "nothing", "password": PASSWORD}, "email", id="no address"),
    ],
)
def test_a_change_is_refused_beside_the_field_that_is_wrong(
    browser: FlaskClient, letters: Letters, anna: PersonView, form: dict[str, str], field: str
) -> None:
    browser.post("/sign-in", data={"email": anna.email, "password": PASSWORD})

    answer = browser.post("/account/email", data=form)

    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text
    assert letters.send() == 0


def test_an_address_of_somebody_else_is_mailed_nothing_and_not_told_apart(
    browser: FlaskClient, letters: Letters, anna: PersonView, acme: OrganisationView
) -> None:
    with letters.sessions.begin() as session:
        bert = make_member(session, acme, name="Bert")
    browser.post("/sign-in", data={"email": anna.email, "password": PASSWORD})

    answer = browser.post("/account/email", data={"email": bert.email, "password": PASSWORD})
    letters.send()

    assert answer.status_code == 303
    assert [one["To"] for one in letters.came] == [anna.email]


def test_whoever_reads_the_new_address_alone_takes_nothing_over(
    letters: Letters, anna: PersonView, acme: OrganisationView
) -> None:
    with letters.sessions.begin() as session:
        bert = make_member(session, acme, name="Bert")
        changing.ask_to_change(session, anna.id, email=NEW, password=PASSWORD, now=utc_now())
    key = letters.path_to(NEW).rpartition("/")[2]

    with letters.sessions() as session, pytest.raises(ForbiddenError):
        changing.confirm(session, key, person_id=bert.id, now=utc_now())


def test_a_new_password_ends_a_change_of_address_that_waits(
    letters: Letters, anna: PersonView
) -> None:
    with letters.sessions.begin() as session:
        changing.ask_to_change(session, anna.id, email=NEW, password=PASSWORD, now=utc_now())
        forgotten.ask_new_password(session, anna.email, now=utc_now())
    letters.send()
    change, reset = (letters.path_to(one).rpartition("/")[2] for one in (NEW, anna.email))

    with letters.sessions.begin() as session:
        forgotten.choose_password(session, reset, OTHER, now=utc_now())

    with letters.sessions() as session, pytest.raises(NotFoundError):
        changing.confirm(session, change, person_id=anna.id, now=utc_now())


def test_an_address_that_was_never_proved_is_proved_by_a_link(
    browser: FlaskClient, letters: Letters, anna: PersonView
) -> None:
    browser.post("/sign-in", data={"email": anna.email, "password": PASSWORD})
    before = browser.get("/account/email").text
    browser.post("/account/email/verify")
    browser.get(letters.path_to(anna.email))
    browser.post("/confirm-address")

    with letters.sessions() as session:
        assert session.get_one(Person, anna.id).email_verified_at is not None
    assert "Not confirmed" in before

"""Signing in and out: what is said, what is remembered, what is refused."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tenancy.people import PersonView
from tests.factories.tenancy import PASSWORD, make_member
from tests.integration.conftest import SignedIn


@pytest.fixture
def anna(sessions: sessionmaker[Session], acme: OrganisationView) -> PersonView:
    with sessions.begin() as session:
        return make_member(session, acme)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def test_shows_a_form_that_password_managers_know(browser: FlaskClient) -> None:
    page = browser.get("/sign-in").text

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert re.search(r'<label[^>]*for="field-email"', page)


def test_signs_in_and_goes_where_the_person_wanted(browser: FlaskClient, anna: PersonView) -> None:
    form = {"email": anna.email.upper(), "password": PASSWORD, "next": "/t/x/runs?q=1"}

    answer = browser.post("/sign-in", data=form)

    assert (answer.status_code, answer.location) == (303, "/t/x/runs?q=1")


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example/",
        "http:/evil.example",
        "javascript:alert(1)",
        "http://[",
        "",
    ],
)
def test_never_sends_a_person_elsewhere(
    browser: FlaskClient, anna: PersonView, wanted: str
) -> None:
    form = {"email": anna.email, "password": PASSWORD, "next": wanted}

    assert browser.post("/sign-in", data=form).location == "/"


def test_does_not_tell_which_part_was_wrong(browser: FlaskClient, anna: PersonView) -> None:
    answers = [
        browser.post("/sign-in", data={"email": email, "password": "wrong password"})
        for email in (anna.email, "nobody@example.com")
    ]

    assert [one.status_code for one in answers] == [422, 422]
    pages = [one.text.replace(anna.email, "").replace("nobody@example.com", "") for one in answers]
    tokens_out = [re.sub(r'"[\w.\-]{60,}"|X-CSRFToken[^}]*', "", page) for page in pages]
    assert tokens_out[0] == tokens_out[1]
    assert "wrong password" not in pages[0]


def test_starts_a_new_session_on_sign_in(browser: FlaskClient, anna: PersonView) -> None:
    with browser.session_transaction() as before:
        before["planted"] = "by somebody else"

    browser.post("/sign-in", data={"email": anna.email, "password": PASSWORD})

    with browser.session_transaction() as after:
        assert "planted" not in after
        assert after["_user_id"].startswith("gsi_")
        assert str(anna.id) not in str(dict(after))


def test_a_session_of_another_browser_is_not_taken(app: Flask, signed_in: SignedIn) -> None:
    cookie = signed_in().get_cookie("garland")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("garland", cookie.value)

    answer = thief.get("/", headers={"User-Agent": "another browser"})

    assert answer.location == "/sign-in"


def test_signing_out_ends_it(signed_in: SignedIn, acme: OrganisationView) -> None:
    browser = signed_in()
    assert browser.get(f"/t/{acme.slug}/members").status_code == 200

    browser.post("/sign-out")

    answer = browser.get(f"/t/{acme.slug}/members?x=1")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")


def test_a_page_says_to_its_scripts_whose_it_is(signed_in: SignedIn, browser: FlaskClient) -> None:
    page, before = signed_in().get("/", follow_redirects=True), browser.get("/sign-in")

    assert page.text.count('data-person="') == 1
    assert "data-person" not in before.text


def test_a_copied_cookie_opens_nothing_after_signing_out(
    app: Flask, signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser = signed_in()
    cookie = browser.get_cookie("garland")
    assert cookie is not None
    copy = app.test_client()
    copy.set_cookie("garland", cookie.value)
    assert copy.get(f"/t/{acme.slug}/members").status_code == 200

    browser.post("/sign-out")

    assert copy.get(f"/t/{acme.slug}/members").status_code == 303


def test_a_planted_session_is_not_the_one_signed_in(
    browser: FlaskClient, signed_in: SignedIn, app: Flask, anna: PersonView
) -> None:
    planted = signed_in().get_cookie("garland")
    assert planted is not None
    browser.set_cookie("garland", planted.value)

    browser.post("/sign-in", data={"email": anna.email, "password": PASSWORD})

    thief = app.test_client()
    thief.set_cookie("garland", planted.value)
    assert anna.email in browser.get("/account").text
    assert anna.email not in thief.get("/account").text


def test_signing_out_needs_a_post(signed_in: SignedIn) -> None:
    assert signed_in().get("/sign-out").status_code == 405


def test_guessing_at_one_person_is_slowed_down(browser: FlaskClient, anna: PersonView) -> None:
    form = {"email": anna.email, "password": "a guess at it"}

    answers = [browser.post("/sign-in", data=form) for _ in range(11)]

    assert [one.status_code for one in answers] == [422] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) == 30
    assert "Wait 30 seconds, then try again" in answers[-1].text


def test_the_right_password_waits_too(browser: FlaskClient, anna: PersonView) -> None:
    for _ in range(10):
        browser.post("/sign-in", data={"email": anna.email, "password": "a guess at it"})

    answer = browser.post("/sign-in", data={"email": anna.email, "password": PASSWORD})

    assert answer.status_code == 429


def test_nobody_is_kept_waiting_like_somebody(browser: FlaskClient, anna: PersonView) -> None:
    statuses = {
        email: [
            browser.post("/sign-in", data={"email": email, "password": "a guess"}).status_code
            for _ in range(11)
        ]
        for email in (anna.email, "nobody@example.com")
    }

    assert statuses[anna.email] == [422] * 10 + [429]
    assert statuses["nobody@example.com"] == statuses[anna.email]


def test_guessing_from_one_address_is_slowed_down(browser: FlaskClient) -> None:
    tries = [{"email": f"p{one}@example.com", "password": "a guess at it"} for one in range(21)]

    answers = [browser.post("/sign-in", data=form).status_code for form in tries]

    assert answers == [422] * 20 + [429]


def test_refuses_a_form_of_another_site(app: Flask, anna: PersonView) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    form = {"email": anna.email, "password": PASSWORD}
    assert app.test_client().post("/sign-in", data=form).status_code == 400

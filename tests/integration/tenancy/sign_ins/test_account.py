"""The account pages: what takes the password once more, and what ends with a change."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from tenancy.audit._tables import AuditEntry
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView
from tenancy.scope import as_tenant
from tests.factories.tenancy import PASSWORD, make_member
from tests.fakes.authenticator import FakeAuthenticator
from tests.integration.conftest import client_of

OTHER = "another horse battery"
Enter = Callable[[], FlaskClient]


@pytest.fixture
def anna(sessions: sessionmaker[Session], acme: OrganisationView) -> PersonView:
    with sessions.begin() as session:
        return make_member(session, acme)


@pytest.fixture
def enter(app: Flask, anna: PersonView) -> Enter:
    """Sign Anna in by another browser."""

    def sign_in() -> FlaskClient:
        browser = app.test_client()
        browser.post("/sign-in", data={"email": anna.email, "password": PASSWORD})
        return browser

    return sign_in


@pytest.fixture
def noted(sessions: sessionmaker[Session], acme: OrganisationView) -> Callable[[], list[str]]:
    def actions() -> list[str]:
        with sessions() as session, as_tenant(session, acme.id):
            rows = session.query(AuditEntry).filter_by(tenant_id=acme.id)
            return [row.action for row in rows.order_by(AuditEntry.number)]

    return actions


def set_up_app(browser: FlaskClient) -> tuple[str, list[str]]:
    """Set an app up; give its secret and the recovery codes."""
    browser.post("/account/app", data={"password": PASSWORD})
    page = browser.get("/account/app").text
    found = re.search(r"<code[^>]*>([A-Z2-7 ]{20,})</code>", page)
    assert found is not None
    secret = found[1].replace(" ", "")
    answer = browser.post("/account/app/confirm", data={"code": pyotp.TOTP(secret).now()})
    return secret, re.findall(r"<code>([a-z2-9-]{27})</code>", answer.text)


def asked(browser: FlaskClient, address: str) -> dict[str, Any]:
    """Give what a browser is told to ask its device for."""
    options: dict[str, Any] = browser.get(address).get_json()
    return options


def next_code(secret: str) -> str:
    """Give the code of the next half minute: the one of now was used to confirm."""
    return pyotp.TOTP(secret).at(utc_now() + timedelta(seconds=30))


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/account").status_code == 200


def change_password(browser: FlaskClient, **changed: str) -> int:
    form = {"password": PASSWORD, "new_password": OTHER, "again": OTHER, **changed}
    return browser.post("/account/password", data=form).status_code


def test_nobody_sees_it_before_signing_in(app: Flask) -> None:
    answer = app.test_client().get("/account")

    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=/account")


def test_changing_the_password_ends_all_other_sessions(enter: Enter, anna: PersonView) -> None:
    browser, elsewhere = enter(), enter()
    before = browser.get_cookie("garland")

    assert change_password(browser) == 303

    assert before is not None
    elsewhere_too = browser.application.test_client()
    elsewhere_too.set_cookie("garland", before.value)
    assert [is_in(one) for one in (browser, elsewhere, elsewhere_too)] == [True, False, False]
    form = {"email": anna.email, "password": OTHER}
    assert elsewhere.post("/sign-in", data=form).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        pytest.param({"password": "not it"}, "not your password", id="the old one is wrong"),
        pytest.param({"new_password": "short", "again": "short"}, "use 12 to 256", id="short"),
        pytest.param({"again": "else"}, "the two differ", id="typed differently"),
    ],
)
def test_a_refused_password_changes_nothing(
    enter: Enter, wrong: dict[str, str], words: str
) -> None:
    browser, elsewhere = enter(), enter()
    form = {"password": PASSWORD, "new_password": OTHER, "again": OTHER, **wrong}

    answer = browser.post("/account/password", data=form)

    assert answer.status_code == 422
    assert words in answer.text
    assert is_in(elsewhere)


def test_guessing_at_the_password_there_waits_too(enter: Enter) -> None:
    browser = enter()

    answers = [change_password(browser, password=f"guess {one}") for one in range(11)]

    assert answers == [422] * 10 + [429]


def test_a_session_is_ended_from_another(enter: Enter) -> None:
    browser, elsewhere = enter(), enter()
    page = browser.get("/account").text
    [address] = re.findall(r"/account/sessions/[0-9a-f-]{36}/end", page)

    browser.post(address)

    assert is_in(browser)
    assert not is_in(elsewhere)


def test_nobody_ends_a_session_of_somebody_else(
    enter: Enter, sessions: sessionmaker[Session], acme: OrganisationView, app: Flask
) -> None:
    browser, elsewhere = enter(), enter()
    [address] = re.findall(r"/account/sessions/[0-9a-f-]{36}/end", browser.get("/account").text)
    with sessions.begin() as session:
        other = make_member(session, acme)
    stranger = app.test_client()
    stranger.post("/sign-in", data={"email": other.email, "password": PASSWORD})

    assert stranger.post(address).status_code == 404
    assert is_in(elsewhere)


def test_a_code_is_asked_for_after_the_password(
    app: Flask, enter: Enter, anna: PersonView, acme: OrganisationView
) -> None:
    secret, _ = set_up_app(enter())
    browser = app.test_client()
    form = {"email": anna.email, "password": PASSWORD, "next": f"/t/{acme.slug}/members"}

    first = browser.post("/sign-in", data=form)
    in_between = is_in(browser)
    wrong = browser.post("/sign-in/code", data={"code": "000000"})
    right = browser.post("/sign-in/code", data={"code": next_code(secret)})

    assert (first.status_code, first.location) == (303, "/sign-in/code")
    assert not in_between
    assert wrong.status_code == 422
    assert (right.status_code, right.location) == (303, f"/t/{acme.slug}/members")
    assert is_in(browser)


def test_a_recovery_code_opens_once(app: Flask, enter: Enter, anna: PersonView) -> None:
    _, spare = set_up_app(enter())

    answers = []
    for _ in range(2):
        browser = app.test_client()
        browser.post("/sign-in", data={"email": anna.email, "password": PASSWORD})
        answers.append(browser.post("/sign-in/code", data={"code": spare[0]}).status_code)

    assert answers == [303, 422]


def test_guessing_at_codes_waits(app: Flask, enter: Enter, anna: PersonView) -> None:
    set_up_app(enter())
    browser = app.test_client()
    browser.post("/sign-in", data={"email": anna.email, "password": PASSWORD})

    answers = [browser.post("/sign-in/code", data={"code": "abcdef"}) for _ in range(11)]

    assert [one.status_code for one in answers] == [422] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_second_step_alone_signs_nobody_in(app: Flask) -> None:
    answer = app.test_client().post("/sign-in/code", data={"code": "000000"})

    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_the_session_gets_another_secret_when_its_rights_grow(enter: Enter, app: Flask) -> None:
    browser = enter()
    before = browser.get_cookie("garland")
    assert before is not None

    set_up_app(browser)

    thief = app.test_client()
    thief.set_cookie("garland", before.value)
    assert is_in(browser)
    assert not is_in(thief)


def test_a_passkey_signs_in_alone_and_once(app: Flask, enter: Enter, anna: PersonView) -> None:
    device, browser = FakeAuthenticator(), enter()
    answer = device.create(asked(browser, "/account/passkeys/options"))
    form = {"password": PASSWORD, "name": "Laptop", "answer": answer}
    assert browser.post("/account/passkeys", data=form).status_code == 303

    other = app.test_client()
    form = {"answer": device.get(asked(other, "/sign-in/passkey"))}
    entered = other.post("/sign-in/passkey", data=form)
    replayed = other.post("/sign-in/passkey", data=form)

    assert entered.status_code == 303
    assert anna.email in other.get("/account").text
    assert replayed.status_code == 409


def test_a_passkey_answers_the_browser_that_asked(app: Flask, enter: Enter) -> None:
    device, browser = FakeAuthenticator(), enter()
    answer = device.create(asked(browser, "/account/passkeys/options"))
    form = {"password": PASSWORD, "name": "Laptop", "answer": answer}
    browser.post("/account/passkeys", data=form)
    one, other = app.test_client(), app.test_client()
    other.get("/sign-in/passkey")

    form = {"answer": device.get(asked(one, "/sign-in/passkey"))}

    assert other.post("/sign-in/passkey", data=form).status_code == 422
    assert not is_in(other)


def test_what_is_changed_is_noted(enter: Enter, noted: Callable[[], list[str]]) -> None:
    browser, device = enter(), FakeAuthenticator()
    set_up_app(browser)
    answer = device.create(asked(browser, "/account/passkeys/options"))
    form = {"password": PASSWORD, "name": "Laptop", "answer": answer}
    browser.post("/account/passkeys", data=form)
    change_password(browser)
    browser.post("/sign-out")

    assert noted() == [
        "sign_in.made",
        "second_factor.added",
        "passkey.added",
        "password.changed",
        "sign_in.ended",
    ]


def test_refusals_are_noted_once_a_minute(
    app: Flask, anna: PersonView, noted: Callable[[], list[str]]
) -> None:
    form = {"email": anna.email, "password": "a guess at it"}

    for _ in range(5):
        app.test_client().post("/sign-in", data=form, buffered=True)

    assert noted() == ["sign_in.refused"]


def test_an_organisation_shuts_out_who_has_no_second_factor(
    app: Flask, enter: Enter, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    admin, page = enter(), f"/t/{acme.slug}/members"
    rules = f"/t/{acme.slug}/sign-in-rules"
    assert admin.post(rules, data={"needed": "yes"}).status_code == 409
    set_up_app(admin)
    with sessions.begin() as session:
        other = make_member(session, acme)
    member = app.test_client()
    member.post("/sign-in", data={"email": other.email, "password": PASSWORD})
    assert member.get(page).status_code == 200

    assert admin.post(rules, data={"needed": "yes"}).status_code == 303

    assert admin.get(page).status_code == 200
    led = member.get(page)
    assert led.status_code == 303
    assert led.location.startswith("/account/second-factor?next=")
    set_up_app(member)
    assert member.get(page).status_code == 200


def test_tokens_are_not_asked_for_a_second_factor(
    app: Flask, enter: Enter, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    admin = enter()
    set_up_app(admin)
    admin.post(f"/t/{acme.slug}/sign-in-rules", data={"needed": "yes"})

    client = client_of(app, sessions, acme, "viewer")
    assert client.get("/api/v1/alarms").status_code == 200

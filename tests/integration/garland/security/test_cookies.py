"""The cookie that says who is signed in: how it is set, and what it never does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from garland.app import create_app
from garland.settings import Settings
from kernel.secrets import new_key
from tenancy.organisations import OrganisationView
from tests.factories.tenancy import PASSWORD, make_member


@pytest.fixture
def secure_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application as it is reached over https."""
    app = create_app(
        Settings(
            data_dir=tmp_path,
            database_url=database_url,
            redis_url="redis://127.0.0.1:1/0",
            secret_key="a secret of tests",
            encryption_keys=new_key(),
            public_url="https://garland.example",
        )
    )
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield app
    app.extensions["garland.services"].engine.dispose()


@pytest.fixture
def email(sessions: sessionmaker[Session], acme: OrganisationView) -> str:
    with sessions.begin() as session:
        return make_member(session, acme).email


def sign_in_cookie(app: Flask, email: str) -> str:
    form = {"email": email, "password": PASSWORD}
    answer = app.test_client().post("/sign-in", data=form, base_url="https://garland.example")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    return cookie


def test_over_https_the_cookie_is_for_this_host_and_for_https_alone(
    secure_app: Flask, email: str
) -> None:
    cookie = sign_in_cookie(secure_app, email)

    assert cookie.startswith("__Host-garland=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_over_http_no_script_reads_it_and_no_other_site_sends_it(app: Flask, email: str) -> None:
    cookie = sign_in_cookie(app, email)

    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_a_cookie_of_before_the_sign_in_signs_nobody_in(
    app: Flask, email: str, acme: OrganisationView
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    before = app.test_client()
    before.get("/sign-in")
    fixed = before.get_cookie("garland")
    assert fixed is not None
    app.config["WTF_CSRF_ENABLED"] = False
    before.post("/sign-in", data={"email": email, "password": PASSWORD})

    other = app.test_client()
    other.set_cookie("garland", fixed.value)

    assert before.get(f"/t/{acme.slug}/alarms").status_code == 200
    assert other.get(f"/t/{acme.slug}/alarms").status_code == 303


def test_an_altered_cookie_signs_nobody_in(app: Flask, email: str, acme: OrganisationView) -> None:
    value = sign_in_cookie(app, email).partition("=")[2].partition(";")[0]
    client = app.test_client()
    client.set_cookie("garland", value[:-2] + ("AA" if value[-2:] != "AA" else "BB"))

    assert client.get(f"/t/{acme.slug}/alarms").status_code == 303


def test_guessing_is_slowed_down(app: Flask, email: str) -> None:
    client, form = app.test_client(), {"email": email, "password": "wrong wrong wrong"}

    answers = [client.post("/sign-in", data=form) for _ in range(12)]

    assert {one.status_code for one in answers[:5]} == {422}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0

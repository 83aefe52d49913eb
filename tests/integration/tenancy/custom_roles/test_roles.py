"""An organisation's own roles: made, given, changed for everybody at once, and never too much."""

from __future__ import annotations

from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tenancy import members
from tenancy.custom_roles._tables import CustomRole
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.tenancy import PASSWORD, make_customer, make_member
from tests.integration.conftest import SignedIn, client_of

FORM = {"name": "Night watch", "based_on": "viewer", "permission": ["alarms.operate"]}


def _made(sessions: sessionmaker[Session], browser: FlaskClient, acme: OrganisationView) -> UUID:
    assert browser.post(f"/t/{acme.slug}/roles/new", data=FORM).status_code == 303
    with sessions() as session, as_tenant(session, acme.id):
        return session.scalars(select(CustomRole.id)).one()


def test_a_change_of_a_role_works_at_the_next_request(
    app: Flask, sessions: sessionmaker[Session], signed_in: SignedIn, acme: OrganisationView
) -> None:
    admin, at = signed_in(), f"/t/{acme.slug}"
    role_id = _made(sessions, admin, acme)
    with sessions.begin() as session:
        nina = make_member(session, acme, f"custom:{role_id}", "Nina")
    browser = app.test_client()
    browser.post("/sign-in", data={"email": nina.email, "password": PASSWORD})

    before = browser.get(f"{at}/rules").status_code
    shown = admin.get(f"{at}/roles/{role_id}").text
    more = {**FORM, "permission": ["alarms.operate", "rules.view"]}
    admin.post(f"{at}/roles/{role_id}", data=more)

    assert (before, browser.get(f"{at}/rules").status_code) == (403, 200)
    assert "A change touches 1 member and 0 tokens" in shown
    assert "The role Night watch grants it" in browser.get(f"{at}/my-rights").text


def test_a_token_has_an_own_role(
    app: Flask, sessions: sessionmaker[Session], signed_in: SignedIn, acme: OrganisationView
) -> None:
    role_id = _made(sessions, signed_in(), acme)

    program = client_of(app, sessions, acme, f"custom:{role_id}")

    assert program.get("/api/v1/alarms").status_code == 200
    assert program.get("/api/v1/rules").status_code == 403


def test_a_role_that_somebody_has_is_not_deleted(
    sessions: sessionmaker[Session], signed_in: SignedIn, acme: OrganisationView
) -> None:
    admin = signed_in()
    role_id = _made(sessions, admin, acme)
    with sessions.begin() as session:
        nina = make_member(session, acme, f"custom:{role_id}", "Nina")

    held = admin.post(f"/t/{acme.slug}/roles/{role_id}/delete")
    with sessions.begin() as session:
        members.change_role(session, acme.id, nina.id, "viewer")
    free = admin.post(f"/t/{acme.slug}/roles/{role_id}/delete")

    assert (held.status_code, free.status_code) == (409, 303)
    assert "Nina" in held.text


def test_nobody_gives_more_than_they_have(
    app: Flask, sessions: sessionmaker[Session], signed_in: SignedIn, acme: OrganisationView
) -> None:
    chosen = ["members.edit", "roles.edit", "tokens.edit"]
    signed_in().post(f"/t/{acme.slug}/roles/new", data={**FORM, "permission": chosen})
    with sessions.begin() as session:
        with as_tenant(session, acme.id):
            role_id = session.scalars(select(CustomRole.id)).one()
        nina = make_member(session, acme, f"custom:{role_id}", "Nina")
        boss = make_member(session, acme, "admin", "Boss")
    browser, at = app.test_client(), f"/t/{acme.slug}"
    browser.post("/sign-in", data={"email": nina.email, "password": PASSWORD})

    answers = [
        browser.post(f"{at}/members/{nina.id}/role", data={"role": "admin"}),
        browser.post(f"{at}/members/{boss.id}/remove"),
        browser.post(f"{at}/tokens", data={"name": "x", "role": "admin", "days": ""}),
        browser.post(f"{at}/roles/new", data={**FORM, "permission": ["rules.publish"]}),
    ]

    assert [one.status_code for one in answers] == [403, 403, 403, 422]


def test_another_organisations_role_can_be_neither_seen_nor_given(
    sessions: sessionmaker[Session], signed_in: SignedIn, acme: OrganisationView
) -> None:
    role_id = _made(sessions, signed_in(), acme)
    with sessions.begin() as session:
        other = make_customer(session, "Other")
        person = make_member(session, other, "viewer")
    stranger, at = signed_in("admin", other), f"/t/{other.slug}"

    given = stranger.post(f"{at}/members/{person.id}/role", data={"role": f"custom:{role_id}"})

    assert stranger.get(f"{at}/roles/{role_id}").status_code == 404
    assert given.status_code == 422

"""The pages of members and API tokens, as a browser meets them."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from tenancy import members
from tenancy.organisations import OrganisationView
from tests.factories.tenancy import make_customer, make_member
from tests.integration.conftest import SignedIn


def test_an_admin_adds_changes_and_removes_a_member(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser, at = signed_in(), f"/t/{acme.slug}/members"
    with sessions.begin() as session:
        new = make_member(session, make_customer(session), name="Berta")

    browser.post(at, data={"email": new.email, "role": "viewer"})
    browser.post(f"{at}/{new.id}/role", data={"role": "designer"})
    assert "Berta" in browser.get(at).text
    with sessions() as session:
        roles = {one.name: one.role for one in members.list_members(session, acme.id)}
    browser.post(f"{at}/{new.id}/remove")
    browser.get(at)

    assert roles["Berta"] == "designer"
    assert "Berta" not in browser.get(at).text


def test_says_beside_the_field_that_nobody_has_the_address(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    form = {"email": "nobody@example.com", "role": "viewer"}

    answer = signed_in().post(f"/t/{acme.slug}/members", data=form)

    assert answer.status_code == 422
    assert 'value="nobody@example.com"' in answer.text
    assert re.search(r'id="field-email-error".*nobody signs in', answer.text, re.DOTALL)


def test_the_last_admin_cannot_leave(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser, at = signed_in(), f"/t/{acme.slug}/members"
    with sessions() as session:
        (admin,) = members.list_members(session, acme.id)

    answers = [
        browser.post(f"{at}/{admin.person_id}/remove"),
        browser.post(f"{at}/{admin.person_id}/role", data={"role": "viewer"}),
    ]

    assert [one.status_code for one in answers] == [409, 409]
    assert all("last admin" in one.text for one in answers)


def test_a_viewer_sees_members_but_cannot_change_them(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser, at = signed_in("viewer"), f"/t/{acme.slug}/members"

    assert browser.get(at).status_code == 200
    assert "<select" not in browser.get(at).text
    assert browser.post(at, data={"email": "a@example.com", "role": "admin"}).status_code == 403
    assert browser.get(f"/t/{acme.slug}/tokens").status_code == 403


def test_another_organisations_pages_are_not_there(
    signed_in: SignedIn, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session)
    browser = signed_in()

    strange, missing = (browser.get(f"/t/{slug}/members") for slug in (other.slug, "no-such"))

    assert (strange.status_code, missing.status_code) == (404, 404)


def test_shows_a_new_token_once_and_lets_it_act_until_revoked(
    app: Flask, signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser, at = signed_in(), f"/t/{acme.slug}/tokens"
    made = browser.post(at, data={"name": "Forwarder", "role": "admin", "days": "30"}).text
    found = re.search(r"<code>(gat_[\w-]{20,})</code>", made)
    assert found is not None
    bearer = {"Authorization": f"Bearer {found[1]}"}
    program = app.test_client()

    listed = program.get("/api/v1/tokens", headers=bearer)
    token = listed.get_json()["items"][0]
    browser.post(f"{at}/{token['id']}/revoke")

    assert found[1] not in browser.get(at).text
    assert (token["name"], token["role"]) == ("Forwarder", "admin")
    assert not {"digest", "secret"} & set(token)
    assert program.get("/api/v1/tokens", headers=bearer).status_code == 401


def test_gives_a_program_its_organisation_and_members(
    app: Flask, signed_in: SignedIn, acme: OrganisationView
) -> None:
    form = {"name": "Reader", "role": "viewer", "days": ""}
    made = signed_in().post(f"/t/{acme.slug}/tokens", data=form).text
    bearer = {"Authorization": f"Bearer {re.findall(r'gat_[A-Za-z0-9_-]{20,}', made)[0]}"}
    program = app.test_client()

    mine = program.get("/api/v1/organisations", headers=bearer).get_json()["items"]
    people = program.get("/api/v1/members", headers=bearer).get_json()["items"]

    assert [(one["id"], one["slug"], one["kind"]) for one in mine] == [
        (str(acme.id), acme.slug, "customer")
    ]
    assert [one["role"] for one in people] == ["admin"]
    assert program.get("/api/v1/tokens", headers=bearer).status_code == 403


def test_refuses_a_token_without_a_name(signed_in: SignedIn, acme: OrganisationView) -> None:
    form = {"name": " ", "role": "emperor", "days": "90"}

    answer = signed_in().post(f"/t/{acme.slug}/tokens", data=form)

    assert answer.status_code == 422
    assert 'id="field-name-error"' in answer.text

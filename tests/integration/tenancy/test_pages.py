"""The page of API tokens, as a browser meets it, and what a program is given."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn


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

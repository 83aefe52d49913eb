"""The members of an organisation: their page and their REST interface."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tenancy import members
from tenancy.audit._tables import AuditEntry
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView
from tenancy.scope import as_tenant
from tests.factories.tenancy import make_customer, make_member
from tests.integration.conftest import SignedIn, client_of


@pytest.fixture
def berta(sessions: sessionmaker[Session], acme: OrganisationView) -> PersonView:
    with sessions.begin() as session:
        return make_member(session, acme, "viewer", name="Berta")


def roles(sessions: sessionmaker[Session], acme: OrganisationView) -> dict[str, str]:
    with sessions() as session:
        return {one.name: one.role for one in members.list_members(session, acme.id)}


def noted(sessions: sessionmaker[Session], acme: OrganisationView) -> list[str]:
    with sessions() as session, as_tenant(session, acme.id):
        entries = session.scalars(select(AuditEntry.action).order_by(AuditEntry.number))
        return [one for one in entries if not one.startswith("sign_in.")]


def test_an_admin_changes_a_role_and_removes_a_member(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView, berta: PersonView
) -> None:
    browser, at = signed_in(), f"/t/{acme.slug}/members"

    browser.post(f"{at}/{berta.id}/role", data={"role": "designer"})
    changed = roles(sessions, acme)["Berta"]
    browser.post(f"{at}/{berta.id}/remove")

    assert changed == "designer"
    assert "Berta" not in roles(sessions, acme)
    assert noted(sessions, acme) == ["member.role_changed", "member.removed"]


def test_finds_members_by_name_address_and_role(
    signed_in: SignedIn, acme: OrganisationView, berta: PersonView
) -> None:
    browser, at = signed_in(), f"/t/{acme.slug}/members"

    for asked in ("q=bERt", f"q={berta.email}", "role=viewer"):
        page = browser.get(f"{at}?{asked}").text
        assert berta.email in page
        assert "Remove Anna" not in page
    assert "Nobody found" in browser.get(f"{at}?q=nobody-is-called-so").text


def test_a_long_list_comes_in_pages(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        for name in ("anna", "Bert", "Carla"):
            make_member(session, acme, "viewer", name=name)
    program = client_of(app, sessions, acme, "viewer")

    first = program.get("/api/v1/members?limit=2").get_json()
    second = program.get(f"/api/v1/members?cursor={first['next_cursor']}").get_json()

    names = [[one["name"] for one in page["items"]] for page in (first, second)]
    assert names == [["anna", "Bert"], ["Carla"]]
    assert second["next_cursor"] is None


def test_the_last_admin_cannot_leave(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser, at = signed_in(), f"/t/{acme.slug}/members"
    with sessions() as session:
        (admin,) = members.list_members(session, acme.id)

    answers = [
        browser.post(f"{at}/leave"),
        browser.post(f"{at}/{admin.person_id}/remove"),
        browser.post(f"{at}/{admin.person_id}/role", data={"role": "viewer"}),
    ]

    assert [one.status_code for one in answers] == [409, 409, 409]
    assert all("last admin" in one.text for one in answers)


def test_whoever_leaves_belongs_no_longer_and_it_is_noted_as_theirs(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser = signed_in("viewer")

    left = browser.post(f"/t/{acme.slug}/members/leave")

    assert left.location == "/"
    assert browser.get(f"/t/{acme.slug}/members").status_code == 404
    assert noted(sessions, acme) == ["member.left"]


def test_a_viewer_sees_members_but_cannot_change_them(
    signed_in: SignedIn, acme: OrganisationView, berta: PersonView
) -> None:
    browser, at = signed_in("viewer"), f"/t/{acme.slug}/members"

    page = browser.get(at)

    assert page.status_code == 200
    assert "Role of Berta" not in page.text
    assert browser.post(f"{at}/{berta.id}/remove").status_code == 403
    assert browser.get(f"{at}/invitations").status_code == 403


def test_a_program_invites_sends_again_and_takes_back(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    program, at = client_of(app, sessions, acme, "admin"), "/api/v1/invitations"

    made = program.post(at, json={"email": "New@Example.com", "role": "viewer"})
    one = made.get_json()
    again = program.post(f"{at}/{one['id']}/send-again")
    listed = program.get(at).get_json()["items"]
    gone = program.delete(f"{at}/{one['id']}")

    assert (made.status_code, again.status_code, gone.status_code) == (201, 409, 204)
    assert one["link"].startswith("http://localhost/join/inv_")
    assert [(item["email"], item["state"]) for item in listed] == [("new@example.com", "by_hand")]
    assert "link" not in listed[0]
    assert program.get(at).get_json()["items"] == []
    assert noted(sessions, acme)[-2:] == ["invitation.made", "invitation.revoked"]


def test_a_program_changes_and_removes_members_of_its_own_organisation_alone(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView, berta: PersonView
) -> None:
    with sessions.begin() as session:
        stranger = make_member(session, make_customer(session))
    program, at = client_of(app, sessions, acme, "admin"), "/api/v1/members"

    changed = program.patch(f"{at}/{berta.id}", json={"role": "operator"})
    wrong = program.patch(f"{at}/{berta.id}", json={"role": "emperor"})
    foreign = [
        program.get(f"{at}/{stranger.id}"),
        program.patch(f"{at}/{stranger.id}", json={"role": "viewer"}),
        program.delete(f"{at}/{stranger.id}"),
    ]

    assert changed.get_json()["role"] == "operator"
    assert wrong.get_json()["errors"][0]["pointer"] == "/role"
    assert [one.status_code for one in foreign] == [404, 404, 404]
    assert program.delete(f"{at}/{berta.id}").status_code == 204

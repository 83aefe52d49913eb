"""A directory adds, finds, changes and ends members, and is answered as SCIM has it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from garland.delegated import while_it_holds
from kernel.clock import utc_now
from tenancy.access import acting_for
from tenancy.invitations import accepting, store
from tenancy.members import add_member
from tenancy.membership.changing import remove
from tenancy.membership.listing import find_members
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView
from tenancy.scope import as_tenant
from tests.factories.organisations import bring_to
from tests.factories.tenancy import PASSWORD, make_customer, make_member
from tests.integration.conftest import client_of
from tests.integration.tenancy.scim.conftest import AT, NEW, found, patch, user

Sessions = sessionmaker[Session]
OFF: dict[str, Any] = {"op": "Replace", "path": "active", "value": "False"}
ON: dict[str, Any] = {"op": "replace", "value": {"active": True}}


def accepted(sessions: Sessions, acme: OrganisationView, email: str = NEW) -> None:
    """Let somebody who was invited accept, by a link that is made anew."""
    later = utc_now() + timedelta(minutes=2)
    with sessions.begin() as session, as_tenant(session, acme.id):
        (one,) = store.list_open(session, acme.id, now=later, q=email)
        key = store.send_again(session, acme.id, one.id, now=later).key
    with sessions.begin() as session:
        accepting.accept_as_new(session, key, name="Nina", password=PASSWORD, now=later)


def emails_of(sessions: Sessions, acme: OrganisationView) -> list[str]:
    with sessions() as session, as_tenant(session, acme.id):
        return [one.email for one in find_members(session, acme.id)]


def test_a_new_user_is_invited_and_told_as_the_directory_said(
    directory: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    made = directory.post(f"{AT}/Users", json=user())

    assert (made.status_code, made.mimetype) == (201, "application/scim+json")
    said = made.get_json()
    assert said.items() >= {"externalId": "e-7", "userName": NEW, "active": True}.items()
    assert said["name"]["familyName"] == "Berg"
    assert made.headers["Location"] == said["meta"]["location"]
    assert made.headers["ETag"] == said["meta"]["version"]
    with sessions() as session, as_tenant(session, acme.id):
        (invited,) = store.list_open(session, acme.id, now=utc_now())
    assert (invited.email, invited.role, invited.made_by) == (NEW, "viewer", "token directory")


@pytest.mark.parametrize(
    "text",
    [
        f'userName eq "{NEW.upper()}"',
        'externalId eq "e-7"',
        f'emails.value eq "{NEW}"',
        f'userName eq "{NEW}" and active eq true',
    ],
)
def test_is_found_by_what_directories_ask_for(directory: FlaskClient, text: str) -> None:
    directory.post(f"{AT}/Users", json=user())

    assert [one["userName"] for one in found(directory, text)] == [NEW]
    assert found(directory, f'{text} and externalId eq "E-7"') == []


def test_who_was_a_member_before_is_found_and_keeps_the_id_once_written(
    directory: FlaskClient, admin: PersonView
) -> None:
    (before,) = found(directory, f'userName eq "{admin.email}"')
    at = f"{AT}/Users/{before['id']}"

    directory.patch(at, json=patch({"op": "add", "path": "externalId", "value": "e-1"}))
    (after,) = found(directory, 'externalId eq "e-1"')

    assert before["groups"][0]["display"] == "admin"
    assert (after["id"], after["userName"]) == (before["id"], admin.email)


def test_a_list_comes_in_parts_and_may_only_count(directory: FlaskClient) -> None:
    for letter in "bcd":
        directory.post(f"{AT}/Users", json=user(f"{letter}@example.com", externalId=letter))

    part = directory.get(f"{AT}/Users?startIndex=2&count=2").get_json()
    counted = directory.get(f"{AT}/Users?count=0").get_json()

    assert (part["totalResults"], part["startIndex"], part["itemsPerPage"]) == (4, 2, 2)
    assert [one["userName"] for one in part["Resources"]] == ["c@example.com", "d@example.com"]
    assert (counted["totalResults"], counted["Resources"]) == (4, [])


def test_a_deactivated_member_gets_in_no_more_and_comes_back_as_they_were(
    app: Flask, directory: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    at = f"{AT}/Users/{directory.post(f'{AT}/Users', json=user()).get_json()['id']}"
    accepted(sessions, acme)
    browser = app.test_client()
    browser.post("/sign-in", data={"email": NEW, "password": PASSWORD})
    before = browser.get(f"/t/{acme.slug}/").status_code

    off = directory.patch(at, json=patch(OFF))
    during = browser.get(f"/t/{acme.slug}/")
    listed = found(directory, "active eq false")
    on = directory.patch(at, json=patch(ON))

    assert before == 200
    assert (off.status_code, off.get_json()["active"]) == (200, False)
    assert (during.status_code, during.location.partition("?")[0]) == (303, "/sign-in")
    assert [one["userName"] for one in listed] == [NEW]
    assert on.get_json()["active"] is True
    assert NEW in emails_of(sessions, acme)


def test_who_belongs_elsewhere_too_stays_signed_in_there(
    app: Flask, directory: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        person = make_member(session, acme, "viewer", "Vera")
        other = make_customer(session, "Other")
        add_member(session, other.id, person.id, "viewer", now=utc_now())
    browser = app.test_client()
    browser.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    (vera,) = found(directory, f'userName eq "{person.email}"')

    directory.patch(f"{AT}/Users/{vera['id']}", json=patch(OFF))

    assert browser.get(f"/t/{acme.slug}/").status_code == 404
    assert browser.get(f"/t/{other.slug}/").status_code == 200


def test_the_last_admin_stays_and_the_directory_is_told_why(
    directory: FlaskClient, admin: PersonView
) -> None:
    (ada,) = found(directory, f'userName eq "{admin.email}"')
    at = f"{AT}/Users/{ada['id']}"

    answers = [directory.patch(at, json=patch(OFF)), directory.delete(at)]

    for answer in answers:
        assert (answer.status_code, answer.mimetype) == (409, "application/scim+json")
        said = answer.get_json()
        assert said["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert (said["status"], "last admin" in said["detail"]) == ("409", True)
    assert directory.get(at).get_json()["active"] is True


def test_a_page_that_only_listens_is_told_nothing_more(
    app: Flask, sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        person = make_member(session, acme, "viewer", "Vera")
        who = acting_for(session, person.id, acme.slug)
    assert who is not None
    pieces = while_it_holds(app.extensions["garland.services"], who, iter("abc"))
    first = next(pieces)

    with sessions.begin() as session, as_tenant(session, acme.id):
        remove(session, acme.id, person.id, now=utc_now())

    assert (first, list(pieces)) == ("a", [])


def test_who_left_by_themselves_is_invited_again_and_made_a_member_by_nobody(
    directory: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    at = f"{AT}/Users/{directory.post(f'{AT}/Users', json=user()).get_json()['id']}"
    accepted(sessions, acme)
    with sessions.begin() as session, as_tenant(session, acme.id):
        (nina,) = find_members(session, acme.id, q=NEW)
        remove(session, acme.id, nina.person_id, now=utc_now())
    away = directory.get(at).get_json()["active"]

    directory.patch(at, json=patch(ON))

    with sessions() as session, as_tenant(session, acme.id):
        assert [one.email for one in store.list_open(session, acme.id, now=utc_now())] == [NEW]
    assert away is False
    assert NEW not in emails_of(sessions, acme)


def test_an_invitation_follows_the_address_until_it_is_accepted(
    directory: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    at = f"{AT}/Users/{directory.post(f'{AT}/Users', json=user()).get_json()['id']}"
    path = 'emails[type eq "work"].value'
    moved = {"op": "Replace", "path": path, "value": "n@example.com"}

    directory.patch(at, json=patch(moved))

    with sessions() as session, as_tenant(session, acme.id):
        waiting = [one.email for one in store.list_open(session, acme.id, now=utc_now())]
    assert waiting == ["n@example.com"]


def test_deleting_takes_back_an_invitation_and_forgets(
    directory: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    at = f"{AT}/Users/{directory.post(f'{AT}/Users', json=user()).get_json()['id']}"

    deleted, gone = directory.delete(at), directory.get(at)

    assert (deleted.status_code, gone.status_code) == (204, 404)
    with sessions() as session, as_tenant(session, acme.id):
        assert store.list_open(session, acme.id, now=utc_now()) == []


def test_a_name_that_is_taken_is_uniqueness(directory: FlaskClient, admin: PersonView) -> None:
    answer = directory.post(f"{AT}/Users", json=user(admin.email.upper()))

    assert (answer.status_code, answer.get_json()["scimType"]) == (409, "uniqueness")


@pytest.mark.parametrize(
    ("send", "status", "kind"),
    [
        ({"method": "GET", "query_string": {"filter": "userName"}}, 400, "invalidFilter"),
        ({"method": "GET", "query_string": {"filter": 'title eq "x"'}}, 400, "invalidFilter"),
        ({"method": "POST", "json": {"displayName": "x"}}, 400, "invalidValue"),
        ({"method": "POST", "json": {"userName": "no-address"}}, 400, "invalidValue"),
        ({"method": "POST", "data": "{"}, 400, "invalidSyntax"),
        ({"method": "PUT", "json": {}}, 405, None),
    ],
)
def test_refusals_have_the_form_of_scim(
    directory: FlaskClient, send: dict[str, Any], status: int, kind: str | None
) -> None:
    answer = directory.open(f"{AT}/Users", **send)

    assert (answer.status_code, answer.mimetype) == (status, "application/scim+json")
    assert answer.get_json().get("scimType") == kind


@pytest.mark.parametrize("name", ["id", "userName", "externalId"])
@pytest.mark.parametrize("value", [r"a\u0000b", r"a\ud800b"])
def test_a_filter_by_what_no_database_keeps_finds_nobody_or_says_why(
    directory: FlaskClient, name: str, value: str
) -> None:
    answer = directory.get(f"{AT}/Users", query_string={"filter": f'{name} eq "{value}"'})

    told = answer.get_json()
    assert told.get("Resources") == [] or (answer.status_code, bool(told["detail"])) == (400, True)


def test_a_change_of_what_somebody_else_changed_is_412_and_what_is_known_is_304(
    directory: FlaskClient,
) -> None:
    made = directory.post(f"{AT}/Users", json=user()).get_json()
    at, tag = f"{AT}/Users/{made['id']}", made["meta"]["version"]
    renamed = patch({"op": "replace", "path": "displayName", "value": "N"})

    same = directory.get(at, headers={"If-None-Match": tag})
    first = directory.patch(at, json=renamed, headers={"If-Match": tag})
    second = directory.patch(at, json=patch(OFF), headers={"If-Match": tag})

    assert (same.status_code, first.status_code, second.status_code) == (304, 200, 412)


def test_while_suspended_a_directory_only_ends_members(
    directory: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        person = make_member(session, acme, "viewer", "Vera")
        bring_to(session, acme, "suspended")
    (vera,) = found(directory, f'userName eq "{person.email}"')
    at = f"{AT}/Users/{vera['id']}"
    renamed = patch({"op": "replace", "path": "displayName", "value": "V"})

    answers = [
        directory.post(f"{AT}/Users", json=user()),
        directory.patch(at, json=renamed),
        directory.patch(at, json=patch(OFF)),
    ]

    assert [one.status_code for one in answers] == [403, 403, 200]


def test_only_a_directory_or_an_admin_gets_in_and_another_organisations_user_is_not_there(
    app: Flask, directory: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    made = directory.post(f"{AT}/Users", json=user()).get_json()
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    at = f"{AT}/Users/{made['id']}"

    designer = client_of(app, sessions, acme, "designer").get(at)
    elsewhere = client_of(app, sessions, other, "directory").get(at)
    nobody = app.test_client().get(at)

    assert (designer.status_code, elsewhere.status_code, nobody.status_code) == (403, 404, 401)
    assert nobody.mimetype == "application/scim+json"
    assert directory.get("/api/v1/alarms").status_code == 403

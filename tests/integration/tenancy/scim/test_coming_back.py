"""Whoever is a member again past the directory is one to it, and can be ended by it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from tenancy.members import add_member
from tenancy.membership.changing import remove
from tenancy.membership.listing import find_members
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView
from tenancy.scope import as_tenant
from tests.factories.tenancy import make_member
from tests.integration.tenancy.scim.conftest import AT, found, patch

Sessions = sessionmaker[Session]
OFF = patch({"op": "replace", "path": "active", "value": False})
ON = patch({"op": "replace", "path": "active", "value": True})


@dataclass(frozen=True)
class Vera:
    """A viewer whom the directory ended, and who came back by another way."""

    person: PersonView
    at: str


@pytest.fixture
def vera(sessions: Sessions, acme: OrganisationView, directory: FlaskClient) -> Vera:
    with sessions.begin() as session:
        person = make_member(session, acme, "viewer", "Vera")
    (one,) = found(directory, f'userName eq "{person.email}"')
    at = f"{AT}/Users/{one['id']}"
    assert directory.patch(at, json=OFF).get_json()["active"] is False
    with sessions.begin() as session, as_tenant(session, acme.id):
        add_member(session, acme.id, person.id, "viewer", now=utc_now())
    return Vera(person, at)


def is_member(sessions: Sessions, acme: OrganisationView, vera: Vera) -> bool:
    with sessions() as session, as_tenant(session, acme.id):
        return bool(find_members(session, acme.id, q=vera.person.email))


def test_is_told_as_active_with_the_role_and_found_so(directory: FlaskClient, vera: Vera) -> None:
    said = directory.get(vera.at).get_json()
    listed = found(directory, f'userName eq "{vera.person.email}" and active eq true')

    assert (said["active"], said["groups"][0]["display"]) == (True, "viewer")
    assert [one["id"] for one in listed] == [said["id"]]


def test_is_ended_again_by_the_directory(
    directory: FlaskClient, sessions: Sessions, acme: OrganisationView, vera: Vera
) -> None:
    ended = directory.patch(vera.at, json=OFF).get_json()

    assert ended["active"] is False
    assert not is_member(sessions, acme, vera)


def test_is_ended_by_deleting(
    directory: FlaskClient, sessions: Sessions, acme: OrganisationView, vera: Vera
) -> None:
    assert directory.delete(vera.at).status_code == 204
    assert not is_member(sessions, acme, vera)


def test_who_is_wanted_again_and_then_removed_by_a_person_is_let_in_by_nobody(
    directory: FlaskClient, sessions: Sessions, acme: OrganisationView, vera: Vera
) -> None:
    directory.patch(vera.at, json=ON)
    with sessions.begin() as session, as_tenant(session, acme.id):
        remove(session, acme.id, vera.person.id, now=utc_now())

    directory.patch(vera.at, json=ON)

    assert not is_member(sessions, acme, vera)


def test_removing_active_lets_nobody_in(
    directory: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        person = make_member(session, acme, "viewer", "Vera")
    (one,) = found(directory, f'userName eq "{person.email}"')
    vera = Vera(person, f"{AT}/Users/{one['id']}")
    directory.patch(vera.at, json=OFF)

    patched = directory.patch(vera.at, json=patch({"op": "remove", "path": "active"}))

    assert (patched.status_code, patched.get_json()["active"]) == (200, False)
    assert not is_member(sessions, acme, vera)

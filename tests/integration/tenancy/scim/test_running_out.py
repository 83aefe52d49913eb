"""An invitation that ran out is none to the directory: it sees so, and can invite anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from tenancy.invitations._tables import Invitation
from tenancy.invitations.model import InvitationView
from tenancy.invitations.store import list_open
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.integration.tenancy.scim.conftest import AT, NEW, found, patch, user

Sessions = sessionmaker[Session]
ON = {"op": "replace", "path": "active", "value": True}


@pytest.fixture
def nina(sessions: Sessions, acme: OrganisationView, directory: FlaskClient) -> str:
    """Give the address of a user whose invitation ran out an hour ago."""
    made = directory.post(f"{AT}/Users", json=user()).get_json()["id"]
    with sessions.begin() as session, as_tenant(session, acme.id):
        session.execute(update(Invitation).values(expires_at=utc_now() - timedelta(hours=1)))
    return f"{AT}/Users/{made}"


def invitations(sessions: Sessions, acme: OrganisationView) -> list[InvitationView]:
    with sessions() as session, as_tenant(session, acme.id):
        return list_open(session, acme.id, now=utc_now())


def test_is_not_active_and_in_no_group(directory: FlaskClient, nina: str) -> None:
    said = directory.get(nina).get_json()
    (viewers,) = found(directory, 'displayName eq "viewer"', "Groups")

    assert (said["active"], said["groups"], viewers["members"]) == (False, [], [])
    assert [one["userName"] for one in found(directory, "active eq false")] == [NEW]


@pytest.mark.parametrize("email", [NEW, "n@example.com"])
def test_active_invites_anew_and_only_once(
    directory: FlaskClient, sessions: Sessions, acme: OrganisationView, nina: str, email: str
) -> None:
    moved = {"op": "replace", "path": 'emails[type eq "work"].value', "value": email}

    said = directory.patch(nina, json=patch(moved, ON)).get_json()

    (one,) = invitations(sessions, acme)
    assert said["active"] is True
    assert (one.email, one.expires_at > utc_now()) == (email, True)


def test_deleting_takes_it_back_so_that_nobody_sends_it_again(
    directory: FlaskClient, sessions: Sessions, acme: OrganisationView, nina: str
) -> None:
    directory.delete(nina)

    assert invitations(sessions, acme) == []

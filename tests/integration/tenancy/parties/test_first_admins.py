"""The contact of an organization is invited as its first admin, again once the link ran out."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from tenancy.invitations._tables import Invitation
from tenancy.scope import system
from tests.integration.tenancy.parties.test_parties import HARBOUR, MEDIUM, characteristics


def test_a_contact_whose_link_ran_out_is_invited_again(
    sessions: sessionmaker[Session], program: FlaskClient
) -> None:
    made = program.post("/tmf-api/party/v4/organization", json=HARBOUR).get_json()
    said = {"contactMedium": [MEDIUM]}
    waiting = program.patch(made["href"], json=said).get_json()
    past = utc_now() - timedelta(days=1)
    with sessions.begin() as session, system(session):
        session.execute(update(Invitation).values(expires_at=past, link_made_at=past))

    again = program.patch(made["href"], json=said).get_json()

    assert "adminLink" not in characteristics(waiting)
    assert "/join/inv_" in characteristics(again)["adminLink"]

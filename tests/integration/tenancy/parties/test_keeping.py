"""What is kept of an organization is never lost to somebody else's change, nor without end."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from tenancy.access import facts_of
from tenancy.organisations import OrganisationView
from tenancy.parties import store
from tenancy.parties._tables import PartyNote
from tests.factories.tenancy import NOON

AT = "/tmf-api/party/v4/organization"


def test_a_change_builds_on_what_another_wrote_since_it_was_read(
    sessions: sessionmaker[Session], csp: OrganisationView, acme: OrganisationView
) -> None:
    who = facts_of(csp, role="admin", person_id=None, name="CRM")
    reference = [{"name": "CRM-7"}]
    with sessions.begin() as session:
        store.change_party(session, who, acme.id, {"tradingName": "A"}, now=NOON)
        read_before = session.get_one(PartyNote, acme.id)
        others = {"tradingName": "A", "externalReference": reference}
        past_the_session = {"synchronize_session": False}
        session.execute(update(PartyNote).values(said=others), execution_options=past_the_session)

        made = store.change_party(session, who, acme.id, {"tradingName": "B"}, now=NOON)

    assert read_before.said == {"tradingName": "B", "externalReference": reference}
    assert made.party.said == read_before.said


def test_too_much_is_refused_with_the_attribute_and_nothing_is_changed(
    program: FlaskClient, acme: OrganisationView
) -> None:
    much = [{"characteristic": {"note": "x" * 40_000}}]

    answer = program.patch(f"{AT}/{acme.id}", json={"name": "Pier", "contactMedium": much})

    assert (answer.status_code, answer.get_json()["reason"][:14]) == (400, "contactMedium:")
    assert program.get(f"{AT}/{acme.id}").get_json()["name"] == "Acme"

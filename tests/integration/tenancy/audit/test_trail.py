"""The audit: entries take their place at the commit, and the chain shows any change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tenancy.audit._tables import AuditEntry
from tenancy.audit.trail import note
from tenancy.audit.verifying import verify
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON, make_customer
from tests.support.audit import with_triggers_dropped

Sessions = sessionmaker[Session]


@pytest.fixture
def acme(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        return make_customer(session, "Acme")


def note_some(sessions: Sessions, tenant_id: UUID, count: int = 3) -> None:
    for number in range(count):
        with sessions.begin() as session, as_tenant(session, tenant_id):
            note(session, tenant_id, "thing.done", now=NOON, facts={"number": number})


def numbers(sessions: Sessions, tenant_id: UUID) -> list[Any]:
    with sessions() as session, as_tenant(session, tenant_id):
        rows = session.query(AuditEntry).filter_by(tenant_id=tenant_id)
        return sorted(row.number for row in rows)


def why_broken(sessions: Sessions, tenant_id: UUID) -> str:
    with sessions() as session, as_tenant(session, tenant_id):
        found = verify(session, tenant_id)
        return found.why if found else ""


def test_entries_are_numbered_in_the_order_they_were_committed(
    sessions: Sessions, acme: OrganisationView
) -> None:
    note_some(sessions, acme.id)

    assert numbers(sessions, acme.id) == [1, 2, 3]
    assert why_broken(sessions, acme.id) == ""


def test_what_is_rolled_back_leaves_no_entry_and_no_gap(
    sessions: Sessions, acme: OrganisationView
) -> None:
    note_some(sessions, acme.id, 1)
    with sessions() as session, as_tenant(session, acme.id):
        note(session, acme.id, "thing.done", now=NOON)
        session.rollback()
    with sessions.begin() as session, as_tenant(session, acme.id):
        note(session, acme.id, "thing.kept", now=NOON)
        savepoint = session.begin_nested()
        note(session, acme.id, "thing.undone", now=NOON)
        savepoint.rollback()

    assert numbers(sessions, acme.id) == [1, 2]
    assert why_broken(sessions, acme.id) == ""


def test_each_organisation_has_a_chain_of_its_own(
    sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
        for one in (acme, other):
            note(session, one.id, "thing.done", now=NOON)

    assert numbers(sessions, acme.id) == numbers(sessions, other.id) == [1]


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        pytest.param(
            "UPDATE audit_entry SET \"by\" = 'Eve' WHERE number = 2",
            "entry 2 is not what was written",
            id="altered",
        ),
        pytest.param(
            "DELETE FROM audit_entry WHERE number = 2", "entry 2 is missing", id="dropped"
        ),
        pytest.param(
            "DELETE FROM audit_entry WHERE number = 3", "entry 3 is missing", id="the last dropped"
        ),
    ],
)
def test_a_row_altered_or_dropped_in_the_database_breaks_the_chain(
    sessions: Sessions, acme: OrganisationView, statement: str, why: str
) -> None:
    note_some(sessions, acme.id)

    with_triggers_dropped(sessions, statement)

    assert why_broken(sessions, acme.id) == why


def test_rows_that_change_places_break_the_chain(
    sessions: Sessions, acme: OrganisationView
) -> None:
    note_some(sessions, acme.id)

    with_triggers_dropped(
        sessions,
        "UPDATE audit_entry SET number = 99 WHERE number = 2",
        "UPDATE audit_entry SET number = 2 WHERE number = 3",
        "UPDATE audit_entry SET number = 3 WHERE number = 99",
    )

    assert why_broken(sessions, acme.id) == "entry 2 is not what was written"

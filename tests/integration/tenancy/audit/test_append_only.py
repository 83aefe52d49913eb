"""The database itself refuses that the audit is altered, whatever asks for it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from tenancy.audit._tables import AuditEntry
from tenancy.audit.trail import note
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.tenancy import NOON, make_customer
from tests.support.audit import in_the_database

Sessions = sessionmaker[Session]


@pytest.fixture
def acme(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        acme = make_customer(session, "Acme")
        for number in range(3):
            note(session, acme.id, "thing.done", now=NOON, facts={"number": number})
        return acme


def left(sessions: Sessions) -> list[int | None]:
    with sessions() as session, system(session):
        return list(session.scalars(select(AuditEntry.number).order_by(AuditEntry.number)))


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE audit_entry SET \"by\" = 'Eve' WHERE number = 2", id="altered"),
        pytest.param("UPDATE audit_entry SET number = 9 WHERE number = 2", id="moved"),
        pytest.param("UPDATE audit_entry SET number = NULL", id="taken out of the chain"),
        pytest.param("DELETE FROM audit_entry WHERE number = 3", id="dropped"),
        pytest.param("DELETE FROM audit_entry", id="all dropped"),
    ],
)
@pytest.mark.usefixtures("acme")
def test_no_statement_alters_or_drops_an_entry(sessions: Sessions, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        in_the_database(sessions, statement)

    assert left(sessions) == [1, 2, 3]


@pytest.mark.usefixtures("acme")
def test_the_table_is_neither_emptied_nor_written_over(sessions: Sessions) -> None:
    with sessions() as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
    replaced = "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE number = 2"

    with pytest.raises(DBAPIError, match="append-only"):
        in_the_database(sessions, replaced if is_sqlite else "TRUNCATE organisation CASCADE")

    assert left(sessions) == [1, 2, 3]


@pytest.mark.usefixtures("acme")
def test_what_the_chain_no_longer_keeps_may_go(sessions: Sessions) -> None:
    in_the_database(
        sessions,
        "UPDATE audit_chain SET kept_from = 3",
        "DELETE FROM audit_entry WHERE number < 3",
    )

    assert left(sessions) == [3]


def test_an_organisation_takes_its_entries_along_and_nobody_elses(
    sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
        note(session, other.id, "thing.done", now=NOON)
    with sessions.begin() as session, system(session):
        wanted = text("DELETE FROM organisation WHERE slug = :slug")
        session.connection().execute(wanted, {"slug": acme.slug})

    with sessions() as session, as_tenant(session, other.id):
        assert [row.tenant_id for row in session.scalars(select(AuditEntry))] == [other.id]
    assert left(sessions) == [1]

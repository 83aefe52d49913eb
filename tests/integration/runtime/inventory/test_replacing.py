"""A look-up table whose rows two replace at once: the later one's stand, and only those."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from runtime.inventory._tables import LookupTable
from runtime.inventory.lookup import put_table, read_table
from runtime.inventory.lookups.store import create_table, import_csv
from tenancy.scope import as_tenant
from tests.factories.tenancy import make_customer
from tests.support.at_once import at_once

ROWS = {"a": {"city": "Bern"}, "b": {"city": "Biel"}}


@pytest.fixture
def tenant_id(sessions: sessionmaker[Session]) -> UUID:
    with sessions.begin() as session:
        made = make_customer(session).id
        with as_tenant(session, made):
            create_table(session, made, name="sites", columns=["city"])
    return made


def put(session: Session, tenant_id: UUID) -> None:
    put_table(session, tenant_id, "sites", ["city"], ROWS)


def bring_in(session: Session, tenant_id: UUID) -> None:
    table_id = session.scalars(select(LookupTable.id)).one()
    import_csv(session, tenant_id, table_id, b"key,town\na,Chur\nz,Zug\n")


def test_who_brings_in_a_file_while_rows_are_replaced_waits_and_replaces_all(
    sessions: sessionmaker[Session], tenant_id: UUID
) -> None:
    refused = at_once(sessions, tenant_id, put, bring_in)

    with sessions() as session, as_tenant(session, tenant_id):
        found = read_table(session, tenant_id, "sites")
    assert refused is None
    assert found == (["town"], {"a": {"town": "Chur"}, "z": {"town": "Zug"}})

"""Two that take one name or key at the same moment: the second is told, on every database."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, InvalidError
from kernel.secrets import Vault, new_key
from runtime.alarms.sources.store import create_source, rename_source
from runtime.calendars.store import create_calendar
from runtime.inventory.lookups.store import create_table, save_row
from runtime.inventory.resources import add_resource
from runtime.services.store import save_service
from tenancy.scope import as_tenant
from tests.factories.schedules import hours_document
from tests.factories.services import make_service, service_document
from tests.factories.tenancy import NOON, make_customer
from tests.support.at_once import Deed, at_once

VAULT = Vault([new_key()])


def source(session: Session, tenant_id: UUID, name: str = "Broker") -> UUID:
    made, _ = create_source(session, tenant_id, kind="json", name=name, vault=VAULT, now=NOON)
    return made.id


def service_renamed(session: Session, tenant_id: UUID) -> None:
    made = make_service(session, tenant_id, key="before")
    document = service_document(key="wanted")
    save_service(
        session, tenant_id, made.id, document=document, expected_revision=1, by="t", now=NOON
    )


def source_renamed(session: Session, tenant_id: UUID) -> None:
    made = source(session, tenant_id, name=f"before {id(session)}")
    rename_source(session, tenant_id, made, name="wanted", now=NOON)


def make_sites(session: Session, tenant_id: UUID) -> None:
    create_table(session, tenant_id, name="sites", columns=["city"])


def make_hours(session: Session, tenant_id: UUID) -> None:
    create_calendar(session, tenant_id, document=hours_document(), by="t", now=NOON)


def make_node(session: Session, tenant_id: UUID) -> None:
    add_resource(session, tenant_id, {"key": "r1", "kind": "node", "name": "R1"})


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(make_service, id="a service"),
        pytest.param(source, id="a source"),
        pytest.param(source_renamed, id="a source that is renamed"),
        pytest.param(make_sites, id="a look-up table"),
        pytest.param(make_hours, id="a calendar"),
        pytest.param(make_node, id="a resource"),
    ],
)
def test_the_second_of_two_at_the_same_moment_is_told_that_it_is_taken(
    sessions: sessionmaker[Session], deed: Deed
) -> None:
    with sessions.begin() as session:
        tenant_id = make_customer(session).id

    refused = at_once(sessions, tenant_id, deed)

    assert isinstance(refused, InvalidError | ConflictError)
    assert "already" in refused.message


def test_a_service_that_takes_the_key_of_one_that_is_being_added_is_told(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        tenant_id = make_customer(session).id

    def added(session: Session, tenant_id: UUID) -> None:
        make_service(session, tenant_id, key="wanted")

    refused = at_once(sessions, tenant_id, added, service_renamed)

    assert isinstance(refused, InvalidError)
    assert [one.pointer for one in refused.problems] == ["/key"]


def test_two_rows_of_one_key_are_one(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            table = create_table(session, tenant_id, name="sites", columns=["city"])

    def added(session: Session, tenant_id: UUID) -> None:
        save_row(session, tenant_id, table.id, key="BER", values={"city": "Berlin"})

    refused = at_once(sessions, tenant_id, added)

    assert isinstance(refused, InvalidError)

"""The listener as this installation has it: the demo's sources, and what `garland strays` says."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from garland.demo.listened import listened_sources
from garland.listener import strays_text
from garland.services import Services
from garland.settings import Settings
from kernel.secrets import new_key
from runtime.alarms.sources.listened.strays import Stray, keep_strays
from runtime.alarms.sources.listened.writing import Known
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON, make_customer


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, secret_key="s", encryption_keys=new_key())


@pytest.fixture
def tenant_id(sessions: sessionmaker[Session]) -> UUID:
    with sessions.begin() as session:
        return make_customer(session).id


def test_the_demo_says_where_traps_and_syslog_are_sent_to(
    settings: Settings, sessions: sessionmaker[Session], tenant_id: UUID
) -> None:
    services = Services(settings)

    with sessions.begin() as session, as_tenant(session, tenant_id):
        told = listened_sources(session, tenant_id, services, now=NOON)

    assert told == {"snmp": "127.0.0.1:9162", "syslog": "127.0.0.1:9514"}
    known = Known(services.reading, services.vault)
    known.look()
    assert known.routes.by_community("127.0.0.1", b"public").source.tenant_id == tenant_id
    assert known.routes.by_address("127.0.0.1").source.tenant_id == tenant_id
    services.engine.dispose()


def test_strays_are_listed_by_sender_and_reason(
    settings: Settings, sessions: sessionmaker[Session]
) -> None:
    assert "nothing that no source takes" in strays_text(settings)

    with sessions.begin() as session:
        keep_strays(session, [Stray("snmp", "192.0.2.7", "no source takes it")] * 3, now=NOON)

    (line,) = strays_text(settings).splitlines()
    assert line.split()[2:5] == ["snmp", "192.0.2.7", "3"]
    assert line.endswith("no source takes it")

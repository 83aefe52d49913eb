"""What a source sent stays readable: the raw payload is one field of the alarm away."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms import journal, store
from runtime.alarms._tables import JournalEntry
from tenancy.scope import as_tenant
from tenancy.tokens import create_token

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALARMS = "/api/v1/alarms"
SENT = {"managed_object": "n", "perceived_severity": "major", "attributes": {"rack": "7"}}


@pytest.fixture
def client(app: Flask, sessions: sessionmaker[Session], customer_id: UUID) -> FlaskClient:
    with sessions.begin() as session, as_tenant(session, customer_id):
        secret = create_token(session, customer_id, name="n", role="admin", now=utc_now())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def settle(sessions: sessionmaker[Session], tenant_id: UUID) -> None:
    with sessions.begin() as session, as_tenant(session, tenant_id):
        rows = journal.take(session, 10)
        store.apply_batch(session, tenant_id, rows, now=NOON)
        journal.mark_done(session, [row.seq for row in rows], now=NOON)


def test_one_alarm_has_what_was_sent_last_as_it_came(
    client: FlaskClient, sessions: sessionmaker[Session], customer_id: UUID
) -> None:
    for severity in ("minor", "critical"):
        client.post(ALARMS, json={**SENT, "perceived_severity": severity})
        settle(sessions, customer_id)
    (listed,) = client.get(ALARMS).json["items"]  # type: ignore[index]

    found = client.get(f"{ALARMS}/{listed['id']}").json

    assert found is not None
    assert found["raw"].items() >= {**SENT, "perceived_severity": "critical"}.items()
    assert "traceparent" not in str(found["raw"])
    assert "raw" not in listed


def test_it_is_null_where_the_journal_keeps_it_no_longer(
    client: FlaskClient, sessions: sessionmaker[Session], customer_id: UUID
) -> None:
    client.post(ALARMS, json=SENT)
    settle(sessions, customer_id)
    with sessions.begin() as session, as_tenant(session, customer_id):
        session.execute(delete(JournalEntry).where(JournalEntry.tenant_id == customer_id))
    (listed,) = client.get(ALARMS).json["items"]  # type: ignore[index]

    assert client.get(f"{ALARMS}/{listed['id']}").json["raw"] is None  # type: ignore[index]

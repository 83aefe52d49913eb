"""Listeners and what they are told about, for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.tmf642.hub import store
from runtime.alarms.tmf642.hub._tables import TmfHub
from tenancy.scope import as_tenant
from tests.integration.runtime.alarms.tmf642.conftest import V4, create


def register(client: FlaskClient, callback: str, query: str = "") -> str:
    said = {"callback": callback, **({"query": query} if query else {})}
    answer = client.post(f"{V4}/hub", json=said)
    assert answer.status_code == 201, answer.get_json()
    return str(answer.get_json()["id"])


def created_id(client: FlaskClient, **said: Any) -> str:
    return str(create(client, **said)["id"])


def hub_of(sessions: sessionmaker[Session], tenant_id: UUID, hub_id: str) -> store.HubView:
    with sessions() as session, as_tenant(session, tenant_id):
        return store.get_hub(session, tenant_id, UUID(hub_id))


def pass_time(sessions: sessionmaker[Session], tenant_id: UUID) -> None:
    """Let the wait after a failure be over."""
    with sessions.begin() as session, as_tenant(session, tenant_id):
        session.execute(
            update(TmfHub)
            .where(TmfHub.tenant_id == tenant_id)
            .values(next_at=utc_now() - timedelta(seconds=1))
        )

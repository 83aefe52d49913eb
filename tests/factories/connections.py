"""Builders of connections."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.secrets import Vault, new_key
from tenancy.connections.checking import Facts
from tenancy.connections.model import ConnectionView
from tenancy.connections.store import create_connection
from tests.factories.tenancy import NOON

VAULT = Vault([new_key()])
KEY_VALUES = {"key": "canary-of-the-key", "name": "X-Key"}


def make_connection(
    session: Session,
    tenant_id: UUID,
    kind: str = "api_key",
    values: dict[str, Any] | None = None,
    *,
    vault: Vault = VAULT,
    now: datetime = NOON,
    **facts: Any,
) -> ConnectionView:
    """Make a connection; an API key for loopback unless told otherwise."""
    given = {"name": "Tickets", "hosts": ("127.0.0.1",), "over_http": True, **facts}
    return create_connection(
        session,
        tenant_id,
        kind=kind,
        facts=Facts(**given),
        values=KEY_VALUES if values is None else values,
        vault=vault,
        by="Ann",
        now=now,
    )

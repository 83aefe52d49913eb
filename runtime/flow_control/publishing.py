"""Publishing a draft: it becomes the live version, and each webhook of it gets an address."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.secrets import Vault
from runtime.flows.versions import FlowVersionView, publish_flow
from runtime.hooks.store import make_addresses


def publish(  # noqa: PLR0913  who, what, with which note and keys
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    *,
    note: str,
    by: str,
    vault: Vault,
    now: datetime,
) -> FlowVersionView:
    """Publish a workflow's draft; raises what `publish_flow` does."""
    version = publish_flow(session, tenant_id, flow_id, note=note, by=by, now=now)
    make_addresses(session, tenant_id, flow_id, vault=vault, now=now)
    return version

"""What the form of a node may offer: the tenant's calendars, decision tables and connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Registry
from designer.workflows.inspector import block_of
from runtime.calendars.store import calendar_names
from runtime.flows.problems import Known
from runtime.flows.table_steps import table_use
from runtime.rules.published import tables_known
from tenancy.connections.store import kinds_by_name


def known_to(
    session: Session, tenant_id: UUID, node: Mapping[str, Any], registry: Registry
) -> Known:
    """Say what there is to choose from, and what the table takes that the node names."""
    used = table_use(node.get("config", {}), block_of(node, registry))
    wanted = [(used.table, used.number)] if used is not None else []
    return Known(
        calendars=frozenset(calendar_names(session, tenant_id)),
        tables=tables_known(session, tenant_id, wanted),
        connections=kinds_by_name(session, tenant_id),
    )

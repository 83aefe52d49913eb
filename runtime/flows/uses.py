"""Which workflows would miss a calendar, table or connection if it were gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.registry import Registry, standard_registry
from runtime.flows._named_things import (
    calendars_of,
    connections_of,
    look_up_tables_of,
    named_by_steps,
)
from runtime.flows._tables import FlowRow, FlowVersionRow

__all__ = [
    "connections_of",
    "flows_connecting_by",
    "flows_deciding_by",
    "flows_looking_up",
    "flows_using",
]

Names = Callable[[Mapping[str, Any], Registry], Collection[str]]


def flows_using(session: Session, tenant_id: UUID, calendar: str) -> list[str]:
    """Name the workflows whose draft or live version names a calendar."""
    return _flows_naming(session, tenant_id, calendar, calendars_of)


def flows_deciding_by(session: Session, tenant_id: UUID, table_id: UUID) -> list[str]:
    """Name the workflows whose draft or live version decides by a decision table."""
    return _flows_naming(session, tenant_id, str(table_id), _decision_tables_of)


def flows_looking_up(session: Session, tenant_id: UUID, table: str) -> list[str]:
    """Name the workflows whose draft or live version looks something up in a look-up table."""
    return _flows_naming(session, tenant_id, table, look_up_tables_of)


def flows_connecting_by(session: Session, tenant_id: UUID, connection: str) -> list[str]:
    """Name the workflows whose draft or live version names a connection."""
    return _flows_naming(session, tenant_id, connection, connections_of)


def _decision_tables_of(document: Mapping[str, Any], registry: Registry) -> set[str]:
    return named_by_steps(document, registry, "decision-table")


def _flows_naming(session: Session, tenant_id: UUID, name: str, names_in: Names) -> list[str]:
    live = FlowVersionRow.id == FlowRow.live_version_id
    rows = session.execute(
        select(FlowRow.name, FlowRow.draft, FlowVersionRow.document)
        .outerjoin(FlowVersionRow, live)
        .where(FlowRow.tenant_id == tenant_id)
        .order_by(func.lower(FlowRow.name))
    )
    registry = standard_registry()
    documents = ((flow, [one for one in found if one]) for flow, *found in rows)
    return [
        flow for flow, found in documents if any(name in names_in(one, registry) for one in found)
    ]

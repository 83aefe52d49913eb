"""Which workflows would miss a calendar, table or connection if it were gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.registry import Registry
from runtime.flows._carrying import of_people
from runtime.flows._named_things import (
    calendars_of,
    connections_of,
    look_up_tables_of,
    named_by_steps,
)
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.model import every_step, shape_problems

__all__ = [
    "blocks_of",
    "connections_of",
    "flows_connecting_by",
    "flows_deciding_by",
    "flows_looking_up",
    "flows_using",
    "flows_with_block",
    "versions_with_block",
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


def flows_with_block(session: Session, tenant_id: UUID, block_id: str, version: str) -> list[str]:
    """Name the workflows of people whose draft or live version has a block of that version."""
    wanted = f"{block_id}@{version}"
    return _flows_naming(session, tenant_id, wanted, lambda document, _: blocks_of(document))


def versions_with_block(
    session: Session, tenant_id: UUID, versions: Collection[UUID], block_id: str, version: str
) -> list[str]:
    """Name the workflows among whose given versions one has a block of that version."""
    rows = session.execute(
        select(FlowRow.name, FlowVersionRow.document)
        .join(FlowVersionRow, FlowVersionRow.flow_id == FlowRow.id)
        .where(FlowRow.tenant_id == tenant_id, FlowVersionRow.id.in_(versions))
        .order_by(func.lower(FlowRow.name))
    )
    wanted = f"{block_id}@{version}"
    return list(dict.fromkeys(name for name, found in rows if wanted in blocks_of(found)))


def blocks_of(document: Mapping[str, Any]) -> set[str]:
    """Give the blocks of a workflow as `id@version`: of steps, undoing and triggers.

    A draft may be anything that is JSON: one that is no workflow has none.
    """
    if shape_problems(document):
        return set()
    steps = [step for _, step, _ in every_step(document)]
    used = [*steps, *(step["undo"] for step in steps if "undo" in step)]
    used += [one for one in document.get("triggers", {}).values() if "block" in one]
    return {f"{one['block']}@{one.get('version', '')}" for one in used}


def _decision_tables_of(document: Mapping[str, Any], registry: Registry) -> set[str]:
    return named_by_steps(document, registry, "decision-table")


def _flows_naming(session: Session, tenant_id: UUID, name: str, names_in: Names) -> list[str]:
    live = FlowVersionRow.id == FlowRow.live_version_id
    rows = session.execute(
        select(FlowRow.name, FlowRow.draft, FlowVersionRow.document)
        .outerjoin(FlowVersionRow, live)
        .where(FlowRow.tenant_id == tenant_id, of_people())
        .order_by(func.lower(FlowRow.name))
    )
    registry = registry_of(session, tenant_id)
    documents = ((flow, [one for one in found if one]) for flow, *found in rows)
    return [
        flow for flow, found in documents if any(name in names_in(one, registry) for one in found)
    ]

"""Which workflows would miss a calendar, table, connection, block or workflow if it were gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.registry import Registry
from runtime.flows._carrying import of_people
from runtime.flows._named_things import connections_of
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.model import every_step, shape_problems
from runtime.flows.named_places import (
    BLOCK,
    CALENDAR,
    CONNECTION,
    LOOK_UP,
    TABLE,
    places_in,
)

__all__ = [
    "FlowUse",
    "blocks_of",
    "blocks_of_live",
    "connections_of",
    "flows_connecting_by",
    "flows_deciding_by",
    "flows_looking_up",
    "flows_using",
    "flows_with_block",
    "uses_by_flows",
    "versions_using",
    "versions_with_block",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowUse:
    """A workflow that names something: the steps and triggers that do, in its draft and live."""

    flow_id: UUID
    slug: str
    name: str
    draft: tuple[str, ...]
    live: tuple[str, ...]


def uses_by_flows(session: Session, tenant_id: UUID, kind: str, name: str) -> list[FlowUse]:
    """List the workflows of people that name something; `kind` is one of `named_places.PLACES`."""
    live = FlowVersionRow.id == FlowRow.live_version_id
    rows = session.execute(
        select(FlowRow.id, FlowRow.slug, FlowRow.name, FlowRow.draft, FlowVersionRow.document)
        .outerjoin(FlowVersionRow, live)
        .where(FlowRow.tenant_id == tenant_id, of_people())
        .order_by(func.lower(FlowRow.name))
    )
    registry = registry_of(session, tenant_id)
    found = (
        FlowUse(
            flow_id=row.id,
            slug=row.slug,
            name=row.name,
            draft=_named_at(row.draft, registry, kind, name),
            live=_named_at(row.document, registry, kind, name),
        )
        for row in rows
    )
    return [one for one in found if one.draft or one.live]


def flows_using(session: Session, tenant_id: UUID, calendar: str) -> list[str]:
    """Name the workflows whose draft or live version names a calendar."""
    return _flows_naming(session, tenant_id, CALENDAR, calendar)


def flows_deciding_by(session: Session, tenant_id: UUID, table_id: UUID) -> list[str]:
    """Name the workflows whose draft or live version decides by a decision table."""
    return _flows_naming(session, tenant_id, TABLE, str(table_id))


def flows_looking_up(session: Session, tenant_id: UUID, table: str) -> list[str]:
    """Name the workflows whose draft or live version looks something up in a look-up table."""
    return _flows_naming(session, tenant_id, LOOK_UP, table)


def flows_connecting_by(session: Session, tenant_id: UUID, connection: str) -> list[str]:
    """Name the workflows whose draft or live version names a connection."""
    return _flows_naming(session, tenant_id, CONNECTION, connection)


def flows_with_block(session: Session, tenant_id: UUID, block_id: str, version: str) -> list[str]:
    """Name the workflows of people whose draft or live version has a block of that version."""
    return _flows_naming(session, tenant_id, BLOCK, f"{block_id}@{version}")


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


def versions_using(
    session: Session, tenant_id: UUID, versions: Collection[UUID], block_id: str, version: str
) -> list[UUID]:
    """Give those of some versions of workflows that have a block of a version."""
    rows = session.execute(
        select(FlowVersionRow.id, FlowVersionRow.document).where(
            FlowVersionRow.tenant_id == tenant_id, FlowVersionRow.id.in_(list(versions))
        )
    )
    wanted = f"{block_id}@{version}"
    return [row.id for row in rows if wanted in blocks_of(row.document)]


def blocks_of_live(session: Session, tenant_id: UUID) -> list[set[str]]:
    """Give the ids of the blocks of each live workflow."""
    rows = session.scalars(
        select(FlowVersionRow.document)
        .join(FlowRow, FlowRow.live_version_id == FlowVersionRow.id)
        .where(FlowRow.tenant_id == tenant_id)
    )
    return [{one.partition("@")[0] for one in blocks_of(found)} for found in rows]


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


def _flows_naming(session: Session, tenant_id: UUID, kind: str, name: str) -> list[str]:
    return [one.name for one in uses_by_flows(session, tenant_id, kind, name)]


def _named_at(document: Any, registry: Registry, kind: str, name: str) -> tuple[str, ...]:
    if not document:
        return ()
    found = (
        one.at for one in places_in(document, registry) if (one.kind, one.name) == (kind, name)
    )
    return tuple(dict.fromkeys(found))

"""Finding workflows and versions for those who run them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from kernel.kept import Kept
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.model import Flow, parse_flow
from runtime.flows.versions import get_version

FLOWS_KEPT = 500
_flows: Kept[UUID, Flow] = Kept(FLOWS_KEPT)


class Runnable(NamedTuple):
    """A version of a workflow as those see it who run it."""

    id: UUID
    flow_id: UUID
    flow: Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Startable:
    """What a start must know of a workflow; `version_id` is that of the live version."""

    name: str
    paused: bool
    version_id: UUID | None


def startable(session: Session, tenant_id: UUID, flow_id: UUID) -> Startable:
    """Give what a start must know, nothing else; raises NotFoundError."""
    found = session.execute(_startable(), {"tenant": tenant_id, "flow": flow_id}).first()
    if found is None:
        raise NotFoundError("no such workflow", id=str(flow_id))
    return Startable(name=found[0], paused=found[1], version_id=found[2])


def runnable(session: Session, tenant_id: UUID, flow_id: UUID, version_id: UUID) -> Runnable:
    """Give a version as values; versions never change, so each is read once."""
    flow = _flows.get(
        version_id, lambda: parse_flow(get_version(session, tenant_id, version_id).document)
    )
    return Runnable(version_id, flow_id, flow)


def find_flow_id(session: Session, tenant_id: UUID, slug: str) -> UUID | None:
    """Give the workflow of that slug, or None."""
    return session.scalar(
        select(FlowRow.id).where(FlowRow.tenant_id == tenant_id, FlowRow.slug == slug)
    )


def find_version(session: Session, tenant_id: UUID, flow_id: UUID, number: int) -> Runnable:
    """Give a published version by its number; raises NotFoundError when it is gone or retired."""
    row = session.scalar(
        select(FlowVersionRow).where(
            FlowVersionRow.tenant_id == tenant_id,
            FlowVersionRow.flow_id == flow_id,
            FlowVersionRow.number == number,
        )
    )
    if row is None or row.retired_at is not None:
        raise NotFoundError(f"there is no version {number} of this workflow: choose another")
    return runnable(session, tenant_id, flow_id, row.id)


def lock_flow(session: Session, tenant_id: UUID, flow_id: UUID) -> None:
    """Let nobody else decide on starts of this workflow before this transaction ends."""
    session.execute(
        select(FlowRow.id)
        .where(FlowRow.tenant_id == tenant_id, FlowRow.id == flow_id)
        .with_for_update(key_share=True)  # new rows may refer to it meanwhile
    )


@cache  # every start asks this: putting it together costs more than running it
def _startable() -> Select[str, bool, UUID | None]:
    columns = (FlowRow.name, FlowRow.paused, FlowRow.live_version_id)
    return select(*columns).where(
        FlowRow.tenant_id == bindparam("tenant"), FlowRow.id == bindparam("flow")
    )

"""Which live workflows start by the clock: their schedule triggers as they were published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.flows._tables import FlowRow, FlowVersionRow

AT_ONCE = 500


class LiveFlow(NamedTuple):
    """A published workflow: whether it is paused, and its live version."""

    tenant_id: UUID
    id: UUID
    version_id: UUID
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSchedule:
    """One schedule trigger of a live workflow, as its document has it."""

    tenant_id: UUID
    flow_id: UUID
    version_id: UUID
    trigger_id: str
    trigger: Mapping[str, Any]
    paused: bool = False


class LiveSchedules:
    """The schedules of all live workflows; a version's document is read once, it never changes."""

    def __init__(self) -> None:
        self._triggers: dict[UUID, Mapping[str, Mapping[str, Any]]] = {}

    def read(self, session: Session) -> list[LiveSchedule]:
        """List them, those of paused workflows too; call it in system scope."""
        flows = live_flows(session)
        wanted = {flow.version_id for flow in flows}
        known = {id_: found for id_, found in self._triggers.items() if id_ in wanted}
        self._triggers = known | _triggers_of(session, wanted - known.keys())
        return [
            LiveSchedule(
                tenant_id=flow.tenant_id,
                flow_id=flow.id,
                version_id=flow.version_id,
                trigger_id=id_,
                trigger=trigger,
                paused=flow.paused,
            )
            for flow in flows
            for id_, trigger in self._triggers.get(flow.version_id, {}).items()
        ]


def live_flows(session: Session) -> list[LiveFlow]:
    """List every published workflow in reach."""
    columns = (FlowRow.tenant_id, FlowRow.id, FlowRow.live_version_id, FlowRow.paused)
    rows = session.execute(select(*columns).where(FlowRow.live_version_id.is_not(None)))
    return [
        LiveFlow(tenant_id, id_, version_id, paused)
        for tenant_id, id_, version_id, paused in rows
        if version_id is not None
    ]


def schedule_triggers(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Give the schedule triggers of a workflow's document by id."""
    return {
        id_: trigger
        for id_, trigger in document["triggers"].items()
        if trigger["kind"] == "schedule"
    }


def _triggers_of(
    session: Session, versions: Iterable[UUID]
) -> dict[UUID, Mapping[str, Mapping[str, Any]]]:
    found: dict[UUID, Mapping[str, Mapping[str, Any]]] = {}
    ids = list(versions)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        columns = (FlowVersionRow.id, FlowVersionRow.document)
        for id_, document in session.execute(select(*columns).where(FlowVersionRow.id.in_(some))):
            found[id_] = schedule_triggers(document)
    return found

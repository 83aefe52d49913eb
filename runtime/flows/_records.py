"""What others see of workflows and versions, and the guard that keeps versions as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import attributes

from kernel.errors import GarlandError
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.going_live.authors import note_authors_of

note_authors_of(FlowRow, "flow_id")


class ImmutableError(GarlandError):
    """A published version was about to be changed: a fault in Garland, never a person's."""

    code = "flow.immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowView:
    """A workflow as others see it; `draft` is its document."""

    id: UUID
    tenant_id: UUID
    slug: str
    name: str
    draft: Mapping[str, Any]
    draft_revision: int
    live_version_id: UUID | None
    live_number: int | None
    has_unpublished_changes: bool
    paused: bool
    created_at: datetime
    updated_at: datetime
    updated_by: str

    @property
    def state(self) -> str:
        """Give the one word for lists: draft, paused or live."""
        if self.live_version_id is None:
            return "draft"
        return "paused" if self.paused else "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowVersionView:
    """One version; `number` is None for a trial's snapshot.

    The document names the versions of the workflows it calls. A retired one takes no new run.
    """

    id: UUID
    tenant_id: UUID
    flow_id: UUID
    number: int | None
    document: Mapping[str, Any]
    digest: str
    note: str
    made_at: datetime
    made_by: str
    retired_at: datetime | None = None


def view_of(row: FlowRow, live: FlowVersionRow | None) -> FlowView:
    """Give a workflow as others see it; `live` is its live version's row."""
    return FlowView(
        id=row.id,
        tenant_id=row.tenant_id,
        slug=row.slug,
        name=row.name,
        draft=row.draft,
        draft_revision=row.draft_revision,
        live_version_id=row.live_version_id,
        live_number=live.number if live is not None else None,
        has_unpublished_changes=live is not None and live.digest != row.draft_digest,
        paused=row.paused,
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def version_view_of(row: FlowVersionRow) -> FlowVersionView:
    """Give a version as others see it."""
    return FlowVersionView(
        id=row.id,
        tenant_id=row.tenant_id,
        flow_id=row.flow_id,
        number=row.number,
        document=_with_calls(row.document, row.calls) if row.calls else row.document,
        digest=row.digest,
        note=row.note,
        made_at=row.made_at,
        made_by=row.made_by,
        retired_at=row.retired_at,
    )


def _with_calls(part: Mapping[str, Any], calls: Mapping[str, int]) -> dict[str, Any]:
    """Write into each calling step the version that was fixed when it was published."""
    steps: dict[str, Any] = {}
    for id_, step in part["steps"].items():
        changed = dict(step)
        if id_ in calls:
            changed["config"] = {**step.get("config", {}), "version": calls[id_]}
        if "body" in step:
            changed["body"] = _with_calls(step["body"], calls)
        steps[id_] = changed
    return {**part, "steps": steps}


@event.listens_for(FlowVersionRow, "before_update")
def _refuse_change(_mapper: Any, _connection: Any, row: FlowVersionRow) -> None:
    for name in ("document", "digest", "calls", "number", "flow_id"):
        if attributes.get_history(row, name).has_changes():
            raise ImmutableError(f"{name} of a version of a workflow is never changed")

"""What a draft was, revision by revision; merging what was made of an earlier one; going back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.registry import Registry
from kernel.errors import NotFoundError
from runtime.drafts.merging import Choices, Merge, merged
from runtime.flows._revisions import built_on
from runtime.flows._tables import DraftRevisionRow, FlowRow
from runtime.flows.model import require_shape
from runtime.flows.versions import FlowView, get_flow, save_draft
from tenancy.rows import get_owned


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A draft as it was: who made it when, and what made it where that was no plain edit."""

    number: int
    made_at: datetime
    made_by: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """A merge with the draft as it is now: what it builds on, and what they made since.

    Attributes:
        base: What both began with; None where it is not kept any more: then whatever only one
            side has is taken, and nothing counts as removed.
    """

    flow: FlowView
    base: Mapping[str, Any] | None
    merge: Merge


def list_revisions(session: Session, tenant_id: UUID, flow_id: UUID) -> list[Revision]:
    """List the drafts that are kept, newest first, without their documents."""
    row = DraftRevisionRow
    wanted = select(row.revision, row.made_at, row.made_by, row.told).where(
        row.tenant_id == tenant_id, row.flow_id == flow_id
    )
    return [
        Revision(number=number, made_at=made_at, made_by=made_by, told=told)
        for number, made_at, made_by, told in session.execute(wanted.order_by(row.revision.desc()))
    ]


def draft_mark(session: Session, tenant_id: UUID, flow_id: UUID) -> tuple[int, str]:
    """Tell which revision the draft is, and who saved it last; raises NotFoundError.

    Cheap: the document is not read.
    """
    wanted = select(FlowRow.draft_revision, FlowRow.updated_by).where(
        FlowRow.tenant_id == tenant_id, FlowRow.id == flow_id
    )
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFoundError("no such workflow", id=str(flow_id))
    return found.draft_revision, found.updated_by


def find_revision(
    session: Session, tenant_id: UUID, flow_id: UUID, number: int
) -> Mapping[str, Any] | None:
    """Give the draft as a revision had it; None when it is not kept any more."""
    flow = get_flow(session, tenant_id, flow_id)
    if flow.draft_revision == number:
        return flow.draft
    wanted = select(DraftRevisionRow.draft).where(
        DraftRevisionRow.tenant_id == tenant_id,
        DraftRevisionRow.flow_id == flow_id,
        DraftRevisionRow.revision == number,
    )
    return session.scalar(wanted)


def merge_draft(  # noqa: PLR0913  whose document, on what, with which choices
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    *,
    document: Any,
    revision: int,
    registry: Registry,
    page: str = "",
    choices: Choices | None = None,
) -> Merging:
    """Merge a document that builds on a revision with the draft as it is; saves nothing.

    `page` is where it was drawn: see `save_draft`.

    Raises:
        InvalidError: the document is no workflow.
    """
    require_shape(document)
    flow = get_flow(session, tenant_id, flow_id)
    row = get_owned(session, FlowRow, tenant_id, flow_id, name="workflow")
    number = built_on(session, row, revision, page=page)
    base = find_revision(session, tenant_id, flow_id, number)
    shared = base if base is not None else _shared(document, flow.draft)
    merge = merged(shared, document, flow.draft, registry, choices)
    return Merging(flow=flow, base=base, merge=merge)


def restore_revision(  # noqa: PLR0913  who, which one, on which revision and when
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    number: int,
    *,
    expected_revision: int,
    by: str,
    now: datetime,
) -> FlowView:
    """Make an earlier draft the draft again.

    Raises:
        NotFoundError: it is not kept any more.
        ConflictError: somebody saved another draft since `expected_revision`.
    """
    document = find_revision(session, tenant_id, flow_id, number)
    if document is None:
        raise NotFoundError(f"draft {number} is not kept any more", revision=number)
    return save_draft(
        session,
        tenant_id,
        flow_id,
        document=document,
        expected_revision=expected_revision,
        by=by,
        now=now,
        told=f"Draft {number} restored",
    )


def _shared(mine: Any, theirs: Any) -> Any:
    """Give what two values have alike: a base that nothing was removed from."""
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        both = {name: _shared(mine[name], theirs[name]) for name in mine if name in theirs}
        return {name: value for name, value in both.items() if value is not None}
    if isinstance(mine, list) and isinstance(theirs, list):
        return [one for one in mine if one in theirs]
    return mine if mine == theirs else None

"""Changing many drafts at once, such as for a block's upgrade, and taking that back.

What each draft was is kept until the same cause changes drafts again. Taking it back restores the
drafts that nobody has changed since, and leaves the others as people made them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from runtime.flows._tables import EarlierDraft, FlowRow
from runtime.flows.versions import get_flow, save_draft

SHOWN = 5


class Change(NamedTuple):
    """A new draft for a workflow, whose draft has that revision."""

    flow_id: UUID
    revision: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The last change of a cause.

    Attributes:
        told: What it did.
        as_left: Names of the workflows whose draft is as it was left.
        gone_on: Names of those that people changed since.
    """

    told: str
    made_at: datetime
    made_by: str
    as_left: Sequence[str]
    gone_on: Sequence[str]


def change_drafts(  # noqa: PLR0913  what changes, why, by whom and when
    session: Session,
    tenant_id: UUID,
    changes: Iterable[Change],
    *,
    cause: str,
    told: str,
    by: str,
    now: datetime,
) -> list[str]:
    """Save new drafts and keep what they were; give the names of the workflows.

    Where nothing is changed, the change before it can still be taken back.

    Raises:
        ConflictError: somebody saved one of the drafts meanwhile; nothing is to be committed.
    """
    names: list[str] = []
    for flow_id, revision, document in changes:
        if not names:
            forget(session, tenant_id, cause)
        where = (session, tenant_id, flow_id)
        before = get_flow(*where)
        after = save_draft(*where, document=document, expected_revision=revision, by=by, now=now)
        row = EarlierDraft(id=new_id(), tenant_id=tenant_id, flow_id=flow_id, cause=cause)
        row.told, row.draft, row.revision = told, dict(before.draft), after.draft_revision
        row.made_at, row.made_by = now, by
        session.add(row)
        names.append(before.name)
    session.flush()
    return names


def last_change(session: Session, tenant_id: UUID, cause: str) -> Changed | None:
    """Tell what a cause changed last; None where that was nothing, or was taken back."""
    found = _kept(session, tenant_id, cause)
    if not found:
        return None
    first = found[0][0]
    return Changed(
        told=first.told,
        made_at=first.made_at,
        made_by=first.made_by,
        as_left=[flow.name for row, flow in found if row.revision == flow.draft_revision],
        gone_on=[flow.name for row, flow in found if row.revision != flow.draft_revision],
    )


def take_back(session: Session, tenant_id: UUID, cause: str, *, by: str, now: datetime) -> Changed:
    """Restore the drafts that nobody changed since; tell which they were.

    Raises:
        NotFoundError: there is nothing to take back.
        ConflictError: people changed every one of them since.
    """
    told = last_change(session, tenant_id, cause)
    if told is None:
        raise NotFoundError("there is nothing to take back", cause=cause)
    if not told.as_left:
        named = ", ".join(told.gone_on[:SHOWN])
        raise ConflictError(f"people changed {named} since: change it there")
    for row, flow in _kept(session, tenant_id, cause):
        if row.revision == flow.draft_revision:
            where = (session, tenant_id, flow.id)
            revision = flow.draft_revision
            save_draft(*where, document=row.draft, expected_revision=revision, by=by, now=now)
    forget(session, tenant_id, cause)
    return told


def forget(session: Session, tenant_id: UUID, cause: str) -> None:
    """Let a change stand for good."""
    session.execute(
        delete(EarlierDraft).where(EarlierDraft.tenant_id == tenant_id, EarlierDraft.cause == cause)
    )


def _kept(session: Session, tenant_id: UUID, cause: str) -> list[tuple[EarlierDraft, FlowRow]]:
    wanted = (
        select(EarlierDraft, FlowRow)
        .join(FlowRow, FlowRow.id == EarlierDraft.flow_id)
        .where(
            EarlierDraft.tenant_id == tenant_id,
            FlowRow.tenant_id == tenant_id,
            EarlierDraft.cause == cause,
        )
        .order_by(func.lower(FlowRow.name))
        .execution_options(populate_existing=True)
    )
    return [(row, flow) for row, flow in session.execute(wanted)]

"""Drafts and versions of workflows: create, edit with a revision check, publish, pause.

A published version is never changed: runs keep the one they started with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError
from kernel.ids import SLUG_MAX, new_id, slugify
from runtime.flows._carrying import of_people, refuse_carried
from runtime.flows._publishing import (
    count_live,
    digest_of,
    draft_problems,
    fixed_of,
    is_live_so,
    known_to,
    problems_of,
    publish_flow,
    ready_to_publish,
    snapshot_draft,
    snapshot_step,
)
from runtime.flows._records import (
    FlowVersionView,
    FlowView,
    ImmutableError,
    version_view_of,
    view_of,
)
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.beside import follow_draft
from runtime.flows.model import empty_flow, require_shape
from runtime.flows.revisions import built_on, keep_revision
from runtime.wake import tell_pages_after_commit
from tenancy.audit.trail import About, note
from tenancy.rows import by_name, get_owned

__all__ = [
    "FlowVersionView",
    "FlowView",
    "ImmutableError",
    "count_live",
    "create_flow",
    "digest_of",
    "draft_problems",
    "every_draft",
    "find_flow_by_slug",
    "fixed_of",
    "flow_choices",
    "flow_ids",
    "flow_names",
    "flow_slugs",
    "get_flow",
    "get_version",
    "is_live_so",
    "known_to",
    "list_flows",
    "list_versions",
    "place_of",
    "problems_of",
    "publish_flow",
    "ready_to_publish",
    "save_draft",
    "set_paused",
    "snapshot_draft",
    "snapshot_step",
]


def create_flow(  # noqa: PLR0913  what, under which name, for whom
    session: Session,
    tenant_id: UUID,
    *,
    name: str,
    now: datetime,
    document: Mapping[str, Any] | None = None,
    by: str = "",
    flow_id: UUID | None = None,
    slug: str = "",
) -> FlowView:
    """Make a workflow with a draft: the document given, or an empty one.

    `slug` is the short name it should have; a number is put to it where that is taken.

    Raises:
        InvalidError: the name is empty or the document is no workflow.
    """
    draft = {**(document or empty_flow(name)), "name": name.strip()}
    require_shape(draft)
    row = FlowRow(
        id=flow_id or new_id(),
        tenant_id=tenant_id,
        slug=_free_slug(session, tenant_id, slugify(slug or name)),
        name=name.strip(),
        draft=draft,
        draft_digest=digest_of(draft),
        created_at=now,
        updated_at=now,
        updated_by=by,
    )
    session.add(row)
    session.flush()
    tell_pages_after_commit(session, tenant_id, "workflows", {"id": str(row.id)})
    return view_of(row, None)


def list_flows(
    session: Session,
    tenant_id: UUID,
    *,
    q: str = "",
    limit: int = 200,
    after: Sequence[str] | None = None,
) -> list[FlowView]:
    """List workflows by name; `q` finds a part of it, `after` is where the page before ended."""
    mine = (
        select(FlowRow, FlowVersionRow)
        .outerjoin(FlowVersionRow, FlowVersionRow.id == FlowRow.live_version_id)
        .where(FlowRow.tenant_id == tenant_id, of_people())
    )
    wanted = by_name(mine, FlowRow, q=q, after=after).limit(limit)
    return [view_of(row, live) for row, live in session.execute(wanted)]


def place_of(flow: FlowView) -> list[str]:
    """Give where a page that ends with this workflow ended, for `after`."""
    return [flow.name, str(flow.id)]


def get_flow(session: Session, tenant_id: UUID, flow_id: UUID) -> FlowView:
    """Give one workflow; raises NotFoundError."""
    row = _row(session, tenant_id, flow_id)
    live = session.get(FlowVersionRow, row.live_version_id) if row.live_version_id else None
    return view_of(row, live)


def find_flow_by_slug(session: Session, tenant_id: UUID, slug: str) -> FlowView | None:
    """Give the workflow of that slug, or None."""
    found = session.scalar(
        select(FlowRow.id).where(FlowRow.tenant_id == tenant_id, FlowRow.slug == slug)
    )
    return get_flow(session, tenant_id, found) if found is not None else None


def flow_slugs(session: Session, tenant_id: UUID) -> dict[str, str]:
    """Give the name of every workflow by its slug."""
    rows = session.execute(
        select(FlowRow.slug, FlowRow.name).where(FlowRow.tenant_id == tenant_id, of_people())
    )
    return {row.slug: row.name for row in rows}


def flow_ids(session: Session, tenant_id: UUID) -> dict[str, UUID]:
    """Give the id of every workflow by its slug."""
    rows = session.execute(
        select(FlowRow.slug, FlowRow.id).where(FlowRow.tenant_id == tenant_id, of_people())
    )
    return {row.slug: row.id for row in rows}


def flow_choices(session: Session, tenant_id: UUID) -> list[tuple[UUID, str]]:
    """List id and name of every workflow, by name, to choose from."""
    rows = session.execute(
        select(FlowRow.id, FlowRow.name)
        .where(FlowRow.tenant_id == tenant_id, of_people())
        .order_by(func.lower(FlowRow.name), FlowRow.id)
    )
    return [(row.id, row.name) for row in rows]


def flow_names(session: Session, tenant_id: UUID, flow_ids: Collection[UUID]) -> dict[UUID, str]:
    """Give the names of workflows by id."""
    rows = session.execute(
        select(FlowRow.id, FlowRow.name).where(
            FlowRow.tenant_id == tenant_id, FlowRow.id.in_(flow_ids)
        )
    )
    return {row.id: row.name for row in rows}


def get_version(session: Session, tenant_id: UUID, version_id: UUID) -> FlowVersionView:
    """Give one version; raises NotFoundError."""
    name = "version of a workflow"
    row = get_owned(session, FlowVersionRow, tenant_id, version_id, name=name)
    return version_view_of(row)


def list_versions(session: Session, tenant_id: UUID, flow_id: UUID) -> list[FlowVersionView]:
    """List the published versions, newest first."""
    rows = session.scalars(
        select(FlowVersionRow)
        .where(
            FlowVersionRow.flow_id == flow_id,
            FlowVersionRow.tenant_id == tenant_id,
            FlowVersionRow.number.is_not(None),
        )
        .order_by(FlowVersionRow.number.desc())
    )
    return [version_view_of(row) for row in rows]


def every_draft(session: Session, tenant_id: UUID) -> list[tuple[UUID, str, dict[str, Any], int]]:
    """Give id, name, draft and its revision of each workflow that people made, by name."""
    wanted = select(FlowRow.id, FlowRow.name, FlowRow.draft, FlowRow.draft_revision)
    mine = wanted.where(FlowRow.tenant_id == tenant_id, of_people()).order_by(
        func.lower(FlowRow.name)
    )
    return [(row.id, row.name, row.draft, row.draft_revision) for row in session.execute(mine)]


def save_draft(  # noqa: PLR0913  who, what, on which revision and when
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    *,
    document: Any,
    expected_revision: int,
    by: str,
    now: datetime,
    page: str = "",
    told: str = "",
) -> FlowView:
    """Replace the draft, if nobody else did since `expected_revision`.

    A draft may be unfinished; it must only have a workflow's shape. What it was is kept for a
    while, so that changes made on it can be merged, and taken back. `page` is the open page it was
    drawn on: what that page saved itself is no other's draft. `told` is what made it, where that
    is no plain edit.

    Raises:
        InvalidError: it has not, or is over 1 MB.
        ConflictError: somebody saved another draft first; `detail` says who and when.
    """
    require_shape(document)
    row = _row(session, tenant_id, flow_id, lock=True)
    if row.draft_revision != built_on(session, row, expected_revision, page=page):
        own = "it was saved meanwhile under your name, in another window"
        theirs = f"{row.updated_by or 'somebody'} saved this workflow meanwhile"
        raise ConflictError(
            f"{own if row.updated_by == by else theirs}: load it again, or save yours as a copy",
            revision=row.draft_revision,
        )
    digest = digest_of(document)
    if digest != row.draft_digest:
        keep_revision(session, row)
        was = row.draft
        row.draft, row.draft_digest = dict(document), digest
        row.draft_revision += 1
        row.name = document["name"].strip()
        row.updated_at, row.updated_by = now, by
        keep_revision(session, row, page=page, told=told)
        session.flush()
        follow_draft(session, tenant_id, flow_id, was=was, draft=document)
        tell_pages_after_commit(session, tenant_id, "workflows", {"id": str(row.id)})
    return get_flow(session, tenant_id, flow_id)


def set_paused(
    session: Session, tenant_id: UUID, flow_id: UUID, *, paused: bool, now: datetime
) -> FlowView:
    """Pause a workflow, so that nothing starts it, or resume it."""
    row = _row(session, tenant_id, flow_id, lock=True)
    if row.paused is not paused:
        about = About(kind="workflow", id=row.id, name=row.name)
        done = "workflow.paused" if paused else "workflow.resumed"
        note(session, tenant_id, done, now=now, about=about)
    row.paused, row.updated_at = paused, now
    session.flush()
    tell_pages_after_commit(session, tenant_id, "workflows", {"id": str(row.id)})
    return get_flow(session, tenant_id, flow_id)


def _free_slug(session: Session, tenant_id: UUID, wanted: str) -> str:
    stem = wanted[: SLUG_MAX - 5]  # a number may have taken the place of the end
    taken = set(
        session.scalars(
            select(FlowRow.slug).where(
                FlowRow.tenant_id == tenant_id, FlowRow.slug.startswith(stem, autoescape=True)
            )
        )
    )
    slug, number = wanted, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def _row(session: Session, tenant_id: UUID, flow_id: UUID, *, lock: bool = False) -> FlowRow:
    row = get_owned(session, FlowRow, tenant_id, flow_id, name="workflow", lock=lock)
    if lock:
        refuse_carried(row.slug)
    return row

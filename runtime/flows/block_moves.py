"""Moving live workflows to another version of a block, and back, one workflow at a time.

What goes live is what was live, with nothing else changed: versions of called workflows and tables
stay as they were fixed. A draft that was the same as what was live follows, so that nobody's next
publishing undoes it; any other draft is its people's and stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.manifest import Manifest
from kernel.errors import ConflictError
from kernel.ids import new_id
from runtime.flows._alone import takes_two
from runtime.flows._carrying import of_people
from runtime.flows._placing import place_block_triggers
from runtime.flows._publishing import digest_of, ready_to_publish
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.model import shape_problems
from runtime.flows.upgraded import repinned, upgraded, users_of
from runtime.flows.uses import blocks_of
from runtime.flows.versions import save_draft
from runtime.schedules.marks import place_marks
from runtime.wake import tell_pages_after_commit
from tenancy.audit.trail import About, note
from tenancy.rows import get_owned


class NeedsSecondError(ConflictError):
    """Here a second person has to say yes to what goes live."""

    code = "flow.needs_second"


class BlockReplacedError(ConflictError):
    """Another block that it uses is another package by now, which nobody published it with."""

    code = "flow.block_replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFlow:
    """A workflow as it is live."""

    flow_id: UUID
    name: str
    version_id: UUID
    number: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A workflow that was moved: the versions of it that were live before and since."""

    flow_id: UUID
    before_id: UUID
    before_number: int
    after_id: UUID


def live_with(
    session: Session, tenant_id: UUID, block_id: str, versions: Collection[str]
) -> list[LiveFlow]:
    """List the workflows of people whose live version uses one of a block's versions, by name."""
    rows = session.execute(
        select(FlowRow.id, FlowRow.name, FlowVersionRow)
        .join(FlowVersionRow, FlowVersionRow.id == FlowRow.live_version_id)
        .where(FlowRow.tenant_id == tenant_id, of_people())
        .order_by(func.lower(FlowRow.name), FlowRow.id)
    )
    return [
        LiveFlow(
            flow_id=row.id,
            name=row.name,
            version_id=live.id,
            number=live.number or 0,
            document=live.document,
        )
        for row in rows
        for live in [row.FlowVersionRow]
        if not shape_problems(live.document)
        and any(True for _ in users_of(live.document, block_id, versions))
    ]


def live_documents(session: Session, tenant_id: UUID) -> list[Mapping[str, Any]]:
    """Give the documents of the live versions of people's workflows, paused ones left out."""
    rows = session.scalars(
        select(FlowVersionRow.document)
        .join(FlowRow, FlowVersionRow.id == FlowRow.live_version_id)
        .where(FlowRow.tenant_id == tenant_id, ~FlowRow.paused, of_people())
        .order_by(FlowRow.id)
    )
    return list(rows)


def live_version_of(session: Session, tenant_id: UUID, flow_id: UUID) -> UUID | None:
    """Give which version of a workflow is live; raises NotFoundError."""
    return get_owned(session, FlowRow, tenant_id, flow_id, name="workflow").live_version_id


def move_live(  # noqa: PLR0913  which workflow, to what, why, by whom
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    new: Manifest,
    versions: Collection[str],
    *,
    told: str,
    by: str,
    now: datetime,
) -> Moved:
    """Let what is live use a new version, which is installed, in place of some older ones.

    Raises:
        NotFoundError: no such workflow.
        ConflictError: it is not live.
        NeedsSecondError: the organisation wants a second person to look at it.
        BlockReplacedError: another block of it was replaced under its version since.
        InvalidError: it would not work with that version; names each problem.
        NotInPlanError: the plan does not hold a block of it.
    """
    row = get_owned(session, FlowRow, tenant_id, flow_id, name="workflow", lock=True)
    live = session.get(FlowVersionRow, row.live_version_id) if row.live_version_id else None
    if live is None:
        raise ConflictError(f"{row.name} is not live")
    draft = _as_draft(upgraded(live.document, new, versions))
    if takes_two(session, tenant_id, [draft, live.document]):
        raise NeedsSecondError(f"{row.name}: a second person has to say yes: upgrade it by hand")
    _, document = ready_to_publish(session, tenant_id, draft)
    if replaced := repinned(live.document, document, new.id, versions):
        raise BlockReplacedError(
            f"{row.name}: another package is installed than it was published with, at "
            f"{', '.join(replaced)}: look at it and publish it anew"
        )
    version = FlowVersionRow(
        id=new_id(), tenant_id=tenant_id, flow_id=flow_id, number=_next(session, flow_id)
    )
    version.document, version.digest, version.calls = document, digest_of(draft), live.calls
    version.note, version.made_of = told, live.made_of
    version.made_at, version.made_by = now, by
    session.add(version)
    session.flush()
    if row.draft_digest == digest_of(_as_draft(live.document)):
        revision = row.draft_revision
        where = (session, tenant_id, flow_id)
        save_draft(*where, document=draft, expected_revision=revision, by=by, now=now, told=told)
    _make_live(session, row, version, live.document, now=now)
    about, facts = About(kind="workflow", id=row.id, name=row.name), {"version": version.number}
    note(session, tenant_id, "workflow.block_moved", now=now, about=about, facts=facts)
    return Moved(
        flow_id=flow_id, before_id=live.id, before_number=live.number or 0, after_id=version.id
    )


def move_back(
    session: Session, tenant_id: UUID, moved: Moved, *, told: str, by: str, now: datetime
) -> bool:
    """Let a workflow use again exactly the version from before; its draft too, if it followed.

    It goes back to what it was, and nothing is checked but that its blocks are there and may be
    used. Where one is not, such as a version that was recalled, or somebody published another
    version since, which is theirs, it stays: False.

    Raises:
        NotFoundError: the workflow is not there any more.
    """
    row = get_owned(session, FlowRow, tenant_id, moved.flow_id, name="workflow", lock=True)
    before = session.get(FlowVersionRow, moved.before_id)
    after = session.get(FlowVersionRow, moved.after_id)
    if row.live_version_id != moved.after_id or before is None or after is None:
        return False
    registry = registry_of(session, tenant_id)
    needed = (one.partition("@") for one in blocks_of(before.document))
    found = (registry.find(block_id, version) for block_id, _, version in needed)
    if any(block is None or not block.standing.starts_runs for block in found):
        return False
    if row.draft_digest == after.digest:
        draft, revision = _as_draft(before.document), row.draft_revision
        where = (session, tenant_id, row.id)
        save_draft(*where, document=draft, expected_revision=revision, by=by, now=now, told=told)
    _make_live(session, row, before, after.document, now=now)
    about, facts = About(kind="workflow", id=row.id, name=row.name), {"version": before.number}
    note(session, tenant_id, "workflow.block_moved_back", now=now, about=about, facts=facts)
    return True


def _make_live(
    session: Session,
    row: FlowRow,
    version: FlowVersionRow,
    before: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    row.live_version_id = version.id
    session.flush()
    registry = registry_of(session, row.tenant_id)
    place_marks(session, row.tenant_id, row.id, version.document["triggers"], now=now)
    place_block_triggers(session, row, version.document, before, registry, now=now)
    tell_pages_after_commit(session, row.tenant_id, "workflows", {"id": str(row.id)})


def _as_draft(part: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is live as its draft was: without the digests of packages."""
    found = {**part, "steps": {id_: _without(one) for id_, one in part["steps"].items()}}
    if "triggers" in part:
        found["triggers"] = {id_: _without(one) for id_, one in part["triggers"].items()}
    return found


def _without(used: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in used.items() if name != "digest"}
    if "undo" in found:
        found["undo"] = _without(found["undo"])
    if "body" in found:
        found["body"] = _as_draft(found["body"])
    return found


def _next(session: Session, flow_id: UUID) -> int:
    numbers = select(func.max(FlowVersionRow.number)).where(FlowVersionRow.flow_id == flow_id)
    return (session.scalar(numbers) or 0) + 1

"""What becomes of what was published: retired, brought back, restored, deleted; who needs it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from blocks.registry import Registry
from kernel.errors import NotFoundError
from kernel.numbers import MOST
from runtime.flows._alone import refuse_alone, refuse_back_alone
from runtime.flows._carrying import refuse_carried
from runtime.flows._records import FlowVersionView, FlowView, version_view_of
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.model import every_step
from runtime.flows.titles import titles_of
from runtime.flows.versions import get_flow, save_draft
from runtime.going_live.model import Known, known_since
from runtime.wake import tell_pages_after_commit
from tenancy.audit.trail import About, note
from tenancy.policies import together
from tenancy.rows import get_owned


class Caller(NamedTuple):
    """A version of another workflow that is fixed to a version, by one of its steps."""

    flow_id: UUID
    name: str
    number: int | None
    step: str
    is_live: bool


def find_numbered(
    session: Session, tenant_id: UUID, flow_id: UUID, number: int, *, lock: bool = False
) -> FlowVersionView:
    """Give a published version by its number, retired or not; raises NotFoundError.

    With `lock`, no run of it is started before this transaction ends.
    """
    return version_view_of(_row(session, tenant_id, flow_id, number, lock=lock))


def set_retired(
    session: Session, tenant_id: UUID, flow_id: UUID, number: int, *, at: datetime | None
) -> FlowVersionView:
    """Retire a version, or with None bring it back; whether it may is the caller's matter."""
    refuse_carried(get_owned(session, FlowRow, tenant_id, flow_id, name="workflow").slug)
    row = _row(session, tenant_id, flow_id, number, lock=True)
    row.retired_at = at
    session.flush()
    tell_pages_after_commit(session, tenant_id, "workflows", {"id": str(flow_id)})
    return version_view_of(row)


def restore_version(  # noqa: PLR0913  who, which one, on which revision and when
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    number: int,
    *,
    expected_revision: int,
    by: str,
    now: datetime,
) -> FlowView:
    """Make a published version the draft; a draft that is that version already stays as it is.

    Workflows that it calls are again those that are live when it is published.

    Raises:
        NotFoundError: no such version.
        ConflictError: somebody saved another draft since `expected_revision`.
    """
    row, flow = _row(session, tenant_id, flow_id, number), get_flow(session, tenant_id, flow_id)
    if flow.draft == row.document:
        return flow
    about = About(kind="workflow", id=flow_id, name=flow.name)
    facts = {"version": number}
    note(session, tenant_id, "workflow.restored", now=now, about=about, facts=facts)
    return save_draft(
        session,
        tenant_id,
        flow_id,
        document=row.document,
        expected_revision=expected_revision,
        by=by,
        now=now,
        told=f"Version {number} restored",
    )


def document_of(
    session: Session, tenant_id: UUID, flow_id: UUID, number: int | None
) -> Mapping[str, Any]:
    """Give the document of a version as it was drawn, or of the draft where `number` is None."""
    if number is None:
        return get_flow(session, tenant_id, flow_id).draft
    return _row(session, tenant_id, flow_id, number).document


def require_back(session: Session, tenant_id: UUID, flow_id: UUID, number: int) -> bool:
    """Refuse that whoever acts lets a version be live again, where that takes a second person.

    Tells whether a second person put it live before, or said yes to it.

    Raises:
        NotFoundError: no such version.
        SecondPersonError: nobody but who made it ever put it live or said yes to it.
    """
    row = _row(session, tenant_id, flow_id, number)
    refuse_back_alone(session, row)
    return row.took_two


def require_second(session: Session, tenant_id: UUID, flow_id: UUID) -> None:
    """Refuse that whoever acts lets a draft act that they had a hand in, where that takes two.

    Raises:
        NotFoundError: no such workflow.
        SecondPersonError: saying who has to do it.
    """
    row = get_owned(session, FlowRow, tenant_id, flow_id, name="workflow")
    refuse_alone(session, tenant_id, flow_id, [row.draft], digest=row.draft_digest)


def authors_of_versions(
    session: Session, tenant_id: UUID, flow_id: UUID, number: int, *, known: Known | None = None
) -> dict[str, str]:
    """Give who had a hand in a version and in those it grew from, names by who answers.

    Those that are `known` are left out; where it is one of them, all that it grew from count.
    """
    rows = session.scalars(
        select(FlowVersionRow)
        .where(FlowVersionRow.tenant_id == tenant_id, FlowVersionRow.flow_id == flow_id)
        .where(FlowVersionRow.number <= number)
        .order_by(FlowVersionRow.number)
    )
    return together(
        known_since(known, [(one.number or 0, one.made_at, one.made_of) for one in rows])
    )


def callers_of(
    session: Session,
    tenant_id: UUID,
    version: FlowVersionView,
    registry: Registry,
    *,
    also: Collection[UUID] = (),
) -> list[Caller]:
    """List the live versions of other workflows, and those in `also`, that are fixed to one."""
    slug = session.scalar(
        select(FlowRow.slug).where(FlowRow.tenant_id == tenant_id, FlowRow.id == version.flow_id)
    )
    is_live = FlowRow.live_version_id == FlowVersionRow.id
    rows = session.execute(
        select(FlowRow.id, FlowRow.name, FlowVersionRow, is_live)
        .join(FlowVersionRow, FlowVersionRow.flow_id == FlowRow.id)
        .where(FlowRow.tenant_id == tenant_id, FlowRow.id != version.flow_id)
        .where(or_(is_live, FlowVersionRow.id.in_(also)))
        .order_by(FlowRow.name, FlowRow.id)
    )
    return [
        Caller(flow_id, name, row.number, step, live)
        for flow_id, name, row, live in rows
        for step, called, number in calls_in(version_view_of(row).document, registry)
        if called == slug and number == version.number
    ]


def who_starts(
    session: Session, tenant_id: UUID, flow: FlowView, registry: Registry
) -> list[tuple[str, str]]:
    """List the other workflows whose live version calls this one, or starts it when they fail."""
    rows = session.execute(
        select(FlowRow.name, FlowVersionRow)
        .join(FlowVersionRow, FlowVersionRow.id == FlowRow.live_version_id)
        .where(FlowRow.tenant_id == tenant_id, FlowRow.id != flow.id)
        .order_by(FlowRow.name, FlowRow.id)
    )
    found = []
    for name, row in rows:
        titles = titles_of(row.document, registry)
        steps = [
            step for step, called, _ in calls_in(row.document, registry) if called == flow.slug
        ]
        found += [(name, f"calls it in step {titles[step]}") for step in steps]
        on_failure = row.document.get("settings", {}).get("on_failure", {})
        if on_failure.get("flow") == flow.slug:
            found.append((name, "starts it when it fails"))
    return found


def lock_for_deletion(session: Session, tenant_id: UUID, flow_id: UUID) -> None:
    """Let nobody start, publish or retire a workflow before this transaction ends.

    Versions first, as starts do, so that the two never hold what the other waits for.

    Raises:
        NotFoundError: no such workflow.
    """
    versions = select(FlowVersionRow.id).where(
        FlowVersionRow.tenant_id == tenant_id, FlowVersionRow.flow_id == flow_id
    )
    session.scalars(versions.with_for_update()).all()
    row = get_owned(session, FlowRow, tenant_id, flow_id, name="workflow", lock=True)
    refuse_carried(row.slug)


def delete_rows(session: Session, tenant_id: UUID, flow_id: UUID) -> None:
    """Delete a workflow; its versions, runs and what they kept go with it."""
    session.execute(delete(FlowRow).where(FlowRow.tenant_id == tenant_id, FlowRow.id == flow_id))
    tell_pages_after_commit(session, tenant_id, "workflows", {"id": str(flow_id)})


def calls_in(
    document: Mapping[str, Any], registry: Registry
) -> Iterator[tuple[str, str, int | None]]:
    """Yield step, slug and version of each call of another workflow."""
    for id_, step, _ in every_step(document):
        block = registry.find(step["block"], step["version"])
        if block is not None and block.manifest.behaviour.control == "call":
            config = step.get("config", {})
            yield id_, str(config.get("flow", "")), config.get("version")


def _row(
    session: Session, tenant_id: UUID, flow_id: UUID, number: int, *, lock: bool = False
) -> FlowVersionRow:
    wanted = select(FlowVersionRow).where(
        FlowVersionRow.tenant_id == tenant_id,
        FlowVersionRow.flow_id == flow_id,
        FlowVersionRow.number == number,
    )
    found = wanted.with_for_update() if lock else wanted
    row = session.scalar(found) if 0 < number <= MOST else None
    if row is None:
        raise NotFoundError(f"there is no version {number} of this workflow", number=number)
    return row

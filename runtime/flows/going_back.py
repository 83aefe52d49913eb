"""Making an earlier version live again, as it was: nothing is published anew."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from kernel.errors import InvalidError, Problem
from runtime.flows._carrying import refuse_carried
from runtime.flows._placing import place_block_triggers
from runtime.flows._publishing import problems_of
from runtime.flows._records import FlowVersionView
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.history import find_numbered
from runtime.schedules.marks import place_marks
from runtime.wake import tell_pages_after_commit
from tenancy.audit.trail import About, note
from tenancy.rows import get_owned


def make_live_again(
    session: Session, tenant_id: UUID, flow_id: UUID, number: int, *, now: datetime
) -> FlowVersionView:
    """Let new runs use a version that was published before; the draft stays as it is.

    Raises:
        NotFoundError: no such version.
        InvalidError: it is retired, or what it needs is not there any more; names each.
    """
    row = get_owned(session, FlowRow, tenant_id, flow_id, name="workflow", lock=True)
    refuse_carried(row.slug)
    version = find_numbered(session, tenant_id, flow_id, number, lock=True)
    _refuse_unfit(session, version)
    live = session.get(FlowVersionRow, row.live_version_id) if row.live_version_id else None
    before = live.document if live is not None else {"triggers": {}}
    row.live_version_id = version.id
    session.flush()
    triggers, registry = version.document["triggers"], registry_of(session, tenant_id)
    place_marks(session, tenant_id, flow_id, triggers, now=now)
    place_block_triggers(session, row, version.document, before, registry, now=now)
    about, facts = About(kind="workflow", id=row.id, name=row.name), {"version": number}
    note(session, tenant_id, "workflow.made_live_again", now=now, about=about, facts=facts)
    tell_pages_after_commit(session, tenant_id, "workflows", {"id": str(flow_id)})
    return version


def _refuse_unfit(session: Session, version: FlowVersionView) -> None:
    if version.retired_at is not None:
        told = f"version {version.number} is retired: bring it back first"
        raise InvalidError(told, problems=[Problem("/retired_at", told)])
    tenant_id = version.tenant_id
    found = problems_of(session, tenant_id, version.document)
    errors = [Problem(one.pointer, one.message) for one in found if one.severity == "error"]
    if errors:
        told = f"version {version.number} does not fit any more: {errors[0].message}"
        raise InvalidError(told, problems=errors)

"""Making what an import planned: all of it in the caller's transaction, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from kernel.errors import InvalidError, Problem
from runtime.flows.exchange.planning import Planned
from runtime.flows.exchange.retelling import retold
from runtime.flows.versions import FlowView, create_flow, get_flow, save_draft
from tenancy.audit.trail import note

log = structlog.get_logger(__name__)


def make_planned(
    session: Session,
    tenant_id: UUID,
    planned: Sequence[Planned],
    *,
    revisions: Mapping[str, int] | None = None,
    by: str,
    now: datetime,
) -> list[tuple[Planned, FlowView]]:
    """Make the new workflows and replace the drafts; give those, with what they now are.

    Calls between workflows of the file hold together: where one got another short name than the
    file says, those that call it follow.

    `revisions` are, by short name, those of the drafts that the plan was shown for.

    Raises:
        InvalidError: nothing is to be made.
        ConflictError: a draft moved on since the plan was shown.
    """
    wanted = [one for one in planned if one.choice != "leave"]
    if not wanted:
        told = "choose at least one workflow to import"
        raise InvalidError(told, problems=[Problem("", told)])
    made = [
        _make(session, tenant_id, one, (revisions or {}).get(one.slug), by=by, now=now)
        for one in wanted
    ]
    renamed = {
        one.slug: flow.slug for one, flow in zip(wanted, made, strict=True) if one.slug != flow.slug
    }
    if renamed:
        made = [_with_calls(session, tenant_id, flow, renamed, by=by, now=now) for flow in made]
    log.info("flows_imported", flows=[flow.slug for flow in made], by=by)
    names = [flow.name for flow in made]
    note(session, tenant_id, "workflows.imported", now=now, facts={"workflows": names})
    return list(zip(wanted, made, strict=True))


def _make(
    session: Session,
    tenant_id: UUID,
    one: Planned,
    revision: int | None,
    *,
    by: str,
    now: datetime,
) -> FlowView:
    if one.choice == "new" or one.standing is None:
        return create_flow(
            session,
            tenant_id,
            name=one.name,
            slug=one.slug,
            document=one.document,
            by=by,
            now=now,
        )
    return save_draft(
        session,
        tenant_id,
        one.standing.id,
        document=one.document,
        expected_revision=one.standing.revision if revision is None else revision,
        by=by,
        now=now,
    )


def _with_calls(
    session: Session,
    tenant_id: UUID,
    flow: FlowView,
    renamed: Mapping[str, str],
    *,
    by: str,
    now: datetime,
) -> FlowView:
    document = retold(flow.draft, registry_of(session, tenant_id), renamed, "flow")
    on_failure = document.get("settings", {}).get("on_failure", {})
    if on_failure.get("flow") in renamed:
        told = {**on_failure, "flow": renamed[on_failure["flow"]]}
        document["settings"] = {**document["settings"], "on_failure": told}
    if document == flow.draft:
        return flow
    save_draft(
        session,
        tenant_id,
        flow.id,
        document=document,
        expected_revision=flow.draft_revision,
        by=by,
        now=now,
    )
    return get_flow(session, tenant_id, flow.id)

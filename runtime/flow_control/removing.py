"""Copying and deleting workflows.

What still needs a workflow keeps it from being deleted, and is named. With it go its versions, its
runs and what they kept; whoever only wants it to rest pauses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid5

import structlog
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from kernel.errors import InvalidError, NotFoundError, Problem
from runtime.flows.history import delete_rows, lock_for_deletion, who_starts
from runtime.flows.lookup import lock_flow
from runtime.flows.versions import FlowView, create_flow, get_flow
from runtime.rules.model import Mode
from runtime.rules.uses import RuleUse, rules_starting
from runtime.runs.glance import count_runs_of, under_way
from tenancy.audit.trail import About, note

log = structlog.get_logger(__name__)

RUNS_MAX = 20_000


class FlowInUseError(InvalidError):
    """A workflow that something still needs was to be deleted; `problems` name each use."""

    code = "flow.in_use"
    status = 409


def copy_flow(  # noqa: PLR0913  what, under which name, for whom
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    *,
    by: str,
    now: datetime,
    name: str = "",
    key: str = "",
) -> tuple[FlowView, bool]:
    """Make a workflow with the draft of another; the same `key` makes one.

    Returns:
        The copy, and whether this call made it.

    Raises:
        NotFoundError: no such workflow.
        InvalidError: the name is too long.
    """
    source = get_flow(session, tenant_id, flow_id)
    made = uuid5(flow_id, key) if key else None
    if made is not None:
        lock_flow(session, tenant_id, flow_id)  # two copies with one key come one after the other
        try:
            return get_flow(session, tenant_id, made), False
        except NotFoundError:
            pass  # it is to be made
    named = name.strip() or f"Copy of {source.name}"
    document = {**source.draft, "name": named}
    copy = create_flow(
        session, tenant_id, name=named, document=document, by=by, now=now, flow_id=made
    )
    return copy, True


def uses_of_flow(session: Session, tenant_id: UUID, flow: FlowView) -> list[str]:
    """Say what keeps a workflow from being deleted."""
    return list(_uses(session, tenant_id, flow))


def delete_flow(
    session: Session, tenant_id: UUID, flow_id: UUID, *, by: str, now: datetime
) -> None:
    """Delete a workflow with its versions and runs.

    Raises:
        NotFoundError: no such workflow.
        FlowInUseError: with all that still needs it.
    """
    lock_for_deletion(session, tenant_id, flow_id)
    flow = get_flow(session, tenant_id, flow_id)
    uses = uses_of_flow(session, tenant_id, flow)
    if uses:
        raise FlowInUseError(
            f"{flow.name} is still needed: {'; '.join(uses)}",
            problems=[Problem("", one) for one in uses],
        )
    delete_rows(session, tenant_id, flow_id)
    log.info("flow_deleted", flow_id=str(flow_id), by=by)
    about = About(kind="workflow", id=flow_id, name=flow.name)
    note(session, tenant_id, "workflow.deleted", now=now, about=about)


def _uses(session: Session, tenant_id: UUID, flow: FlowView) -> Iterator[str]:
    active = under_way(session, tenant_id, flow.id)
    if active.count:
        yield f"{active} under way or waiting: let them end, or cancel them"
    if count_runs_of(session, tenant_id, flow.id, at_most=RUNS_MAX + 1) > RUNS_MAX:
        yield f"it has over {RUNS_MAX:,} runs, too many to delete at once: pause it instead"
    for name, how in who_starts(session, tenant_id, flow, registry_of(session, tenant_id)):
        yield f"{name} {how}: change that workflow and publish it"
    for rule in _starting(session, tenant_id, flow):
        what = "decision table" if rule.kind == "table" else "rule"
        yield f"the {what} {rule.name} starts it: change or switch off that {what}"


def rules_that_start(session: Session, tenant_id: UUID, flow: FlowView) -> list[str]:
    """List the names of the rules, off ones apart, that start a workflow."""
    return [rule.name for rule in _starting(session, tenant_id, flow)]


def _starting(session: Session, tenant_id: UUID, flow: FlowView) -> list[RuleUse]:
    found = rules_starting(session, tenant_id, flow.slug)
    return [one for one in found if one.mode in (Mode.LIVE, Mode.OBSERVE) and one.in_live]

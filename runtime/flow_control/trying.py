"""Who may let a trial really change something, and what they have to say first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.registry import Registry
from kernel.acting import Acting
from kernel.errors import ForbiddenError, InvalidError, Problem
from runtime.flow_control.publishing import require_use
from runtime.flows.affecting import approvals_in, dangerous_steps
from runtime.flows.excerpt import excerpt
from runtime.flows.history import require_second
from runtime.flows.versions import get_flow, get_version
from runtime.runs.query import RunView
from runtime.trials.effects import changing_steps
from runtime.trials.pins import pinned_steps
from runtime.trials.trying import Wanted, may_change
from tenancy.policies import approval_before_effects


def require_effects(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    wanted: Wanted,
    *,
    who: Acting,
    confirmed: bool,
) -> None:
    """Refuse a trial that would change what it may not: nobody has reviewed a draft.

    Whoever may publish it may let it act, with connections only who may use those; where publishing
    takes two, only who had no hand in the draft. What reaches into the network has to be confirmed,
    and an approval that the organisation demands is not gone round.

    Raises:
        ForbiddenError: the role may not.
        SecondPersonError: here it takes a second person, who alone may let it act.
        InvalidError: devices would be changed and nobody confirmed it, or nobody would be asked.
    """
    if not wanted.changes_something:
        return
    _require_role(who)
    require_use(session, tenant_id, flow_id, who=who)
    draft = get_flow(session, tenant_id, flow_id).draft
    require_second(session, tenant_id, flow_id)
    registry = registry_of(session, tenant_id)
    tried = excerpt(draft, wanted.only, kind="manual") if wanted.only else draft
    if approval_before_effects(session, tenant_id):
        _require_asked(tried, registry, pinned_steps(session, tenant_id, flow_id))
    touched = [
        one.title
        for one in changing_steps(tried, registry)
        if one.is_service_affecting and (wanted.may_act(one.step) or wanted.may_act(wanted.only))
    ]
    if touched and not confirmed:
        message = (
            f"confirmed: {', '.join(touched)} would reach into the network: confirm that first"
        )
        raise InvalidError(
            "confirm what reaches into the network", problems=[Problem("/confirmed", message)]
        )


def require_going_on(session: Session, tenant_id: UUID, run: RunView, *, who: Acting) -> None:
    """Refuse that somebody lets a trial go on that may change what they may not; ForbiddenError."""
    if not may_change(session, tenant_id, run.id):
        return
    _require_role(who)
    document = get_version(session, tenant_id, run.version_id).document
    require_use(session, tenant_id, run.flow_id, who=who, document=document)


def _require_role(who: Acting) -> None:
    if not who.may("workflows.publish"):
        raise ForbiddenError(
            f"your role ({who.role}) may try a draft and change nothing: ask somebody who may "
            "publish it",
            permission="workflows.publish",
        )


def _require_asked(document: Mapping[str, Any], registry: Registry, pinned: list[str]) -> None:
    """Refuse to do what the organisation asks an approval for without asking anybody."""
    dangerous = dangerous_steps(document, registry)
    skipped = sorted(approvals_in(document, registry) & set(pinned))
    problems = [
        Problem("/only", f"only: {title} needs an approval before it: try the whole workflow")
        for title in dangerous
    ]
    problems += [
        Problem(f"/pins/{id_}", f"pins: {id_} is an approval, and here it is asked: unpin it")
        for id_ in skipped
    ]
    if problems:
        raise InvalidError("here it needs an approval to change that", problems=problems)

"""Who may let a trial really change something, and what they have to say first."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from kernel.acting import Acting
from kernel.errors import ForbiddenError, InvalidError, Problem
from runtime.flow_control.publishing import require_use
from runtime.flows.versions import get_flow
from runtime.trials.effects import changing_steps
from runtime.trials.trying import Wanted


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

    Whoever may publish it may let it act, with connections only who may use those; what reaches
    into the network has to be confirmed.

    Raises:
        ForbiddenError: the role may not.
        InvalidError: devices would be changed and nobody confirmed it.
    """
    if not wanted.changes_something:
        return
    if not who.may("workflows.publish"):
        raise ForbiddenError(
            f"your role ({who.role}) may try a draft and change nothing: ask somebody who may "
            "publish it",
            permission="workflows.publish",
        )
    require_use(session, tenant_id, flow_id, who=who)
    draft = get_flow(session, tenant_id, flow_id).draft
    touched = [
        one.title
        for one in changing_steps(draft, registry_of(session, tenant_id))
        if one.is_service_affecting and wanted.may_act(one.step)
    ]
    if touched and not confirmed:
        message = (
            f"confirmed: {', '.join(touched)} would reach into the network: confirm that first"
        )
        raise InvalidError(
            "confirm what reaches into the network", problems=[Problem("/confirmed", message)]
        )

"""Whether a plan holds something, asked where it is begun: a member, a block, a feature."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.errors import ForbiddenError
from tenancy._tables import Membership
from tenancy.invitations._tables import Invitation
from tenancy.organisations import get_organisation
from tenancy.plans.assigning import OnPlan, live_of, plan_of
from tenancy.plans.terms import FEATURES


class NotInPlanError(ForbiddenError):
    """The plan does not hold this, or not so much of it; the message says whom to ask."""

    code = "plan.not_included"


def require_feature(session: Session, tenant_id: UUID, feature: str) -> None:
    """Refuse what a plan does not hold; raises NotInPlanError."""
    on = plan_of(session, tenant_id)
    if on is not None and feature not in on.plan.terms.features:
        said = f"{on.plan.name}, the plan here, does not hold {FEATURES[feature]}"
        raise NotInPlanError(f"{said}. {_ask(session, on)}", feature=feature)


def require_blocks(session: Session, tenant_id: UUID, block_ids: Collection[str]) -> None:
    """Refuse blocks that a plan does not hold; raises NotInPlanError."""
    on = plan_of(session, tenant_id)
    gone = [one for one in sorted(block_ids) if on is not None and not on.plan.terms.has_block(one)]
    if on is not None and gone:
        said = f"{on.plan.name}, the plan here, does not hold the block {', '.join(gone)}"
        raise NotInPlanError(f"{said}. {_ask(session, on)}", blocks=gone)


def require_room_for_member(session: Session, tenant_id: UUID) -> None:
    """Refuse an invitation where the plan holds no more members; raises NotInPlanError.

    Open invitations count: whoever was invited can come.
    """
    on = plan_of(session, tenant_id)
    most = on.plan.terms.quotas.get("members") if on is not None else None
    if on is None or most is None:
        return
    live = live_of(session, tenant_id)
    number = count_members(session, live) + _invited(session, tenant_id)
    if number >= most:
        said = (
            f"members: {number} of {most} are taken, invitations included, in {on.plan.name}, the "
            "plan here: remove one first"
        )
        raise NotInPlanError(f"{said}, or ask for more. {_ask(session, on)}", limit=most)


def count_members(session: Session, organisation_id: UUID) -> int:
    """Count the members of an organisation."""
    wanted = select(func.count()).where(Membership.organisation_id == organisation_id)
    return session.scalar(wanted) or 0


def _invited(session: Session, tenant_id: UUID) -> int:
    wanted = select(func.count()).where(
        Invitation.tenant_id == tenant_id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    return session.scalar(wanted) or 0


def _ask(session: Session, on: OnPlan) -> str:
    return f"Ask {get_organisation(session, on.plan.owner_id).name} for another plan"

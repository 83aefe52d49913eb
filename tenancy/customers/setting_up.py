"""Setting a new organisation up from a template: a door to what stands above.

Templates bring workflows, rules and sources, which this package does not know. The composition root
puts who does it into every session's `info`; where there is nobody, nothing is set up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import InvalidError, Problem
from tenancy.organisations import OrganisationView

SET_UP = "garland.set_up"


class SetsUp(Protocol):
    """Brings a template to an organisation that was just made."""

    def __call__(
        self,
        session: Session,
        who: Acting,
        organisation: OrganisationView,
        template_id: UUID | None,
        plan_id: UUID | None,
        *,
        now: datetime,
    ) -> None:
        """Bring a template of who acts, or the one that goes with the plan where none is named.

        Raises:
            NotFoundError: it is no template of who acts.
            NotInPlanError: the plan does not hold a block that it uses, which is named.
            ConflictError: it is archived, or something in it cannot come any more.
        """
        ...


def set_up(
    session: Session,
    who: Acting,
    organisation: OrganisationView,
    template_id: UUID | None,
    plan_id: UUID | None,
    *,
    now: datetime,
) -> None:
    """Bring what a new organisation is to have; raises as `SetsUp` does."""
    sets_up: SetsUp | None = session.info.get(SET_UP)
    if sets_up is not None:
        sets_up(session, who, organisation, template_id, plan_id, now=now)
    elif template_id is not None:
        message = "template_id: there are no templates here: leave it out"
        raise InvalidError(message, problems=[Problem("/template_id", message)])

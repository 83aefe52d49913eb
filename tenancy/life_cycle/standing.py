"""Who is not at work, and what whoever meets a closed door is told: why, and whom to ask."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import ForbiddenError
from tenancy._tables import Organisation
from tenancy.life_cycle.states import AT_WORK, Ability, State
from tenancy.organisations import OrganisationView, get_organisation

_REFUSED = {
    Ability.CHANGE: "nothing can be changed or started here; reading and exporting go on",
    Ability.TAKE_IN: "no alarm events are taken in, and nothing of this call was",
    Ability.RUN: "no runs are started, and those under way are held",
    Ability.READ: "nobody gets in",
}


class StoppedError(ForbiddenError):
    """The state of the organisation does not allow this; the message says whom to ask."""

    code = "organisation.stopped"


def not_at_work(session: Session) -> dict[UUID, State]:
    """Give the organisations that are neither active nor on trial, with their states."""
    rows = session.execute(
        select(Organisation.id, Organisation.state).where(Organisation.state.not_in(AT_WORK))
    )
    return {row.id: row.state for row in rows}


def why_stopped(session: Session, organisation_id: UUID, ability: Ability) -> str:
    """Say why an organisation may not do something now, and who can change that."""
    one = get_organisation(session, organisation_id)
    since = f" since {one.state_since:%d %b %Y}" if one.state_since is not None else ""
    reason = f" ({one.state_reason})" if one.state_reason else ""
    asked = whom_to_ask(session, one)
    said = f"{one.name} is {one.state}{since}{reason}: {_REFUSED[ability]}"
    return f"{said}. Ask {asked}" if asked else said


def whom_to_ask(session: Session, one: OrganisationView) -> str:
    """Name the organisation above one that can change its state; "" for the vendor's own."""
    return get_organisation(session, one.parent_id).name if one.parent_id is not None else ""

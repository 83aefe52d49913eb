"""Builders of a tree of organisations, and of who acts in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from kernel.acting import Acting
from tenancy.access import facts_of
from tenancy.life_cycle.changing import Wish, change_state
from tenancy.life_cycle.states import State
from tenancy.organisations import OrganisationView, create_organisation, get_organisation
from tests.factories.tenancy import NOON


def make_below(
    session: Session, parent: OrganisationView, kind: str = "customer", name: str = "Below"
) -> OrganisationView:
    """Make an organisation of a kind under another one."""
    slug = f"{kind}-{uuid4().hex[:8]}"
    return create_organisation(session, kind=kind, name=name, slug=slug, parent_id=parent.id)


def admin_of(organisation: OrganisationView, role: str = "admin") -> Acting:
    """Give somebody who acts in an organisation."""
    return facts_of(organisation, role=role, person_id=None, name="Nora")


def bring_to(
    session: Session, organisation: OrganisationView, *states: str, **wish: Any
) -> OrganisationView:
    """Bring an organisation through states at noon, by an admin of the one above it."""
    if organisation.parent_id is None:
        raise ValueError("nobody is above it")
    who = admin_of(get_organisation(session, UUID(str(organisation.parent_id))))
    for state in states:
        facts = {"reason": "unpaid", **wish}
        organisation = change_state(
            session, organisation.id, Wish(to=State(state), **facts), who=who, now=NOON
        )
    return organisation

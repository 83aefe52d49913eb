"""Giving a customer another name, or another place below the same CSP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, Problem
from tenancy._tables import Environment, Organisation
from tenancy.audit.trail import About, Actor, note
from tenancy.customers.charge import get_customer
from tenancy.life_cycle.states import State
from tenancy.organisations import (
    DEPTH_MAX,
    OrganisationView,
    ancestors_of,
    below,
    checked_name,
    get_organisation,
    require_parent,
    view_of,
)
from tenancy.plans.on_it import list_leaving

NAMED_MOST = 5
MOVED = "garland.moved"
"""Under which name a session knows what is to follow once others stand above an organisation."""


def move_customer(
    session: Session, who: Acting, organisation_id: UUID, parent_id: UUID, *, now: datetime
) -> OrganisationView:
    """Let an organisation stand under another one of those that who acts looks after, or itself.

    What is below it goes along, and so do its environments. Nothing in it changes; the one it
    stood under sees it no longer, the one it stands under does.

    Raises:
        NotFoundError: who acts does not look after one of them.
        InvalidError: the kinds do not fit, it would stand below itself, or too deep.
        ConflictError: the new parent is not at work, or a plan is of one whom they would leave.
    """
    one = get_customer(session, who, organisation_id)
    if parent_id == who.tenant_id:
        parent = get_organisation(session, who.tenant_id)
    else:
        parent = get_customer(session, who, parent_id)
    _require_place(session, one, parent)
    row = session.get_one(Organisation, one.id)
    before = get_organisation(session, row.parent_id) if row.parent_id else parent
    require_parent(session, row.kind, parent.id)
    _require_plans(session, one, parent)
    environments = select(Environment.organisation_id).where(Environment.live_id == row.id)
    for along in session.scalars(select(Organisation).where(Organisation.id.in_(environments))):
        along.parent_id = parent.id
    row.parent_id = parent.id
    session.flush()
    follow: Callable[[Session], None] | None = session.info.get(MOVED)
    if follow is not None:
        follow(session)
    told = {"from": before.name, "to": parent.name}
    _note_both(session, who, row, "customer.moved", "organisation.moved", facts=told, now=now)
    return view_of(row)


def rename_customer(
    session: Session, who: Acting, organisation_id: UUID, name: str, *, now: datetime
) -> OrganisationView:
    """Give an organisation another name; its short name, and so its addresses, stay.

    Raises:
        NotFoundError: who acts does not look after it.
        InvalidError: the name.
    """
    one = get_customer(session, who, organisation_id)
    wanted = checked_name(name)
    row = session.get_one(Organisation, one.id)
    if row.name != wanted:
        row.name = wanted
        session.flush()
        told = {"from": one.name, "to": wanted}
        _note_both(
            session, who, row, "customer.renamed", "organisation.renamed", facts=told, now=now
        )
    return view_of(row)


def _require_place(session: Session, one: OrganisationView, parent: OrganisationView) -> None:
    found = below(one.id)
    height = session.scalar(select(func.max(found.c.depth))) or 0
    inside = select(found.c.id).where(found.c.id == parent.id)
    message = ""
    if parent.id == one.id or session.scalar(inside) is not None:
        message = f"parent: {parent.name} stands below {one.name} itself: choose one that does not"
    elif len(ancestors_of(session, parent.id)) + 2 + height > DEPTH_MAX:
        message = f"parent: what is below {one.name} would stand deeper than {DEPTH_MAX} levels"
    if message:
        raise InvalidError(message, problems=[Problem("/parent", message)])
    if not State(parent.state).is_at_work:
        raise ConflictError(f"{parent.name} is {parent.state}: resume it first, or choose another")


def _require_plans(session: Session, one: OrganisationView, parent: OrganisationView) -> None:
    """Let nobody stay on a plan of a provider that looks after them no longer."""
    leaving = list_leaving(session, one.id, parent.id)
    if leaving:
        names = ", ".join(f"{each.name} ({plan})" for each, plan in leaving[:NAMED_MOST])
        more = f" and {len(leaving) - NAMED_MOST} more" if len(leaving) > NAMED_MOST else ""
        raise ConflictError(
            f"{names}{more}: on, or after a trial back on, a plan of one that this move leaves. "
            "Put each on another plan, or on none, first"
        )


def _note_both(  # noqa: PLR0913  what is noted with whom, about what, when
    session: Session,
    who: Acting,
    row: Organisation,
    with_them: str,
    with_it: str,
    *,
    facts: dict[str, str],
    now: datetime,
) -> None:
    """Note it with those who did it, and with the organisation itself."""
    about = About(kind="organisation", id=row.id, name=row.name)
    note(session, who.tenant_id, with_them, now=now, about=about, facts=facts)
    by = Actor(name=f"{who.person_name} ({who.tenant_name})", id=who.vouched_by)
    note(session, row.id, with_it, now=now, about=about, facts=facts, by=by)

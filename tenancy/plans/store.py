"""The plans of a provider: made, changed, retired, listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from kernel.json_text import kept_text
from tenancy._tables import Organisation
from tenancy.audit.trail import About, note
from tenancy.customers.charge import require_keeper
from tenancy.plans._tables import PLAN_NAME_MAX, WORDS_MAX, Plan, PlanUse
from tenancy.plans.terms import Terms, read_terms

PLANS_MAX = 100


class PlanChangedError(ConflictError):
    """Somebody changed the plan since it was read."""

    code = "plan.changed_meanwhile"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan as others see it; `on_it` counts the organisations that are on it."""

    id: UUID
    owner_id: UUID
    name: str
    words: str
    terms: Terms
    revision: int
    retired_at: datetime | None
    changed_at: datetime
    changed_by: str
    on_it: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A plan as somebody wants it; `document` is what `read_terms` reads."""

    name: str
    words: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)


def list_plans(session: Session, who: Acting) -> list[PlanView]:
    """List the plans of who acts by price, retired ones last; raises NotFoundError."""
    require_keeper(who)
    counted = (
        select(func.count())
        .where(PlanUse.plan_id == Plan.id, PlanUse.organisation_id == Organisation.id)
        .correlate(Plan)
        .scalar_subquery()
    )
    rows = session.execute(select(Plan, counted).where(Plan.owner_id == who.tenant_id))
    found = [view_of(row, on_it=number) for row, number in rows]
    return sorted(found, key=_place)


def get_plan(session: Session, owner_id: UUID, plan_id: UUID) -> PlanView:
    """Give one plan of a provider; raises NotFoundError."""
    return view_of(_get(session, owner_id, plan_id), on_it=_count(session, plan_id))


def make_plan(
    session: Session,
    who: Acting,
    wanted: Wanted,
    *,
    now: datetime,
) -> PlanView:
    """Make a plan.

    Raises:
        NotFoundError: who acts looks after nobody.
        InvalidError: naming each field that cannot be kept.
        ConflictError: the name is taken, or there are too many.
    """
    require_keeper(who)
    terms = _checked(wanted)
    owned = select(func.count()).select_from(Plan).where(Plan.owner_id == who.tenant_id)
    if (session.scalar(owned) or 0) >= PLANS_MAX:
        raise ConflictError(f"there are {PLANS_MAX} plans, as many as may be: change one instead")
    row = Plan(
        id=new_id(),
        owner_id=who.tenant_id,
        name=wanted.name.strip(),
        words=wanted.words.strip(),
        terms=terms.document(),
        revision=1,
        changed_at=now,
        changed_by=who.person_name,
    )
    with or_taken(session, _taken(wanted.name)):
        session.add(row)
    _note(session, who, row, "plan.made", now=now)
    return view_of(row)


def change_plan(
    session: Session,
    who: Acting,
    plan_id: UUID,
    wanted: Wanted,
    *,
    revision: int,
    now: datetime,
) -> PlanView:  # fmt: skip
    """Change a plan for everybody who is on it, at once.

    Raises:
        NotFoundError: it is not a plan of who acts.
        InvalidError: naming each field that cannot be kept.
        ConflictError: the name is taken.
        PlanChangedError: somebody changed it meanwhile.
    """
    row = _get(session, who.tenant_id, plan_id, lock=True)
    if row.revision != revision:
        raise PlanChangedError(
            f"{row.changed_by} changed this plan meanwhile: look at it again first"
        )
    terms = _checked(wanted)
    with or_taken(session, _taken(wanted.name)):
        row.name, row.words = wanted.name.strip(), wanted.words.strip()
        row.terms = terms.document()
    row.revision += 1
    row.changed_at, row.changed_by = now, who.person_name
    session.flush()
    _note(session, who, row, "plan.changed", now=now)
    return view_of(row, on_it=_count(session, plan_id))


def retire_plan(
    session: Session, who: Acting, plan_id: UUID, *, is_retired: bool, now: datetime
) -> PlanView:
    """Let nobody new come on a plan, or again; who is on it stays. Raises NotFoundError."""
    row = _get(session, who.tenant_id, plan_id, lock=True)
    row.retired_at = now if is_retired else None
    _note(session, who, row, "plan.retired" if is_retired else "plan.offered_again", now=now)
    session.flush()
    return view_of(row, on_it=_count(session, plan_id))


def delete_plan(session: Session, who: Acting, plan_id: UUID, *, now: datetime) -> None:
    """Delete a plan that nobody is on.

    Raises:
        NotFoundError: it is not a plan of who acts.
        ConflictError: somebody is on it, or comes to it after a trial.
    """
    row = _get(session, who.tenant_id, plan_id, lock=True)
    after = select(func.count()).select_from(PlanUse).where(PlanUse.then_id == plan_id)
    if _count(session, plan_id) or session.scalar(after):
        raise ConflictError(f"organisations are on {row.name}: put them on another plan first")
    _note(session, who, row, "plan.deleted", now=now)
    session.delete(row)
    session.flush()


def view_of(row: Plan, *, on_it: int = 0) -> PlanView:
    """Give a row as others see it."""
    return PlanView(
        id=row.id,
        owner_id=row.owner_id,
        name=row.name,
        words=row.words,
        terms=read_terms(row.terms),
        revision=row.revision,
        retired_at=row.retired_at,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        on_it=on_it,
    )


def _get(session: Session, owner_id: UUID, plan_id: UUID, *, lock: bool = False) -> Plan:
    wanted = select(Plan).where(Plan.id == plan_id, Plan.owner_id == owner_id)
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFoundError("no such plan")
    return row


def _count(session: Session, plan_id: UUID) -> int:
    wanted = select(func.count()).select_from(PlanUse).where(PlanUse.plan_id == plan_id)
    return session.scalar(wanted) or 0


def _checked(wanted: Wanted) -> Terms:
    name, words = wanted.name, wanted.words
    problems = []
    if not 1 <= len(name.strip()) <= PLAN_NAME_MAX or kept_text(name) != name:
        problems.append(Problem("/name", f"name: 1 to {PLAN_NAME_MAX} letters"))
    if len(words) > WORDS_MAX or kept_text(words) != words:
        problems.append(Problem("/words", f"words: at most {WORDS_MAX} letters"))
    try:
        terms = read_terms(wanted.document)
    except InvalidError as error:
        raise InvalidError(error.message, problems=[*problems, *error.problems]) from None
    if problems:
        raise InvalidError("this plan cannot be kept so", problems=problems)
    return terms


def _taken(name: str) -> ConflictError:
    return ConflictError(f"a plan is called {name.strip()} already: choose another", slug="name")


def _place(one: PlanView) -> tuple[bool, int, str]:
    return (one.retired_at is not None, one.terms.price.monthly_cents, one.name.lower())


def _note(session: Session, who: Acting, row: Plan, action: str, *, now: datetime) -> None:
    facts = {"revision": row.revision, "monthly_cents": row.terms["price"]["monthly_cents"]}
    about = About(kind="plan", id=row.id, name=row.name)
    note(session, who.tenant_id, action, now=now, about=about, facts=facts)

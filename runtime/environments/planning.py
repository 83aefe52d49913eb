"""What promoting would do, who may do it alone, and what is taken along.

The plan is the deed itself, done and taken back within a savepoint, so that it can promise nothing
that the deed does not keep.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting, acting_as
from kernel.errors import GarlandError, InvalidError, Problem
from kernel.secrets import Vault
from runtime.environments._tables import Promotion, PromotionState
from runtime.environments.carrying import WORKFLOW, Carried, Key, in_order, live_there
from runtime.environments.contents import name_all, put_content
from runtime.environments.named import Name, Named, chosen, still_fitting
from runtime.environments.putting import (
    Place,
    changes_of,
    here_of,
    live_flow,
    make_place,
    put_live,
    shown_changes_of,
)
from runtime.flows.affecting import affecting_steps
from runtime.flows.comparing import Change
from runtime.going_live.model import Known
from tenancy.environments import EnvironmentView, acting_there
from tenancy.policies import publishing_policy, why_no_second
from tenancy.scope import as_tenant

PICKED_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What becomes of one thing: `new`, `changed` or `same`, with what keeps it from it."""

    carried: Carried
    verdict: str
    live: int | None
    changes: Sequence[Change]
    problems: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is brought, in the order of putting; what it names, and which of that comes along."""

    picked: Sequence[Carried]
    named: Sequence[Named]
    taken: Sequence[Named]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What promoting some things would do here.

    Attributes:
        needs_yes: Whether a second person is asked.
        load: What it is about, with what is taken along.
        refusals: What keeps something from being taken along, by kind and name.
    """

    lines: Sequence[Line]
    needs_yes: bool
    load: Load
    refusals: Mapping[Name, str] = field(default_factory=dict)

    @property
    def has_problems(self) -> bool:
        """Tell whether something keeps it from being brought."""
        return bool(self.refusals) or any(one.problems for one in self.lines)

    @property
    def is_possible(self) -> bool:
        """Tell whether it can be done, and does something."""
        does = bool(self.load.taken) or any(one.verdict != "same" for one in self.lines)
        return does and not self.has_problems


def read_there(
    session: Session,
    *,
    who: Acting,
    there: EnvironmentView,
    picked: Collection[Key] | None = None,
    is_asked: bool = False,
) -> list[Carried]:
    """List what is live in another environment, or what of it was picked, in the order of putting.

    `is_asked` tells that it was picked by who may take it, and somebody else says yes.

    Raises:
        ForbiddenError: who asks may not see it, or not take what they picked.
        InvalidError: something that was picked is not live there, or nothing was picked.
    """
    them = acting_there(session, who, there, takes=picked is not None and not is_asked)
    brought = _brought(session, who.tenant_id, there.organisation_id)
    with as_tenant(session, there.organisation_id), acting_as(session, them):
        found = live_there(session, there.organisation_id, brought)
    if picked is None:
        return found
    chosen = [one for one in found if one.key in picked]
    gone = sorted(name for kind, name in set(picked) - {one.key for one in chosen})
    if gone or not chosen or len(chosen) > PICKED_MAX:
        told = (
            f"not live in {there.name}: {', '.join(gone[:5])}" if gone else "choose what to bring"
        )
        raise InvalidError(told, problems=[Problem("/items", told)])
    return in_order(chosen)


def load_up(
    session: Session,
    picked: Sequence[Carried],
    *,
    who: Acting,
    there: EnvironmentView,
    wanted: Mapping[Name, str] | None,
    is_refused: bool = False,
) -> Load:
    """Look at what is named by what was picked, and take along what is `wanted`, as `chosen` says.

    What was refused (`is_refused`) is looked at again with what of `wanted` is as it was seen.

    Raises:
        InvalidError: something that is wanted cannot come along.
        ConflictError: something that is wanted changed since it was seen.
    """
    named = name_all(session, picked, who=who, there=there)
    if is_refused and wanted is not None:
        wanted = still_fitting(named, wanted, permissions=who.permissions)
    taken = chosen(named, wanted, permissions=who.permissions)
    return Load(picked=picked, named=named, taken=taken)


def make_plan(session: Session, load: Load, *, who: Acting, vault: Vault, now: datetime) -> Plan:
    """Say what putting these live here would do and what keeps it from that; nothing is kept."""
    place = make_place(session, who=who, vault=vault, now=now, by=who.person_name, note="")
    savepoint = session.begin_nested()
    refusals = dict(_refusals(place, load.taken))
    lines = [_line(one, place) for one in load.picked]
    savepoint.rollback()
    session.expire_all()
    needs_yes = bool(why_not_alone(session, load.picked, who=who))
    return Plan(lines=lines, needs_yes=needs_yes, load=load, refusals=refusals)


def why_not_alone(session: Session, picked: Sequence[Carried], *, who: Acting) -> str:
    """Say why somebody may not bring these here alone; "" where they may.

    They had a hand in something for which it takes two here, or are not who says yes here.
    """
    policy = publishing_policy(session, who.tenant_id)
    for one in picked:
        is_flow = one.kind == WORKFLOW
        needed = policy.workflows if is_flow else policy.rules
        if needed == "one":
            continue
        if needed == "effects" and not _is_affecting(session, who.tenant_id, one):
            continue
        why = why_no_second(one.authors, who.vouched_by, role=who.role, needed=policy.yes_role)
        if why:
            return why
    return ""


def refuse_impossible(plan: Plan) -> None:
    """Refuse a plan with problems, naming all of them, or one that does nothing."""
    problems = [
        Problem(f"/{one.carried.kind}/{one.carried.title}", f"{one.carried.title}: {text}")
        for one in plan.lines
        for text in one.problems
    ]
    problems += [
        Problem(f"/along/{name}", f"{name}: {text}") for (_, name), text in plan.refusals.items()
    ]
    if problems:
        raise InvalidError("not all of it can be brought, so nothing was", problems=problems)
    if not plan.is_possible:
        raise InvalidError("all of it is live here already")


def _is_affecting(session: Session, tenant_id: UUID, one: Carried) -> bool:
    """Tell whether it changes something outside, or what is live here of it does."""
    documents = (one.document, live_flow(session, tenant_id, one.key[1]))
    return any(affecting_steps(session, tenant_id, part) for part in documents if part)


def _brought(session: Session, tenant_id: UUID, from_id: UUID) -> dict[Key, Known]:
    """Give which version of each thing was brought here last from another environment, and when."""
    rows = session.scalars(
        select(Promotion)
        .where(
            Promotion.tenant_id == tenant_id,
            Promotion.from_id == from_id,
            Promotion.state == PromotionState.DONE,
        )
        .order_by(Promotion.ended_at, Promotion.id)
    )
    return {
        (one["kind"], one["key"]): (one["number"], row.asked_at)
        for row in rows
        for one in row.versions
    }


def _refusals(place: Place, taken: Sequence[Named]) -> Iterator[tuple[Name, str]]:
    for one in taken:
        try:
            with place.session.begin_nested():
                put_content(place, one)
        except GarlandError as error:
            yield one.key, error.message


def _line(carried: Carried, place: Place) -> Line:
    problems: list[str] = []
    changes: Sequence[Change] = ()
    live, verdict = None, "new"
    try:
        here = here_of(place, carried)
        live, changes = here.live, shown_changes_of(place, carried, here)
        is_changed = bool(changes_of(place, carried, here))
        verdict = "new" if here.live is None else "changed" if is_changed else "same"
        if verdict != "same":
            with place.session.begin_nested():
                put_live(place, carried)
    except GarlandError as error:
        found = [one.message for one in getattr(error, "problems", ())]
        problems = found or [error.message]
    return Line(carried=carried, verdict=verdict, live=live, changes=changes, problems=problems)

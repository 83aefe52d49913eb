"""Who is meant by an announcement: what says it, and who that is among those looked after. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from kernel.errors import Problem

CHOSEN_MAX = 5_000


class Whom(Enum):
    """What says who is meant."""

    ALL = "all"
    PLAN = "plan"
    CHOSEN = "chosen"
    RESELLER = "reseller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is meant.

    Attributes:
        plan_id: Of a plan, those on it.
        reseller_id: Of a reseller, itself and all below it.
        chosen: Of chosen ones, these.
        below_resellers: Whether those below resellers are meant as well.
    """

    whom: Whom = Whom.ALL
    plan_id: UUID | None = None
    reseller_id: UUID | None = None
    chosen: frozenset[UUID] = frozenset()
    below_resellers: bool = True

    def document(self) -> dict[str, Any]:
        """Write it as `parse_announcement` reads it."""
        return {
            "whom": self.whom.value,
            "plan_id": str(self.plan_id) if self.plan_id else None,
            "reseller_id": str(self.reseller_id) if self.reseller_id else None,
            "organisation_ids": sorted(map(str, self.chosen)),
            "below_resellers": self.below_resellers,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where an organisation stands that may be meant; `parent_id` and `plan_id` may be None."""

    id: UUID
    kind: str
    parent_id: UUID | None
    plan_id: UUID | None = None


def meant_among(placed: Iterable[Placed], audience: Audience) -> set[UUID]:
    """Say who of those that are looked after is meant."""
    there = {one.id: one for one in placed}
    found = {one.id for one in there.values() if _is_named(one, there, audience)}
    if audience.below_resellers or audience.whom is Whom.RESELLER:
        return found
    return {one for one in found if not _resellers_above(there[one], there)}


def _is_named(one: Placed, there: Mapping[UUID, Placed], audience: Audience) -> bool:
    if audience.whom is Whom.PLAN:
        return one.plan_id is not None and one.plan_id == audience.plan_id
    if audience.whom is Whom.CHOSEN:
        return one.id in audience.chosen
    if audience.whom is Whom.RESELLER:
        above = _resellers_above(one, there)
        return audience.reseller_id is not None and audience.reseller_id in {one.id, *above}
    return True


def _resellers_above(one: Placed, there: Mapping[UUID, Placed]) -> list[UUID]:
    found, at = [], one
    for _ in range(len(there)):
        above = there.get(at.parent_id) if at.parent_id is not None else None
        if above is None:
            break
        found += [above.id] if above.kind == "reseller" else []
        at = above
    return found


def read_audience(document: Any, problems: list[Problem]) -> Audience | None:
    """Read who is meant; None, with problems, where that cannot be taken."""
    if not isinstance(document, Mapping):
        problems.append(Problem("/audience", 'audience: send an object such as {"whom": "all"}'))
        return None
    before = len(problems)
    whom = word_of(Whom, document.get("whom"), "whom", problems, at="/audience/whom")
    plan_id = _id(document.get("plan_id"), "plan_id", problems)
    reseller_id = _id(document.get("reseller_id"), "reseller_id", problems)
    said = document.get("organisation_ids") or []
    if not isinstance(said, list) or len(said) > CHOSEN_MAX:
        told = f"list at most {CHOSEN_MAX:,} ids"
        problems.append(Problem("/audience/organisation_ids", f"organisation_ids: {told}"))
        said = []
    chosen = [_id(one, "organisation_ids", problems) for one in said]
    needed = {Whom.PLAN: plan_id, Whom.RESELLER: reseller_id, Whom.CHOSEN: chosen}
    names = {Whom.PLAN: "plan_id", Whom.RESELLER: "reseller_id", Whom.CHOSEN: "organisation_ids"}
    if whom in needed and not needed[whom]:
        name = names[whom]
        problems.append(Problem(f"/audience/{name}", f"{name}: say who is meant"))
    if len(problems) > before or whom is None:
        return None
    return Audience(
        whom=whom,
        plan_id=plan_id if whom is Whom.PLAN else None,
        reseller_id=reseller_id if whom is Whom.RESELLER else None,
        chosen=frozenset(one for one in chosen if one) if whom is Whom.CHOSEN else frozenset(),
        below_resellers=document.get("below_resellers", True) is not False,
    )


def word_of(
    kind: type[Any], value: Any, name: str, problems: list[Problem], *, at: str = ""
) -> Any | None:
    """Give the word of an enum that is said; None, with a problem, where it is none of them."""
    words = {one.value: one for one in kind}
    found = words.get(value) if isinstance(value, str) else None
    if found is None:
        problems.append(Problem(at or f"/{name}", f"{name}: choose one of {', '.join(words)}"))
    return found


def _id(value: Any, name: str, problems: list[Problem]) -> UUID | None:
    if value is None or value == "":
        return None
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        problems.append(Problem(f"/audience/{name}", f"{name}: send ids, such as a list gives"))
        return None

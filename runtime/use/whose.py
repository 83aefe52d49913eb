"""Whose use somebody may see, and under whose name it is added up: as one query, of any many.

An organisation sees its own. A CSP or reseller also sees that of each it looks after; a vendor that
of each of its CSPs, in which all that stand below one are counted.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Subquery, func, literal, select, union_all
from sqlalchemy.orm import Session

from kernel.acting import Acting
from runtime.use._tables import UsageDay
from runtime.use.reading import DAY, PEAKS, DayUse
from tenancy._tables import Organisation
from tenancy.customers.charge import in_charge
from tenancy.organisations import DEPTH_MAX, HAVE_CUSTOMERS


def whose_use(who: Acting, *, own: bool = True, others: bool = True) -> Subquery:
    """Give the `tenant_id`s whose use who acts may see, each with the `party_id` it counts for.

    Args:
        who: Who acts.
        own: Its own is among them.
        others: Those of whom it looks after are, where it looks after anybody.
    """
    parts: list[Any] = []
    if own:
        parts.append(_each().where(Organisation.id == who.tenant_id))
    if others and who.tenant_kind == "vendor":
        found = _trees(who)
        parts.append(select(found.c.tenant_id, found.c.party_id))
    elif others and who.tenant_kind in HAVE_CUSTOMERS:
        parts.append(_each().where(in_charge(who)))
    if not parts:
        parts.append(_each().where(literal(value=False)))
    return union_all(*parts).subquery("whose")


def sums_of(
    session: Session, whose: Subquery, *, since: date, until: date
) -> dict[UUID, dict[str, int]]:
    """Add up a span by who it counts for and metric, both days included; in system scope.

    Of what is there rather than happens, the most of a day of each tenant.
    """
    rows = session.execute(
        select(
            whose.c.party_id,
            UsageDay.metric,
            func.sum(UsageDay.number),
            func.max(UsageDay.number),
        )
        .join(whose, whose.c.tenant_id == UsageDay.tenant_id)
        .where(UsageDay.day >= since, UsageDay.day <= until)
        .group_by(whose.c.party_id, UsageDay.tenant_id, UsageDay.metric)
    )
    found: dict[UUID, dict[str, int]] = {}
    for party_id, metric, total, most in rows:
        numbers = found.setdefault(party_id, {})
        numbers[metric] = numbers.get(metric, 0) + int(most if metric in PEAKS else total)
    return found


def days_of_all(session: Session, whose: Subquery, *, since: date, until: date) -> list[DayUse]:
    """List what each day came to over all of them, both days included; in system scope."""
    rows = session.execute(
        select(UsageDay.day, UsageDay.metric, func.sum(UsageDay.number))
        .join(whose, whose.c.tenant_id == UsageDay.tenant_id)
        .where(UsageDay.day >= since, UsageDay.day <= until)
        .group_by(UsageDay.day, UsageDay.metric)
    )
    numbers: dict[date, dict[str, int]] = {}
    for day, metric, number in rows:
        numbers.setdefault(day, {})[metric] = int(number)
    days = [since + DAY * at for at in range((until - since).days + 1)]
    return [DayUse(day=day, numbers=numbers.get(day, {})) for day in days]


def _each() -> Any:
    """Each organisation counts for itself."""
    return select(Organisation.id.label("tenant_id"), Organisation.id.label("party_id"))


def _trees(who: Acting) -> CTE:
    """Each that who acts looks after, and all below it at any depth, which count for it."""
    roots = _each().add_columns(literal(0).label("depth")).where(in_charge(who))
    found: Any = roots.cte(recursive=True)
    every: CTE = found.union_all(
        select(Organisation.id, found.c.party_id, found.c.depth + 1)
        .join(found, Organisation.parent_id == found.c.tenant_id)
        .where(found.c.depth <= DEPTH_MAX)
    )
    return every

"""What a month came to: by the day for one organisation, added up for all that one looks after."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import InvalidError, Problem
from runtime.use import whose
from runtime.use.reading import DAY, DayUse, days_of
from tenancy.customers.charge import CustomerFilter, list_customers, require_keeper
from tenancy.organisations import OrganisationView
from tenancy.plans.standing import Standing, standings
from tenancy.plans.terms import GAUGES, METRICS
from tenancy.scope import system

CUSTOMERS_MAX = 2_000
COLUMNS = (*METRICS, *GAUGES)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A calendar month in UTC: its first and last day, and those beside it."""

    first: date

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + 32 * DAY).replace(day=1) - DAY

    @property
    def word(self) -> str:
        """How addresses name it."""
        return f"{self.first:%Y-%m}"

    @property
    def before(self) -> str:
        """The month before, likewise."""
        return f"{self.first - DAY:%Y-%m}"

    @property
    def after(self) -> str:
        """The month after, likewise."""
        return f"{self.last + DAY:%Y-%m}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a month came to for one organisation; `cents` is None where it is on no plan."""

    organisation: OrganisationView
    plan: str
    numbers: Mapping[str, int] = field(default_factory=dict)
    cents: int | None = None
    currency: str = ""


def month_of(said: str, *, today: date) -> Month:
    """Read a month such as 2026-11, the present one where nothing is said.

    Raises:
        InvalidError: it is none, or lies ahead.
    """
    try:
        first = date.fromisoformat(f"{said}-01") if said else today.replace(day=1)
    except ValueError:
        first = today + DAY * 40
    if first > today or first.year < today.year - 10:
        message = "month: write one such as 2026-11, not ahead"
        raise InvalidError(message, problems=[Problem("/month", message)])
    return Month(first=first)


def points_of(days: Sequence[DayUse], metric: str) -> list[tuple[datetime, int]]:
    """Give the points of a plot."""
    return [(datetime.combine(one.day, time(), UTC), one.numbers.get(metric, 0)) for one in days]


def own_days(session: Session, tenant_id: UUID, month: Month, *, today: date) -> list[DayUse]:
    """Give the days of a month that have begun."""
    return days_of(session, tenant_id, since=month.first, until=min(month.last, today))


def sums_of_days(days: Iterable[DayUse]) -> dict[str, int]:
    """Add days up; of what is there rather than happens, the most of a day."""
    found: dict[str, int] = {}
    for one in days:
        for metric, number in one.numbers.items():
            before = found.get(metric, 0)
            found[metric] = max(before, number) if metric in GAUGES else before + number
    return found


def lines_of(session: Session, who: Acting, month: Month) -> list[Line]:
    """Give what a month came to for each that who acts looks after, by name.

    Of a CSP a vendor sees what it and all that stand below it used, and no price.

    Raises:
        NotFoundError: who acts looks after nobody.
    """
    found = list_customers(session, who, CustomerFilter(), limit=CUSTOMERS_MAX)
    with system(session):
        plans = standings(session) if who.tenant_kind != "vendor" else {}
        theirs = whose.whose_use(who, own=False)
        sums = whose.sums_of(session, theirs, since=month.first, until=month.last)
    return [_line(one, plans.get(one.id), sums.get(one.id, {})) for one in found]


def days_of_all(session: Session, who: Acting, month: Month, *, today: date) -> list[DayUse]:
    """Give the days of a month, added up over all that who acts looks after."""
    require_keeper(who)
    with system(session):
        theirs = whose.whose_use(who, own=False)
        until = min(month.last, today)
        return whose.days_of_all(session, theirs, since=month.first, until=until)


def total_of(lines: Iterable[Line]) -> dict[str, int]:
    """Add lines up by metric."""
    return {name: sum(one.numbers.get(name, 0) for one in lines) for name in COLUMNS}


def as_csv(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> str:
    """Write rows as CSV; no cell is taken for a formula by a spreadsheet."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    for row in rows:
        cells = [str(row.get(name, "")) for name in columns]
        writer.writerow([f"'{one}" if one.startswith(_FORMULA) else one for one in cells])
    return written.getvalue()


def line_row(line: Line, month: Month) -> dict[str, object]:
    """Write a line for a file."""
    return {
        "month": month.word,
        "organisation": line.organisation.name,
        "short_name": line.organisation.slug,
        "plan": line.plan,
        **{name: line.numbers.get(name, 0) for name in COLUMNS},
        "cost_cents": "" if line.cents is None else line.cents,
        "currency": line.currency,
    }


def _line(one: OrganisationView, standing: Standing | None, numbers: Mapping[str, int]) -> Line:
    if standing is None:
        return Line(organisation=one, plan="", numbers=numbers)
    price = standing.terms.price
    return Line(
        organisation=one,
        plan=standing.plan,
        numbers=numbers,
        cents=price.cost(numbers),
        currency=price.currency,
    )

"""Warnings of a day's quota or a month's cap: at four fifths of it, and when all of it is used.

Each is told once for its day or month: in the audit, by mail, and on the pages as long as it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.limits.book import book_of
from runtime.limits.model import LIMITS
from runtime.use._tables import UsageWarning
from runtime.use.quotas import QUOTA_OF
from runtime.use.reading import midnight_after, month_after, used_before, used_on
from runtime.use.recording import day_of
from tenancy.audit.trail import note
from tenancy.organisations import get_organisation
from tenancy.plans.assigning import live_of
from tenancy.plans.price import money
from tenancy.plans.standing import Standing
from tenancy.plans.telling import Warned, warn
from tenancy.plans.terms import METRICS
from tenancy.rows import insert_new

NEAR = 0.8
ENDED = 0.999
"""So much counts as all: what comes in large calls is refused a little before the very end."""
SPEND_CAP = "spend_cap"
_FULL = ":full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """How much of one limit is used; `name` is a limit's, `resets` says when it begins anew.

    `at_end` says what happens then; `is_shut` that nothing more of something is let in.
    """

    name: str
    title: str
    used: int
    most: int
    resets: str
    shown: str
    at_end: str
    is_shut: bool = False

    @property
    def share(self) -> float:
        """The part that is used, 0 to 1."""
        return min(1.0, self.used / self.most) if self.most else 1.0

    @property
    def has_ended(self) -> bool:
        """Whether all of it is used."""
        return self.is_shut or self.share >= ENDED

    @property
    def tone(self) -> str:
        """How it is to be shown: good, near its end, or at it."""
        if self.has_ended:
            return "bad"
        return "notice" if self.share >= NEAR else "good"


def gauges_of(session: Session, tenant_id: UUID, *, now: datetime) -> list[Gauge]:
    """Give the day's quotas and, where one is set, the month's cap, each with its use."""
    known, day = book_of(session).known(session), day_of(now)
    limits, standing = known.of(tenant_id), known.standings.get(tenant_id)
    today = {metric: used_on(session, tenant_id, metric, day) for metric in METRICS}
    found = [
        Gauge(
            name=quota,
            title=f"{METRICS[metric][0]} today",
            used=today[metric],
            most=(most := getattr(limits, quota)),
            resets="at midnight, UTC",
            shown=f"{today[metric]:,} of {most:,}",
            at_end=LIMITS[quota].at,
        )
        for metric, quota in QUOTA_OF.items()
    ]
    if standing is not None and standing.cap_cents is not None and standing.is_charged:
        month = {
            one: used_before(session, tenant_id, one, day) + number for one, number in today.items()
        }
        found.append(_gauge_of_cap(standing, standing.cap_cents, month))
    return found


def _gauge_of_cap(standing: Standing, cap: int, month: Mapping[str, int]) -> Gauge:
    price = standing.terms.price
    cost = price.cost(month)
    rooms = [price.room(month, one, cap_cents=cap) for one in price.metered]
    return Gauge(
        name=SPEND_CAP,
        title="Spent this month",
        used=cost,
        most=cap,
        resets="on the first of the month, UTC",
        shown=f"{money(cost, price.currency)} of {money(cap, price.currency)}",
        at_end="What would cost more is refused; what the plan includes never is.",
        is_shut=0 in rooms,
    )


def warn_near_end(session: Session, tenant_id: UUID, *, now: datetime) -> int:
    """Tell of each limit that is used to four fifths, or wholly, once for its day or month.

    Gives how many were told now. Of one that is used up at once only that is told.
    """
    told = 0
    for one in gauges_of(session, tenant_id, now=now):
        if one.share < NEAR and not one.has_ended:
            continue
        is_new = [remember(session, tenant_id, *each, now=now) for each in _steps(one, now)]
        if is_new[-1]:
            _tell(session, tenant_id, one, now=now)
            told += 1
    return told


def remember(session: Session, tenant_id: UUID, name: str, since: date, *, now: datetime) -> bool:
    """Remember that somebody was warned; False where they were already."""
    row = {"tenant_id": tenant_id, "name": name, "since": since, "at": now}
    return insert_new(session, UsageWarning, row, keys=("tenant_id", "name", "since"))


def _steps(one: Gauge, now: datetime) -> Iterator[tuple[str, date]]:
    """Give the steps that are reached, each with the day since when it counts."""
    day = day_of(now)
    since = day.replace(day=1) if one.name == SPEND_CAP else day
    yield one.name, since
    if one.has_ended:
        yield f"{one.name}{_FULL}", since


def _tell(session: Session, tenant_id: UUID, one: Gauge, *, now: datetime) -> None:
    facts = {"limit": one.name, "used": one.shown}
    if one.has_ended:
        note(session, tenant_id, "usage.at_its_end", now=now, facts=facts)
    else:
        note(session, tenant_id, "usage.near_its_end", now=now, facts=facts)
    warned = Warned(
        kind="usage",
        path="/usage",
        facts={
            "title": one.title,
            "shown": one.shown,
            "at_end": one.at_end,
            "resets": one.resets,
            "state": "all of it is used" if one.has_ended else "four fifths of it are used",
            "is_cap": "yes" if one.name == SPEND_CAP else "",
        },
        is_last=one.has_ended,
        until=month_after(now) if one.name == SPEND_CAP else midnight_after(now),
    )
    warn(session, get_organisation(session, live_of(session, tenant_id)), warned, now=now)

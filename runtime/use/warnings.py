"""Warnings before the end: four fifths of a day's quota or of a month's cap are used.

Each is told once for its day or month: in the audit, and on the pages as long as it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.limits.book import book_of
from runtime.use._tables import UsageWarning
from runtime.use.quotas import QUOTA_OF
from runtime.use.reading import used_before, used_on
from runtime.use.recording import day_of
from tenancy.audit.trail import note
from tenancy.plans.price import money
from tenancy.plans.terms import METRICS
from tenancy.rows import insert_new

NEAR = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """How much of one limit is used; `name` is a limit's, `resets` says when it begins anew."""

    name: str
    title: str
    used: int
    most: int
    resets: str
    shown: str

    @property
    def share(self) -> float:
        """The part that is used, 0 to 1."""
        return min(1.0, self.used / self.most) if self.most else 1.0

    @property
    def tone(self) -> str:
        """How it is to be shown: good, near its end, or at it."""
        if self.share >= 1.0:
            return "bad"
        return "notice" if self.share >= NEAR else "good"


def gauges_of(session: Session, tenant_id: UUID, *, now: datetime) -> list[Gauge]:
    """Give the day's quotas and, where one is set, the month's cap, each with its use."""
    known, day = book_of(session).known(session), day_of(now)
    limits, standing = known.of(tenant_id), known.standings.get(tenant_id)
    today = {metric: used_on(session, tenant_id, metric, day) for metric in METRICS}
    found = []
    for metric, quota in QUOTA_OF.items():
        most = getattr(limits, quota)
        found.append(
            Gauge(
                name=quota,
                title=f"{METRICS[metric][0]} today",
                used=today[metric],
                most=most,
                resets="at midnight, UTC",
                shown=f"{today[metric]:,} of {most:,}",
            )
        )
    if standing is not None and standing.cap_cents is not None and standing.is_charged:
        month = {
            one: used_before(session, tenant_id, one, day) + number for one, number in today.items()
        }
        cost, price = standing.terms.price.cost(month), standing.terms.price
        cap = standing.cap_cents
        shown = f"{money(cost, price.currency)} of {money(cap, price.currency)}"
        found.append(
            Gauge(
                name="spend_cap",
                title="Spent this month",
                used=cost,
                most=cap,
                resets="on the first of the month, UTC",
                shown=shown,
            )
        )
    return found


def warn_near_end(session: Session, tenant_id: UUID, *, now: datetime) -> int:
    """Note each limit that is used to four fifths, once for its day or month; give how many."""
    told = 0
    for one in gauges_of(session, tenant_id, now=now):
        if one.share < NEAR:
            continue
        day = day_of(now)
        since = day.replace(day=1) if one.name == "spend_cap" else day
        row = {"tenant_id": tenant_id, "name": one.name, "since": since, "at": now}
        if insert_new(session, UsageWarning, row, keys=("tenant_id", "name", "since")):
            facts = {"limit": one.name, "used": one.shown}
            note(session, tenant_id, "usage.near_its_end", now=now, facts=facts)
            told += 1
    return told

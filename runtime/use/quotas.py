"""Whether so much more may be used: the day's quota and the month's cap, asked before it is.

What was used is counted at most a second ago, with what this process added since. Close to the end
that is not exact enough: then a lock of the tenant's makes all processes ask one after the other,
each counting anew, so that nothing is let in that would be too much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import TooManyError
from runtime.alarms.intake.waiting import waiting_by_tenant, waiting_of
from runtime.limits.book import LimitsBook, book_of
from runtime.limits.model import Limits
from runtime.use.calls import calls_of
from runtime.use.reading import midnight_after, month_after, used_before, used_on
from runtime.use.recording import API_CALLS, EVENTS, RUNS, day_of
from tenancy._tables import Organisation
from tenancy.plans.price import money
from tenancy.plans.standing import Standing
from tenancy.plans.terms import METRICS

LEAST_MARGIN = 500
MARGIN_PART = 20
"""Within so many, or this part of what was used today, of the end everything is counted anew."""
QUOTA_OF = {EVENTS: "events_a_day", RUNS: "runs_a_day", API_CALLS: "api_calls_a_day"}


class QuotaReachedError(TooManyError):
    """The day's quota does not hold so much more: nothing of it was done."""

    code = "plan.quota_reached"


class SpendCapReachedError(TooManyError):
    """It would cost more than may be spent this month: nothing of it was done."""

    code = "plan.spend_cap_reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much more there is room for, and by what; `number` is None for any number."""

    number: int | None = None
    is_cap: bool = False

    def holds(self, number: int) -> bool:
        """Tell whether so much more may be used.

        >>> Room(number=3).holds(3), Room(number=3).holds(4), Room().holds(10**9)
        (True, False, True)
        """
        return self.number is None or number <= self.number


def room_for(
    metric: str, *, limits: Limits, standing: Standing | None, today: int, month: dict[str, int]
) -> Room:
    """Work out how much more of a metric may be used; pure.

    Args:
        metric: A name of `METRICS`.
        limits: The tenant's, in which its plan is.
        standing: Its plan; None for none.
        today: How much of it was used today.
        month: How much of each metric was used this month, today included.
    """
    quota = QUOTA_OF.get(metric)
    left = max(0, getattr(limits, quota) - today) if quota is not None else None
    by_day = Room(number=left)
    if standing is None or standing.cap_cents is None or not standing.is_charged:
        return by_day
    price = standing.terms.price
    more = price.room(month, metric, cap_cents=standing.cap_cents)
    if more is None or (left is not None and left <= more):
        return by_day
    return Room(number=more, is_cap=True)


def refuse_over(
    session: Session, tenant_id: UUID, metric: str, number: int, *, now: datetime
) -> None:
    """Refuse to use so much more where the day's quota or the month's cap does not hold it.

    Raises:
        QuotaReachedError, SpendCapReachedError: which limit, when it is over, and whom to ask.
    """
    book, day = book_of(session), day_of(now)
    counts = _Counts(session, tenant_id, day, book)
    today = counts.today(metric)
    margin = max(LEAST_MARGIN, today // MARGIN_PART)
    if not _room(counts, metric, today).holds(number + margin):
        _lock(session, tenant_id)
        exact = _Counts(session, tenant_id, day, None)
        room = _room(exact, metric, exact.today(metric))
        if not room.holds(number):
            raise _refusal(session, tenant_id, metric, room, now=now)
    book.add(("use", tenant_id, metric, day), number)


def count_call(session: Session, tenant_id: UUID, *, now: datetime) -> None:
    """Count an API call, where there is room for it.

    Raises:
        QuotaReachedError, SpendCapReachedError: as `refuse_over`.
    """
    calls = calls_of(session)
    if calls is None:
        return
    counts = _Counts(session, tenant_id, day_of(now), book_of(session))
    today = counts.today(API_CALLS)
    room = _room(counts, API_CALLS, today)
    most = None if room.number is None else today + room.number
    if not calls.count(tenant_id, floor=today, most=most):
        raise _refusal(session, tenant_id, API_CALLS, room, now=now)


@dataclass(frozen=True, slots=True)
class _Counts:
    """What a tenant used, as the book has it, or counted anew where there is none."""

    session: Session
    tenant_id: UUID
    day: date
    book: LimitsBook | None

    def today(self, metric: str) -> int:
        """Give what was used today; of events, with those that were taken and wait to be facts."""
        if self.book is None:
            return self._today(metric)
        key = ("use", self.tenant_id, metric, self.day)
        return self.book.counted(key, lambda: self._today(metric))

    def earlier(self, metric: str) -> int:
        """Give what was used this month before today."""
        where = (self.session, self.tenant_id, metric, self.day)
        if self.book is None:
            return used_before(*where)
        return self.book.kept(("use before", *where[1:]), lambda: used_before(*where))

    def _today(self, metric: str) -> int:
        # what waits first: an event that becomes a fact in between counts twice rather than never
        waiting = self._waiting() if metric == EVENTS else 0
        return waiting + used_on(self.session, self.tenant_id, metric, self.day)

    def _waiting(self) -> int:
        if self.book is None:
            return waiting_by_tenant(self.session).get(self.tenant_id, 0)
        return waiting_of(self.session, self.tenant_id)


def _room(counts: _Counts, metric: str, today: int) -> Room:
    known = book_of(counts.session).known(counts.session)
    standing = known.standings.get(counts.tenant_id)
    month = {}
    if standing is not None and standing.cap_cents is not None:
        month = {
            one: counts.earlier(one) + (today if one == metric else counts.today(one))
            for one in standing.terms.price.metered
        }
    limits = known.of(counts.tenant_id)
    return room_for(metric, limits=limits, standing=standing, today=today, month=month)


def _lock(session: Session, tenant_id: UUID) -> None:
    """Let nobody else ask for this tenant before this transaction ends.

    On SQLite a session that writes has the one turn at the database already.
    """
    session.execute(
        select(Organisation.id).where(Organisation.id == tenant_id).with_for_update(key_share=True)
    )


def _refusal(
    session: Session, tenant_id: UUID, metric: str, room: Room, *, now: datetime
) -> TooManyError:
    known = book_of(session).known(session)
    standing, title = known.standings.get(tenant_id), METRICS[metric][0]
    asked = standing.provider if standing is not None else ""
    ask = f"Ask {asked} for more" if asked else "Whoever runs this installation can raise it"
    if room.is_cap and standing is not None:
        over, cap = month_after(now), standing.cap_cents or 0
        said = (
            f"{title}: this would cost more than the {money(cap, standing.terms.price.currency)} "
            f"that may be spent this month (spend_cap): nothing was done. It begins anew at "
            f"{over:%d %b %Y %H:%M} UTC. Raise the cap on the page of use, or ask {asked}"
        )
        return SpendCapReachedError(
            said, retry_after_s=_until(over, now), limit="spend_cap", resets_at=over.isoformat()
        )
    quota, over = QUOTA_OF[metric], midnight_after(now)
    most = getattr(known.of(tenant_id), quota)
    said = (
        f"{title}: {most:,} a day may be used ({quota}), and this would be more: nothing was done. "
        f"It begins anew at {over:%d %b %Y %H:%M} UTC. {ask}"
    )
    return QuotaReachedError(
        said, retry_after_s=_until(over, now), limit=quota, resets_at=over.isoformat()
    )


def _until(over: datetime, now: datetime) -> int:
    return max(1, math.ceil((over - now).total_seconds()))

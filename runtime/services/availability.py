"""Availability against what was agreed, by the calendar month. Pure, and exact to the microsecond.

Only agreed time counts: all of it, or the hours that support is open. The service counts as
unavailable while it is down. Where planned work is left out, the time it takes the service down is
neither agreed nor down. Nothing is rounded before it is shown, and then never to the better.

    availability = (agreed - down) / agreed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from runtime.services.spans import Span, common, length, without
from runtime.services.timeline import Moment, State, spans_of

_DOWN = ((State.DOWN, True),)
_PLANNED_DOWN = ((State.PLANNED, True),)
_DEGRADED = ((State.DEGRADED, False), (State.PLANNED, False))
_STEP = Decimal("0.001")
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What was agreed: percent of the agreed time, and whether planned work is left out.

    `calendar` is the name of the business calendar whose open hours count; "" for all hours.
    """

    percent: Decimal
    planned_excluded: bool = True
    calendar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReport:
    """One month of a service.

    Attributes:
        period: The month, from midnight to midnight.
        agreed: Agreed time that has passed.
        down: How much of it the service could not be used.
        planned: How long planned work took it down and is left out.
        degraded: How much of it the service worked badly.
        budget: How long it may be down in the whole month; None where nothing was agreed.
    """

    period: Span
    agreed: timedelta
    down: timedelta
    planned: timedelta
    degraded: timedelta
    budget: timedelta | None

    @property
    def share(self) -> Fraction | None:
        """Give the available share, exactly; None where no agreed time has passed."""
        return (
            Fraction((self.agreed - self.down) // _TICK, self.agreed // _TICK)
            if self.agreed
            else None
        )

    @property
    def percent(self) -> Decimal | None:
        """Give it in percent with three places, rounded down."""
        if self.share is None:
            return None
        exact = self.share * 100
        hundredth = Decimal(exact.numerator) / Decimal(exact.denominator)
        return hundredth.quantize(_STEP, rounding=ROUND_FLOOR)

    @property
    def left(self) -> timedelta | None:
        """How much longer it may be down; negative where it was down for longer already."""
        return self.budget - self.down if self.budget is not None else None

    @property
    def is_kept(self) -> bool | None:
        """Tell whether what was agreed still holds; None where nothing was."""
        return self.left >= _NONE if self.left is not None else None

    @property
    def used(self) -> float | None:
        """Give the part of the budget that is used, at most 1; 1 where none is left."""
        if self.budget is None:
            return None
        return min(1.0, self.down / self.budget) if self.budget else float(self.down > _NONE)


_TICK = timedelta(microseconds=1)


def month_report(
    moments: Sequence[Moment],
    agreement: Agreement | None,
    *,
    period: Span,
    watched_from: datetime,
    now: datetime,
    open_spans: Sequence[Span] | None = None,
) -> MonthReport:
    """Reckon one month.

    Args:
        moments: How the service went (`timeline.in_force`).
        agreement: What was agreed; None for nothing: then all hours count and none is left out.
        period: The month.
        watched_from: Since when the service is known; time before it does not count.
        now: Time after it has not passed yet.
        open_spans: When support is open in the month; None for always.
    """
    whole = [Span(max(period.start, watched_from), period.end)]
    if open_spans is not None:
        whole = common(whole, open_spans)
    passed = common(whole, [Span(period.start, min(period.end, now))]) if now > period.start else []
    until_now = Span(period.start, max(period.start, min(period.end, now)))
    planned = common(spans_of(moments, until_now, _PLANNED_DOWN), passed)
    is_left_out = agreement is not None and agreement.planned_excluded
    left_out = planned if is_left_out else []
    down = common(
        spans_of(moments, until_now, _DOWN if is_left_out else (*_DOWN, *_PLANNED_DOWN)), passed
    )
    budget = None
    if agreement is not None:
        budget = allowed(length(without(whole, left_out)), agreement.percent)
    return MonthReport(
        period=period,
        agreed=length(without(passed, left_out)),
        down=length(down),
        planned=length(left_out),
        degraded=length(common(spans_of(moments, until_now, _DEGRADED), passed)),
        budget=budget,
    )


def allowed(agreed: timedelta, percent: Decimal) -> timedelta:
    """Say how long a service may be down in so much agreed time, rounded down.

    >>> allowed(timedelta(days=30), Decimal("99.9"))
    datetime.timedelta(seconds=2592)
    """
    share = 1 - Fraction(percent) / 100
    return timedelta(microseconds=int(share * (agreed // _TICK)))

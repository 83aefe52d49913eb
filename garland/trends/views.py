"""The page of trends: alarms by the hour, who has the most, and how much noise was taken away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, address_with, db_session, render, require
from kernel.tally import Tally
from runtime.alarms.console.tickets import count_tickets, newest_tickets
from runtime.alarms.console.trends import (
    DAY,
    HOUR,
    STANDING,
    noise_reduction,
    start_of,
    top_of,
    trend_of,
)
from runtime.runs.listing import RunFilter, count_by_state

bp = Blueprint("trends", __name__)


@dataclass(frozen=True, slots=True)
class Span:
    """How far back the page looks: so many hours or days, and what they are called."""

    title: str
    steps: int
    step: timedelta

    @property
    def unit(self) -> str:
        """Name what a bar stands for."""
        return "hour" if self.step == HOUR else "day"


SPANS = {
    "day": Span("Last day", 24, HOUR),
    "week": Span("Last week", 168, HOUR),
    "month": Span("30 days", 30, DAY),
    "quarter": Span("90 days", 90, DAY),
}
_STANDING = {one.value: one for one in STANDING}


@bp.get("/t/<tenant>/alarms/trends")
@require("alarms.view")
def show_trends() -> Response:
    """Show the last day, week, month or quarter; of one severity where it is asked for."""
    where, now = (db_session(), acting().tenant_id), utc_now()
    name, severity = _choice("span", SPANS) or "day", _choice("severity", _STANDING)
    span, shown = SPANS[name], _STANDING.get(severity)
    since = start_of(now, span.step) - span.step * (span.steps - 1)
    trend = trend_of(*where, steps=span.steps, step=span.step, now=now, severity=shown)
    runs = count_by_state(*where, RunFilter(kind="rule", since=since)).values()
    return render(
        "garland/trends.html",
        trend=trend,
        spans=[(one.title, key) for key, one in SPANS.items()],
        span=span,
        chosen=name,
        severity=severity,
        less=noise_reduction(trend.events, trend.alarms),
        runs=Tally(sum(one.count for one in runs), is_least=any(one.is_least for one in runs)),
        tickets=count_tickets(*where, since=since),
        newest_tickets=newest_tickets(*where, since=since),
        objects=top_of(*where, "managed_object", since=since),
        problems=top_of(*where, "specific_problem", since=since),
        address_with=address_with,
        since=since.isoformat(timespec="minutes"),
    )


def _choice(name: str, allowed: Mapping[str, object]) -> str:
    said = request.args.get(name, "")
    if said and said not in allowed:
        message = f"{name} must be one of {', '.join(allowed)}"
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    return said

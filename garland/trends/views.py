"""The page of trends: alarms by the hour, who has the most, and how much noise was taken away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, address_with, db_session, render, require
from kernel.tally import Tally
from runtime.alarms.console.trends import noise_reduction, top_of, trend_of
from runtime.alarms.model import Severity
from runtime.runs.listing import RunFilter, count_by_state

bp = Blueprint("trends", __name__)

SPANS = {"day": 24, "week": 168}
_STANDING = {one.value: one for one in Severity if one is not Severity.CLEARED}


@bp.get("/t/<tenant>/alarms/trends")
@require("alarms.view")
def show_trends() -> Response:
    """Show the last day or week; of one severity where it is asked for."""
    where, now = (db_session(), acting().tenant_id), utc_now()
    span, severity = _choice("span", SPANS) or "day", _choice("severity", _STANDING)
    since = now - timedelta(hours=SPANS[span])
    trend = trend_of(*where, hours=SPANS[span], now=now, severity=_STANDING.get(severity))
    runs = count_by_state(*where, RunFilter(kind="rule", since=since)).values()
    raised = sum(trend.by_severity.values())
    return render(
        "garland/trends.html",
        trend=trend,
        span=span,
        severity=severity,
        raised=raised,
        less=noise_reduction(trend.events, raised),
        runs=Tally(sum(one.count for one in runs), is_least=any(one.is_least for one in runs)),
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

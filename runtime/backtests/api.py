"""Backtests over REST: judged at once, over as many rows as a request may take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, only_reads, optional_body, require
from kernel.rest import describe
from kernel.schema import Schema
from runtime.backtests.running import backtest_rule
from runtime.rules import shapes
from runtime.rules.backtest.report import Fired, Report, Tally

api = Blueprint("backtests_api", __name__, url_prefix="/api/v1/rules")

ROWS_MAX = 20_000
FIRINGS_SHOWN = 200
_BACKTESTED = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"hours": {"type": "integer", "minimum": 1, "maximum": 8_760}},
    }
)


@api.post("/<uuid:rule_id>/backtest")
@describe(body=_BACKTESTED, is_optional=True, answer=shapes.BACKTESTED)
@require("rules.view")
@only_reads
def backtest(rule_id: UUID) -> Response:
    """Judge the tenant's events of the last `hours` (24) by the draft and by today's version."""
    body, now = optional_body(), utc_now()
    _BACKTESTED.require(body, "a backtest goes back so many hours")
    since = now - timedelta(hours=body.get("hours", 24))
    where = (db_session(), acting().tenant_id)
    return jsonify(_report(backtest_rule(*where, rule_id, since=since, now=now, most=ROWS_MAX)))


def _report(report: Report) -> dict[str, Any]:
    return {
        "events": report.events,
        "alarms": report.alarms,
        "since": format_instant(report.since) if report.since else None,
        "until": format_instant(report.until) if report.until else None,
        "is_complete": report.is_complete,
        "draft": _tally(report.draft),
        "live": _tally(report.live) if report.live is not None else None,
        "only_draft": len(report.only_draft),
        "only_live": len(report.only_live),
        **report.limits_told,
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "fired": tally.fired,
        "hidden": len(tally.hidden),
        "started": dict(tally.started),
        "derived": tally.derived,
        "notices": tally.notices,
        "left_out": tally.left_out,
        "firings": [_fired(one) for one in tally.firings[:FIRINGS_SHOWN]],
    }


def _fired(fired: Fired) -> dict[str, Any]:
    at = format_instant(fired.at)
    return {"seq": fired.seq, "at": at, "alarm": fired.alarm, "why": fired.why}

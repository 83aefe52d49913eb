"""REST: a rule or table tried on alarm events."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from flask import Blueprint, Response, jsonify

from kernel.clock import format_instant
from kernel.http import acting, db_session, json_body, only_reads, require
from kernel.rest import describe
from kernel.schema import Schema
from runtime.rules.backtest.given import rows_of
from runtime.rules.backtest.simulating import on_trial
from runtime.simulations import shapes
from runtime.simulations.trying import try_on

api = Blueprint("simulations_api", __name__, url_prefix="/api/v1/rules")

_TRIED = Schema(
    {
        "type": "object",
        "required": ["rule", "alarms"],
        "additionalProperties": False,
        "properties": {
            "rule": {"type": "object"},
            "alarms": {"type": "array", "minItems": 1, "maxItems": 5_000},
            "after_s": {"type": "integer", "minimum": 0, "maximum": 691_200},
        },
    }
)


@api.post("/simulate")
@describe(body=_TRIED, answer=shapes.SIMULATED)
@require("rules.view")
@only_reads
def simulate() -> Response:
    """Try a rule or table on alarm events, one after the other; nothing is recorded or done."""
    body = json_body()
    _TRIED.require(body, "a simulation needs a rule and alarms")
    judged = on_trial(body["rule"])
    rows = rows_of(body["alarms"])
    after = timedelta(seconds=body.get("after_s", 0), microseconds=1)
    until = rows[-1].received_at + after
    done = try_on(db_session(), acting().tenant_id, judged, rows, until=until)
    firings = [
        {"index": one.index, "at": format_instant(one.at), "why": one.why} for one in done.firings
    ]
    return jsonify(steps=[asdict(one) for one in done.steps], firings=firings)

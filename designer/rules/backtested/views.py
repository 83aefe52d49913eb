"""The page of a rule's backtest: asked for, followed, read."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import parse_instant, utc_now
from kernel.http import acting, db_session, render, require, see_other
from runtime.alarms.past import kept_since
from runtime.flows.versions import flow_slugs
from runtime.rules.backtest import jobs
from runtime.rules.store import get_rule

bp = Blueprint("rules_backtested", __name__)

DAYS = (("1", "the last day"), ("7", "the last week"), ("30", "the last 30 days"))


@bp.get("/t/<tenant>/rules/<uuid:rule_id>/backtest")
@require("rules.view")
def show_backtest(rule_id: UUID) -> Response:
    """Show the last backtest; events refresh it while it goes on."""
    where = (db_session(), acting().tenant_id)
    found = jobs.latest_backtest(*where, rule_id)
    rule = get_rule(*where, rule_id)
    bars = found.report["bars"] if found is not None and found.report else []
    return render(
        "designer/rules/backtested/show.html",
        "designer/rules/backtested/_backtest.html",
        rule=rule,
        backtest=found,
        report=found.report if found is not None else None,
        bars=[(parse_instant(one["at"]), one["draft"]) for one in bars],
        flows=flow_slugs(*where),
        days=DAYS,
        kept_since=kept_since(*where),
    )


@bp.post("/t/<tenant>/rules/<uuid:rule_id>/backtest")
@require("rules.edit")
def ask_backtest(rule_id: UUID) -> Response:
    """Ask for a backtest of the draft, in place of one that goes on."""
    said = request.form.get("days", "7")
    days = int(said) if said in dict(DAYS) else 7
    now = utc_now()
    jobs.ask_backtest(
        db_session(),
        acting().tenant_id,
        rule_id,
        since=now - timedelta(days=days),
        by=acting().person_name,
        now=now,
    )
    return see_other(url_for("rules_backtested.show_backtest", rule_id=rule_id))


@bp.post("/t/<tenant>/rules/<uuid:rule_id>/backtest/cancel")
@require("rules.edit")
def cancel_backtest(rule_id: UUID) -> Response:
    """Stop the backtest that goes on."""
    get_rule(db_session(), acting().tenant_id, rule_id)
    jobs.cancel_backtests(db_session(), acting().tenant_id, rule_id, now=utc_now())
    return see_other(url_for("rules_backtested.show_backtest", rule_id=rule_id))

"""The page of what all rules hit: which fire most, which are silent, which overlap."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.http import acting, db_session, render, require
from runtime.rules import hits

bp = Blueprint("rule_hits", __name__)

LATELY = timedelta(days=30)


@bp.get("/t/<tenant>/rules/hits")
@require("rules.view")
def show_hits() -> Response:
    """Show the hits of the last thirty days."""
    where, since = (db_session(), acting().tenant_id), utc_now() - LATELY
    return render(
        "designer/rules/hits/show.html",
        most=hits.fires_most(*where, since=since),
        silent=hits.silent_rules(*where, since=since),
        pairs=hits.same_alarms(*where),
        days=LATELY.days,
    )

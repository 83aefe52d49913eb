"""The page of leaderboards: what is used most, rated best and rises, month by month."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.http import acting, db_session, render, require
from marketplace.leaders.reading import leaders_of, months_there
from marketplace.money.months import month_of, read_month
from marketplace.money.showing import month_words
from marketplace.proven.model import POINTS_MAX, K
from runtime.use.recording import day_of

bp = Blueprint("market_leaders", __name__, url_prefix="/t/<tenant>/marketplace/leaders")


@bp.get("")
@require("blocks.view")
def show_leaders() -> Response:
    """Show the boards of a month, the latest that there are where none is chosen."""
    session, today = db_session(), day_of(utc_now())
    there = months_there(session)
    said = request.args.get("month", "") or (there[0] if there else "")
    month = read_month(said, today=today)
    months = sorted({month, month_of(today), *there}, reverse=True)
    return render(
        "marketplace/leaders/show.html",
        boards=leaders_of(session, acting().tenant_id, month),
        month=month,
        month_in_words=month_words(month),
        months=[(one, month_words(one)) for one in months],
        is_over=month < month_of(today),
        least=K,
        most=POINTS_MAX,
    )

"""Leaderboards over REST."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from kernel.clock import utc_now
from kernel.http import acting, db_session, require
from kernel.rest import NUMBER, TEXT, TEXTS, WHOLE, choice, describe, many, maybe, shape
from marketplace.leaders.model import BOARDS
from marketplace.leaders.reading import Leader, leaders_of, months_there
from marketplace.money.months import read_month
from runtime.use.recording import day_of

api = Blueprint("market_leaders_api", __name__, url_prefix="/api/v1/marketplace/leaders")
_LINE = shape(
    "MarketLeader",
    place=WHOLE,
    listing=TEXT,
    title=TEXT,
    points=WHOLE,
    average=maybe(NUMBER),
    organisations=WHOLE,
)
_BOARD = shape("MarketLeaderboard", name=choice(*BOARDS), lines=many(_LINE))
LEADERS = shape("MarketLeaderboards", month=TEXT, months=TEXTS, boards=many(_BOARD))


@api.get("")
@describe(query={"month": TEXT}, answer=LEADERS)
@require("blocks.view")
def show_leaders() -> Response:
    """Give the leaderboards of a month, the present one where none is named.

    Proven use alone counts, of organisations that are not the publisher's; each one's weight is
    the square root of its uses, 100 at most; and at least five stand behind each line.
    """
    session = db_session()
    month = read_month(request.args.get("month", ""), today=day_of(utc_now()))
    boards = leaders_of(session, acting().tenant_id, month)
    return jsonify(
        month=month,
        months=months_there(session),
        boards=[
            {"name": name, "lines": [_document(one) for one in lines]}
            for name, lines in boards.items()
        ],
    )


def _document(one: Leader) -> dict[str, Any]:
    return {
        "place": one.place,
        "listing": one.entry.listing_id,
        "title": one.entry.title,
        "points": one.points,
        "average": one.average,
        "organisations": one.organisations,
    }

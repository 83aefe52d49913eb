"""The page on which a person purges alarms: a filter, what would go, and then it goes, in bites."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kernel.clock import format_instant, parse_instant, utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, render, require
from runtime.retention.purging.purge import COUNT_MAX, Preview, is_left, preview, purge
from runtime.retention.purging.wish import SEVERITIES, Wish, parse_wish, wish_document

bp = Blueprint("alarm_purge", __name__)

BITE = 200
_NAMES = ("status", "older_than_days", "side", "severity", "state", "by")
_USUAL = {"status": "closed", "older_than_days": "7", "side": "is"}


@bp.get("/t/<tenant>/alarms/purge")
@require("alarms.policy")
def show_purge() -> Response:
    """Show the filter; with `look`, what it would delete. Nothing is deleted by looking."""
    if not request.args.get("look"):
        return _page(_USUAL)
    try:
        found = preview(db_session(), acting().tenant_id, _wish(request.args), now=utc_now())
    except InvalidError as error:
        return _page(request.args, problems=error.problems, status=422)
    return _page(request.args, found=found)


@bp.post("/t/<tenant>/alarms/purge")
@require("alarms.policy")
def purge_alarms() -> Response:
    """Delete the next bite of what was shown; the page asks again until none is left."""
    form, who, at = request.form, acting(), _asked_at()
    wish, where = _wish(form), (db_session(), who.tenant_id)
    gone = purge(*where, wish, by=who.person_name, now=at, most=BITE)
    is_over = not is_left(*where, wish, now=at)
    return render(
        "runtime/alarms/purging.html",
        "runtime/alarms/_purging.html",
        said={name: form.get(name, "") for name in _NAMES},
        at=format_instant(at),
        gone=_told("gone") + gone,
        total=_told("total"),
        is_moving=gone > 0,
        open_tickets=preview(*where, wish, now=at).open_tickets if is_over else 0,
        is_over=is_over,
    )


def _wish(said: Mapping[str, str]) -> Wish:
    return parse_wish(wish_document(said))


def _asked_at() -> datetime:
    """Give when the person looked: what has cleared since is left alone."""
    now = utc_now()
    try:
        return min(parse_instant(request.form.get("at", "")), now)
    except (ValueError, OverflowError):
        message = "at: look at what would go first"
        raise InvalidError(message, problems=[Problem("/at", message)]) from None


def _told(name: str) -> int:
    """Give a number that the page before had; it is the person's own and shown to them alone."""
    return max(request.form.get(name, 0, type=int), 0)


def _page(
    said: Mapping[str, str],
    *,
    found: Preview | None = None,
    problems: Any = (),
    status: int = 200,
) -> Response:
    return render(
        "runtime/alarms/purge.html",
        status=status,
        said={name: said.get(name, "") for name in _NAMES},
        found=found,
        wrong={one.pointer.split("/")[1]: one.message for one in problems if one.pointer},
        at=format_instant(utc_now()),
        severities=SEVERITIES,
        count_max=COUNT_MAX,
    )

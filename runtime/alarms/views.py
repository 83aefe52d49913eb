"""The alarm list and one alarm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import InvalidError
from kernel.http import (
    acting,
    db_session,
    decode_cursor,
    encode_cursor,
    page_limit,
    render,
    require,
    see_other,
)
from runtime.alarms import store
from runtime.alarms.api import perform, read_filter
from runtime.alarms.documents import AlarmView
from runtime.alarms.journal import raw_of

bp = Blueprint("alarms", __name__)


@bp.get("/t/<tenant>/alarms")
@require("alarms.view")
def list_alarms() -> Response:
    """Show the alarm list; events refresh the rows."""
    limit = page_limit()
    after = decode_cursor(request.args.get("cursor"), parts=2)
    where = (db_session(), acting().tenant_id)
    found = store.list_alarms(*where, read_filter(), limit=limit, after=after)
    return render(
        "runtime/alarms/list.html",
        "runtime/alarms/_rows.html",
        alarms=found,
        counts=store.count_active(*where),
        asked=request.args,
        here=request.full_path.rstrip("?"),
        next_url=_next(found, limit),
    )


def _next(found: list[AlarmView], limit: int) -> str | None:
    if len(found) < limit:
        return None
    asked: dict[str, Any] = {
        name: value for name, value in request.args.items() if name != "cursor"
    }
    return url_for("alarms.list_alarms", **asked, cursor=encode_cursor(*store.place_of(found[-1])))


@bp.get("/t/<tenant>/alarms/<uuid:alarm_id>")
@require("alarms.view")
def show_alarm(alarm_id: UUID) -> Response:
    """Show one alarm with its history and why rules fired for it."""
    return _alarm_page(alarm_id)


@bp.post("/t/<tenant>/alarms/<uuid:alarm_id>/<any(acknowledge,unacknowledge,clear,comment):verb>")
@require("alarms.operate")
def operate(alarm_id: UUID, verb: str) -> Response:
    """Acknowledge, unacknowledge, clear or comment."""
    try:
        perform(alarm_id, verb, comment=request.form.get("comment", ""))
    except InvalidError as error:
        return _alarm_page(alarm_id, problem=error.message, status=422)
    return see_other(url_for("alarms.show_alarm", alarm_id=alarm_id))


def _alarm_page(alarm_id: UUID, *, problem: str = "", status: int = 200) -> Response:
    where = (db_session(), acting().tenant_id)
    alarm = store.get_alarm(*where, alarm_id)
    panels: list[Any] = current_app.extensions["garland.alarm_panels"]
    return render(
        "runtime/alarms/show.html",
        status=status,
        alarm=alarm,
        problem=problem,
        history=store.history_of(*where, alarm_id),
        raw=raw_of(*where, alarm.last_seq) if alarm.last_seq is not None else None,
        panels=[panel(*where, alarm_id) for panel in panels],
    )

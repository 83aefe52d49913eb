"""The alarm list and one alarm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import InvalidError, NotFoundError
from kernel.http import acting, address_with, db_session, render, require, see_other
from runtime.alarms import store
from runtime.alarms.api import page_of_alarms, perform, read_sort
from runtime.alarms.journal import raw_of

bp = Blueprint("alarms", __name__)

MANY_MAX = 500
_DONE = {"acknowledge": "acknowledged", "unacknowledge": "given back", "clear": "cleared"}


@bp.get("/t/<tenant>/alarms")
@require("alarms.view")
def list_alarms() -> Response:
    """Show the alarm list; events refresh the rows."""
    where = (db_session(), acting().tenant_id)
    alarms, more = page_of_alarms()
    return render(
        "runtime/alarms/list.html",
        "runtime/alarms/_rows.html",
        alarms=alarms,
        counts=store.count_active(*where),
        asked=request.args,
        sort=read_sort(),
        is_new=not alarms and not store.has_alarms(*where),
        here=request.full_path.rstrip("?"),
        address_with=address_with,
        next_url=address_with(cursor=more) if more else None,
    )


@bp.post("/t/<tenant>/alarms")
@require("alarms.operate")
def operate_many() -> Response:
    """Acknowledge, give back or clear the alarms that are ticked."""
    verb, chosen = request.form.get("verb", ""), request.form.getlist("alarm")[:MANY_MAX]
    if verb not in _DONE:
        raise NotFoundError("there is no such action for many alarms")
    for alarm_id in chosen:
        perform(_id_of(alarm_id), verb, comment="")
    flash(f"{len(chosen)} {'alarm' if len(chosen) == 1 else 'alarms'} {_DONE[verb]}.", "success")
    return see_other(address_with())


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("no such alarm") from None


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

"""The alarm list and one alarm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import format_instant, utc_now
from kernel.errors import InvalidError, NotFoundError
from kernel.http import acting, address_with, db_session, render, require, see_other
from runtime.alarms import store
from runtime.alarms.api import ask, page_of_alarms, read_sort
from runtime.alarms.journal import raw_of
from runtime.alarms.shelf_form import CHOICES, shelf_end

bp = Blueprint("alarms", __name__)

MANY_MAX = 500
CHILDREN_SHOWN = 20
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
        ask(_id_of(alarm_id), verb, {})
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


@bp.post(
    "/t/<tenant>/alarms/<uuid:alarm_id>/"
    "<any(acknowledge,unacknowledge,clear,comment,shelve,unshelve,ungroup):verb>"
)
@require("alarms.operate")
def operate(alarm_id: UUID, verb: str) -> Response:
    """Acknowledge, unacknowledge, clear, comment, shelve, unshelve or ungroup."""
    try:
        ask(alarm_id, verb, _said(verb))
    except InvalidError as error:
        return _alarm_page(alarm_id, problem=error.message, status=422)
    return see_other(url_for("alarms.show_alarm", alarm_id=alarm_id))


def _said(verb: str) -> dict[str, str]:
    said = request.form.to_dict()
    if verb == "shelve":
        until = shelf_end(said.get("for", ""), said.get("day", ""), now=utc_now())
        said["until"] = format_instant(until)
    return said


def _alarm_page(alarm_id: UUID, *, problem: str = "", status: int = 200) -> Response:
    where = (db_session(), acting().tenant_id)
    alarm = store.get_alarm(*where, alarm_id)
    panels: list[Any] = current_app.extensions["garland.alarm_panels"]
    under = store.AlarmFilter(state="", parent_id=alarm_id)
    return render(
        "runtime/alarms/show.html",
        status=status,
        alarm=alarm,
        problem=problem,
        history=store.history_of(*where, alarm_id),
        raw=raw_of(*where, alarm.last_seq) if alarm.last_seq is not None else None,
        parent=store.find_alarm(*where, alarm.parent_id) if alarm.parent_id else None,
        children=store.list_alarms(*where, under, sort="-severity", limit=CHILDREN_SHOWN + 1),
        children_shown=CHILDREN_SHOWN,
        shelf_choices=CHOICES,
        panels=[panel(*where, alarm_id) for panel in panels],
    )

"""The alarm list and one alarm."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import format_instant, utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, address_with, db_session, render, require, see_other, wants_part
from runtime.alarms import store
from runtime.alarms.api import ask, page_of_alarms
from runtime.alarms.console import offering, saved
from runtime.alarms.console.chips import chips_of
from runtime.alarms.console.export import EXPORT_MAX
from runtime.alarms.console.listing import alarms_of, count_newer, newest_at
from runtime.alarms.console.look import COLUMNS, COOKIE, DENSITIES, read_look
from runtime.alarms.console.offering import recent_sources
from runtime.alarms.console.trends import last_day
from runtime.alarms.console.undoing import note_deed
from runtime.alarms.family import CHILDREN_SHOWN, could_join, family_of
from runtime.alarms.filters import read_filter, read_id, read_instant, read_sort
from runtime.alarms.journal import raw_of
from runtime.alarms.model import EventType
from runtime.alarms.owners import owner_choices
from runtime.alarms.shelf_form import CHOICES, shelf_end

bp = Blueprint("alarms", __name__)

FIND_MAX = 200
SHOWN_MAX = 500
_UNHELD: dict[str, Any] = {"shown": None, "as_of": None, "more": None, "deed": None}


@bp.get("/t/<tenant>/alarms")
@require("alarms.view")
def list_alarms() -> Response:
    """Show the alarm list; events refresh its rows, with `shown` those that are there alone."""
    views = saved.list_views(db_session(), acting().tenant_id, acting().person_id)
    opening = saved.opening_view(views)
    if opening is not None and not request.args and not wants_part():
        return see_other(f"{address_with()}?{opening.query}&view={opening.id}")
    rows = _held() if request.args.get("shown") else _page()
    cursor = request.args.get("cursor")
    shown = ",".join(str(one.id) for one in rows["alarms"]) or None
    return render(
        "runtime/alarms/list.html",
        "runtime/alarms/_rows.html",
        **rows,
        views=views,
        counts=store.count_active(db_session(), acting().tenant_id),
        asked=request.args,
        chips=chips_of(request.args),
        sort=read_sort(request.args),
        look=read_look(request.cookies.get(COOKIE, "")),
        columns=COLUMNS,
        address_with=partial(address_with, **_UNHELD),
        here=address_with(cursor=cursor, **_UNHELD),
        held=address_with(
            cursor=cursor, shown=shown, as_of=rows["as_of"], more=rows["more"] or None
        ),
        **({} if wants_part() else _around()),
    )


def _around() -> dict[str, Any]:
    """Give what the page has round its rows; a refresh of these needs none of it."""
    where = (db_session(), acting().tenant_id)
    return {
        "day": last_day(*where, now=utc_now()),
        "owners": owner_choices(*where),
        "sources": recent_sources(*where),
        "event_types": [one.value for one in EventType],
        "densities": DENSITIES,
        "export_max": EXPORT_MAX,
        "may_share": acting().may(saved.SHARE),
    }


@bp.app_template_global()
def probable_causes() -> list[str]:
    """Give what a form offers where a probable cause is typed."""
    return offering.probable_causes(db_session(), acting().tenant_id)


def _page() -> dict[str, Any]:
    """Give the page that the query asks for."""
    where, wanted = (db_session(), acting().tenant_id), read_filter(request.args)
    alarms, more = page_of_alarms()
    is_start = not request.args.get("cursor") and read_sort(request.args) == store.SORTS[0]
    if is_start:
        newest = alarms[0].last_raised_at if alarms else None
    else:
        newest = newest_at(*where, wanted)
    return {
        "alarms": alarms,
        "newer": None,
        "as_of": (newest or utc_now()).isoformat(),
        "more": more or "",
        "is_new": not alarms and not store.has_alarms(*where),
    }


def _held() -> dict[str, Any]:
    """Give the alarms that are `shown`, as they are by now, and how many are newer than `as_of`.

    While somebody works in the list nothing moves in it: not even an alarm that no longer fits.
    """
    where, args = (db_session(), acting().tenant_id), request.args
    shown = [one for one in map(read_id, args["shown"].split(",")[:SHOWN_MAX]) if one]
    than = read_instant(args, "as_of") or utc_now()
    return {
        "alarms": alarms_of(*where, shown),
        "newer": count_newer(*where, read_filter(args), than=than, shown=shown),
        "as_of": than.isoformat(),
        "more": args.get("more", ""),
        "is_new": False,
    }


@bp.get("/t/<tenant>/alarms/<uuid:alarm_id>")
@require("alarms.view")
def show_alarm(alarm_id: UUID) -> Response:
    """Show one alarm with its history and why rules fired for it."""
    return _alarm_page(alarm_id)


@bp.post(
    "/t/<tenant>/alarms/<uuid:alarm_id>/"
    "<any(acknowledge,unacknowledge,clear,comment,shelve,unshelve,assign,ungroup):verb>"
)
@require("alarms.operate")
def operate(alarm_id: UUID, verb: str) -> Response:
    """Acknowledge, unacknowledge, clear, comment, shelve, unshelve, assign or ungroup."""
    who, before = acting(), store.get_alarm(db_session(), acting().tenant_id, alarm_id)
    try:
        after = ask(alarm_id, verb, _said(verb))
    except InvalidError as error:
        return _alarm_page(alarm_id, problem=error.message, status=422)
    deed = note_deed(db_session(), who, verb, [before], owner=after.owner, now=utc_now())
    return see_other(url_for("alarms.show_alarm", alarm_id=alarm_id, deed=deed))


@bp.post("/t/<tenant>/alarms/<uuid:alarm_id>/<any(under,over,release):deed>")
@require("alarms.operate")
def regroup(alarm_id: UUID, deed: str) -> Response:
    """Put the alarm under another, another under it, or let one of its children go."""
    other = read_id(request.form.get("other", ""))
    try:
        if other is None:
            raise _no_other()
        if deed == "release":
            ask(other, "ungroup", {})
        else:
            parent, child = (other, alarm_id) if deed == "under" else (alarm_id, other)
            ask(parent, "group", {"children": [str(child)]})
    except InvalidError as error:
        return _alarm_page(alarm_id, problem=error.message, status=422)
    return see_other(url_for("alarms.show_alarm", alarm_id=alarm_id))


def _no_other() -> InvalidError:
    message = "other: choose an alarm"
    return InvalidError(message, problems=[Problem("/other", message)])


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
    words = request.args.get("find", "").strip()[:FIND_MAX].replace("\0", "")
    return render(
        "runtime/alarms/show.html",
        status=status,
        alarm=alarm,
        problem=problem,
        history=store.history_of(*where, alarm_id),
        raw=raw_of(*where, alarm.last_seq) if alarm.last_seq is not None else None,
        family=family_of(*where, alarm),
        children_shown=CHILDREN_SHOWN,
        find=words,
        found=could_join(*where, alarm, words) if acting().may("alarms.operate") else [],
        owners=owner_choices(*where, alarm.owner),
        shelf_choices=CHOICES,
        panels=[panel(*where, alarm_id) for panel in panels],
    )

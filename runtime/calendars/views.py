"""The pages of business calendars: the list, and one with its hours, holidays and days ahead."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from kernel.zones import zone_names
from runtime.calendars import store
from runtime.calendars.forms import document_of, hours_text, rows_of, wrong_by_field
from runtime.calendars.ics import merged, read_holidays
from runtime.calendars.model import WEEKDAYS
from runtime.calendars.preview import days_ahead, state_at
from runtime.flows.uses import flows_using

bp = Blueprint("calendars", __name__)

_WORKING = [["08:00", "12:00"], ["13:00", "17:00"]]
_NEW: dict[str, Any] = {
    "name": "",
    "timezone": "Europe/Berlin",
    "week": {day: _WORKING if day not in ("sat", "sun") else [] for day in WEEKDAYS},
}


@bp.get("/t/<tenant>/calendars")
@require("calendars.view")
def list_calendars() -> Response:
    """Show the calendars, and which are open now."""
    where, q = (db_session(), acting().tenant_id), request.args.get("q", "").strip()
    shown, more = page_of(
        lambda limit, after: store.list_calendars(*where, q=q, limit=limit, after=after),
        store.place_of,
    )
    return render(
        "runtime/calendars/list.html",
        calendars=[(one, state_at(one.calendar, now=utc_now())) for one in shown],
        q=q,
        next_url=address_with(cursor=more) if more else None,
    )


@bp.get("/t/<tenant>/calendars/new")
@require("calendars.edit")
def new_calendar() -> Response:
    """Show the form of a calendar that is not there yet, with usual hours."""
    return _form_page(_NEW)


@bp.post("/t/<tenant>/calendars")
@require("calendars.edit")
def create_calendar() -> Response:
    """Add a calendar."""
    document, by = document_of(request.form), acting().person_name
    where, now = (db_session(), acting().tenant_id), utc_now()
    try:
        made = store.create_calendar(*where, document=document, by=by, now=now)
    except (InvalidError, ConflictError) as error:
        return _form_page(document, error=error, status=422)
    flash(f"{made.name} is ready: workflows can use it.", "success")
    return see_other(url_for("calendars.show_calendar", calendar_id=made.id))


@bp.get("/t/<tenant>/calendars/<uuid:calendar_id>")
@require("calendars.view")
def show_calendar(calendar_id: UUID) -> Response:
    """Show one calendar."""
    return _calendar_page(calendar_id)


@bp.post("/t/<tenant>/calendars/<uuid:calendar_id>")
@require("calendars.edit")
def save_calendar(calendar_id: UUID) -> Response:
    """Keep a calendar's hours and days; refused when somebody else saved meanwhile."""
    document = document_of(request.form)
    try:
        _save(calendar_id, document, request.form.get("revision", 0, type=int))
    except (InvalidError, ConflictError) as error:
        return _calendar_page(calendar_id, document=document, error=error, status=422)
    flash("Saved. It holds for whatever fires or waits from now on.", "success")
    return see_other(url_for("calendars.show_calendar", calendar_id=calendar_id))


@bp.post("/t/<tenant>/calendars/<uuid:calendar_id>/holidays")
@require("calendars.edit")
def import_holidays(calendar_id: UUID) -> Response:
    """Put the all-day events of an iCalendar file to the calendar's days."""
    found = store.get_calendar(db_session(), acting().tenant_id, calendar_id)
    sent = request.files.get("file")
    text = sent.read().decode("utf-8", errors="replace") if sent is not None else ""
    try:
        holidays = read_holidays(text)
        before = list(found.document.get("days", []))
        days = merged(before, holidays.days)
        _save(calendar_id, {**found.document, "days": days}, found.revision)
    except (InvalidError, ConflictError) as error:
        return _calendar_page(calendar_id, error=error, status=422)
    left = f", {holidays.left_out} events with a time were left out" if holidays.left_out else ""
    flash(f"{len(days) - len(before)} holidays were added{left}.", "success")
    return see_other(url_for("calendars.show_calendar", calendar_id=calendar_id))


@bp.post("/t/<tenant>/calendars/<uuid:calendar_id>/delete")
@require("calendars.edit")
def delete_calendar(calendar_id: UUID) -> Response:
    """Remove a calendar, unless workflows use it."""
    where = (db_session(), acting().tenant_id)
    found = store.get_calendar(*where, calendar_id)
    try:
        store.delete_calendar(*where, calendar_id, used_by=partial(flows_using, *where, found.name))
    except ConflictError as error:
        return _calendar_page(calendar_id, error=error, status=409)
    flash(f"{found.name} is removed.", "success")
    return see_other(url_for("calendars.list_calendars"))


def _save(calendar_id: UUID, document: dict[str, Any], revision: int) -> None:
    where = (db_session(), acting().tenant_id)
    before = store.get_calendar(*where, calendar_id)
    store.save_calendar(
        *where,
        calendar_id,
        document=document,
        expected_revision=revision,
        used_by=partial(flows_using, *where, before.name),
        by=acting().person_name,
        now=utc_now(),
    )


def _calendar_page(
    calendar_id: UUID, *, document: dict[str, Any] | None = None, **refusal: Any
) -> Response:
    where, now = (db_session(), acting().tenant_id), utc_now()
    found = store.get_calendar(*where, calendar_id)
    return _form_page(
        document or found.document,
        **refusal,
        found=found,
        state=state_at(found.calendar, now=now),
        ahead=days_ahead(found.calendar, now=now),
        used_by=flows_using(*where, found.name),
    )


def _form_page(
    document: Any,
    *,
    error: InvalidError | ConflictError | None = None,
    status: int = 200,
    **parts: Any,
) -> Response:
    problems = getattr(error, "problems", ())
    return render(
        "runtime/calendars/show.html" if "found" in parts else "runtime/calendars/new.html",
        status=status,
        document=document,
        rows=rows_of(document),
        weekdays=WEEKDAYS,
        week={day: hours_text(document["week"].get(day, [])) for day in WEEKDAYS},
        zones=zone_names(),
        refused=error,
        problems=problems,
        wrong=wrong_by_field(problems),
        **parts,
    )

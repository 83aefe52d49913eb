"""Business calendars over REST."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from kernel.clock import format_instant, parse_instant, utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, expected_revision, json_body, page_of, require
from kernel.http_located import located
from kernel.rest import INSTANT, TEXT, describe, listed
from kernel.revisions import told_as_moved
from runtime.calendars import shapes, store
from runtime.calendars.ics import merged, read_holidays
from runtime.calendars.model import CALENDAR_SCHEMA
from runtime.calendars.preview import state_at
from runtime.calendars.store import CalendarView
from runtime.flows.uses import flows_using

api = Blueprint("calendars_api", __name__, url_prefix="/api/v1/calendars")


@api.get("")
@describe(query={"q": TEXT}, pages=True, answer=listed(shapes.CALENDAR))
@require("calendars.view")
def list_calendars() -> Response:
    """List calendars by name; filter q (a part of the name)."""
    where, q = (db_session(), acting().tenant_id), request.args.get("q", "").strip()
    found, more = page_of(
        lambda limit, after: store.list_calendars(*where, q=q, limit=limit, after=after),
        store.place_of,
    )
    return jsonify(items=[calendar_document(one) for one in found], next_cursor=more)


@api.post("")
@describe(body=CALENDAR_SCHEMA, answer=shapes.CALENDAR, status=201, is_tagged=True)
@require("calendars.edit")
def create_calendar() -> Response:
    """Make a calendar: `name`, `timezone`, `week`, and `days` that are different."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    made = store.create_calendar(*where, document=json_body(), by=by, now=utc_now())
    return located(_answer(made), url_for("calendars_api.get_calendar", calendar_id=made.id))


@api.get("/<uuid:calendar_id>")
@describe(answer=shapes.CALENDAR, is_tagged=True)
@require("calendars.view")
def get_calendar(calendar_id: UUID) -> Response:
    """Give one calendar; its `ETag` is its revision."""
    return _answer(store.get_calendar(db_session(), acting().tenant_id, calendar_id))


@api.get("/<uuid:calendar_id>/state")
@describe(query={"at": INSTANT}, answer=shapes.STATE)
@require("calendars.view")
def get_state(calendar_id: UUID) -> Response:
    """Tell whether it is open, now or `at` an instant, and when that changes."""
    found = store.get_calendar(db_session(), acting().tenant_id, calendar_id)
    text = request.args.get("at", "")
    try:
        at = parse_instant(text) if text else utc_now()
    except ValueError:
        message = f"at: {text} is no instant: write one such as 2026-12-24T17:00:00Z"
        raise InvalidError(message, problems=[Problem("/at", message)]) from None
    state = state_at(found.calendar, now=at)
    changes_at = format_instant(state.changes_at) if state.changes_at else None
    return jsonify(at=format_instant(at), open=state.is_open, changes_at=changes_at)


@api.put("/<uuid:calendar_id>")
@describe(body=CALENDAR_SCHEMA, answer=shapes.CALENDAR, is_tagged=True, needs_tag=True)
@require("calendars.edit")
def save_calendar(calendar_id: UUID) -> Response:
    """Replace a calendar; `If-Match` says which revision it builds on."""
    return _answer(_save(calendar_id, json_body(), expected_revision("calendar")))


@api.post("/<uuid:calendar_id>/holidays")
@describe(body=TEXT, takes=("text/calendar",), answer=shapes.CALENDAR, is_tagged=True)
@require("calendars.edit")
def import_holidays(calendar_id: UUID) -> Response:
    """Put the all-day events of an iCalendar file, the request's body, to the calendar's days."""
    found = store.get_calendar(db_session(), acting().tenant_id, calendar_id)
    text = request.get_data().decode("utf-8", errors="replace")
    days = merged(list(found.document.get("days", [])), read_holidays(text).days)
    return _answer(_save(calendar_id, {**found.document, "days": days}, found.revision))


@api.delete("/<uuid:calendar_id>")
@describe(status=204)
@require("calendars.edit")
def delete_calendar(calendar_id: UUID) -> Response:
    """Remove a calendar; 409 naming the workflows that use it."""
    where = (db_session(), acting().tenant_id)
    found = store.get_calendar(*where, calendar_id)
    store.delete_calendar(*where, calendar_id, used_by=partial(flows_using, *where, found.name))
    return Response(status=204)


def calendar_document(one: CalendarView) -> dict[str, Any]:
    """Write a calendar as JSON."""
    return {
        "id": str(one.id),
        **one.document,
        "revision": one.revision,
        "updated_at": format_instant(one.updated_at),
        "updated_by": one.updated_by,
    }


def _save(calendar_id: UUID, document: Any, revision: int) -> CalendarView:
    where = (db_session(), acting().tenant_id)
    before = store.get_calendar(*where, calendar_id)
    with told_as_moved(store.CalendarChangedError):
        return store.save_calendar(
            *where,
            calendar_id,
            document=document,
            expected_revision=revision,
            used_by=partial(flows_using, *where, before.name),
            by=acting().person_name,
            now=utc_now(),
        )


def _answer(one: CalendarView) -> Response:
    response = jsonify(calendar_document(one))
    response.headers["ETag"] = f'"{one.revision}"'
    return response

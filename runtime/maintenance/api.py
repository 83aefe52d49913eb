"""Maintenance windows over REST."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from kernel.clock import utc_now
from kernel.cursors import read_number, read_place
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, expected_revision, json_body, page_of, require
from kernel.http_located import located
from kernel.rest import TEXT, choice, describe, listed
from kernel.revisions import told_as_moved
from runtime.maintenance import shapes, windows
from runtime.maintenance.schema import WINDOW_SCHEMA
from runtime.maintenance.windows import WindowView, view_document

api = Blueprint("maintenance_api", __name__, url_prefix="/api/v1/maintenance-windows")
STATES = ("now", "coming", "past")


@api.get("")
@describe(query={"state": choice(*STATES), "q": TEXT}, pages=True, answer=listed(shapes.WINDOW))
@require("maintenance.view")
def list_windows() -> Response:
    """List windows, the next first; filters state (now, coming, past) and q (part of the name)."""
    where, now, state = (db_session(), acting().tenant_id), utc_now(), request.args.get("state", "")
    if state and state not in STATES:
        message = f"state: choose one of {', '.join(STATES)}"
        raise InvalidError(message, problems=[Problem("/state", message)])
    q = request.args.get("q", "").strip()
    found = windows.list_windows(*where, state=state, q=q, now=now)
    places = {one.id: number for number, one in enumerate(found, start=1)}
    shown, more = page_of(
        lambda limit, after: found[read_place(after, read_number)[0] if after else 0 :][:limit],
        lambda one: [str(places[one.id])],
        parts=1,
    )
    return jsonify(items=[view_document(one, now) for one in shown], next_cursor=more)


@api.post("")
@describe(body=WINDOW_SCHEMA, answer=shapes.WINDOW, status=201, is_tagged=True)
@require("maintenance.edit")
def plan_window() -> Response:
    """Plan work: `name`, `zone`, `starts_at`, `ends_at`, `scope`, and where it recurs `rrule`."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    response = _answer(windows.plan_window(*where, document=json_body(), by=by, now=utc_now()))
    made = response.get_json()["id"]
    return located(response, url_for("maintenance_api.get_window", window_id=made))


@api.get("/<uuid:window_id>")
@describe(answer=shapes.WINDOW, is_tagged=True)
@require("maintenance.view")
def get_window(window_id: UUID) -> Response:
    """Give one window; its `ETag` is its revision."""
    return _answer(windows.get_window(db_session(), acting().tenant_id, window_id, now=utc_now()))


@api.put("/<uuid:window_id>")
@describe(body=WINDOW_SCHEMA, answer=shapes.WINDOW, is_tagged=True, needs_tag=True)
@require("maintenance.edit")
def save_window(window_id: UUID) -> Response:
    """Replace a window; `If-Match` says which revision it builds on."""
    with told_as_moved(windows.WindowChangedError):
        saved = windows.save_window(
            db_session(),
            acting().tenant_id,
            window_id,
            document=json_body(),
            expected_revision=expected_revision("maintenance window"),
            by=acting().person_name,
            now=utc_now(),
        )
    return _answer(saved)


@api.post("/<uuid:window_id>/end")
@describe(answer=shapes.WINDOW, is_tagged=True)
@require("maintenance.edit")
def end_window(window_id: UUID) -> Response:
    """End the time that is now; 409 when none is."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    return _answer(windows.end_window(*where, window_id, by=by, now=utc_now()))


@api.delete("/<uuid:window_id>")
@describe(status=204)
@require("maintenance.edit")
def remove_window(window_id: UUID) -> Response:
    """Remove a window; what it holds is let go."""
    windows.remove_window(db_session(), acting().tenant_id, window_id, now=utc_now())
    return Response(status=204)


def _answer(one: WindowView) -> Response:
    response = jsonify(view_document(one, utc_now()))
    response.headers["ETag"] = f'"{one.revision}"'
    return response

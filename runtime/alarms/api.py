"""The alarm list over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import format_instant, utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import (
    acting,
    db_session,
    json_body,
    page_of,
    require,
)
from runtime.alarms import store
from runtime.alarms.documents import AlarmView, alarm_document
from runtime.alarms.filters import read_filter, read_sort

api = Blueprint("alarms_api", __name__, url_prefix="/api/v1/alarms")


@api.get("")
@require("alarms.view")
def list_alarms() -> Response:
    """List alarms; see `filters.read_filter` for the query."""
    found, more = page_of_alarms()
    return jsonify(items=[alarm_document(one) for one in found], next_cursor=more)


def page_of_alarms() -> tuple[list[AlarmView], str | None]:
    """Give the page that the query asks for, and the cursor of the next one."""
    sort = read_sort(request.args)
    where = (db_session(), acting().tenant_id, read_filter(request.args))
    return page_of(
        lambda limit, after: store.list_alarms(*where, sort=sort, limit=limit, after=after),
        lambda alarm: store.place_of(alarm, sort),
        parts=store.parts_of_place(sort),
    )


@api.get("/<uuid:alarm_id>")
@require("alarms.view")
def get_alarm(alarm_id: UUID) -> Response:
    """Give one alarm."""
    return jsonify(alarm_document(store.get_alarm(db_session(), acting().tenant_id, alarm_id)))


@api.get("/<uuid:alarm_id>/history")
@require("alarms.view")
def get_history(alarm_id: UUID) -> Response:
    """Give what happened to an alarm, newest first."""
    store.get_alarm(db_session(), acting().tenant_id, alarm_id)
    entries = store.history_of(db_session(), acting().tenant_id, alarm_id)
    items = [
        {"at": format_instant(one.at), "kind": one.kind, "by": one.by, "facts": one.facts}
        for one in entries
    ]
    return jsonify(items=items, next_cursor=None)


@api.post("/<uuid:alarm_id>/<any(acknowledge, unacknowledge, clear, comment):verb>")
@require("alarms.operate")
def operate(alarm_id: UUID, verb: str) -> Response:
    """Acknowledge, unacknowledge, clear or comment; answers the alarm after it."""
    done = perform(alarm_id, verb, comment=_comment())
    return jsonify(alarm_document(done))


@api.patch("/<uuid:alarm_id>")
@require("alarms.operate")
def change_alarm(alarm_id: UUID) -> Response:
    """Set fields over what the source says; answers the alarm after it."""
    who, fields = acting(), _object(json_body())
    where = (db_session(), who.tenant_id, alarm_id)
    changed = store.set_fields(*where, fields=fields, by=who.person_name, now=utc_now())
    return jsonify(alarm_document(changed))


def _comment() -> str:
    said = _object(json_body()).get("comment", "") if request.get_data(cache=True) else ""
    if not isinstance(said, str):
        raise InvalidError(
            "comment must be text", problems=[Problem("/comment", "comment must be text")]
        )
    return said


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise InvalidError("the body must be an object", problems=[Problem("", "send an object")])
    return body


def perform(alarm_id: UUID, verb: str, *, comment: str) -> AlarmView:
    """Do what a person or program asks of an alarm, in their name."""
    where, by, now = (db_session(), acting().tenant_id), acting().person_name, utc_now()
    match verb:
        case "acknowledge":
            return store.acknowledge(*where, alarm_id, by=by, now=now, comment=comment)
        case "unacknowledge":
            return store.unacknowledge(*where, alarm_id, by=by, now=now)
        case "clear":
            return store.clear_by_person(*where, alarm_id, by=by, now=now)
        case _:
            return store.comment(*where, alarm_id, text=comment, by=by, now=now)

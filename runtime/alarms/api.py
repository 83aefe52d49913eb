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
    decode_cursor,
    encode_cursor,
    json_body,
    page_limit,
    require,
)
from runtime.alarms import store
from runtime.alarms.documents import AlarmView, alarm_document
from runtime.alarms.model import Severity

api = Blueprint("alarms_api", __name__, url_prefix="/api/v1/alarms")

_STATES = {"active": "active", "cleared": "cleared", "all": "", "": "active"}


@api.get("")
@require("alarms.view")
def list_alarms() -> Response:
    """List alarms; filters state, severity, ack and q; newest raised first."""
    limit = page_limit()
    after = decode_cursor(request.args.get("cursor"), parts=2)
    found = store.list_alarms(
        db_session(), acting().tenant_id, read_filter(), limit=limit, after=after
    )
    more = encode_cursor(*store.place_of(found[-1])) if len(found) == limit else None
    return jsonify(items=[alarm_document(one) for one in found], next_cursor=more)


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
    body: dict[str, Any] = json_body() if request.content_length else {}
    done = perform(alarm_id, verb, comment=str(body.get("comment", "")))
    return jsonify(alarm_document(done))


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


def read_filter() -> store.AlarmFilter:
    """Read the filter from the query.

    Raises:
        InvalidError: naming the parameter that has no such value.
    """
    state, ack = request.args.get("state", ""), request.args.get("ack", "")
    wanted = [one for one in request.args.getlist("severity") if one]
    if state not in _STATES:
        raise _bad("state", "active, cleared or all")
    if ack not in ("", "acknowledged", "unacknowledged"):
        raise _bad("ack", "acknowledged or unacknowledged")
    if any(one not in list(Severity) for one in wanted):
        raise _bad("severity", ", ".join(Severity))
    return store.AlarmFilter(
        state=_STATES[state],
        severities=frozenset(Severity(one) for one in wanted),
        ack=ack,
        q=request.args.get("q", "").strip(),
    )


def _bad(name: str, allowed: str) -> InvalidError:
    message = f"{name} must be {allowed}"
    return InvalidError(message, problems=[Problem(f"/{name}", message)])

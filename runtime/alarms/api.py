"""The alarm list over REST."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import format_instant, parse_instant, utc_now
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
from runtime.alarms.model import Severity

api = Blueprint("alarms_api", __name__, url_prefix="/api/v1/alarms")

_STATES = {**{one: one for one in store.STATES}, "all": "", "": "active"}
_ACKS = ("", "acknowledged", "unacknowledged")


@api.get("")
@require("alarms.view")
def list_alarms() -> Response:
    """List alarms; see `read_filter` and `read_sort` for the query."""
    found, more = page_of_alarms()
    return jsonify(items=[alarm_document(one) for one in found], next_cursor=more)


def page_of_alarms() -> tuple[list[AlarmView], str | None]:
    """Give the page that the query asks for, and the cursor of the next one."""
    sort, where = read_sort(), (db_session(), acting().tenant_id, read_filter())
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
        raise _bad("comment", "text")
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


def read_filter() -> store.AlarmFilter:
    """Read the filter from the query.

    `state` is active (the default), suppressed, shelved, cleared or all; `severity` may be given
    several times; `ack`; `q` for words; `managed_object`, `source` and `event_type` for whole
    names; `since` for alarms last raised at or after an instant; `parent` for the children of one.

    Raises:
        InvalidError: naming the parameter that has no such value.
    """
    severities = [one for one in request.args.getlist("severity") if one]
    if any(one not in list(Severity) for one in severities):
        raise _bad("severity", "one of " + ", ".join(Severity))
    q, managed_object, source, event_type = (
        request.args.get(name, "").strip()
        for name in ("q", "managed_object", "source", "event_type")
    )
    return store.AlarmFilter(
        state=_STATES[_choice("state", _STATES)],
        severities=frozenset(Severity(one) for one in severities),
        ack=_choice("ack", _ACKS),
        since=_instant("since"),
        parent_id=_id("parent"),
        q=q,
        managed_object=managed_object,
        source=source,
        event_type=event_type,
    )


def read_sort() -> str:
    """Read `sort` from the query, newest first where there is none."""
    return _choice("sort", ("", *store.SORTS)) or store.SORTS[0]


def _choice(name: str, allowed: Iterable[str]) -> str:
    said = request.args.get(name, "")
    choices = list(allowed)
    if said not in choices:
        raise _bad(name, "one of " + ", ".join(filter(None, choices)))
    return said


def _instant(name: str) -> datetime | None:
    said = request.args.get(name, "")
    try:
        return parse_instant(said.replace(" ", "+")) if said else None
    except (ValueError, OverflowError):
        raise _bad(name, "an instant with a time zone, such as 2026-11-24T12:00:00Z") from None


def _id(name: str) -> UUID | None:
    said = request.args.get(name, "")
    try:
        return UUID(said) if said else None
    except ValueError:
        raise _bad(name, "the id of an alarm") from None


def _bad(name: str, allowed: str) -> InvalidError:
    message = f"{name} must be {allowed}"
    return InvalidError(message, problems=[Problem(f"/{name}", message)])

"""The alarm list over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import format_instant, utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, json_body, page_of, require
from kernel.http_tags import require_unchanged, with_tag_of
from kernel.rest import describe, listed
from runtime.alarms import shapes, store
from runtime.alarms.asking import BULK, Asked, perform, perform_many
from runtime.alarms.documents import AlarmView, alarm_document
from runtime.alarms.filters import read_filter, read_sort
from runtime.alarms.journal import raw_of
from runtime.alarms.policy.store import change_policy, policy_of

api = Blueprint("alarms_api", __name__, url_prefix="/api/v1/alarms")


@api.get("")
@describe(query=shapes.QUERY, pages=True, answer=listed(shapes.ALARM))
@require("alarms.view")
def list_alarms() -> Response:
    """List alarms; those that are active where no `state` is given."""
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


@api.get("/policy")
@describe(answer=shapes.POLICY, is_tagged=True)
@require("alarms.view")
def get_policy() -> Response:
    """Give how the tenant's alarms live."""
    document = policy_of(db_session(), acting().tenant_id).document()
    return with_tag_of(jsonify(document), document)


@api.patch("/policy")
@describe(body=shapes.POLICY_CHANGES, answer=shapes.POLICY, is_tagged=True, takes_tag=True)
@require("alarms.policy")
def patch_policy() -> Response:
    """Change parts of how alarms live, null for a default; answers all of it.

    With `If-Match`, only while nobody changed it since.
    """
    who, changes = acting(), _object(json_body())
    where = (db_session(), who.tenant_id)
    require_unchanged(policy_of(*where).document(), "policy")
    document = change_policy(*where, changes, by=who.person_name, now=utc_now()).document()
    return with_tag_of(jsonify(document), document)


@api.get("/<uuid:alarm_id>")
@describe(answer=shapes.ALARM_WITH_RAW)
@require("alarms.view")
def get_alarm(alarm_id: UUID) -> Response:
    """Give one alarm, and `raw`: what its source sent last, as it came, while that is kept."""
    where = (db_session(), acting().tenant_id)
    alarm = store.get_alarm(*where, alarm_id)
    raw = raw_of(*where, alarm.last_seq) if alarm.last_seq is not None else None
    return jsonify({**alarm_document(alarm), "raw": raw})


@api.get("/<uuid:alarm_id>/history")
@describe(answer=shapes.HISTORY)
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


@api.post(
    "/<uuid:alarm_id>/<any(acknowledge, unacknowledge, clear, comment, shelve, unshelve,"
    " assign, group, ungroup):verb>"
)
@describe(bodies=shapes.SAID, words=shapes.WORDS, is_optional=True, answer=shapes.ALARM)
@require("alarms.operate")
def operate(alarm_id: UUID, verb: str) -> Response:
    """Do what the verb says; answers the alarm after it."""
    said = _object(json_body()) if request.get_data(cache=True) else {}
    return jsonify(alarm_document(ask(alarm_id, verb, said)))


@api.post("/bulk")
@describe(body=BULK, answer=shapes.DONE)
@require("alarms.operate")
def operate_many() -> Response:
    """Do one thing to at most 1,000 alarms; answers what came of each."""
    who = acting()
    items = perform_many(
        db_session(), who.tenant_id, json_body(), by=who.person_name, now=utc_now()
    )
    return jsonify(items=items, next_cursor=None)


@api.patch("/<uuid:alarm_id>")
@describe(body=store.SETTABLE, answer=shapes.ALARM)
@require("alarms.operate")
def change_alarm(alarm_id: UUID) -> Response:
    """Set fields over what the source says; answers the alarm after it."""
    who, fields = acting(), _object(json_body())
    where = (db_session(), who.tenant_id, alarm_id)
    changed = store.set_fields(*where, fields=fields, by=who.person_name, now=utc_now())
    return jsonify(alarm_document(changed))


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise InvalidError("the body must be an object", problems=[Problem("", "send an object")])
    return body


def ask(alarm_id: UUID, verb: str, said: Mapping[str, Any]) -> AlarmView:
    """Do what a person or program asks of an alarm, in their name."""
    who = acting()
    asked = Asked(
        session=db_session(),
        tenant_id=who.tenant_id,
        alarm_id=alarm_id,
        said=said,
        by=who.person_name,
        now=utc_now(),
    )
    return perform(asked, verb)

"""Messages over REST: what other systems send to runs that wait for a correlation value."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify

from kernel.clock import format_instant, utc_now
from kernel.errors import NotFoundError
from kernel.http import acting, db_session, json_body, require
from kernel.rest import ID, describe, many, shape
from kernel.schema import Schema
from runtime.runs.waits import resolve_events

api = Blueprint("messages_api", __name__, url_prefix="/api/v1/flows")

_MESSAGE = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["correlation"],
        "properties": {
            "correlation": {"type": "string", "minLength": 1, "maxLength": 200},
            "body": {},
        },
    }
)


@api.post("/<uuid:flow_id>/messages")
@describe(body=_MESSAGE, answer=shape(resumed=many(ID)), status=202)
@require("workflows.run")
def send_message(flow_id: UUID) -> Response:
    """Hand a message to the runs of a workflow that wait for its correlation value."""
    body = json_body()
    _MESSAGE.require(body, "a message has a correlation value and a body")
    value, now = body["correlation"], utc_now()
    event = {"correlation": value, "body": body.get("body"), "at": format_instant(now)}
    where = (db_session(), acting().tenant_id)
    resumed = resolve_events(*where, "message", f"{flow_id}:{value}", event, now=now)
    if not resumed:
        raise NotFoundError(f"no run of this workflow waits for {value}")
    response = jsonify(resumed=[str(run_id) for run_id in resumed])
    response.status_code = 202
    return response

"""Limits over REST: what applies, how much is used, and how long runs are kept."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, json_body, require
from kernel.rest import FLAG, NUMBER, TEXT, WHOLE, describe, listed, maybe, shape
from runtime.limits.store import change_kept
from runtime.limits.usage import usage_of

api = Blueprint("limits_api", __name__, url_prefix="/api/v1/limits")

_LIMITS = listed(
    shape(
        "Limit",
        name=TEXT,
        title=TEXT,
        unit=TEXT,
        value=maybe(WHOLE),
        default=maybe(WHOLE),
        used=maybe(NUMBER),
        at_the_limit=TEXT,
        can_be_set_here=FLAG,
    )
)


@api.get("")
@describe(answer=_LIMITS)
@require("limits.view")
def list_limits() -> Response:
    """List the tenant's limits, each with its present use."""
    return _answer()


@api.patch("")
@describe(body={"type": "object", "additionalProperties": maybe(WHOLE)}, answer=_LIMITS)
@require("limits.edit")
def change_limits() -> Response:
    """Set how long runs are kept, by name; null takes one back to the installation's default."""
    said = json_body()
    if not isinstance(said, dict):
        message = 'the body: send an object such as {"runs_kept_days": 30}'
        raise InvalidError(message, problems=[Problem("", message)])
    change_kept(db_session(), acting().tenant_id, said, by=acting().person_name, now=utc_now())
    return _answer()


def _answer() -> Response:
    items = [one.document() for one in usage_of(db_session(), acting().tenant_id)]
    return jsonify(items=items, next_cursor=None)

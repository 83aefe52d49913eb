"""Purging alarms over REST: a dry run unless it is asked otherwise."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kernel.clock import utc_now
from kernel.http import acting, db_session, json_body, require
from kernel.rest import FLAG, WHOLE, describe, shape
from runtime.retention.purging.purge import preview, purge
from runtime.retention.purging.wish import PURGE_SCHEMA, parse_wish

_PURGED = shape("Purged", dry_run=FLAG, purged=WHOLE, left=WHOLE, open_tickets=WHOLE)

api = Blueprint("alarm_purge_api", __name__)


@api.post("/api/v1/alarms/purge")
@describe(body=PURGE_SCHEMA, answer=_PURGED)
@require("alarms.policy")
def purge_alarms() -> Response:
    """Count what would go, or delete at most 1,000 with `dry_run` false; `left` says what stays."""
    who, body, now = acting(), json_body(), utc_now()
    wish = parse_wish(body)
    where, is_dry = (db_session(), who.tenant_id, wish), body.get("dry_run", True)
    gone = 0 if is_dry else purge(*where, by=who.person_name, now=now)
    left = preview(*where, now=now)
    return jsonify(dry_run=is_dry, purged=gone, left=left.count, open_tickets=left.open_tickets)

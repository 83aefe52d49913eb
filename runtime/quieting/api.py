"""Storm protection over REST."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, json_body, require
from kernel.http_tags import require_unchanged, with_tag_of
from kernel.rest import describe
from runtime.alarms.storms import Protection, protection_document
from runtime.quieting import storms
from runtime.quieting.shapes import PROTECTED, PROTECTION

api = Blueprint("storms_api", __name__, url_prefix="/api/v1/storm-protection")


@api.get("")
@describe(answer=PROTECTED, is_tagged=True)
@require("maintenance.view")
def get_protection() -> Response:
    """Give from which rate on alarms are a storm (null: never), and the storms under way."""
    return _answer(storms.get_protection(db_session(), acting().tenant_id))


@api.put("")
@describe(body=PROTECTION, answer=PROTECTED, is_tagged=True, takes_tag=True)
@require("rules.publish")
def save_protection() -> Response:
    """Set `window_s`, and for `tenant`, `source` or `site` `begin_per_s` and `end_per_s`.

    With `If-Match`, only while nobody changed it since.
    """
    where = (db_session(), acting().tenant_id)
    require_unchanged(_document(storms.get_protection(*where)), "storm protection")
    return _answer(storms.save_protection(*where, json_body(), now=utc_now()))


def _answer(protection: Protection | None) -> Response:
    found = storms.present_storms(db_session(), acting().tenant_id)
    under_way: list[dict[str, Any]] = [
        {**one, "began_at": format_instant(one["began_at"])} for one in found
    ]
    document = _document(protection)
    return with_tag_of(jsonify(protection=document, storms=under_way), document)


def _document(protection: Protection | None) -> dict[str, Any] | None:
    return protection_document(protection) if protection is not None else None

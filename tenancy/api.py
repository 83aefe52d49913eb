"""Tokens over REST, of the organisation whose token asks."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify

from kernel.clock import format_instant
from kernel.http import acting, db_session, require
from kernel.rest import ID, INSTANT, TEXT, describe, listed, maybe, shape
from tenancy import tokens

api = Blueprint("tenancy_api", __name__, url_prefix="/api/v1")

_TOKENS = listed(
    shape(
        "Token",
        id=ID,
        name=TEXT,
        role=TEXT,
        role_name=TEXT,
        prefix=TEXT,
        created_at=INSTANT,
        expires_at=maybe(INSTANT),
        last_used_at=maybe(INSTANT),
        revoked_at=maybe(INSTANT),
        created_by=maybe(ID),
    )
)


@api.get("/tokens")
@describe(answer=_TOKENS)
@require("tokens.edit")
def list_tokens() -> Response:
    """List the organisation's API tokens without their secrets, newest first."""
    return _answer(tokens.list_tokens(db_session(), acting().tenant_id))


def _answer(found: list[Any]) -> Response:
    """Write a whole list; these stay short, so they come as one page."""
    items = [{key: _plain(value) for key, value in asdict(one).items()} for one in found]
    return jsonify(items=items, next_cursor=None)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    return str(value) if isinstance(value, UUID) else value

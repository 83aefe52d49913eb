"""Where something is used, over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify

from kernel.clock import utc_now
from kernel.http import acting, db_session, require
from kernel.rest import FLAG, ID, TEXT, describe, listed, maybe, shape
from runtime.flows.named_places import BLOCK
from runtime.where_used.finding import find_subject, uses_of
from runtime.where_used.model import Subject, Use

api = Blueprint("where_used_api", __name__, url_prefix="/api/v1/used-by")

USE = shape(
    "Use",
    kind=TEXT,
    id=maybe(ID),
    key=TEXT,
    title=TEXT,
    how=TEXT,
    in_draft=FLAG,
    in_live=FLAG,
    mode=TEXT,
)


@api.get("/<any(workflow,rule,table,connection,calendar,'look-up-table'):kind>/<uuid:thing_id>")
@describe(answer=listed(USE))
@require("workflows.view")
def list_uses(kind: str, thing_id: UUID) -> Response:
    """List all that uses something: workflows and rules, in their drafts and live, and others."""
    return _listed(find_subject(db_session(), acting().tenant_id, kind, thing_id))


@api.get("/block/<block_id>/<version>")
@describe(answer=listed(USE))
@require("workflows.view")
def list_uses_of_block(block_id: str, version: str) -> Response:
    """List all that uses a version of a block; nothing where there is no such block."""
    name = f"{block_id}@{version}"
    return _listed(Subject(kind=BLOCK, title=name, name=name))


def _listed(subject: Subject) -> Response:
    found = uses_of(db_session(), subject, who=acting(), now=utc_now())
    return jsonify(items=[_document(one) for one in found], next_cursor=None)


def _document(one: Use) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "id": str(one.id) if one.id else None,
        "key": one.key,
        "title": one.title,
        "how": one.how,
        "in_draft": one.in_draft,
        "in_live": one.in_live,
        "mode": one.mode,
    }

"""What was copied is read before the canvas takes it in."""

from __future__ import annotations

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from designer.clipboard.part import read_part
from kernel.http import acting, db_session, json_body, only_reads, require
from kernel.schema import Schema

bp = Blueprint("clipboard", __name__)

_TEXT = Schema(
    {
        "type": "object",
        "required": ["text"],
        "additionalProperties": False,
        "properties": {"text": {"type": "string"}},
    }
)


@bp.post("/t/<tenant>/workflows/part")
@require("workflows.edit")
@only_reads
def read_copied() -> Response:
    """Read `text` from a clipboard: the part of a workflow in it, and blocks not installed here."""
    body = json_body()
    _TEXT.require(body, "what was copied is sent as text")
    part = read_part(body["text"], registry_of(db_session(), acting().tenant_id))
    return jsonify(part=part.document, missing=part.missing)

"""Tidying: the canvas sends what it holds, and is told where that would stand better."""

from __future__ import annotations

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from designer.tidying.arranging import arrange
from designer.tidying.reading import drawing_of
from kernel.errors import InvalidError
from kernel.http import acting, db_session, json_body, only_reads, require
from kernel.schema import Schema
from runtime.flows.model import shape_problems
from runtime.flows.picture import entries_of

bp = Blueprint("tidying", __name__)

_ASKED = Schema(
    {
        "type": "object",
        "required": ["document", "chosen"],
        "additionalProperties": False,
        "properties": {
            "document": {"type": "object"},
            "chosen": {"type": "array", "items": {"type": "string"}, "maxItems": 10_000},
        },
    }
)


@bp.post("/t/<tenant>/workflows/tidied")
@require("workflows.edit")
@only_reads
def tidy() -> Response:
    """Answer `places`: the upper left corners of nodes by id, and of notes by "note:" and id.

    The `document` is a workflow's; of several `chosen` steps only those are placed.
    """
    body = json_body()
    _ASKED.require(body, "tidying needs a workflow's document and which of its steps are chosen")
    document = body["document"]
    problems = shape_problems(document)
    if problems:
        raise InvalidError("the workflow can't be drawn as it is", problems=problems)
    registry = registry_of(db_session(), acting().tenant_id)
    entries = entries_of(document, registry, lambda _block: "")
    return jsonify(places=arrange(drawing_of(document, entries), body["chosen"]))

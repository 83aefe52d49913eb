"""Decision tables over REST: asked, looked over, and exchanged as DMN or CSV.

Drafts, publishing and versions are those of rules: `runtime.rules.api`, `runtime.rules.versions`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from kernel.errors import InvalidError, NotFoundError
from kernel.http import (
    acting,
    db_session,
    expected_revision,
    json_body,
    only_reads,
    problems_json,
    require,
    who_acts,
)
from kernel.http_located import located
from kernel.rest import TEXT, describe
from kernel.revisions import told_as_moved
from kernel.schema import Schema
from runtime.flows.uses import flows_deciding_by
from runtime.rules import history, shapes, store
from runtime.rules.api import tagged
from runtime.rules.tables.analysis import analyse, blocking
from runtime.rules.tables.asking import ask_table, input_schema, output_schema
from runtime.rules.tables.files import read_file, write_file
from runtime.rules.tables.finding_words import Said, gaps_said, overlaps_said
from runtime.rules.tables.model import parse_table

api = Blueprint("decisions_api", __name__, url_prefix="/api/v1/rules")

_FILES = ("application/xml", "text/csv")
_ASKED = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "values": {"type": "object"},
            "alarm": {"type": "object"},
            "version": {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "draft"}]},
        },
    }
)


@api.post("/<uuid:rule_id>/evaluate")
@describe(body=_ASKED, answer=shapes.DECIDED)
@require("rules.view")
@only_reads
def evaluate(rule_id: UUID) -> Response:
    """Ask a table: `values` by input, an `alarm` for the rest; nothing is recorded or done.

    The live version answers, or the `version` that is named (a number, or draft).
    """
    body, table = json_body(), _table(rule_id)
    _ASKED.require(body, "a table is asked with values, an alarm, and a version, all optional")
    version = body.get("version", table.live_number)
    if version is None:
        raise NotFoundError("the table was never published: ask its draft, version draft")
    number = None if version == "draft" else version
    document = history.document_of(db_session(), acting().tenant_id, rule_id, number)
    answer = ask_table(parse_table(document), body.get("values", {}), body.get("alarm"))
    return jsonify(port=answer.port, **answer.output)


@api.get("/<uuid:rule_id>/findings")
@describe(answer=shapes.FINDINGS)
@require("rules.view")
def findings(rule_id: UUID) -> Response:
    """Say what the draft takes and gives, what it forgets, and what keeps it from being put live.

    `used_by` names the workflows that decide by the table, to who may see them.
    """
    draft, sees = _table(rule_id).draft, acting().may("workflows.view")
    table = parse_table(draft)
    found = analyse(table)
    return jsonify(
        problems=problems_json(blocking(table, found)),
        gaps=[_said(one) for one in gaps_said(table, found)],
        overlaps=[_said(one) for one in overlaps_said(table, found)],
        is_complete=not (found.limit or found.more_gaps),
        input=input_schema(draft),
        output=output_schema(draft),
        used_by=flows_deciding_by(db_session(), acting().tenant_id, rule_id) if sees else [],
    )


@api.get("/<uuid:rule_id>/<any('table.dmn','table.csv'):name>")
@describe(answer=TEXT, gives=_FILES, is_tagged=True)
@require("rules.view")
def export(rule_id: UUID, name: str) -> Response:
    """Give the draft as a file; its `ETag` is what a file sent back gives as `If-Match`."""
    table = _table(rule_id)
    text, content_type = write_file(table.draft, name)
    response = Response(text.encode(), content_type=content_type)
    response.set_etag(str(table.draft_revision))
    return response


@api.put("/<uuid:rule_id>/<any('table.dmn','table.csv'):name>")
@describe(body=TEXT, takes=_FILES, answer=shapes.RULE_WITH_NOTES, is_tagged=True, needs_tag=True)
@require("rules.edit")
def import_over(rule_id: UUID, name: str) -> Response:  # noqa: ARG001  what it is shows in it
    """Replace the draft by a file; `notes` say what was taken differently, cell by cell."""
    table = _table(rule_id)
    found = read_file(request.get_data(), table.draft)
    with told_as_moved():
        saved = store.save_draft(
            db_session(),
            acting().tenant_id,
            rule_id,
            document=found.document,
            expected_revision=expected_revision("rule"),
            **who_acts(),
        )
    return tagged(saved, notes=problems_json(found.notes))


@api.post("/import")
@describe(
    query={"name": TEXT},
    body=TEXT,
    takes=_FILES,
    answer=shapes.RULE_WITH_NOTES,
    status=201,
    is_tagged=True,
)
@require("rules.edit")
def import_new() -> Response:
    """Make a table of a file, the request's body; `name` in the query where it has none."""
    found = read_file(request.get_data(), None)
    document: dict[str, Any] = dict(found.document)
    document["name"] = request.args.get("name", "").strip() or document["name"]
    if not document["name"]:
        raise InvalidError("the file names no table: give its name in the query, name")
    where = (db_session(), acting().tenant_id)
    made = store.create_rule(*where, document=document, **who_acts())
    return located(
        tagged(made, notes=problems_json(found.notes)),
        url_for("rules_api.get_rule", rule_id=made.id),
    )


def _table(rule_id: UUID) -> store.RuleView:
    return store.get_table(db_session(), acting().tenant_id, rule_id)


def _said(one: Said) -> dict[str, Any]:
    return {"message": one.text, "pointer": one.at, "is_bad": one.is_bad}

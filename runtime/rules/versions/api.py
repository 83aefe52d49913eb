"""Versions over REST: listed, compared, taken back into the draft; and a rule deleted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, expected_revision, require, who_acts
from kernel.rest import TEXT, describe, listed
from kernel.revisions import told_as_moved
from runtime.flows.comparing import diff_document, version_asked
from runtime.flows.shapes import DIFF
from runtime.rules import history, shapes, store
from runtime.rules.api import tagged

api = Blueprint("rule_versions_api", __name__, url_prefix="/api/v1/rules")


@api.get("/<uuid:rule_id>/versions")
@describe(answer=listed(shapes.VERSION))
@require("rules.view")
def list_versions(rule_id: UUID) -> Response:
    """List what was published of a rule or table, newest first, without the documents."""
    where = (db_session(), acting().tenant_id, rule_id)
    rule = store.get_rule(*where)
    items = [_version(one, rule) for one in store.versions_of(*where)]
    return jsonify(items=items, next_cursor=None)


@api.get("/<uuid:rule_id>/versions/<int:number>")
@describe(answer=shapes.VERSION_WITH_DOCUMENT)
@require("rules.view")
def get_version(rule_id: UUID, number: int) -> Response:
    """Give the document of one version."""
    where = (db_session(), acting().tenant_id, rule_id)
    return jsonify(number=number, document=history.document_of(*where, number))


@api.get("/<uuid:rule_id>/versions/<int:number>/diff")
@describe(query={"with": TEXT}, answer=DIFF)
@require("rules.view")
def diff(rule_id: UUID, number: int) -> Response:
    """List what changed from this version to another, `with` (a number, or draft as by default)."""
    where = (db_session(), acting().tenant_id, rule_id)
    other = version_asked(request.args.get("with", ""))
    old, new = (history.document_of(*where, one) for one in (number, other))
    return jsonify(diff_document(number, other, history.compare_rules(old, new)))


@api.post("/<uuid:rule_id>/versions/<int:number>/restore")
@describe(answer=shapes.RULE_WITH_DRAFT, is_tagged=True, needs_tag=True)
@require("rules.edit")
def restore(rule_id: UUID, number: int) -> Response:
    """Make a version the draft, if the draft is still the one that `If-Match` names."""
    where = (db_session(), acting().tenant_id)
    revision = expected_revision("rule")
    with told_as_moved():
        done = history.restore_version(
            *where, rule_id, number, expected_revision=revision, **who_acts()
        )
    return tagged(done)


@api.delete("/<uuid:rule_id>")
@describe(status=204)
@require("rules.publish")
def delete(rule_id: UUID) -> Response:
    """Delete a rule or table; 409 while it is judged, or while a workflow decides by it."""
    history.delete_rule(db_session(), acting().tenant_id, rule_id, now=utc_now())
    return Response(status=204)


def _version(version: store.RuleVersionView, rule: store.RuleView) -> dict[str, Any]:
    return {
        "number": version.number,
        "is_live": version.id == rule.live_version_id,
        "published_at": format_instant(version.made_at),
        "published_by": version.made_by,
        "drafted_by": version.drafted_by,
    }

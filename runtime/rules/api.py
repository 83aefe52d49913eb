"""Rules over REST: drafts and publishing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from kernel.clock import format_instant, utc_now
from kernel.http import (
    acting,
    db_session,
    expected_revision,
    json_body,
    optional_body,
    page_of,
    require,
    who_acts,
)
from kernel.http_located import located
from kernel.rest import TEXT, choice, describe
from kernel.revisions import told_as_moved
from kernel.schema import Schema
from runtime.rules import shapes, store
from runtime.rules.model import Mode
from runtime.rules.order import SORTS, in_order, place_of, read_sort

api = Blueprint("rules_api", __name__, url_prefix="/api/v1/rules")

WORKFLOWS = "workflows"
_QUERY = {"q": TEXT, "kind": choice("rule", "table"), "sort": choice(*SORTS)}
_PUBLISHED = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"mode": {"enum": ["live", "observe", "off", WORKFLOWS]}},
    }
)


@api.get("")
@describe(query=_QUERY, pages=True, answer=shapes.LISTED)
@require("rules.view")
def list_rules() -> Response:
    """List rules by name, or as `sort` says; filters q (a part of the name) and kind.

    Each says how often it fired.
    """
    q, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    sort = read_sort(request.args)
    every = store.list_rules(db_session(), acting().tenant_id, q=q)
    wanted = [one for one in every if kind in ("", one.kind)]
    found, more = page_of(
        lambda limit, after: in_order(wanted, sort, after=after)[:limit],
        lambda one: place_of(one, sort),
    )
    items = [
        {
            **rule_document(one),
            "fired": one.fired_count,
            "last_fired_at": format_instant(one.last_fired_at) if one.last_fired_at else None,
        }
        for one in found
    ]
    return jsonify(items=items, next_cursor=more)


@api.post("")
@describe(body=shapes.DOCUMENT, answer=shapes.RULE_WITH_DRAFT, status=201, is_tagged=True)
@require("rules.edit")
def create_rule() -> Response:
    """Make a rule of its document; it is a draft."""
    where = (db_session(), acting().tenant_id)
    made = store.create_rule(*where, document=json_body(), **who_acts())
    return located(tagged(made), url_for("rules_api.get_rule", rule_id=made.id))


@api.get("/<uuid:rule_id>")
@describe(answer=shapes.RULE_WITH_DRAFT, is_tagged=True)
@require("rules.view")
def get_rule(rule_id: UUID) -> Response:
    """Give one rule with its draft; its `ETag` is what a write sends back as `If-Match`."""
    return tagged(store.get_rule(db_session(), acting().tenant_id, rule_id))


@api.put("/<uuid:rule_id>")
@describe(body=shapes.DOCUMENT, answer=shapes.RULE_WITH_DRAFT, is_tagged=True, needs_tag=True)
@require("rules.edit")
def put_rule(rule_id: UUID) -> Response:
    """Replace the draft, if it is still the one that `If-Match` names."""
    with told_as_moved():
        saved = store.save_draft(
            db_session(),
            acting().tenant_id,
            rule_id,
            document=json_body(),
            expected_revision=expected_revision("rule"),
            **who_acts(),
        )
    return tagged(saved)


@api.post("/<uuid:rule_id>/publish")
@describe(body=_PUBLISHED, is_optional=True, answer=shapes.RULE_WITH_DRAFT, is_tagged=True)
@require("rules.publish")
def publish_rule(rule_id: UUID) -> Response:
    """Put the draft live (or let it `observe`), or switch the rule `off`.

    The draft of a table may be published for `workflows` alone: no alarm is judged by it.
    """
    body, where = optional_body(), (db_session(), acting().tenant_id)
    _PUBLISHED.require(body, "a rule is published as live, observe or off, a table for workflows")
    asked = body.get("mode", Mode.LIVE)
    if asked == Mode.OFF:
        return tagged(store.switch_off(*where, rule_id, now=utc_now()))
    mode = Mode.OFF if asked == WORKFLOWS else Mode(asked)
    return tagged(store.publish_rule(*where, rule_id, mode=mode, **who_acts()))


def tagged(rule: store.RuleView, **more: Any) -> Response:
    """Answer with a rule and its draft; its revision goes along as `ETag`."""
    response = jsonify({**rule_document(rule), "draft": rule.draft, **more})
    response.set_etag(str(rule.draft_revision))
    return response


def rule_document(rule: store.RuleView) -> dict[str, Any]:
    """Write a rule as JSON, its draft apart."""
    return {
        "id": str(rule.id),
        "kind": rule.kind,
        "name": rule.name,
        "mode": rule.mode.value,
        "draft_revision": rule.draft_revision,
        "live_number": rule.live_number,
        "left_out": rule.left_out,
        "updated_at": format_instant(rule.updated_at),
        "updated_by": rule.updated_by,
    }

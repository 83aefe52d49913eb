"""The list of rules, and one rule: its draft and its mode."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from designer.drafts import read_json_text, write_json_text
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, db_session, render, require, see_other
from runtime.rules import store
from runtime.rules.model import Mode

bp = Blueprint("rules", __name__)

BEGINNING: dict[str, Any] = {
    "rule": 1,
    "name": "Critical alarms",
    "when": {"all": [{"field": "perceived_severity", "op": "is", "value": "critical"}]},
    "pattern": {"kind": "each"},
    "then": [{"do": "acknowledge"}],
}


@bp.get("/t/<tenant>/rules")
@require("rules.view")
def list_rules() -> Response:
    """Show the rules."""
    q = request.args.get("q", "").strip()
    rules = store.list_rules(db_session(), acting().tenant_id, q=q)
    return render("designer/rules/list.html", rules=rules, q=q)


@bp.get("/t/<tenant>/rules/new")
@require("rules.edit")
def new_rule() -> Response:
    """Show the form of a new rule."""
    return _page(None, text=write_json_text(BEGINNING))


@bp.post("/t/<tenant>/rules/new")
@require("rules.edit")
def create_rule() -> Response:
    """Add a rule."""
    text, by = request.form.get("document", ""), acting().person_name
    try:
        rule = store.create_rule(
            db_session(),
            acting().tenant_id,
            document=read_json_text(text),
            by=by,
            now=utc_now(),
        )
    except InvalidError as error:
        return _page(None, text=text, refused=error, status=422)
    flash("The rule is saved as a draft: switch it live when it is right.", "success")
    return see_other(url_for("rules.edit_rule", rule_id=rule.id))


@bp.get("/t/<tenant>/rules/<uuid:rule_id>")
@require("rules.view")
def edit_rule(rule_id: UUID) -> Response:
    """Show one rule."""
    rule = store.get_rule(db_session(), acting().tenant_id, rule_id)
    return _page(rule, text=write_json_text(rule.draft))


@bp.post("/t/<tenant>/rules/<uuid:rule_id>")
@require("rules.edit")
def save_rule(rule_id: UUID) -> Response:
    """Save the draft; refused when somebody else saved meanwhile."""
    text, where = request.form.get("document", ""), (db_session(), acting().tenant_id)
    try:
        store.save_draft(
            *where,
            rule_id,
            document=read_json_text(text),
            expected_revision=request.form.get("revision", 0, type=int),
            by=acting().person_name,
            now=utc_now(),
        )
    except (InvalidError, ConflictError) as error:
        rule = store.get_rule(*where, rule_id)
        return _page(rule, text=text, refused=error, status=422)
    flash("The draft is saved.", "success")
    return see_other(url_for("rules.edit_rule", rule_id=rule_id))


@bp.post("/t/<tenant>/rules/<uuid:rule_id>/<any(live,observe,off):mode>")
@require("rules.publish")
def set_mode(rule_id: UUID, mode: str) -> Response:
    """Put the draft live, let it observe only, or switch the rule off."""
    where, by, now = (db_session(), acting().tenant_id), acting().person_name, utc_now()
    try:
        if mode == Mode.OFF:
            store.switch_off(*where, rule_id)
        else:
            store.publish_rule(*where, rule_id, mode=Mode(mode), by=by, now=now)
    except InvalidError as error:
        rule = store.get_rule(*where, rule_id)
        return _page(rule, text=write_json_text(rule.draft), refused=error, status=422)
    return see_other(url_for("rules.edit_rule", rule_id=rule_id))


def _page(
    rule: store.RuleView | None,
    *,
    text: str,
    refused: InvalidError | ConflictError | None = None,
    status: int = 200,
) -> Response:
    problems = getattr(refused, "problems", ())
    facts: dict[str, Any] = {"rule": rule, "text": text, "refused": refused, "problems": problems}
    return render("designer/rules/edit.html", status=status, **facts)

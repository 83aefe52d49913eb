"""The list of rules, and one rule: its form, its text, its mode."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from designer.drafts import read_json_text, write_json_text
from designer.rules.convert import document_of, rows_of
from designer.rules.editing import make_offer
from designer.rules.operations import action_at, operate, workflow_name
from designer.rules.places import place
from designer.rules.rows import ActionRow, RuleRows, read_rows
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, db_session, render, require, see_other, who_acts
from runtime.flows.model import empty_flow
from runtime.flows.versions import create_flow, flow_slugs
from runtime.rules import store
from runtime.rules.condition_rows import first_condition
from runtime.rules.model import Mode
from runtime.rules.tables.words import table_sentence
from runtime.rules.words import OPERATOR_WORDS, rule_sentence

bp = Blueprint("rules", __name__)

LATELY = timedelta(hours=24)
TRY = "try"
WORKFLOW = "workflow:"
Refused = InvalidError | ConflictError


@bp.get("/t/<tenant>/rules")
@require("rules.view")
def list_rules() -> Response:
    """Show the rules; events refresh the rows."""
    q, where = request.args.get("q", "").strip(), (db_session(), acting().tenant_id)
    rules = store.list_rules(*where, q=q, lately=utc_now() - LATELY)
    flows = flow_slugs(*where)
    kind = request.args.get("kind", "")
    rules = [rule for rule in rules if kind in ("", rule.kind)]
    sentences = {rule.id: _sentence(rule, flows) for rule in rules}
    facts: dict[str, Any] = {"rules": rules, "sentences": sentences, "q": q, "kind": kind}
    return render("designer/rules/list.html", "designer/rules/_list.html", **facts)


def _sentence(rule: store.RuleView, flows: dict[str, str]) -> str:
    if rule.kind == "table":
        return table_sentence(rule.draft)
    return rule_sentence(rule.draft, flows)


@bp.get("/t/<tenant>/rules/new")
@require("rules.edit")
def new_rule() -> Response:
    """Show the form of a new rule, or its text."""
    rows = RuleRows(when=first_condition(), then=[_first_action(request.args.get("start", ""))])
    if request.args.get("as") == "text":
        return _text_page(None, write_json_text({**document_of(rows), "name": "New rule"}))
    return _form_page(None, rows)


def _first_action(start: str) -> ActionRow:
    """Begin with the workflow that the rule was asked for from; else with what does no harm."""
    known = start in flow_slugs(db_session(), acting().tenant_id)
    return ActionRow(do="start", flow=start) if known else ActionRow()


@bp.post("/t/<tenant>/rules/new")
@require("rules.edit")
def create_rule() -> Response:
    """Add a rule, or show its form again with what a button asked for."""
    return _submit(None)


@bp.get("/t/<tenant>/rules/<uuid:rule_id>")
@require("rules.view")
def edit_rule(rule_id: UUID) -> Response:
    """Show one rule as a form, or as text."""
    rule = store.get_rule(db_session(), acting().tenant_id, rule_id)
    if request.args.get("as") == "text":
        return _text_page(rule, write_json_text(rule.draft))
    if rule.kind == "table":
        return see_other(url_for("tables.edit_table", rule_id=rule_id))
    return _form_page(rule, rows_of(rule.draft))


@bp.post("/t/<tenant>/rules/<uuid:rule_id>")
@require("rules.edit")
def save_rule(rule_id: UUID) -> Response:
    """Save the draft, or show its form again with what a button asked for."""
    return _submit(store.get_rule(db_session(), acting().tenant_id, rule_id))


@bp.post("/t/<tenant>/rules/<uuid:rule_id>/<any(live,observe,off):mode>")
@require("rules.publish")
def set_mode(rule_id: UUID, mode: str) -> Response:
    """Put the draft live, let it observe only, or switch the rule off."""
    where = (db_session(), acting().tenant_id)
    try:
        if mode == Mode.OFF:
            store.switch_off(*where, rule_id, now=utc_now())
        else:
            store.publish_rule(*where, rule_id, mode=Mode(mode), **who_acts())
    except (InvalidError, ConflictError) as error:
        rule = store.get_rule(*where, rule_id)
        if rule.kind == "table":  # its page shows what keeps it from being put live
            flash(f"{rule.name} cannot be published yet: {error.message}.", "error")
            return see_other(url_for("tables.edit_table", rule_id=rule_id))
        return _form_page(rule, rows_of(rule.draft), refused=error)
    if request.form.get("back") == "list":
        return see_other(url_for("rules.list_rules"))
    return see_other(url_for("rules.edit_rule", rule_id=rule_id))


def _submit(rule: store.RuleView | None) -> Response:
    """Take a posted form or text: do its button, or save it."""
    if "document" in request.form:
        return _submit_text(rule, request.form["document"])
    rows, operation = read_rows(request.form.items(multi=True)), request.form.get("_op", "")
    if "_save" not in request.form:
        if operation.startswith(WORKFLOW):
            _make_workflow(rows, operation.removeprefix(WORKFLOW))
        operate(rows, operation)
        return _form_page(rule, rows, tries=operation == TRY)
    try:
        return _save(rule, document_of(rows))
    except (InvalidError, ConflictError) as error:
        return _form_page(rule, rows, refused=error)


def _make_workflow(rows: RuleRows, pointer: str) -> None:
    """Make a workflow that the rule starts, for the action at a pointer; the rule is not saved."""
    action = action_at(rows, pointer)
    if action is None or not acting().may("workflows.edit"):
        return
    name = workflow_name(rows.name)
    document = {**empty_flow(name), "triggers": {"rule": {"kind": "rule"}}}
    by, now = acting().person_name, utc_now()
    made = create_flow(
        db_session(), acting().tenant_id, name=name, document=document, by=by, now=now
    )
    action.do, action.flow = "start", made.slug


def _submit_text(rule: store.RuleView | None, text: str) -> Response:
    try:
        return _save(rule, read_json_text(text))
    except (InvalidError, ConflictError) as error:
        return _text_page(rule, text, refused=error)


def _save(rule: store.RuleView | None, document: Any) -> Response:
    where = (db_session(), acting().tenant_id)
    if rule is None:
        rule = store.create_rule(*where, document=document, **who_acts())
        flash("The rule is saved as a draft: publish it when it is right.", "success")
    else:
        revision = request.form.get("revision", 0, type=int)
        store.save_draft(
            *where, rule.id, document=document, expected_revision=revision, **who_acts()
        )
        flash("The draft is saved.", "success")
    here = url_for("rules.edit_rule", rule_id=rule.id)
    return see_other(f"{here}?as=text" if "document" in request.form else here)


def _form_page(
    rule: store.RuleView | None,
    rows: RuleRows,
    *,
    refused: Refused | None = None,
    tries: bool = False,
) -> Response:
    where = (db_session(), acting().tenant_id)
    problems = place(getattr(refused, "problems", ()), rows)
    facts: dict[str, Any] = {
        "rule": rule,
        "rows": rows,
        "offer": make_offer(*where, rows, tries=tries),
        "errors": {one.pointer: one.message for one in problems},
        "problems": problems,
        "refused": refused,
        "words": OPERATOR_WORDS,
    }
    status, part = 422 if refused else 200, "designer/rules/_form.html"
    page = render("designer/rules/edit.html", part, status=status, **facts)
    if refused:
        page.headers["HX-Reswap"] = "outerMorph show:top"  # what is wrong is said there
    return page


def _text_page(
    rule: store.RuleView | None, text: str, *, refused: Refused | None = None
) -> Response:
    problems, status = getattr(refused, "problems", ()), 422 if refused else 200
    facts: dict[str, Any] = {"rule": rule, "text": text, "refused": refused, "problems": problems}
    return render("designer/rules/text.html", status=status, **facts)

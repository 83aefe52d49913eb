"""One decision table: its grid, its check, its files; the list is that of the rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from designer.tables.checking import beside, check_grid, make_offer, row_for_gap, try_grid
from designer.tables.grid import Grid, GridRow, document_of, grid_of, new_grid, read_grid
from designer.tables.operations import operate, paste
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.http import (
    acting,
    db_session,
    render,
    require,
    see_other,
    wants_part,
    who_acts,
    writing_apart,
)
from runtime.flows.named_places import TABLE
from runtime.flows.uses import uses_by_flows
from runtime.rules import store
from runtime.rules.model import Mode
from runtime.rules.tables.files import read_file, write_file
from runtime.rules.tables.words import AGGREGATE_WORDS, HIT_WORDS, TARGET_WORDS
from tenancy.audit.trail import About, note

bp = Blueprint("tables", __name__)

Refused = InvalidError | ConflictError


@bp.get("/t/<tenant>/rules/tables/new")
@require("rules.edit")
def new_table() -> Response:
    """Show the grid of a new table."""
    return _page(None, new_grid())


@bp.post("/t/<tenant>/rules/tables/new")
@require("rules.edit")
def create_table() -> Response:
    """Add a table, or show its grid again with what a button asked for."""
    return _submit(None)


@bp.get("/t/<tenant>/rules/tables/<uuid:rule_id>")
@require("rules.view")
def edit_table(rule_id: UUID) -> Response:
    """Show one table's grid."""
    rule = _table(rule_id)
    return _page(rule, grid_of(rule.draft))


@bp.post("/t/<tenant>/rules/tables/<uuid:rule_id>")
@require("rules.edit")
def save_table(rule_id: UUID) -> Response:
    """Save the draft, or show its grid again with what a button asked for."""
    return _submit(_table(rule_id))


@bp.post("/t/<tenant>/rules/tables/<uuid:rule_id>/workflows")
@require("rules.publish")
def publish_for_workflows(rule_id: UUID) -> Response:
    """Make the draft the version that workflows ask; no alarm is judged by it."""
    where = (db_session(), acting().tenant_id)
    try:
        rule = store.publish_rule(*where, rule_id, mode=Mode.OFF, **who_acts())
    except (InvalidError, ConflictError) as error:
        flash(f"The table was not published: {error.message}.", "error")
    else:
        flash(f"Version {rule.live_number} answers workflows; it judges no alarm.", "success")
    return see_other(url_for("tables.edit_table", rule_id=rule_id))


@bp.get("/t/<tenant>/rules/tables/<uuid:rule_id>/<any('table.dmn','table.csv'):name>")
@require("rules.view")
def download_table(rule_id: UUID, name: str) -> Response:
    """Give the draft as a file."""
    rule = _table(rule_id)
    text, content_type = write_file(rule.draft, name)
    about = About(kind="table", id=rule_id, name=rule.name)
    with writing_apart() as session:
        note(session, acting().tenant_id, "table.exported", now=utc_now(), about=about)
    response = Response(text.encode("utf-8"), content_type=content_type)
    suffix = name.rpartition(".")[2]
    response.headers.set("Content-Disposition", "attachment", filename=f"{rule.id}.{suffix}")
    return response


@bp.get("/t/<tenant>/rules/tables/import")
@require("rules.edit")
def import_page() -> Response:
    """Ask for a file, for a new table or to take the place of one's rows."""
    return _import_page(_into(request.args.get("into", "")))


@bp.post("/t/<tenant>/rules/tables/import")
@require("rules.edit")
def import_table() -> Response:
    """Read a file into the grid, for a person to look at and save."""
    rule = _into(request.form.get("into", ""))
    sent = request.files.get("file")
    body = sent.read() if sent is not None and sent.filename else b""
    body = body or request.form.get("text", "").encode()
    try:
        found = read_file(body, rule.draft if rule else None)
    except InvalidError as error:
        return _import_page(rule, refused=error)
    return _page(rule, grid_of(found.document), notes=tuple(found.notes), is_fresh=True)


def _import_page(rule: store.RuleView | None, *, refused: InvalidError | None = None) -> Response:
    status = 422 if refused else 200
    return render("designer/tables/import.html", status=status, rule=rule, refused=refused)


def _into(text: str) -> store.RuleView | None:
    try:
        return _table(UUID(text)) if text else None
    except ValueError:
        raise NotFoundError("no such table") from None


def _table(rule_id: UUID) -> store.RuleView:
    return store.get_table(db_session(), acting().tenant_id, rule_id)


def _submit(rule: store.RuleView | None) -> Response:
    """Take a posted grid: check it, do its button, or save it."""
    grid, operation = read_grid(request.form.items()), request.form.get("_op", "")
    if "_check" in request.form and wants_part():
        check = check_grid(db_session(), acting().tenant_id, grid)
        return render("designer/tables/_check.html", check=check, grid=grid, rule=rule)
    if "_save" not in request.form:
        _operate(grid, operation)
        return _page(rule, grid, tries=operation == "try", is_fresh=True)
    try:
        return _save(rule, document_of(grid))
    except (InvalidError, ConflictError) as error:
        return _page(rule, grid, refused=error, is_fresh=True)


def _operate(grid: Grid, operation: str) -> None:
    verb, _, rest = operation.partition(":")
    if verb == "gap" and rest.isascii() and rest.isdigit():
        cells = row_for_gap(grid, int(rest))
        if cells is not None:
            grid.rows.append(GridRow(cells, [""] * len(grid.outputs)))
    elif verb == "paste":
        paste(grid, rest, request.form.get("_pasted", ""))
    else:
        operate(grid, operation)


def _save(rule: store.RuleView | None, document: Any) -> Response:
    where = (db_session(), acting().tenant_id)
    if rule is None:
        rule = store.create_rule(*where, document=document, **who_acts())
        flash("The table is saved as a draft: publish it when it is right.", "success")
    else:
        revision = request.form.get("revision", 0, type=int)
        store.save_draft(
            *where, rule.id, document=document, expected_revision=revision, **who_acts()
        )
        flash("The draft is saved.", "success")
    return see_other(url_for("tables.edit_table", rule_id=rule.id))


def _page(
    rule: store.RuleView | None,
    grid: Grid,
    *,
    refused: Refused | None = None,
    tries: bool = False,
    notes: tuple[Problem, ...] | None = None,
    is_fresh: bool = False,
) -> Response:
    where = (db_session(), acting().tenant_id)
    check = check_grid(*where, grid)
    facts: dict[str, Any] = {
        "rule": rule,
        "used_by": uses_by_flows(*where, TABLE, str(rule.id)) if rule else [],
        "grid": grid,
        "check": check,
        "errors": beside(getattr(refused, "problems", check.problems)) if is_fresh else {},
        "offer": make_offer(*where, grid),
        "trial": try_grid(*where, grid) if tries else None,
        "notes": notes or (),
        "is_imported": notes is not None,
        "refused": refused,
        "hits": HIT_WORDS,
        "aggregates": AGGREGATE_WORDS,
        "targets": TARGET_WORDS,
    }
    status, part = 422 if refused else 200, "designer/tables/_form.html"
    page = render("designer/tables/edit.html", part, status=status, **facts)
    if refused:
        page.headers["HX-Reswap"] = "outerMorph show:top"  # what is wrong is said there
    return page

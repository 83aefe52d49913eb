"""Pages of a rule's versions, and what is done with a rule as a whole."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, db_session, render, require, see_other, who_acts
from runtime.flows.comparing import version_asked
from runtime.flows.uses import flows_deciding_by
from runtime.rules import history, store

bp = Blueprint("rule_versions", __name__)


@bp.get("/t/<tenant>/rules/<uuid:rule_id>/versions")
@require("rules.view")
def list_versions(rule_id: UUID) -> Response:
    """Show the published versions, newest first."""
    where = (db_session(), acting().tenant_id, rule_id)
    return render(
        "designer/rules/versions/list.html",
        rule=store.get_rule(*where),
        versions=store.versions_of(*where),
        used_by=flows_deciding_by(*where),
    )


@bp.get("/t/<tenant>/rules/<uuid:rule_id>/versions/<int:number>/diff")
@require("rules.view")
def show_diff(rule_id: UUID, number: int) -> Response:
    """Show what changed from a version to another, or to the draft."""
    where = (db_session(), acting().tenant_id, rule_id)
    other = version_asked(request.args.get("with", ""))
    known = [one.number for one in store.versions_of(*where) if one.number != number]
    return render(
        "designer/history/diff.html",
        nav_active="rules",
        name=store.get_rule(*where).name,
        versions_url=url_for("rule_versions.list_versions", rule_id=rule_id),
        number=number,
        other=other,
        options=[(str(one), f"Version {one}") for one in known],
        changes=history.compare_rules(
            history.document_of(*where, number), history.document_of(*where, other)
        ),
        beside="",
    )


@bp.post("/t/<tenant>/rules/<uuid:rule_id>/versions/<int:number>/restore")
@require("rules.edit")
def restore(rule_id: UUID, number: int) -> Response:
    """Make a version the draft; refused when somebody saved the draft meanwhile."""
    where = (db_session(), acting().tenant_id)
    revision = request.form.get("revision", 0, type=int)
    try:
        history.restore_version(*where, rule_id, number, expected_revision=revision, **who_acts())
    except (ConflictError, InvalidError) as error:
        flash(f"Nothing was changed: {error.message}.", "error")
        return see_other(url_for("rule_versions.list_versions", rule_id=rule_id))
    flash(f"The draft is version {number} again. It is judged once you publish it.", "success")
    return see_other(url_for("rules.edit_rule", rule_id=rule_id))


@bp.post("/t/<tenant>/rules/<uuid:rule_id>/copy")
@require("rules.edit")
def copy(rule_id: UUID) -> Response:
    """Make a rule with this one's draft, and open it."""
    where = (db_session(), acting().tenant_id)
    try:
        made = history.copy_rule(*where, rule_id, **who_acts())
    except InvalidError as error:
        flash(f"No copy was made: {error.message}.", "error")
        return see_other(url_for("rules.edit_rule", rule_id=rule_id))
    flash("This is the copy: a draft of its own, judged nowhere yet.", "success")
    return see_other(url_for("rules.edit_rule", rule_id=made.id))


@bp.post("/t/<tenant>/rules/<uuid:rule_id>/delete")
@require("rules.publish")
def delete(rule_id: UUID) -> Response:
    """Delete a rule that is switched off."""
    where = (db_session(), acting().tenant_id, rule_id)
    name = store.get_rule(*where).name
    try:
        history.delete_rule(*where, now=utc_now())
    except history.RuleInUseError as error:
        flash(f"Nothing was deleted: {error.message}.", "error")
        return see_other(url_for("rule_versions.list_versions", rule_id=rule_id))
    flash(f"{name} is deleted.", "success")
    return see_other(url_for("rules.list_rules"))

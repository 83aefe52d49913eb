"""The page of a workflow's settings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.forms import OPERATION, Choice, unplaced_problems
from designer.drafts import write_json_text
from designer.setup.form import Filled, in_form, read_settings, settings_fields, value_of
from designer.setup.input_fields import fields_of
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.http import acting, db_session, render, require, see_other
from runtime.flow_control.parts import parts_of, save_parts
from runtime.flows import versions
from runtime.flows.api import readable
from runtime.flows.versions import FlowView

bp = Blueprint("setup", __name__)


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/settings")
@require("workflows.view")
def show_settings(flow_id: UUID) -> Response:
    """Show the draft's settings as a form, with what is wrong with them."""
    where = (db_session(), acting().tenant_id, flow_id)
    flow, found = versions.get_flow(*where), versions.draft_problems(*where)
    problems = in_form(Problem(one.pointer, one.message) for one in found)
    text = write_json_text(flow.draft["input"]) if _is_by_text(flow) else None
    shown = Filled(
        value=value_of(readable(flow.draft)), parts={}, schema_text=text, problems=tuple(problems)
    )
    return _page(flow, shown)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/settings")
@require("workflows.edit")
def save_settings(flow_id: UUID) -> Response:
    """Save them into the draft; a button in the form only changes the form."""
    where, form = (db_session(), acting().tenant_id), request.form
    flow = versions.get_flow(*where, flow_id)
    filled = read_settings(flow.draft, form)
    if OPERATION in form:
        return _page(flow, Filled(value=filled.value, parts={}, schema_text=filled.schema_text))
    if filled.problems:
        return _page(flow, filled, status=422)
    try:
        save_parts(
            *where,
            flow_id,
            parts=filled.parts,
            expected_revision=form.get("revision", 0, type=int),
            by=acting().person_name,
            now=utc_now(),
        )
    except InvalidError as error:
        placed = tuple(in_form(error.problems)) or error.problems
        return _page(flow, Filled(value=filled.value, parts={}, problems=placed), status=422)
    except ConflictError as error:
        return _page(flow, filled, refused=error.message, status=409)
    flash("The settings are saved in the draft.", "success")
    return see_other(url_for("setup.show_settings", flow_id=flow_id))


def _page(flow: FlowView, shown: Filled, *, refused: str = "", status: int = 200) -> Response:
    where = (db_session(), acting().tenant_id)
    flows = [
        Choice(value=slug, label=name)
        for slug, name in versions.flow_slugs(*where).items()
        if slug != flow.slug
    ]
    fields = settings_fields(shown.value, shown.problems, flows)
    return render(
        "designer/setup/settings.html",
        status=status,
        flow=flow,
        fields=fields,
        schema_text=shown.schema_text,
        unplaced=unplaced_problems(fields.values(), shown.problems),
        refused=refused,
        revision=request.form.get("revision", flow.draft_revision, type=int),
        pending=_pending(flow),
    )


def _is_by_text(flow: FlowView) -> bool:
    by_hand = fields_of(flow.draft.get("input", {})) is None
    return by_hand or (bool(flow.draft.get("input")) and request.args.get("form") == "text")


def _pending(flow: FlowView) -> dict[str, bool]:
    """Tell which parts differ from what the live version does."""
    if flow.live_version_id is None:
        return {}
    where = (db_session(), acting().tenant_id)
    live = _by_card(parts_of(versions.get_version(*where, flow.live_version_id).document))
    mine = _by_card(parts_of(flow.draft))
    return {name: mine[name] != live[name] for name in mine}


def _by_card(parts: dict[str, Any]) -> dict[str, Any]:
    settings = parts["settings"]
    return {
        "concurrency": settings.get("concurrency"),
        "on_failure": settings.get("on_failure"),
        "vars": parts["vars"],
        "fields": parts["input"],
    }

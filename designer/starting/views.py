"""The page that starts a workflow by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.forms import OPERATION, can_show, unplaced_problems
from designer.starting.form import TEXT, read_input, start_fields
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.http import acting, db_session, render, require, see_other
from kernel.ids import new_id
from runtime.flows.versions import get_flow
from runtime.runs.by_hand import ByHand, start_by_hand, starting

bp = Blueprint("starting", __name__)


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/start")
@require("workflows.run")
def ask_start(flow_id: UUID) -> Response:
    """Show the form of a start, or why the workflow cannot be started."""
    return _page(flow_id)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/start")
@require("workflows.run")
def start(flow_id: UUID) -> Response:
    """Start the workflow and show its run; the same form sent twice starts it once."""
    where, form = (db_session(), acting().tenant_id), request.form
    found = starting(*where, flow_id)
    schema = found.flow.input if found.flow is not None else {}
    filled: dict[str, Any] = {}
    try:
        filled = read_input(schema, form)
        if OPERATION in form:
            return _page(flow_id, filled=filled)
        said = ByHand(
            input=filled,
            trigger_id=form.get("trigger") or None,
            subject=form.get("subject", "").strip(),
            key=f"form:{form['form_key']}" if form.get("form_key") else "",
        )
        begun = start_by_hand(*where, flow_id, said, by=acting().person_name, now=utc_now())
    except InvalidError as error:
        return _page(flow_id, filled=filled, problems=error.problems, status=422)
    except ConflictError as error:
        return _page(flow_id, filled=filled, refused=error.message, status=409)
    if begun.is_new:
        flash(f"{found.name} was started.", "success")
    return see_other(url_for("runs.show_run", run_id=begun.run_id))


def _page(
    flow_id: UUID,
    *,
    filled: dict[str, Any] | None = None,
    problems: Iterable[Problem] = (),
    refused: str = "",
    status: int = 200,
) -> Response:
    where, asked = (db_session(), acting().tenant_id), request.form
    found = starting(*where, flow_id)
    schema = found.flow.input if found.flow is not None else {}
    fields = start_fields(schema, filled or {}, problems) if can_show(schema) else []
    return render(
        "designer/starting/start.html",
        status=status,
        flow=get_flow(*where, flow_id),
        found=found,
        fields=fields,
        has_form=can_show(schema),
        unplaced=unplaced_problems(fields, problems),
        refused=refused,
        text=asked.get(TEXT, ""),
        subject=asked.get("subject", ""),
        trigger=asked.get("trigger", ""),
        form_key=asked.get("form_key") or str(new_id()),
    )

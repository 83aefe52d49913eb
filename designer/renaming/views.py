"""The dialog that renames: what reads the name is shown first, and follows it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from designer.drafts import read_json_text
from kernel.errors import InvalidError
from kernel.http import acting, db_session, only_reads, render, require
from runtime.drafts.renaming import Renaming, rename
from runtime.drafts.wording import node_title
from runtime.flows.layout import laid_out
from runtime.flows.model import every_step, require_shape

bp = Blueprint("renaming", __name__)


@bp.post("/t/<tenant>/workflows/renaming")
@require("workflows.edit")
@only_reads
def look() -> Response:
    """Show what a new name of a step or variable changes in the document that the page holds."""
    document, asked = read_json_text(request.form.get("document", "")), request.form
    require_shape(document)
    registry = registry_of(db_session(), acting().tenant_id)
    sort, _, old = asked.get("what", "").partition(":")
    new, found, refused = asked.get("name", "").strip(), None, ""
    try:
        if new:
            is_step = sort == "step"
            found = rename(document, "step" if is_step else "variable", old, new, registry)
    except InvalidError as error:
        refused = error.message
    steps = [
        (f"step:{id_}", f"{node_title(id_, step, registry)} ({id_})")
        for id_, step, _ in every_step(document)
    ]
    variables = [(f"variable:{one}", f"Variable {one}") for one in document.get("vars", {})]
    return render(
        "designer/renaming/_rename.html",
        status=422 if refused else 200,
        options=[*steps, *variables],
        what=asked.get("what") or next((one for one, _ in [*steps, *variables]), ""),
        name=new,
        found=found,
        refused=refused,
        result=_result(found),
    )


def _result(found: Renaming | None) -> dict[str, Any] | None:
    return laid_out(found.document) if found is not None else None

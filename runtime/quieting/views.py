"""The page of storm protection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import InvalidError
from kernel.http import acting, db_session, render, require, see_other
from runtime.alarms.storms import SCOPES, protection_document
from runtime.quieting import storms

bp = Blueprint("storms", __name__)


@bp.get("/t/<tenant>/storm-protection")
@require("maintenance.view")
def show_protection() -> Response:
    """Show the storms under way, and from which rate on alarms are one."""
    return _page()


@bp.post("/t/<tenant>/storm-protection")
@require("rules.publish")
def save_protection() -> Response:
    """Set from which rate on alarms are a storm."""
    document = _document_of(request.form)
    try:
        storms.save_protection(db_session(), acting().tenant_id, document, now=utc_now())
    except InvalidError as error:
        return _page(error=error, status=422)
    flash("Saved. It holds for whatever comes from now on.", "success")
    return see_other(url_for("storms.show_protection"))


def _document_of(form: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"window_s": _number(form.get("window_s", ""))}
    for scope in SCOPES:
        if form.get(f"{scope}-on"):
            found[scope] = {
                name: _number(form.get(f"{scope}-{name}", ""))
                for name in ("begin_per_s", "end_per_s")
            }
    return found


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _page(*, error: InvalidError | None = None, status: int = 200) -> Response:
    where = (db_session(), acting().tenant_id)
    protection = storms.get_protection(*where)
    problems = error.problems if error is not None else ()
    shown = protection_document(protection) if protection is not None else {"window_s": 60}
    return render(
        "runtime/storms/show.html",
        status=status,
        document=_document_of(request.form) if error is not None else shown,
        storms=storms.present_storms(*where),
        problems=problems,
        wrong={one.pointer.lstrip("/").replace("/", "-"): one.message for one in problems},
    )

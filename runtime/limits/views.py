"""The page of limits and retention: what applies, how much is used, how long runs are kept."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import InvalidError
from kernel.http import acting, db_session, render, require, see_other
from kernel.numbers import whole_number
from runtime.limits.model import LIMITS
from runtime.limits.store import change_kept, own_limits, with_kept
from runtime.limits.usage import usage_of
from runtime.retention.runs import COUNT_MAX, count_old_runs

bp = Blueprint("limits", __name__)

KEPT = tuple(name for name, kind in LIMITS.items() if kind.is_kept)


@bp.get("/t/<tenant>/limits")
@require("limits.view")
def show_limits() -> Response:
    """Show the limits with their present use; the same address refreshes the bars."""
    return _page()


@bp.post("/t/<tenant>/limits")
@require("limits.edit")
def change_retention() -> Response:
    """Set how long runs are kept; asks first where that deletes some."""
    where, now = (db_session(), acting().tenant_id), utc_now()
    said = {name: request.form.get(name, "").strip() for name in KEPT}
    read = {name: whole_number(one) for name, one in said.items()}
    changes = {name: said[name] if one is None else one for name, one in read.items()}
    try:
        wanted = with_kept(own_limits(*where), changes)
    except InvalidError as error:
        problems = {
            one.pointer.removeprefix("/"): "Write " + one.message.partition(": ")[2]
            for one in error.problems
        }
        return _page(status=422, said=said, problems=problems)
    doomed = count_old_runs(*where, wanted, now=now)
    doomed -= count_old_runs(*where, own_limits(*where), now=now)
    if doomed > 0 and request.form.get("confirmed") != "yes":
        return _page(said=said, doomed=doomed)
    change_kept(*where, changes, by=acting().person_name, now=now)
    flash("Runs are kept as you said.", "good")
    return see_other(url_for("limits.show_limits"))


def _page(
    *,
    status: int = 200,
    said: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
    doomed: int = 0,
) -> Response:
    usage = usage_of(db_session(), acting().tenant_id)
    return render(
        "runtime/limits/show.html",
        "runtime/limits/_usage.html",
        status=status,
        usage=[one for one in usage if not one.kind.is_kept],
        kept=[one for one in usage if one.kind.is_kept],
        said=said or {one.name: str(one.value) for one in usage if one.kind.is_kept},
        problems=problems or {},
        doomed=doomed,
        counted_to=COUNT_MAX,
    )

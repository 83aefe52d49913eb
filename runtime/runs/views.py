"""The list of runs and one run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import (
    acting,
    db_session,
    decode_cursor,
    encode_cursor,
    page_limit,
    render,
    require,
    see_other,
)
from runtime.runs import query
from runtime.runs._tables import RunState
from runtime.runs.query import RunFilter, RunView

bp = Blueprint("runs", __name__)


@bp.get("/t/<tenant>/runs")
@require("runs.view")
def list_runs() -> AnyResponse:
    """Show runs, newest first; events refresh the rows."""
    limit = page_limit()
    after = decode_cursor(request.args.get("cursor"), parts=2)
    found = query.list_runs(
        db_session(), acting().tenant_id, read_filter(), limit=limit, after=after
    )
    return render(
        "runtime/runs/list.html",
        "runtime/runs/_rows.html",
        runs=found,
        states=list(RunState),
        asked=request.args,
        here=request.full_path.rstrip("?"),
        next_url=_next(found, limit),
    )


@bp.get("/t/<tenant>/runs/<uuid:run_id>")
@require("runs.view")
def show_run(run_id: UUID) -> AnyResponse:
    """Show one run: each step's input, output, time and error."""
    where = (db_session(), acting().tenant_id)
    run = query.get_run(*where, run_id)
    version = query.version_of(*where, run)
    return render(
        "runtime/runs/show.html",
        "runtime/runs/_run.html",
        run=run,
        version=version,
        titles={id_: one.get("title") or id_ for id_, one in version.document["steps"].items()},
        steps=query.steps_of(*where, run_id),
    )


@bp.post("/t/<tenant>/runs/<uuid:run_id>/cancel")
@require("runs.operate")
def cancel(run_id: UUID) -> AnyResponse:
    """End a run."""
    query.cancel_run(
        db_session(), acting().tenant_id, run_id, by=acting().person_name, now=utc_now()
    )
    return see_other(url_for("runs.show_run", run_id=run_id))


def read_filter() -> RunFilter:
    """Read the filter from the query; raises InvalidError naming the parameter."""
    state = request.args.get("state", "")
    if state and state not in [one.value for one in RunState]:
        message = "state must be one of " + ", ".join(one.value for one in RunState)
        raise InvalidError(message, problems=[Problem("/state", message)])
    trials = request.args.get("trials") == "true"
    return RunFilter(state=state, q=request.args.get("q", "").strip(), with_trials=trials)


def _next(found: list[RunView], limit: int) -> str | None:
    if len(found) < limit:
        return None
    asked: dict[str, Any] = {
        name: value for name, value in request.args.items() if name != "cursor"
    }
    return url_for("runs.list_runs", **asked, cursor=encode_cursor(*query.place_of(found[-1])))

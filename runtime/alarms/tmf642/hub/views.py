"""The page of listeners: who is told of alarms over TMF642, how it goes, pausing and removing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, db_session, render, require, see_other
from runtime.alarms.tmf642.dialect import DIALECTS, V4, Call
from runtime.alarms.tmf642.hub import store

bp = Blueprint("listeners", __name__, url_prefix="/t/<tenant>/listeners")


@bp.get("")
@require("sources.view")
def list_listeners() -> Response:
    """Show the listeners; the page's table refreshes itself."""
    return _page()


@bp.post("")
@require("sources.edit")
def add_listener() -> Response:
    """Register a listener by hand."""
    form = {name: request.form.get(name, "").strip() for name in ("callback", "query", "version")}
    dialect = DIALECTS.get(form["version"], V4)
    document = {"@type": "Hub", "callback": form["callback"], "query": form["query"]}
    settings = current_app.extensions["garland.services"].settings
    try:
        store.register_hub(
            db_session(),
            acting().tenant_id,
            document,
            call=Call(dialect=dialect, by=acting().person_name, now=utc_now()),
            allow_private=settings.allow_private_network,
        )
    except (InvalidError, ConflictError) as error:
        return _page(status=422, wrong=_wrong(error), **form)
    flash("The listener is told of what happens from now on.", "good")
    return _back()


@bp.post("/<uuid:hub_id>/pause")
@require("sources.edit")
def pause(hub_id: UUID) -> Response:
    """Send nothing for now."""
    who = acting()
    store.pause_hub(db_session(), who.tenant_id, hub_id, by=who.person_name, now=utc_now())
    flash("Paused: what happens meanwhile waits for it.", "good")
    return _back()


@bp.post("/<uuid:hub_id>/resume")
@require("sources.edit")
def resume(hub_id: UUID) -> Response:
    """Send again, beginning with what waits longest."""
    store.resume_hub(db_session(), acting().tenant_id, hub_id, now=utc_now())
    flash("Resumed: what waits is sent now, the oldest first.", "good")
    return _back()


@bp.post("/<uuid:hub_id>/remove")
@require("sources.edit")
def remove(hub_id: UUID) -> Response:
    """Remove a listener; the page asks before."""
    store.remove_hub(db_session(), acting().tenant_id, hub_id, now=utc_now())
    flash("The listener is removed.", "good")
    return _back()


def _page(*, status: int = 200, **form: Any) -> Response:
    filled = {"callback": "", "query": "", "version": "v4", "wrong": {}, **form}
    return render(
        "runtime/listeners/list.html",
        "runtime/listeners/_table.html",
        status=status,
        hubs=store.list_hubs(db_session(), acting().tenant_id),
        most=store.HUBS_MAX,
        **filled,
    )


def _wrong(error: InvalidError | ConflictError) -> dict[str, str]:
    problems = getattr(error, "problems", ())
    return {one.pointer.strip("/"): one.message for one in problems} or {"callback": error.message}


def _back() -> Response:
    return see_other(url_for("listeners.list_listeners"))

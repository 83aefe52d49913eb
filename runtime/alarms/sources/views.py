"""The page of sources: where to send alarms, and what came."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, db_session, render, require, see_other, vault
from runtime.alarms.model import EventType
from runtime.alarms.sources import store
from runtime.alarms.sources.listened.kinds import LISTENED
from runtime.alarms.sources.settings import OBJECT_LABELS, config_from_form, form_of

bp = Blueprint("sources", __name__)


@bp.get("/t/<tenant>/sources")
@require("sources.view")
def list_sources() -> Response:
    """Show the sources."""
    return _page()


@bp.post("/t/<tenant>/sources")
@require("sources.edit")
def create_source() -> Response:
    """Add a source and show its address."""
    kind, name = request.form.get("kind", ""), request.form.get("name", "")
    try:
        source, _ = store.create_source(
            db_session(), acting().tenant_id, kind=kind, name=name, vault=vault(), now=utc_now()
        )
    except (InvalidError, ConflictError) as error:
        return _page(status=422, kind=kind, name=name, error=error.message)
    told = "say below what it listens to" if kind in LISTENED else "send alarms to its address"
    flash(f"{source.name} is there: {told}.", "success")
    return see_other(url_for("sources.show_source", source_id=source.id))


@bp.get("/t/<tenant>/sources/<uuid:source_id>")
@require("sources.edit")
def show_source(source_id: UUID) -> Response:
    """Show one source: its address, examples, settings, and input that was refused."""
    source = store.get_source(db_session(), acting().tenant_id, source_id)
    if source.kind in LISTENED:
        return see_other(url_for("listened.show_listening", source_id=source_id))
    return _source_page(source_id)


@bp.post("/t/<tenant>/sources/<uuid:source_id>")
@require("sources.edit")
def configure_source(source_id: UUID) -> Response:
    """Keep how a source's alerts are read."""
    where = (db_session(), acting().tenant_id, source_id)
    try:
        store.configure_source(*where, config=config_from_form(request.form))
    except InvalidError as error:
        return _source_page(source_id, error=error, status=422)
    flash("The settings hold for what comes from now on.", "success")
    return see_other(url_for("sources.show_source", source_id=source_id))


def _source_page(
    source_id: UUID, *, error: InvalidError | None = None, status: int = 200
) -> Response:
    where = (db_session(), acting().tenant_id, source_id)
    source, key = store.get_source(*where), store.key_of(*where, vault=vault())
    problems = error.problems if error else ()
    return render(
        "runtime/sources/show.html",
        status=status,
        source=source,
        title=store.TITLES[source.kind],
        address=url_for("intake_api.send_to_source", key=key, _external=True),
        faults=store.faults_of(*where),
        settings=request.form if error else form_of(source.config),
        wrong={one.pointer.split("/")[1]: one.message for one in problems},
        object_labels=OBJECT_LABELS,
        event_types=list(EventType),
    )


def _page(*, status: int = 200, **form: Any) -> Response:
    sources = store.list_sources(db_session(), acting().tenant_id)
    filled = {"kind": "json", "name": "", "error": None, **form}
    kinds = list(store.TITLES.items())
    return render(
        "runtime/sources/list.html",
        status=status,
        sources=sources,
        kinds=kinds,
        titles=store.TITLES,
        **filled,
    )

"""The page of a source that the listener serves: where to send to, settings, what was refused."""

from __future__ import annotations

import json
import secrets
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import InvalidError, NotFoundError
from kernel.http import acting, db_session, render, require, see_other, vault
from runtime.alarms.sources import store
from runtime.alarms.sources.faults import count_faults
from runtime.alarms.sources.kinds import kind_of
from runtime.alarms.sources.listened.kinds import LISTENED, SNMP, SYSLOG
from runtime.alarms.sources.listened.settings import config_from_form, form_of
from runtime.alarms.sources.listened.store import ListeningView, listening_of, set_listening
from runtime.alarms.sources.listened.trying import try_syslog
from runtime.alarms.sources.snmp.usm import DIGESTS, KEY_BYTES
from runtime.alarms.sources.syslog.message import FACILITIES, LEVELS
from runtime.alarms.sources.syslog.rules import NEVER
from tenancy.keys.vault import tenant_vault

bp = Blueprint("listened", __name__)

_USUAL_SAMPLE = (
    "<189>24: router1: Nov 24 15:49:32: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down"
)


@bp.get("/t/<tenant>/sources/<uuid:source_id>/listening")
@require("sources.edit")
def show_listening(source_id: UUID) -> Response:
    """Show what the listener does for a source."""
    return _page(source_id)


@bp.post("/t/<tenant>/sources/<uuid:source_id>/listening")
@require("sources.edit")
def set_up(source_id: UUID) -> Response:
    """Keep what the listener does for a source."""
    where = (db_session(), acting().tenant_id, source_id)
    source, before = _source(source_id), listening_of(*where).config
    try:
        keys = tenant_vault(db_session(), acting().tenant_id, vault())
        config = config_from_form(source.kind, request.form, before=before, vault=keys)
        set_listening(*where, kind=source.kind, config=config)
    except InvalidError as error:
        return _page(source_id, error=error, status=422)
    flash("Saved. The listener knows it within seconds.", "success")
    return see_other(url_for("listened.show_listening", source_id=source_id))


def _source(source_id: UUID) -> store.SourceView:
    source = store.get_source(db_session(), acting().tenant_id, source_id)
    if source.kind not in LISTENED:
        raise NotFoundError("no such source", id=str(source_id))
    return source


def _page(source_id: UUID, *, error: InvalidError | None = None, status: int = 200) -> Response:
    where = (db_session(), acting().tenant_id, source_id)
    source, listening = _source(source_id), listening_of(*where)
    settings = request.form if error else _shown(source.kind, listening)
    problems = error.problems if error else ()
    return render(
        f"runtime/listened/{source.kind}.html",
        status=status,
        source=source,
        kind=kind_of(source.kind),
        fault_count=count_faults(*where),
        listening=listening,
        settings=settings,
        problems=problems,
        wrong={one.pointer.split("/")[1]: one.message for one in problems if one.pointer},
        port=_port(source.kind),
        **_choices(source.kind, listening),
    )


def _port(kind: str) -> int:
    """Give where the listener listens, as this installation is set up."""
    settings = current_app.extensions["garland.services"].settings
    port: int = settings.listener_snmp_port if kind == SNMP else settings.listener_syslog_port
    return port


def _shown(kind: str, listening: ListeningView) -> dict[str, Any]:
    shown = form_of(kind, listening.config)
    if not listening.config and kind == SNMP:
        shown["community"] = secrets.token_urlsafe(12)
    return shown


def _choices(kind: str, listening: ListeningView) -> dict[str, Any]:
    if kind == SNMP:
        return {"digests": list(DIGESTS), "ciphers": list(KEY_BYTES)}
    if kind == SYSLOG:
        sample = request.args.get("sample", "")
        tried = try_syslog(listening.config, sample) if sample else None
        return {
            "levels": [*LEVELS, (NEVER, "none: only what a rule raises")],
            "facilities": FACILITIES,
            "sample": sample or _USUAL_SAMPLE,
            "tried": tried,
            "tried_event": json.dumps(tried.event, indent=2, ensure_ascii=False)
            if tried and tried.event
            else "",
        }
    return {}

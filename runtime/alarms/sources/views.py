"""The pages of sources: the list, a new one, one with what came of it, and its settings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import (
    acting,
    address_with,
    db_session,
    page_of,
    render,
    require,
    see_other,
    vault,
    wants_part,
)
from runtime.alarms.model import EventType, Severity
from runtime.alarms.sources import store
from runtime.alarms.sources.counting import day_of, rate_of
from runtime.alarms.sources.editor.form import wrong_by_field
from runtime.alarms.sources.examples import example_for
from runtime.alarms.sources.faults import count_faults
from runtime.alarms.sources.kinds import KINDS, TMF642, config_as_form, config_of_form, kind_of
from runtime.alarms.sources.listened.kinds import LISTENED
from runtime.alarms.sources.listened.store import listening_of
from runtime.alarms.sources.listing import SourceState, SourceView, place_of
from runtime.alarms.sources.mappings import latest_mapping
from runtime.alarms.sources.presets import PRESETS
from runtime.alarms.sources.query import read_filter
from runtime.alarms.sources.samples import samples_of
from runtime.alarms.sources.senders import system_of
from runtime.alarms.sources.settings import OBJECT_LABELS

bp = Blueprint("sources", __name__)
PRESET = "json:"
Refusal = InvalidError | ConflictError


@bp.get("/t/<tenant>/sources")
@require("sources.view")
def list_sources() -> Response:
    """Show the sources."""
    where, wanted = (db_session(), acting().tenant_id), read_filter(request.args)
    shown, more = page_of(
        lambda limit, after: store.list_sources(*where, wanted, limit=limit, after=after), place_of
    )
    return render(
        "runtime/sources/list.html",
        "runtime/sources/_rows.html",
        sources=shown,
        kinds=KINDS,
        states=list(SourceState),
        asked=request.args,
        is_filtered=any((wanted.q, wanted.kind, wanted.state)),
        here=request.full_path.rstrip("?"),
        next_url=address_with(cursor=more) if more else None,
    )


@bp.get("/t/<tenant>/sources/new")
@require("sources.edit")
def new_source() -> Response:
    """Let somebody choose a kind and a name."""
    return _new_page(choice=request.args.get("kind", ""))


@bp.post("/t/<tenant>/sources")
@require("sources.edit")
def create_source() -> Response:
    """Add a source and show its address, or its mapping where it needs one."""
    choice, name = request.form.get("kind", ""), request.form.get("name", "")
    preset = choice.removeprefix(PRESET) if choice.startswith(PRESET) else ""
    kind = "json" if preset else choice
    try:
        source, _ = store.create_source(
            db_session(), acting().tenant_id, kind=kind, name=name, vault=vault(), now=utc_now()
        )
    except (InvalidError, ConflictError) as error:
        return _new_page(choice=choice, name=name, error=error, status=422)
    if preset in PRESETS:
        flash(f"{source.name} is ready. Look at how its fields are mapped, and save.", "success")
        return see_other(url_for("source_mapping.show_mapping", source_id=source.id, preset=preset))
    told = "say below what it listens to" if choice in LISTENED else "send alarms to its address"
    flash(f"{source.name} is ready: {told}.", "success")
    return see_other(url_for("sources.show_source", source_id=source.id))


@bp.get("/t/<tenant>/sources/<uuid:source_id>")
@require("sources.view")
def show_source(source_id: UUID) -> Response:
    """Show one source: its address, how much it sends, and what that became."""
    where, now = (db_session(), acting().tenant_id, source_id), utc_now()
    source = store.get_source(*where)
    listening = listening_of(*where) if source.kind in LISTENED else None
    if listening is not None and not listening.config and acting().may("sources.edit"):
        return see_other(url_for("listened.show_listening", source_id=source_id))
    made = latest_mapping(*where) if source.mapping is not None else None
    address = _address(source) if listening is None and acting().may("sources.edit") else ""
    head = _head(source)
    sample = made.sample if made else ""
    title, example = example_for(source.kind, address, sample, head["system"])
    return render(
        "runtime/sources/show.html",
        "runtime/sources/_live.html",
        address=address,
        listening=listening,
        example_title=title,
        example=example,
        rate=rate_of(*where, now=now),
        day=day_of(*where, now=now),
        samples=samples_of(db_session(), source),
        is_part=wants_part(),
        **head,
    )


@bp.get("/t/<tenant>/sources/<uuid:source_id>/settings")
@require("sources.edit")
def show_settings(source_id: UUID) -> Response:
    """Show what can be set on a source."""
    return _settings_page(source_id)


@bp.post("/t/<tenant>/sources/<uuid:source_id>/settings")
@require("sources.edit")
def configure_source(source_id: UUID) -> Response:
    """Keep a source's name and settings."""
    where = (db_session(), acting().tenant_id, source_id)
    source = store.get_source(*where)
    try:
        config = config_of_form(source.kind, request.form)
        name = request.form.get("name", source.name)
        store.rename_source(*where, name=name, now=utc_now())
        store.configure_source(*where, config=config, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _settings_page(source_id, error=error, status=422)
    flash("The settings hold for what comes from now on.", "success")
    return see_other(url_for("sources.show_settings", source_id=source_id))


@bp.post("/t/<tenant>/sources/<uuid:source_id>/<any(pause,resume):verb>")
@require("sources.edit")
def pause_or_resume(source_id: UUID, verb: str) -> Response:
    """Refuse what a source sends for a while, or take it again."""
    act = store.pause_source if verb == "pause" else store.resume_source
    source = act(db_session(), acting().tenant_id, source_id, now=utc_now())
    said = "is paused: what it sends is refused" if verb == "pause" else "is read again"
    flash(f"{source.name} {said}.", "success")
    return see_other(url_for("sources.show_source", source_id=source_id))


@bp.post("/t/<tenant>/sources/<uuid:source_id>/rotate")
@require("sources.edit")
def rotate(source_id: UUID) -> Response:
    """Give a source another address."""
    store.rotate_key(db_session(), acting().tenant_id, source_id, vault=vault(), now=utc_now())
    flash("The address is new: give it to the sender. The old one is refused from now on.", "good")
    return see_other(url_for("sources.show_source", source_id=source_id))


@bp.post("/t/<tenant>/sources/<uuid:source_id>/delete")
@require("sources.edit")
def delete_source(source_id: UUID) -> Response:
    """Remove a source."""
    where = (db_session(), acting().tenant_id, source_id)
    name = store.get_source(*where).name
    store.delete_source(*where, now=utc_now())
    flash(f"{name} is removed. Its alarms stay.", "success")
    return see_other(url_for("sources.list_sources"))


def _head(source: SourceView) -> dict[str, Any]:
    """Give what the head of each of a source's pages shows."""
    faults = count_faults(db_session(), source.tenant_id, source.id)
    where = (db_session(), source.tenant_id, source.id)
    system = system_of(*where) if source.kind == TMF642 else ""
    kind = kind_of(source.kind)
    return {"source": source, "kind": kind, "fault_count": faults, "system": system}


def _address(source: SourceView) -> str:
    if source.kind == TMF642:
        return url_for("tmf642_v4.create_alarm", _external=True)
    key = store.key_of(db_session(), source.tenant_id, source.id, vault=vault())
    return url_for("intake_api.send_to_source", key=key, _external=True)


def _settings_page(source_id: UUID, *, error: Refusal | None = None, status: int = 200) -> Response:
    source = store.get_source(db_session(), acting().tenant_id, source_id)
    problems = error.problems if isinstance(error, InvalidError) else ()
    return render(
        "runtime/sources/settings.html",
        status=status,
        settings=request.form if error else config_as_form(source.kind, source.config),
        name=request.form.get("name", source.name) if error else source.name,
        refused=error.message if error and not problems else "",
        wrong=wrong_by_field(problems),
        object_labels=OBJECT_LABELS,
        event_types=list(EventType),
        severities=[one for one in reversed(Severity) if one is not Severity.CLEARED],
        **_head(source),
    )


def _new_page(
    *, choice: str, name: str = "", error: Refusal | None = None, status: int = 200
) -> Response:
    problems = error.problems if isinstance(error, InvalidError) else ()
    wrong = wrong_by_field(problems)
    return render(
        "runtime/sources/new.html",
        status=status,
        kinds=KINDS,
        presets={PRESET + key: one for key, one in PRESETS.items()},
        choice=choice or "json",
        name=name,
        wrong=wrong.get("name", "") or ("" if problems else getattr(error, "message", "")),
        wrong_kind=wrong.get("kind", ""),
    )

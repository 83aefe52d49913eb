"""The mapping editor of a source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.http import acting, db_session, render, require, see_other
from kernel.json_text import read_json
from kernel.numbers import whole_number
from kernel.zones import zone_names
from runtime.alarms.sources import store
from runtime.alarms.sources.editor.form import (
    CHOICES,
    LABELS,
    form_of_mapping,
    mapping_of_form,
    wrong_by_field,
)
from runtime.alarms.sources.editor.trying import Trial, tree_of_sample, try_mapping
from runtime.alarms.sources.faults import count_faults, faults_of
from runtime.alarms.sources.kinds import kind_of
from runtime.alarms.sources.listing import SourceView
from runtime.alarms.sources.mappings import (
    SAMPLE_MAX,
    MappingView,
    drop_mapping,
    get_mapping,
    latest_mapping,
    list_mappings,
    save_mapping,
)
from runtime.alarms.sources.presets import PRESETS
from runtime.alarms.sources.samples import samples_of

bp = Blueprint(
    "source_mapping", __name__, url_prefix="/t/<tenant>/sources/<uuid:source_id>/mapping"
)
EMPTY: Mapping[str, Any] = {"mapping": 1, "fields": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the editor shows: the form, the samples, and what they give."""

    form: Mapping[str, str]
    sample: str
    clear_sample: str
    trial: Trial | None = None
    status: int = 200


@bp.get("")
@require("sources.edit")
def show_mapping(source_id: UUID) -> Response:
    """Show the mapping of a source, an earlier version of it, or a preset to begin with."""
    source = _source(source_id)
    shown = _begin(source)
    if shown.sample and any(shown.form.values()):
        shown = replace(shown, trial=_try(source, shown))
    return _page(source, shown)


@bp.post("/preview")
@require("sources.edit")
def preview(source_id: UUID) -> Response:
    """Show what the mapping gives for the samples; nothing is kept."""
    source, shown = _source(source_id), _typed()
    return _page(source, replace(shown, trial=_try(source, shown)))


@bp.post("/tree")
@require("sources.edit")
def show_tree(source_id: UUID) -> Response:
    """Lay the sample that is being typed out for picking."""
    shown = _typed()
    tree, _ = tree_of_sample(shown.sample, shown.form.get("list", ""))
    return render("runtime/sources/_tree.html", source=_source(source_id), tree=tree)


@bp.post("")
@require("sources.edit")
def keep_mapping(source_id: UUID) -> Response:
    """Keep the mapping as the next version, unless its samples show that it cannot work."""
    source, shown = _source(source_id), _typed()
    trial = _try(source, shown)
    if trial.problems:
        return _page(source, replace(shown, trial=trial, status=422))
    made = MappingView(
        version=0,
        document=mapping_of_form(shown.form),
        sample=shown.sample,
        clear_sample=shown.clear_sample,
        created_at=utc_now(),
        created_by=acting().person_name,
    )
    where = (db_session(), acting().tenant_id, source_id)
    version = save_mapping(*where, made=made)
    flash(f"Version {version} of the mapping reads what comes from now on.", "success")
    return see_other(url_for("source_mapping.show_mapping", source_id=source_id))


@bp.post("/drop")
@require("sources.edit")
def drop(source_id: UUID) -> Response:
    """Read the source in Garland's own form again."""
    drop_mapping(db_session(), acting().tenant_id, source_id)
    flash("The source is read in the built-in form. The mapping's versions are kept.", "success")
    return see_other(url_for("source_mapping.show_mapping", source_id=source_id))


def _source(source_id: UUID) -> SourceView:
    source = store.get_source(db_session(), acting().tenant_id, source_id)
    if not kind_of(source.kind).has_mapping:
        raise NotFoundError("sources of this kind need no mapping: their form is known")
    return source


def _begin(source: SourceView) -> Shown:
    preset = PRESETS.get(request.args.get("preset", ""))
    if preset is not None:
        pair = [json.dumps(one, indent=2) for one in (preset.sample, preset.clear_sample)]
        ends = pair[1] if preset.clear_sample else ""
        return Shown(form=form_of_mapping(preset.mapping), sample=pair[0], clear_sample=ends)
    where = (db_session(), source.tenant_id, source.id)
    version = whole_number(request.args.get("version", ""))
    made = get_mapping(*where, version) if version else latest_mapping(*where)
    form = form_of_mapping(made.document if made else EMPTY)
    sample, ends = (made.sample, made.clear_sample) if made else ("", "")
    return Shown(form=form, sample=sample or _latest(source), clear_sample=ends)


def _latest(source: SourceView) -> str:
    """Give what the source sent last, to begin with: what was refused rather than what was not."""
    refused = faults_of(db_session(), source.tenant_id, source.id, limit=1)
    if refused and refused[0].is_whole:
        return json.dumps(read_json(refused[0].body), indent=2, ensure_ascii=False)
    taken = samples_of(db_session(), source, limit=1)
    return taken[0].raw if taken else ""


def _typed() -> Shown:
    sample, ends = (request.form.get(one, "").strip() for one in ("sample", "clear_sample"))
    return Shown(form=request.form, sample=sample, clear_sample=ends)


def _try(source: SourceView, shown: Shown) -> Trial:
    if max(len(shown.sample), len(shown.clear_sample)) > SAMPLE_MAX:
        message = f"a sample may have at most {SAMPLE_MAX:,} characters: paste one message"
        return Trial(problems=(Problem("/sample", message),))
    try:
        document = mapping_of_form(shown.form)
    except InvalidError as error:
        return Trial(problems=error.problems)
    tried = replace(source, mapping=document)
    return try_mapping(
        document, shown.sample, shown.clear_sample, read=lambda body: store.read_body(tried, body)
    )


def _page(source: SourceView, shown: Shown) -> Response:
    where = (db_session(), source.tenant_id, source.id)
    tree, unreadable = tree_of_sample(shown.sample, shown.form.get("list", ""))
    return render(
        "runtime/sources/mapping.html",
        "runtime/sources/_preview.html",
        status=shown.status,
        source=source,
        kind=kind_of(source.kind),
        fault_count=count_faults(*where),
        shown=shown,
        trial=shown.trial,
        wrong=wrong_by_field(shown.trial.problems if shown.trial else ()),
        tree=tree,
        unreadable=unreadable,
        labels=LABELS,
        choices=CHOICES,
        zones=zone_names(),
        presets=PRESETS,
        versions=list_mappings(*where),
    )

"""Data for fields: what a step or a rule can read, and an expression tried while it is written."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from designer.data.offers import Asked, alarm_data, offer_of, outcome_of
from designer.data.samples import Place
from designer.data.tree import each_of
from designer.data.words import FUNCTIONS
from designer.drafts import read_json_text
from designer.workflows.surroundings import known_to
from kernel.http import acting, db_session, only_reads, render, require
from runtime.flows import versions
from runtime.flows.model import every_step, shape_problems
from runtime.flows.problems import Known

bp = Blueprint("data", __name__)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/data")
@require("workflows.view")
@only_reads
def offer_data(flow_id: UUID) -> Response:
    """Give the tree of what a step of the posted `document` can read, with its last values."""
    place, asked = place_of(flow_id), _asked()
    offer = offer_of(place, asked, _known(asked, place))
    data = list(each_of(offer.data.tree))
    return render("designer/data/_offer.html", offer=offer, words=FUNCTIONS, data=data)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/data/tried")
@require("workflows.view")
@only_reads
def try_text(flow_id: UUID) -> Response:
    """Say what is wrong with an expression in a field, and what it gives on real data."""
    place, asked = place_of(flow_id), _asked()
    outcome = outcome_of(
        place,
        asked,
        _known(asked, place),
        pointer=request.form.get("pointer", ""),
        text=request.form.get("text", ""),
    )
    return render("designer/data/_outcome.html", outcome=outcome)


@bp.get("/t/<tenant>/data/alarm")
@require("rules.view")
def offer_alarm() -> Response:
    """Give the tree of what a rule can read of an alarm, to be put in as `{field}`."""
    offer = alarm_data(place_of(None), request.args.get("sample", ""))
    data = list(each_of(offer.data.tree))
    return render("designer/data/_offer.html", offer=offer, words=(), data=data)


def place_of(flow_id: UUID | None) -> Place:
    """Say whose data is asked for, and what of it the one who asks may see."""
    who = acting()
    if flow_id is not None:
        versions.get_flow(db_session(), who.tenant_id, flow_id)  # nobody else's
    return Place(
        session=db_session(),
        tenant_id=who.tenant_id,
        registry=registry_of(db_session(), who.tenant_id),
        flow_id=flow_id,
        sees_runs=who.may("runs.view"),
        sees_alarms=who.may("alarms.view"),
    )


def _asked() -> Asked:
    form = request.form
    document: Any = read_json_text(form.get("document", "{}"))
    document = {} if shape_problems(document) else document
    return Asked(document=document, step=form.get("step", ""), sample=form.get("sample", ""))


def _known(asked: Asked, place: Place) -> Known:
    steps = {id_: one for id_, one, _ in every_step(asked.document)} if asked.document else {}
    return known_to(place.session, place.tenant_id, steps.get(asked.step, {}), place.registry)

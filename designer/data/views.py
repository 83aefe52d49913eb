"""Data for fields: what a step or a rule can read, and an expression tried while it is written."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from designer.data.completing import completions
from designer.data.offers import Asked, offer_of, outcome_of
from designer.data.rule_fields import fields_of_alarms
from designer.data.samples import Place
from designer.data.tree import each_of
from designer.drafts import read_json_text
from designer.workflows.surroundings import known_to
from kernel.errors import InvalidError
from kernel.http import acting, db_session, only_reads, render, require
from kernel.numbers import whole_number
from runtime.flows import versions
from runtime.flows.model import every_step, shape_problems
from runtime.flows.problems import Known

bp = Blueprint("data", __name__)

TEXT_MAX = 20_000
"""Characters of a field that are tried while it is written."""

_PART = re.compile(r"(/undo)?/(config|input)")
"""Where in its step a field stands, told by its name."""


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/data")
@require("workflows.view")
@only_reads
def offer_data(flow_id: UUID) -> Response:
    """Give the tree of what a step of the posted `document` can read, with its last values."""
    place, asked = place_of(flow_id), _asked()
    offer = offer_of(place, asked, _known(asked, place))
    return render(
        "designer/data/_offer.html",
        tree=offer.data.tree,
        sample=offer.sample.chosen.id,
        choices=offer.choices,
    )


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/data/tried")
@require("workflows.view")
@only_reads
def try_text(flow_id: UUID) -> Response:
    """Say what is wrong with the text of a `field`, and what it gives on real data.

    Where a `caret` is told, what completes the text there is given too.
    """
    form, place, asked = request.form, place_of(flow_id), _asked()
    known, text = _known(asked, place), form.get("text", "")
    if len(text) > TEXT_MAX:
        raise InvalidError(f"text: at most {TEXT_MAX:,} characters are tried: shorten it")
    offer = offer_of(place, asked, known)
    part = _PART.match(form.get("field", ""))
    pointer = (part[0] if part else "") + form.get("pointer", "")
    caret = whole_number(form.get("caret", ""))
    data = each_of(offer.data.tree)
    return render(
        "designer/data/_outcome.html",
        outcome=outcome_of(place, asked, known, pointer=pointer, text=text, offer=offer),
        completions=[] if caret is None else completions(text, caret, data),
    )


@bp.get("/t/<tenant>/data/alarm")
@require("rules.view")
def offer_alarm() -> Response:
    """Give the tree of what a rule can read of an alarm, in its texts as `{field}`."""
    asked = request.args
    takes = asked.get("takes", "")
    offer = fields_of_alarms(place_of(None), asked.get("sample", ""), takes=takes)
    return render(
        "designer/data/_offer.html",
        tree=offer.tree,
        sample=offer.sample,
        choices=offer.choices,
        of_rule=True,
    )


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

"""The gallery of templates, and one template: looked at, tried, used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, make_response, request, url_for
from werkzeug.wrappers import Response

from blocks.forms import OPERATION, unplaced_problems
from blocks.installs.registry import registry_of
from designer.gallery.filling import filled
from designer.gallery.form import (
    first_values,
    problems_of,
    read_values,
    template_fields,
)
from designer.gallery.needs import Slot, needs_of, slots_of
from designer.gallery.offers import Offer, categories_of, every_offer, find_offer
from designer.gallery.played import told
from designer.gallery.store import remove_template
from designer.gallery.trying import rehearse, trials_of
from designer.gallery.using import Made, Maker, permissions_of, use_template
from kernel.clock import utc_now
from kernel.errors import ConflictError, ForbiddenError, InvalidError, Problem
from kernel.http import acting, db_session, only_reads, render, require, see_other
from runtime.flows.drawn import picture_of
from tenancy.connections.store import kinds_by_name
from tenancy.people import find_active_person

bp = Blueprint("gallery", __name__)

_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Of an SVG that styles itself; it does nothing else, wherever it is opened."""


@bp.get("/t/<tenant>/workflows/templates")
@require("workflows.view")
def list_templates() -> Response:
    """Show the templates that a search and a category leave."""
    q, category = request.args.get("q", "").strip(), request.args.get("category", "")
    where = (db_session(), acting().tenant_id)
    return render(
        "designer/gallery/list.html",
        "designer/gallery/_cards.html",
        offers=every_offer(*where, q=q, category=category),
        categories=categories_of(every_offer(*where)),
        q=q,
        category=category,
    )


@bp.get("/t/<tenant>/workflows/templates/<template_key>")
@require("workflows.view")
def show_template(template_key: str) -> Response:
    """Show a template with its form, filled with what fits at first."""
    offer = _offer(template_key)
    values = first_values(offer.template, _slots(offer), email=_email())
    return _page(offer, values)


@bp.get("/t/<tenant>/workflows/templates/<template_key>/picture.svg")
@require("workflows.view")
def picture(template_key: str) -> Response:
    """Give the picture of a template's workflow."""
    registry = registry_of(db_session(), acting().tenant_id)
    answer = make_response(picture_of(_offer(template_key).template.flow, registry))
    answer.mimetype = "image/svg+xml"
    answer.headers["Content-Security-Policy"] = _PICTURE_POLICY
    answer.cache_control.max_age = 300
    return answer


@bp.post("/t/<tenant>/workflows/templates/<template_key>/try")
@require("workflows.view")
@only_reads
def try_template(template_key: str) -> Response:
    """Play the template on a made-up alarm; nothing is made and nothing is called."""
    offer = _offer(template_key)
    values, problems = _read(offer)
    if problems:
        return _page(offer, values, problems=problems, status=422)
    trials = trials_of(offer.template)
    chosen = request.form.get("trial", 0, type=int)
    trial = trials[chosen] if 0 <= chosen < len(trials) else trials[0]
    registry = registry_of(db_session(), acting().tenant_id)
    documents = filled(offer.template, values)
    done = rehearse(documents, trial, registry, now=utc_now())
    played = told(done, documents["flow"], registry)
    return _page(offer, values, chosen=trials.index(trial), done=done, played=played)


@bp.post("/t/<tenant>/workflows/templates/<template_key>")
@require("workflows.edit")
def use(template_key: str) -> Response:
    """Make all that the template holds and open the designer; a button only changes the form."""
    offer = _offer(template_key)
    values, problems = _read(offer)
    if OPERATION in request.form:
        return _page(offer, values)
    if problems:
        return _page(offer, values, problems=problems, status=422)
    _require_each(permissions_of(offer.template))
    try:
        made = use_template(
            _maker(), filled(offer.template, values), name=request.form.get("name", "").strip()
        )
    except (InvalidError, ConflictError) as error:
        db_session().rollback()
        return _page(_offer(template_key), values, refused=error, status=error.status)
    flash(_said(made), "success")
    return see_other(url_for("workflows.edit_workflow", flow_id=made.flow.id))


@bp.post("/t/<tenant>/workflows/templates/<uuid:template_id>/remove")
@require("workflows.publish")
def remove(template_id: Any) -> Response:
    """Remove one of the organisation's own templates; what was made of it stays."""
    title = remove_template(db_session(), acting().tenant_id, template_id)
    flash(f"The template {title} is removed; workflows made of it stay.", "success")
    return see_other(url_for("gallery.list_templates"))


def _offer(key: str) -> Offer:
    return find_offer(db_session(), acting().tenant_id, key)


def _slots(offer: Offer) -> tuple[Slot, ...]:
    where = (db_session(), acting().tenant_id)
    return slots_of(offer.template, registry_of(*where), kinds_by_name(*where))


def _email() -> str:
    who = acting().person_id
    person = find_active_person(db_session(), who) if who is not None else None
    return person.email if person is not None else ""


def _read(offer: Offer) -> tuple[dict[str, Any], list[Problem]]:
    slots = _slots(offer)
    values = read_values(offer.template, slots, request.form)
    return values, problems_of(offer.template, slots, values)


def _require_each(permissions: Sequence[str]) -> None:
    who = acting()
    missing = [one for one in permissions if not who.may(one)]
    if missing:
        told_why = f"this template brings what your role ({who.role}) may not make"
        raise ForbiddenError(f"{told_why}: ask an admin", permission=missing[0])


def _maker() -> Maker:
    who = acting()
    return Maker(
        session=db_session(),
        tenant_id=who.tenant_id,
        by=who.person_name,
        by_id=who.vouched_by,
        now=utc_now(),
        may=who.may,
    )


def _said(made: Made) -> str:
    """Say what was made, and that nothing acts yet."""
    parts = [f"{made.flow.name} is made, as a draft"]
    if made.rules:
        names = ", ".join(one.name for one in made.rules)
        how = "observes" if made.observing else "is a draft that somebody has to publish"
        parts.append(f"the rule {names} {how}")
    if made.kept:
        parts.append(f"{', '.join(made.kept)} was there already and is used")
    return "; ".join(parts) + ". What is next stands under Next steps."


def _page(
    offer: Offer,
    values: Mapping[str, Any],
    *,
    problems: Sequence[Problem] = (),
    refused: InvalidError | ConflictError | None = None,
    status: int = 200,
    **trial: Any,
) -> Response:
    where, template = (db_session(), acting().tenant_id), offer.template
    fields = template_fields(template, _slots(offer), values, problems)
    return render(
        "designer/gallery/show.html",
        "designer/gallery/_trial.html" if "done" in trial else None,
        status=status,
        offer=offer,
        fields=fields,
        name=request.form.get("name", template.flow["name"]),
        unplaced=unplaced_problems(fields, problems),
        refused=refused,
        needs=needs_of(*where, template, registry_of(*where)),
        trials=trials_of(template),
        chosen=trial.get("chosen", 0),
        done=trial.get("done"),
        played=trial.get("played", ()),
    )

"""The pages of what was taken over: a newer version, with a choice for each conflict."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, ForbiddenError, GarlandError, InvalidError, NotFoundError
from kernel.http import acting, db_session, only_reads, render, require, see_other
from kernel.numbers import whole_number
from marketplace.sharing import taking
from marketplace.sharing.merging import Side
from runtime.flows.versions import list_flows

bp = Blueprint("taken_templates", __name__, url_prefix="/t/<tenant>/marketplace/shared/taken")
REFUSALS = (ConflictError, ForbiddenError, InvalidError)
_VALUE, _CHOICE = "value-", "choice-"


@bp.get("/<uuid:use_id>")
@require("workflows.view")
def show(use_id: UUID) -> Response:
    """Show what was taken over, and what a newer version would bring."""
    return _page(use_id)


@bp.post("/<uuid:use_id>/preview")
@only_reads
@require("workflows.view")
def preview(use_id: UUID) -> Response:
    """Say what it would be with the choices that are made so far."""
    return _page(use_id)


@bp.post("/<uuid:use_id>/update")
@require("workflows.view")
def update(use_id: UUID) -> Response:
    """Bring the newest version in as it was looked at."""
    version, revision = (
        whole_number(request.form.get(name, "")) or 0 for name in ("version", "revision")
    )
    try:
        taking.update(
            db_session(),
            acting(),
            use_id,
            version=version,
            revision=revision,
            choices=_choices(),
            values=values_sent(),
            now=utc_now(),
        )
    except REFUSALS as error:
        db_session().rollback()
        return _page(use_id, refused=error)
    flash("The newer version is in your draft. Publish it once you have looked at it.", "success")
    return see_other(url_for("taken_templates.show", use_id=use_id))


@bp.post("/<uuid:use_id>/let-go")
@require("workflows.view")
def let_go(use_id: UUID) -> Response:
    """Follow the template no more."""
    taking.let_go(db_session(), acting(), use_id, now=utc_now())
    flash("You are told of newer versions no more. Your draft stays.", "success")
    return see_other(url_for("shared_templates.list_shared"))


def values_sent() -> dict[str, str]:
    """Give what was put into places to fill in, by their names."""
    found = request.form.items()
    return {name.removeprefix(_VALUE): said for name, said in found if name.startswith(_VALUE)}


def own_flows() -> list[tuple[str, str]]:
    """Give the workflows that a place of a template can be filled with: id and name."""
    found = list_flows(db_session(), acting().tenant_id)
    return [(str(one.id), one.name) for one in found]


def _choices() -> dict[str, Side]:
    """Give which side was chosen for which conflict, by its pointer."""
    found: dict[str, Side] = {}
    for name, said in request.form.items():
        if name.startswith(_CHOICE) and said in ("mine", "theirs"):
            found[name.removeprefix(_CHOICE)] = "mine" if said == "mine" else "theirs"
    return found


def _page(use_id: UUID, *, refused: GarlandError | None = None) -> Response:
    session, who = db_session(), acting()
    use, chosen = taking.get_use(session, who.tenant_id, use_id), _choices()
    first, seen, wrong = None, None, refused
    try:
        if use.is_newer:
            first = taking.preview(session, who, use_id)
            seen = taking.preview(session, who, use_id, choices=chosen, values=values_sent())
    except (ConflictError, InvalidError, NotFoundError) as error:
        wrong = wrong or error
    seen = seen or first
    # what a choice brings with it, such as a circle of wires, is a conflict of its own
    every = {one.pointer: one for each in (first, seen) if each for one in each.merged.conflicts}
    return render(
        "marketplace/sharing/taken.html",
        status=refused.status if refused else 200,
        use=use,
        seen=seen,
        conflicts=tuple(every.values()),
        flows=own_flows(),
        chosen=chosen,
        sent=request.form,
        refused=wrong,
    )
